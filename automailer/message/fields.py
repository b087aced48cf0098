"""The header section (RFC 5322 2.2): raw octets → raw fields, with limits. Pure; linear time, nothing is decoded.

As Postfix and the standard library do, the section ends at the first empty line or before the first line that is no
field; a line that is no field is not skipped, since what follows may be the text of a message without an empty line.
`Name :` is a field (RFC 5322 4.5.8); mbox lines `From ` and `>From ` are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["MAX_FIELDS", "MAX_SECTION", "MAX_VALUE", "Field", "Section", "read_section"]

MAX_SECTION = 1_000_000
"""Octets of headers that are read: the longest seen, with ARC sets and thread references, stay below 100 kB."""

MAX_FIELDS = 1_000
"""Fields that are read: RFC 5321 6.3 stops loops at 100 Received; 12 MB of fields took the standard library 282 MB."""

MAX_VALUE = 65_536
"""Octets of one value that are kept: a To with a thousand addresses has about 40 kB."""

_END = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_FIELD = re.compile(rb"([!-9;-~\x80-\xff]+)[ \t]*:")
# Editors put it before a message that they save (RFC 3629 6).
_BOM = b"\xef\xbb\xbf"
_MBOX = (b"From ", b">From ")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `name` as written, `value` with its line ends and cut to the limit (`cut` tells)."""

    name: str
    value: bytes
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The fields in order; `end` is where the section ends (before the empty line), `body` where the text begins."""

    fields: tuple[Field, ...]
    end: int
    body: int
    defects: tuple[str, ...]


def read_section(octets: bytes | memoryview) -> Section:
    """Read the header section at the start of a message or part."""
    start = len(_BOM) if bytes(octets[: len(_BOM)]) == _BOM else 0
    first = bytes(octets[start : start + 2])
    if first[:1] in (b"\r", b"\n"):
        return Section(
            fields=(), end=start, body=start + (2 if first == b"\r\n" else 1), defects=("there is no header",)
        )
    found = _END.search(octets)
    end, body = (
        (found.start() + _break_at(octets, found.start()), found.end())
        if found
        else (len(octets), len(octets))
    )
    raw = bytes(octets[: min(end, MAX_SECTION)])
    if end > MAX_SECTION:
        # Up to a whole line: half of one might look like the beginning of the text.
        raw = raw[: raw.rfind(b"\n") + 1] or raw
    scan = _Scan()
    stop = scan.run(raw, start)
    if stop < len(raw):
        end = body = stop
    elif end > MAX_SECTION:
        scan.defects.append(f"the header is longer than {MAX_SECTION:,} octets: the rest was not read")
    if not scan.fields:
        scan.defects.append("there is no header")
    return Section(fields=tuple(scan.fields), end=end, body=body, defects=tuple(dict.fromkeys(scan.defects)))


def _break_at(octets: bytes | memoryview, at: int) -> int:
    return 2 if bytes(octets[at : at + 2]) == b"\r\n" else 1


class _Scan:
    """One walk over the lines of a header section."""

    def __init__(self) -> None:
        self.fields: list[Field] = []
        self.defects: list[str] = []

    def run(self, raw: bytes, at: int) -> int:
        """Collect fields from `at` on; return where the first line begins that belongs to none."""
        while at < len(raw):
            end = self._line_end(raw, at)
            field = _FIELD.match(raw, at, end)
            if field:
                end = self._with_continuations(raw, end)
                self._add(field[1], raw[field.end() : end])
            elif raw[at : at + 1] in (b" ", b"\t"):
                self.defects.append("the header begins with a continuation line")
            elif raw.startswith(b":", at):
                self.defects.append("a header field has no name")
            elif not raw.startswith(_MBOX, at):
                self.defects.append("the header does not end with an empty line")
                return at
            at = end
        return at

    def _line_end(self, raw: bytes, at: int) -> int:
        line = _LINE.match(raw, at)
        return line.end() if line else len(raw)

    def _with_continuations(self, raw: bytes, end: int) -> int:
        while raw[end : end + 1] in (b" ", b"\t"):
            end = self._line_end(raw, end)
        return end

    def _add(self, name: bytes, value: bytes) -> None:
        if len(self.fields) >= MAX_FIELDS:
            self.defects.append(f"there are more than {MAX_FIELDS:,} header fields: the rest was not read")
            return
        text = name[:998].decode("utf-8", "replace")
        cut = len(value) > MAX_VALUE
        if cut:
            self.defects.append(f"a header field is longer than {MAX_VALUE:,} octets and was cut")
        if b"\0" in value:
            self.defects.append("the header holds NUL octets")
        self.fields.append(Field(text, value[:MAX_VALUE] if cut else value, cut))
