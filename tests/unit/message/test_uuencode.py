"""Files between `begin` and `end` in the text of a mail."""

from __future__ import annotations

import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import parse
from automailer.message.uuencode import MAX_BLOCKS, find_blocks, stretch, without


def encoded(content: bytes, name: bytes = b"a.bin", end: bytes = b"`\nend\n") -> bytes:
    lines = (binascii.b2a_uu(content[at : at + 45], backtick=True) for at in range(0, len(content), 45))
    return b"begin 644 " + name + b"\n" + b"".join(lines) + end


def mail(body: bytes, encoding: str = "7bit", kind: str = "text/plain") -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + body


CONTENT = bytes(range(256)) * 3


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("end", [b"`\nend\n", b"end\n", b" \nend\n", b"`\nend"])
def test_a_file_in_the_text_is_an_attachment_and_no_text(line_end: bytes, end: bytes) -> None:
    body = b"before\n" + encoded(CONTENT, b"photo.jpg", end)
    message = parse(mail(body.replace(b"\n", line_end)))
    (found,) = message.attachments
    assert (found.name, found.type, found.content(), found.defects) == (
        "photo.jpg",
        "image/jpeg",
        CONTENT,
        (),
    )
    assert message.text == "before\n"


def test_there_may_be_several_between_words() -> None:
    body = b"one\n" + encoded(b"a", b"a b.txt") + b"two\n" + encoded(b"", b"empty.txt") + b"three\n"
    message = parse(mail(body))
    assert [(one.index, one.name, one.content()) for one in message.attachments] == [
        (1, "a b.txt", b"a"),
        (2, "empty.txt", b""),
    ]
    assert message.text == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"begin 644 x\nis how such files begin\n", id="words about it"),
        pytest.param(b"we begin  with this\nend\n", id="Outlook's mistake"),
        pytest.param(encoded(CONTENT, end=b""), id="no end"),
        pytest.param(encoded(CONTENT).replace(b"end", b"the end"), id="another end"),
        pytest.param(b"  " + encoded(b"abc"), id="indented"),
        pytest.param(b"> " + encoded(b"abc").replace(b"\n", b"\n> "), id="quoted"),
        pytest.param(encoded(CONTENT).replace(b"\nM", b"\nMM", 1), id="a line that is too long"),
    ],
)
def test_all_else_stays_text(body: bytes) -> None:
    message = parse(mail(body))
    assert message.attachments == ()
    assert message.text.rstrip() == body.decode().rstrip()


def test_it_may_be_quoted_printable_but_not_html() -> None:
    body = b"caf=C3=A9\n" + encoded(b"abc=def").replace(b"=", b"=3D")
    message = parse(mail(body, "quoted-printable", "text/plain; charset=utf-8"))
    assert ([one.content() for one in message.attachments], message.text) == ([b"abc=def"], "café\n")
    assert parse(mail(encoded(b"abc"), kind="text/html")).attachments == ()


def test_what_comes_after_many_stays_text() -> None:
    message = parse(mail(encoded(b"a") * (MAX_BLOCKS + 1)))
    assert len(message.attachments) == MAX_BLOCKS
    assert message.text.startswith("begin 644 a.bin")


@given(st.lists(st.tuples(st.binary(max_size=200), st.sampled_from([b"", b"text\n"]))), st.integers(1, 50))
def test_what_was_encoded_comes_out_however_it_is_cut(parts: list[tuple[bytes, bytes]], size: int) -> None:
    whole = b"".join(encoded(content) + words for content, words in parts)
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    blocks = find_blocks(chunks)
    assert [b"".join(stretch(chunks, block)) for block in blocks] == [
        encoded(content) for content, _ in parts
    ]
    assert b"".join(without(chunks, blocks)) == b"".join(words for _, words in parts)


@given(
    st.lists(
        st.sampled_from(
            [b"begin 644 a\n", b"end\n", b"`\n", b"#86)C\n", b"words\r\n", b"\r", b"M", b"\x00\xff"]
        )
    )
)
def test_no_octet_is_lost_or_twice(pieces: list[bytes]) -> None:
    blocks = find_blocks(pieces)
    inside = sum(len(b"".join(stretch(pieces, block))) for block in blocks)
    assert inside + len(b"".join(without(pieces, blocks))) == len(b"".join(pieces))
