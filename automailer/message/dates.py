"""Dates in header fields (RFC 5322 3.3 and 4.3), read tolerantly and always aware. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

__all__ = ["parse_date", "received_date"]

MAX_CHARACTERS = 200
"""Of a date that are looked at; with a comment for the zone's name a real one has 60."""

MIN_YEAR, MAX_YEAR = 1969, 2999
"""Outside lie broken clocks (RFC 5322 A.1.3 has a mail of 1969, which is also when 1970 began in America); the margin
keeps every conversion of zones inside what `datetime` can hold."""

_COMMENT = re.compile(r"\([^()]*\)")
_YEAR_ZERO = re.compile(r"[A-Za-z]{3,9}[ -](?:0|000|0000)\b")
_BLANKS = re.compile(r"\s+")


def parse_date(text: str) -> datetime | None:
    """Return the date, or None for an impossible one; no zone, an unknown one and -0000 are UTC."""
    text = _BLANKS.sub(" ", _COMMENT.sub(" ", _BLANKS.sub(" ", text)[:MAX_CHARACTERS])).strip()
    try:
        found = _internet_date(text) or _iso_date(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found and MIN_YEAR <= found.year <= MAX_YEAR else None


def received_date(value: str) -> datetime | None:
    """Return the date of a Received field (RFC 5321 4.4): what stands behind its last semicolon."""
    _, semicolon, date = value.rpartition(";")
    return parse_date(date) if semicolon else None


def _internet_date(text: str) -> datetime | None:
    parsed = parsedate_tz(text)
    if parsed is None or _YEAR_ZERO.search(text):
        return None
    year, month, day, hour, minute, second = parsed[:6]
    zone = timezone(timedelta(seconds=parsed[9])) if parsed[9] else UTC
    # A leap second (RFC 5322 3.3 allows 60) is no time for `datetime`.
    return datetime(year, month, day, hour, minute, min(second, 59) if second == 60 else second, tzinfo=zone)


def _iso_date(text: str) -> datetime | None:
    """RFC 3339 in place of RFC 5322, as some programs write it."""
    if not text[:4].isdigit():
        return None
    date = datetime.fromisoformat(text)
    return date if date.tzinfo else date.replace(tzinfo=UTC)
