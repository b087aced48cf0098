"""What DATA carries: lines end with CRLF, and no line of the mail can end it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from automailer.smtp import body
from automailer.smtp.body import END_OF_DATA, normalise, to_data

_PARTS = st.lists(st.sampled_from([b".", b"\r", b"\n", b"\r\n", b"a", b"..", b"\0", b"\xff"]), max_size=60)


def _received(data: bytes) -> bytes:
    """Undo the stuffing as a server does."""
    lines = data.split(b"\r\n")
    return b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)


@given(_PARTS)
def test_every_line_ends_with_crlf_and_nothing_else_looks_like_an_end(parts: list[bytes]) -> None:
    clean = normalise(b"".join(parts))
    assert clean.replace(b"\r\n", b"").translate(None, b"\r\n") == clean.replace(b"\r\n", b"")
    assert not clean or clean.endswith(b"\r\n")
    assert normalise(clean) == clean


@given(_PARTS)
def test_what_a_server_undoes_is_what_was_sent(parts: list[bytes]) -> None:
    clean = normalise(b"".join(parts))
    data = b"".join(to_data(clean))
    assert _received(data) == clean
    assert b"\r\n.\r\n" not in b"\r\n" + data + END_OF_DATA[:0]


def test_a_long_mail_is_sent_in_pieces_of_whole_lines() -> None:
    clean = b".line\r\n" * 100_000
    pieces = list(to_data(clean))
    assert len(pieces) > 5
    assert all(piece.endswith(b"\r\n") and len(piece) < 2 * body.PIECE for piece in pieces)
    assert b"".join(pieces) == b"..line\r\n" * 100_000


def test_an_empty_mail_stays_empty() -> None:
    assert list(to_data(normalise(b""))) == []
