"""Multi-line replies: dots, ends, limits, and that pieces make no difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.errors import ProtocolError
from automailer.mailbox.data import DataReader
from automailer.mailbox.wire import Bound

ENOUGH = Bound(octets=10_000_000)


def read(stream: bytes, sizes: list[int] | None = None, *, crlf: bool = True) -> tuple[bytes, bytes, bool]:
    """What was delivered, what is left behind the end, and whether there was an end."""
    pieces: list[bytes] = []
    reader = DataReader(pieces.append, ENOUGH, crlf=crlf)
    rest, done = b"", False
    for piece in cut(stream, sizes or [len(stream)]):
        if done:
            rest += piece
            continue
        buffer = rest + piece
        position, done = reader.feed(buffer, 0)
        rest = buffer[position:]
    return b"".join(pieces), rest, done


def cut(stream: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    position = 0
    for size in sizes:
        pieces.append(stream[position : position + size])
        position += size
    return [*pieces, stream[position:]]


CASES = [
    ("5.4-34 no message at all", b"\r\n.\r\n", b""),
    ("5.4-34 an empty line", b"\r\n\r\n.\r\n", b"\r\n"),
    ("5.4-27 two dots", b"\r\n..\r\n.\r\n", b".\r\n"),
    ("5.4-27 a dot before other text", b"\r\n.x\r\n.\r\n", b"x\r\n"),
    ("5.4-27 dots on every line", b"\r\n..a\r\n...b\r\nc.\r\n.\r\n", b".a\r\n..b\r\nc.\r\n"),
    ("5.4-28 a dot between bare LFs is text", b"\r\na\n.\nb\r\n.\r\n", b"a\n.\nb\r\n"),
    ("5.4-28 a dot behind a bare LF is text", b"\r\na\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n"),
    ("5.4-28 a dot before a bare LF is text", b"\r\na\r\n.\nb\r\n.\r\n", b"a\r\n\nb\r\n"),
    ("5.4-31 NUL", b"\r\na\0b\0\r\n.\r\n", b"a\0b\0\r\n"),
    ("5.4-32 lone CR", b"\r\na\rb\r\r\n.\r\n", b"a\rb\r\r\n"),
    ("5.4-32 line beginning with CR", b"\r\n\ra\r\n.\r\n", b"\ra\r\n"),
    ("5.4-32 CR before a dot", b"\r\n\r.\r\n.\r\n", b"\r.\r\n"),
    ("5.4-32 8 bits", b"\r\n\xff\xfe\x80\r\n.\r\n", b"\xff\xfe\x80\r\n"),
    ("5.4-30 a very long line", b"\r\n" + b"x" * 100_000 + b"\r\n.\r\n", b"x" * 100_000 + b"\r\n"),
]


@pytest.mark.parametrize(("stream", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
@pytest.mark.parametrize("way", ["whole", "octet by octet", "with trailing data"])
def test_case_5_4_lines_come_out_as_they_were_before_stuffing(
    stream: bytes, message: bytes, way: str
) -> None:
    trailing = b"+OK 1 4242\r\n" if way == "with trailing data" else b""
    sizes = [1] * len(stream) if way == "octet by octet" else None
    assert read(stream + trailing, sizes) == (message, trailing, True)


@pytest.mark.parametrize(
    ("stream", "message"),
    [
        (b"\n.\n", b""),
        (b"\na\n..b\n.\n", b"a\n.b\n"),
        (b"\na\n.\r\n", b"a\n"),
        (b"\na\r\nb\n.\nc\r\n.\r\n", b"a\r\nb\n.\nc\r\n"),
        (b"\n..\r\n.\r\n", b".\r\n"),
    ],
    ids=["empty", "dots", "CRLF at the end", "the first CRLF changes the rule", "CRLF on a dotted line"],
)
@pytest.mark.parametrize("octet_by_octet", [False, True])
def test_case_5_4_28_a_server_that_knows_only_bare_lf_is_taken_at_its_word(
    stream: bytes, message: bytes, octet_by_octet: bool
) -> None:
    sizes = [1] * len(stream) if octet_by_octet else None
    assert read(stream, sizes, crlf=False) == (message, b"", True)


@pytest.mark.parametrize("octet_by_octet", [False, True])
def test_a_status_line_that_forgot_its_cr_does_not_hide_the_end(octet_by_octet: bool) -> None:
    for stream, message in ((b"\n.\r\n", b""), (b"\n..a\r\n.\r\n", b".a\r\n")):
        pieces: list[bytes] = []
        reader = DataReader(pieces.append, ENOUGH, crlf=True, missing_cr=True)
        rest, done = b"", False
        for piece in cut(stream, [1] * len(stream) if octet_by_octet else [len(stream)]):
            if not done:
                rest += piece
                position, done = reader.feed(rest, 0)
                rest = rest[position:]
        assert (b"".join(pieces), done) == (message, True)


@pytest.mark.parametrize("tail", [b"\r\n", b"\r\n.", b"\r\n.\r", b"abc.\r\n", b"\n.\n", b"\r\n.\n"])
def test_case_5_4_29_there_is_no_end_before_the_end(tail: bytes) -> None:
    assert read(b"\r\ntext" + tail)[2] is False


OCTETS = st.text(alphabet="\r\n.a\0", max_size=40).map(str.encode)


def stuffed(lines: list[bytes]) -> bytes:
    return (
        b"\r\n" + b"".join((b"." if line[:1] == b"." else b"") + line + b"\r\n" for line in lines) + b".\r\n"
    )


@given(
    lines=st.lists(OCTETS.filter(lambda line: b"\n" not in line and not line.endswith(b"\r")), max_size=6),
    sizes=st.lists(st.integers(min_value=1, max_value=9), max_size=80),
)
def test_what_was_stuffed_comes_back_whatever_the_pieces(lines: list[bytes], sizes: list[int]) -> None:
    message = b"".join(line + b"\r\n" for line in lines)
    assert read(stuffed(lines) + b"tail", sizes) == (message, b"tail", True)


@given(stream=OCTETS, sizes=st.lists(st.integers(min_value=1, max_value=9), max_size=40), crlf=st.booleans())
def test_pieces_make_no_difference_to_any_stream(stream: bytes, sizes: list[int], crlf: bool) -> None:
    stream = (b"\r\n" if crlf else b"\n") + stream
    assert read(stream, sizes, crlf=crlf) == read(stream, crlf=crlf)


def test_case_5_4_35_a_message_over_the_cap_is_drained_and_not_kept() -> None:
    pieces: list[bytes] = []
    reader = DataReader(pieces.append, Bound(octets=10, drain=100), crlf=True)
    position, done = reader.feed(b"\r\n" + b"x" * 50 + b"\r\n.\r\n+OK\r\n", 0)
    assert (done, reader.oversize, pieces) == (True, True, [])
    assert position == 57


def test_case_a05_a_message_without_end_is_given_up() -> None:
    reader = DataReader(lambda piece: None, Bound(octets=10, drain=100), crlf=True)
    with pytest.raises(ProtocolError, match="does not end"):
        reader.feed(b"\r\n" + b"x" * 1000, 0)


def test_case_a04_a_listing_without_end_is_given_up() -> None:
    reader = DataReader(lambda piece: None, Bound(octets=10_000_000, lines=1000), crlf=True)
    reader.feed(b"\r\n" + b"1 x\r\n" * 900, 0)
    with pytest.raises(ProtocolError, match="more than 1000 lines"):
        reader.feed(b"\r\n" + b"1 x\r\n" * 900, 0)


def test_case_5_4_37_a_line_without_end_in_a_listing_is_given_up() -> None:
    reader = DataReader(lambda piece: None, Bound(octets=10_000_000, lines=9, line_octets=500), crlf=True)
    reader.feed(b"\r\n1 " + b"x" * 300, 0)
    with pytest.raises(ProtocolError, match="line too long"):
        reader.feed(b"x" * 300, 0)
