"""Where a message's header section ends, and the one kind of message that is none. Pure."""

from __future__ import annotations

import re

__all__ = ["header_section", "is_folder_data"]

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_LEADING_BLANK = re.compile(rb"\r?\n")
_INTERNAL_SUBJECT = re.compile(
    rb"^Subject:[ \t]*DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA", re.I | re.M
)
_INTERNAL_FIELD = re.compile(rb"^X-IMAP(?:BASE)?:", re.IGNORECASE | re.MULTILINE)


def header_section(octets: bytes) -> bytes | None:
    """The octets up to and including the first blank line; None when there is no blank line."""
    # FTGate answers TOP with +OK twice; no header field looks like that.
    if octets[:3] == b"+OK":
        octets = octets[octets.find(b"\n") + 1 :]
    if start := _LEADING_BLANK.match(octets):
        return start[0]
    found = _BLANK_LINE.search(octets)
    return octets[: found.end()] if found else None


def is_folder_data(header: bytes) -> bool:
    """True for the message in which UW's and Pine's mail folders keep their state: it is nobody's mail."""
    return bool(_INTERNAL_SUBJECT.search(header) and _INTERNAL_FIELD.search(header))
