"""Where a character of a text stands in the YAML that it was read from, however it is written there. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from string import hexdigits
from sys import maxunicode

from automailer.settings.tree import Mark

__all__ = ["spot"]

_HEADER = re.compile(r"[|>][-+1-9]*\s*(?:#.*)?")
# How many characters an escape of a double-quoted scalar takes (YAML 1.2, section 5.7).
_ESCAPE_WIDTH = {"x": 4, "u": 6, "U": 10}
_WHITE_ESCAPES = frozenset("nrt vf\tNLP_")


def spot(lines: Sequence[str], start: Mark, text: str, offset: int) -> Mark:
    """The place of the character `offset` of a scalar that begins at `start`; `start` where it can't be found.

    Folding changes white space and nothing else: the other characters are counted.
    """
    wanted = len("".join(text[:offset].split()))
    for number, mark in enumerate(_characters(lines, start)):
        if number == wanted:
            return mark
    return start


def _characters(lines: Sequence[str], start: Mark) -> Iterator[Mark]:
    """The places of all that is no white space, from the scalar's first character on."""
    row, column = start.line - 1, start.column - 1
    quote = lines[row][column : column + 1] if row < len(lines) else ""
    if _HEADER.fullmatch(lines[row][column:] if quote else ""):
        row, column, quote = row + 1, 0, ""
    elif quote in ("'", '"'):
        column += 1
    while row < len(lines):
        yield from _in_line(lines[row], column, row, quote)
        row, column = row + 1, 0


def _in_line(line: str, column: int, row: int, quote: str) -> Iterator[Mark]:
    while column < len(line):
        escaped = quote == '"' and line[column] == "\\"
        width = 2 if quote == "'" and line.startswith("''", column) else 1
        if escaped:
            width = _ESCAPE_WIDTH.get(line[column + 1 : column + 2], 2)
        if not (_is_white(line[column + 1 : column + width]) if escaped else line[column].isspace()):
            yield Mark(row + 1, column + 1)
        column += width


def _is_white(escape: str) -> bool:
    """Whether what stands behind a backslash means white space, or the end of the line."""
    if len(escape) > 1 and all(digit in hexdigits for digit in escape[1:]):
        code = int(escape[1:], 16)
        return code <= maxunicode and chr(code).isspace()
    return not escape or escape in _WHITE_ESCAPES
