"""Files in the text of a mail, between `begin 644 name` and `end`, from the days before MIME (POSIX uuencode). Pure.

Such a block is an attachment, and no part of the text. It counts only when it is whole: each line as long as its first
character says, and an `end`. All else stays text, so that nobody hides words behind a line that only looks so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Block", "begins", "find_blocks", "stretch", "without"]

MAX_BLOCKS = 30
"""Of one text; what comes later stays text. To read one, all of the text before it is decoded."""

MAX_LINE = 1_000
"""Octets; a line of uuencode has 62."""

_BEGIN = re.compile(rb"begin [0-7]{3,4} ([^\r\n]{1,255})(?:\r?\n|\r)")
_ANYWHERE = re.compile(rb"(?:\A|[\r\n])begin [0-7]{3,4} [^\r\n]")
_LINE_END = re.compile(rb"\r?\n|\r")
_DATA = frozenset(range(0x20, 0x61))


@dataclass(frozen=True, slots=True)
class Block:
    """A file's name, raw, and where it lies: from the first octet of `begin` to behind the line of `end`."""

    name: bytes
    start: int
    end: int


def begins(octets: bytes | memoryview, start: int, end: int) -> bool:
    """Tell whether a line there looks like the beginning of a file."""
    return _ANYWHERE.search(octets, start, end) is not None


def find_blocks(chunks: Iterable[bytes]) -> tuple[Block, ...]:
    """Return the whole files in a text, in order."""
    found: list[Block] = []
    begun: Block | None = None
    for at, line in _lines(chunks):
        content = line.rstrip(b"\r\n")
        if begun is not None and content.rstrip(b" \t") == b"end":
            found.append(Block(begun.name, begun.start, at + len(line)))
            begun = None
        elif begun is None or not _is_data(content):
            # No line of data begins with a b, so none is looked at twice.
            start = _BEGIN.match(line)
            begun = Block(start[1].strip(), at, at) if start else None
        if len(found) >= MAX_BLOCKS:
            break
    return tuple(found)


def without(chunks: Iterable[bytes], blocks: Sequence[Block]) -> Iterator[bytes]:
    """The octets outside of the blocks."""
    at = 0
    for chunk in chunks:
        end, kept = at + len(chunk), at
        for block in blocks:
            if block.start < end and block.end > at:
                yield chunk[kept - at : max(block.start - at, kept - at)]
                kept = max(kept, min(block.end, end))
        yield chunk[kept - at :]
        at = end


def stretch(chunks: Iterable[bytes], block: Block) -> Iterator[bytes]:
    """The octets of one block."""
    at = 0
    for chunk in chunks:
        if at + len(chunk) > block.start:
            yield chunk[max(block.start - at, 0) : block.end - at]
        at += len(chunk)
        if at >= block.end:
            return


def _lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each line with its place; one that is too long comes in pieces."""
    held, at = b"", 0
    for chunk in chunks:
        octets, place = held + chunk, 0
        # A CR at the end may be half of a line end.
        for found in _LINE_END.finditer(octets, 0, len(octets) - octets.endswith(b"\r")):
            yield at + place, octets[place : found.end()]
            place = found.end()
        held, at = octets[place:], at + place
        if len(held) > MAX_LINE:
            yield at, held
            held, at = b"", at + len(held)
    if held:
        yield at, held + b"\n"


def _is_data(line: bytes) -> bool:
    """As long as its first character says; blanks at the end may have been lost, or a check character added."""
    if not line or line[0] not in _DATA or not _DATA.issuperset(line):
        return False
    octets = (line[0] - 32) & 63
    whole = (octets + 2) // 3 * 4
    least = (octets * 4 + 2) // 3
    return len(line) - 1 <= whole + 1 and len(line.rstrip()) - 1 <= whole + 1 and _is_filled(line, least)


def _is_filled(line: bytes, least: int) -> bool:
    # Encoders that write blanks for zeros lose them on the way: then the line before the blanks is what is left.
    return len(line) - 1 >= least or b"`" not in line
