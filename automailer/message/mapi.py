"""MAPI property lists as TNEF carries them ([MS-OXTNEF] 2.1.3.4), and the charsets of code pages. Pure; bounded."""

from __future__ import annotations

from dataclasses import dataclass

from automailer.message.charset import decode

__all__ = ["Cursor", "Cut", "Property", "label_of", "read_properties", "text_of_property"]

MAX_PROPERTIES = 5_000
"""Of one list; Outlook writes some 150."""

MAX_VALUES = 1_000
"""Of one property with several values."""

_IS_MULTIPLE = 0x1000
_NAMED = 0x8000
_GUID = 16
_STRING8, _UNICODE = 0x1E, 0x1F
_VARIABLE = frozenset({_STRING8, _UNICODE, 0x0D, 0x102, 0x00})
_WIDTHS = {
    0x01: 0,
    0x02: 2,
    0x03: 4,
    0x04: 4,
    0x05: 8,
    0x06: 8,
    0x07: 8,
    0x0A: 4,
    0x0B: 2,
    0x14: 8,
    0x40: 8,
    0x48: 16,
}
_PAGES = {
    20127: "us-ascii",
    20866: "koi8-r",
    21866: "koi8-u",
    51932: "euc-jp",
    51949: "euc-kr",
    54936: "gb18030",
}
_PAGES |= {28590 + part: f"iso-8859-{part}" for part in (*range(1, 12), 13, 14, 15)}


class Cut(ValueError):
    """The octets end before what they announce; never leaves the reading of TNEF."""


@dataclass(frozen=True, slots=True)
class Property:
    """The first value of a property, and its type without the mark of several values."""

    kind: int
    value: memoryview


class Cursor:
    """A place in octets that only moves forward."""

    def __init__(self, octets: memoryview) -> None:
        self.octets = octets
        self.at = 0

    def take(self, octets: int) -> memoryview:
        """The next octets.

        Raises:
            Cut: there are fewer.
        """
        if octets > len(self.octets) - self.at:
            raise Cut
        self.at += octets
        return self.octets[self.at - octets : self.at]

    def number(self, octets: int) -> int:
        """The next octets as a number, the lowest first."""
        return int.from_bytes(self.take(octets), "little")

    def padded(self, octets: int) -> memoryview:
        """The next octets, behind which the place is a multiple of four (as far as there are octets)."""
        found = self.take(octets)
        self.at = min(self.at + -octets % 4, len(self.octets))
        return found


def read_properties(octets: memoryview) -> dict[int, Property]:
    """Return the properties that have a fixed number, by it, up to where the list breaks off."""
    found: dict[int, Property] = {}
    cursor = Cursor(octets)
    try:
        for _ in range(min(cursor.number(4), MAX_PROPERTIES)):
            kind, number = cursor.number(2), cursor.number(2)
            if number >= _NAMED:
                _pass_name(cursor)
            value = _first_value(cursor, kind)
            found.setdefault(number, Property(kind & ~_IS_MULTIPLE, value))
    except Cut:
        pass
    return found


def _pass_name(cursor: Cursor) -> None:
    cursor.take(_GUID)
    if cursor.number(4) == 0:
        cursor.take(4)
    else:
        cursor.padded(cursor.number(4))


def _first_value(cursor: Cursor, kind: int) -> memoryview:
    base, is_multiple = kind & ~_IS_MULTIPLE, bool(kind & _IS_MULTIPLE)
    if base in _VARIABLE:
        values = [cursor.padded(cursor.number(4)) for _ in range(min(cursor.number(4), MAX_VALUES))]
        return values[0] if values else memoryview(b"")
    if base not in _WIDTHS:
        raise Cut
    width = _WIDTHS[base]
    return cursor.padded(width * cursor.number(4) if is_multiple else width)[:width]


def label_of(code_page: int) -> str:
    """The charset label of a Windows code page."""
    return _PAGES.get(code_page, f"cp{code_page}") if code_page else ""


def text_of_property(found: Property | None, label: str, *, thorough: bool = False) -> str:
    """The text of a string property, or ""; `thorough` is that of `guess`."""
    if found is None or found.kind not in (_STRING8, _UNICODE, 0x102):
        return ""
    octets = bytes(found.value)
    if found.kind == _UNICODE:
        return octets[: len(octets) & ~1].decode("utf-16-le", "replace").partition("\0")[0]
    return decode(octets.partition(b"\0")[0], label, thorough=thorough).text
