"""What is wrong in a value that a person wrote, said without knowing in which file it stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice

from automailer.settings import nearest

__all__ = ["Fault", "Refusals", "Refused", "one_of", "printable", "refuse_unknown_keys", "short"]

# What an error line or a line of the trace can show of a value.
SHORT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong in a value: `path` leads from the value to it, `key` means the key itself.

    `offset` counts the characters from the start of the text at the path to the spot.
    """

    message: str
    path: tuple[str | int, ...] = ()
    hint: str = ""
    key: bool = False
    offset: int = 0


class Refused(ValueError):
    """A value that can't be read; `faults` is everything found wrong in it."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(fault.message for fault in faults))

    def inside(self, *steps: str | int) -> Refused:
        """The same, seen from the value that holds this one under these steps."""
        return Refused(*(replace(fault, path=(*steps, *fault.path)) for fault in self.faults))


class Refusals:
    """Gathers what is wrong in the parts of one value, so that all of it is said at once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    @contextmanager
    def inside(self, *steps: str | int) -> Iterator[None]:
        """Keep what is refused in the block, as standing under these steps."""
        try:
            yield
        except Refused as refused:
            self.faults.extend(refused.inside(*steps).faults)

    def settle(self) -> None:
        """Refuse the whole when anything was refused."""
        if self.faults:
            raise Refused(*self.faults)


def refuse_unknown_keys(value: Iterable[str], known: Iterable[str]) -> None:
    """Refuse every key that is not known, with the nearest that is."""
    known = tuple(known)
    faults = [
        Fault(
            message=f"unknown key {short(key)!r}: expected {one_of(known)}",
            path=(key,),
            hint=nearest(key, known),
            key=True,
        )
        for key in value
        if key not in known
    ]
    if faults:
        raise Refused(*faults)


def one_of(words: Iterable[str]) -> str:
    """The words as a sentence lists alternatives."""
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last


def short(value: object, limit: int = SHORT) -> str:
    """A value as a person would write it, on one line, cut to a length that a line can show."""
    text = _written(value, 0)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _written(value: object, depth: int) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case dict() if depth < 3:
            entries = (f"{key}: {_written(entry, depth + 1)}" for key, entry in islice(value.items(), SHORT))
            return f"{{{', '.join(entries)}}}"
        case list() if depth < 3:
            return f"[{', '.join(_written(entry, depth + 1) for entry in value[:SHORT])}]"
        case dict() | list():
            return "…"
        case _:
            return printable(str(value)[: SHORT * 2])


def printable(text: str) -> str:
    """The text with control, format and odd space characters escaped: it can do nothing to a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
