"""Many patterns tried on one text together, in one pass of RE2. Pure.

RE2 works out which literal texts every pattern needs, and looks for all of those with one set; a pattern is named
when all that it needs is there. A set of the patterns themselves would tell exactly which of them fit, but `.*` in
many of them makes its automaton explode: on a hostile text it takes thirty times as long as trying one after the
other. One of literal texts has at most as many states as they have characters, whatever the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

__all__ = ["Screen", "is_sifting"]

# RE2 gives a set 8 MB for its program and its automaton; so many characters of patterns fill a fraction of that.
MAX_CHARACTERS = 20_000

# It stands behind every text: when it is not found, RE2 ran out of memory, which it tells nobody.
_END = "\x01end of the text\x01"
_END_OCTETS = _END.encode()


class _Filter(Protocol):
    """What we use of `re2.Filter`, which has no type stubs."""

    def Add(self, pattern: str, options: object = None) -> int: ...

    def Compile(self) -> None: ...

    def Match(self, text: bytes, potential: bool = False) -> list[int] | None: ...


class Screen:
    """Tells which of its patterns may be found in a text: all that are, and some that are not."""

    __slots__ = ("_filters",)

    def __init__(self, patterns: Sequence[str]) -> None:
        self._filters = [
            (start, size, _compiled(patterns[start : start + size])) for start, size in _portions(patterns)
        ]

    def candidates(self, texts: Iterable[str]) -> Iterable[int]:
        """The numbers of the patterns that may be found in any of the texts."""
        # Patterns may need white space where a text begins or ends.
        octets = " \n ".join(("", *texts, _END)).encode("utf-8", "replace")
        for start, size, portion in self._filters:
            found = None if portion is None else portion.Match(octets, potential=True)
            if found and 0 in found:
                yield from (start + number - 1 for number in found if number)
            else:
                yield from range(start, start + size)


def is_sifting(pattern: str) -> bool:
    """Tell whether the pattern needs a literal text that RE2 looks for: one of three octets or more.

    One that does not is a candidate everywhere.
    """
    portion = _compiled([pattern])
    return portion is not None and portion.Match(_END_OCTETS, potential=True) == [0]


def _portions(patterns: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Where each portion begins, and how many patterns it has."""
    start, characters = 0, 0
    for number, pattern in enumerate(patterns):
        if number > start and characters + len(pattern) > MAX_CHARACTERS:
            yield start, number - start
            start, characters = number, 0
        characters += len(pattern)
    if start < len(patterns):
        yield start, len(patterns) - start


def _compiled(patterns: Iterable[str]) -> _Filter | None:
    """The filter, with the end of the text as its first pattern; None when RE2 can't build it."""
    import re2

    options = re2.Options()
    options.log_errors = False
    portion: _Filter = re2.Filter()
    try:
        portion.Add(re2.escape(_END), options)
        for pattern in patterns:
            portion.Add(pattern, options)
        portion.Compile()
    except re2.error:
        return None
    return portion
