"""The body of a message as DKIM signs it (RFC 6376 3.4.3, 3.4.4), piece by piece. Pure; linear time, small memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["canonical_body"]

PIECE = 65_536
"""Octets that are worked on at once."""

_BREAK = re.compile(rb"\r?\n")
_BLANKS = re.compile(rb"[ \t]+")
_EMPTY_LINES = b"\r\n" * 1024


def canonical_body(
    octets: bytes | memoryview, *, start: int, relaxed: bool, piece: int = PIECE
) -> Iterator[bytes]:
    """What stands from `start` on: CRLF line ends, no empty lines at its end, but a line end.

    `relaxed`: blanks at the end of a line are dropped, runs of them become one space; a body without text is nothing.
    """
    open_end, empty_lines, begun = b"", 0, False
    for at in range(start, len(octets), piece):
        whole, open_end = _cut(open_end + bytes(octets[at : at + piece]), relaxed=relaxed)
        text, more_empty = _without_empty_lines(_canonical(whole, relaxed=relaxed))
        if text:
            yield from _lines(empty_lines)
            yield text
            begun, empty_lines = True, 0
        empty_lines += more_empty
    if open_end and not (relaxed and open_end == b" "):
        yield from _lines(empty_lines)
        yield open_end
        begun = True
    if begun or not relaxed:
        yield b"\r\n"


def _cut(octets: bytes, *, relaxed: bool) -> tuple[bytes, bytes]:
    """What is certain already, and what the next octet decides about: half a line end, blanks before one."""
    whole = octets[:-1] if octets.endswith(b"\r") else octets
    half = octets[len(whole) :]
    if not relaxed:
        return whole, half
    text = whole.rstrip(b" \t")
    return text, (b" " if len(text) < len(whole) else b"") + half


def _canonical(octets: bytes, *, relaxed: bool) -> bytes:
    octets = _BREAK.sub(b"\r\n", octets)
    return _BLANKS.sub(b" ", octets).replace(b" \r\n", b"\r\n") if relaxed else octets


def _without_empty_lines(octets: bytes) -> tuple[bytes, int]:
    """The octets without line ends at their end, and how many there were."""
    if not octets.endswith(b"\n"):
        return octets, 0
    text = len(octets.rstrip(b"\r\n"))
    # A CR that stands alone is text.
    text = max(text, octets.rfind(b"\r\r", text) + 1)
    return octets[:text], (len(octets) - text) // 2


def _lines(count: int) -> Iterator[bytes]:
    for _ in range(count // 1024):
        yield _EMPTY_LINES
    yield _EMPTY_LINES[: 2 * (count % 1024)]
