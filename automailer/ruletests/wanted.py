"""One value that a test expects, and whether what is there fits it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from pydantic import PlainValidator, WithJsonSchema

from automailer.rules import TEXT_FORMS, Refused, TextMatcher, read_text

__all__ = [
    "ALONE_SCHEMA",
    "VALUE_SCHEMA",
    "Alone",
    "Free",
    "Lists",
    "Mapped",
    "Same",
    "Value",
    "Wanted",
    "plain",
]

# With these flags or none; /srv/mail is a folder.
_SLASHED = re.compile(r"/.+/[ims]*", re.DOTALL)

Lists = Mapping[str, tuple[str, ...]]


class Wanted(Protocol):
    """What is wanted of one value; `written` is it as a person wrote it."""

    @property
    def written(self) -> Any: ...

    def fits(self, found: object, lists: Lists) -> bool:
        """Whether the value does."""


@dataclass(frozen=True, slots=True)
class Same:
    """This very value: of texts, white space at their ends and the kind of line ends aside."""

    written: Any

    def fits(self, found: object, lists: Lists) -> bool:
        """Compare; a list of one is as good as the one alone."""
        if isinstance(found, Sequence) and not isinstance(found, str):
            return len(found) == 1 and self.fits(found[0], lists)
        return plain(found) == plain(self.written)


@dataclass(frozen=True, slots=True)
class Fitting:
    """A text that fits a pattern, or one of several of which one does."""

    written: Any
    matcher: TextMatcher

    def fits(self, found: object, lists: Lists) -> bool:
        """Ask the pattern; a pattern that is the text itself, such as a path between slashes, fits it too."""
        several = found if isinstance(found, list | tuple) else (found,)
        texts = (str(plain(one)) for one in several if one is not None)
        return any(text == self.written or self.matcher.match(text, lists) for text in texts)


@dataclass(frozen=True, slots=True)
class Several:
    """All of these values and no others, in any order."""

    written: Any
    entries: tuple[Wanted, ...]

    def fits(self, found: object, lists: Lists) -> bool:
        """Give each value to one entry."""
        left = list(found) if isinstance(found, list | tuple) else [found]
        # What can be only itself chooses before what may be many.
        for entry in sorted(self.entries, key=lambda one: not isinstance(one, Same)):
            at = next((at for at, one in enumerate(left) if entry.fits(one, lists)), None)
            if at is None:
                return False
            del left[at]
        return not left


@dataclass(frozen=True, slots=True)
class Holding:
    """A mapping that has at least these."""

    written: Any
    entries: Mapping[str, Wanted]

    def fits(self, found: object, lists: Lists) -> bool:
        """Look each of them up."""
        return isinstance(found, Mapping) and all(
            name in found and entry.fits(found[name], lists) for name, entry in self.entries.items()
        )


def plain(value: object) -> object:
    """The value as it is compared: digits may be a number or a text, lines end as they like."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return (
        "\n".join(line.rstrip() for line in value.strip().splitlines()) if isinstance(value, str) else value
    )


def _read(value: object) -> Wanted:
    """What a value in a test asks for; ValueError when it is none."""
    match value:
        case dict():
            return _pattern(value) if _says_how(value) else Holding(value, dict(_entries(value)))
        case list():
            return Several(value, tuple(map(_read, value)))
        case str() if _SLASHED.fullmatch(value):
            return _pattern(value)
        case _:
            return Same(value)


def _entries(value: Mapping[str, object]) -> Iterator[tuple[str, Wanted]]:
    for name, entry in value.items():
        yield name, _read(entry)


def _says_how(value: Mapping[str, object]) -> bool:
    return any(key in TEXT_FORMS for key in value)


def _pattern(value: Any) -> Fitting:
    try:
        return Fitting(value, read_text(value))
    except Refused as refused:
        raise ValueError(str(refused)) from refused


def _read_text(value: object) -> Wanted:
    """A value that is a text, a number, a word or a list of them: a mapping of it can only be a pattern."""
    if isinstance(value, dict):
        return _pattern(value)
    return Several(value, tuple(map(_read_text, value))) if isinstance(value, list) else _read(value)


_FORMS = {
    "type": "object",
    "properties": {**{form: {} for form in TEXT_FORMS}, "case": {"type": "boolean"}},
    "additionalProperties": False,
    "minProperties": 1,
}
_SCALAR = {"type": ["string", "number", "boolean", "null"]}
_LIST = {"type": "array", "items": {"anyOf": [_SCALAR, _FORMS]}}

VALUE_SCHEMA: Mapping[str, Any] = {"anyOf": [_SCALAR, _FORMS, _LIST]}
ALONE_SCHEMA: Mapping[str, Any] = {"anyOf": [_SCALAR, _LIST]}

Value = Annotated[Any, PlainValidator(_read_text), WithJsonSchema(dict(VALUE_SCHEMA))]
"""A plain value, which is to be the same; `/…/` or a mapping of text forms; or a list, order aside."""

Alone = Annotated[Any, PlainValidator(_read_text), WithJsonSchema(dict(ALONE_SCHEMA))]
"""The value that stands in place of all fields: no mapping, for that would be the fields."""

Mapped = Annotated[Any, PlainValidator(_read), WithJsonSchema({"type": "object"})]
"""A mapping that is to have at least these."""

Free = Annotated[Any, PlainValidator(_read), WithJsonSchema({})]
"""Any of these."""
