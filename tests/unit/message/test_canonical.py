"""The canonical body of RFC 6376: dkimpy's whenever lines end with CRLF, in pieces of any length."""

from __future__ import annotations

import pytest
from dkim.canonicalization import Relaxed, Simple
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import canonical_body


def canonical(octets: bytes | memoryview, *, relaxed: bool, piece: int = 65_536, start: int = 0) -> bytes:
    return b"".join(canonical_body(octets, start=start, relaxed=relaxed, piece=piece))


@pytest.mark.parametrize("piece", [1, 2, 5, 65_536])
def test_the_example_of_rfc_6376(piece: int) -> None:
    body = b" C \r\nD \t E\r\n\r\n\r\n"
    assert canonical(body, relaxed=True, piece=piece) == b" C\r\nD E\r\n"
    assert canonical(body, relaxed=False, piece=piece) == b" C \r\nD \t E\r\n"


def test_an_empty_body_is_a_line_or_nothing() -> None:
    for body in (b"", b"\r\n", b"\r\n\r\n"):
        assert canonical(body, relaxed=False) == b"\r\n"
        assert canonical(body, relaxed=True) == b""
    assert canonical(b" \r\n\t\r\n", relaxed=True) == b""


def test_a_line_without_an_end_gets_one() -> None:
    assert canonical(b"a \t", relaxed=True) == b"a\r\n"
    assert canonical(b"a \t", relaxed=False) == b"a \t\r\n"


def test_it_begins_where_it_is_told() -> None:
    assert canonical(memoryview(b"head\r\n\r\nbody\n"), relaxed=False, start=8) == b"body\r\n"


@given(
    st.lists(st.sampled_from([b"a", b" ", b"\t", b"\r\n", b"\n", b"\r", b"bc", b"\x00"]), max_size=40).map(
        b"".join
    ),
    st.booleans(),
    st.integers(1, 7),
)
def test_pieces_of_any_length_give_what_dkimpy_gives(body: bytes, relaxed: bool, piece: int) -> None:
    body += b"\r\n"
    lines = body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    expected = (Relaxed if relaxed else Simple).canonicalize_body(lines)
    assert canonical(body, relaxed=relaxed, piece=piece) == expected


@pytest.mark.parametrize("octets", [b" ", b"\r", b"\r\n", b"\n", b" \r", b"\t\r\n", b"x"])
def test_a_long_body_of_one_sort_is_read_at_once(octets: bytes) -> None:
    for relaxed in (False, True):
        for piece in canonical_body(octets * 1_000_000, start=0, relaxed=relaxed):
            assert len(piece) <= 3 * 65_536
