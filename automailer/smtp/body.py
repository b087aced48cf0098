"""From a message's octets to what DATA carries (RFC 5321 4.5.2). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["END_OF_DATA", "normalise", "to_data"]

END_OF_DATA = b".\r\n"

PIECE = 64 * 1024
"""Octets sent at once: memory stays flat whatever the message's size."""

_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


def normalise(octets: bytes) -> bytes:
    """Make every line end with CRLF, the last one too.

    Left in place, a bare LF or CR lets a message end DATA early on servers that take LF.LF for the end, and
    speak commands in our name (SMTP smuggling, CVE-2023-51764).
    """
    clean = _LINE_END.sub(b"\r\n", octets) if _BARE.search(octets) else octets
    return clean if not clean or clean.endswith(b"\r\n") else clean + b"\r\n"


def to_data(normalised: bytes) -> Iterator[bytes]:
    """Yield dot-stuffed pieces, each of whole lines; the caller sends `END_OF_DATA` after the last."""
    start = 0
    while start < len(normalised):
        end = normalised.find(b"\n", start + PIECE) + 1 or len(normalised)
        yield _LEADING_DOT.sub(b"..", normalised[start:end])
        start = end
