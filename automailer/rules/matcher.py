"""What matchers of texts and of addresses have in common: a hit, all of several, any of several. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from automailer.rules.clue import Clues, clues_of, clues_of_any
from automailer.rules.model import NOTHING
from automailer.rules.refusal import Fault, Refusals, Refused, one_of, refuse_unknown_keys

__all__ = ["HIT", "Every", "Hit", "Lists", "Matcher", "OneOf", "any_of", "read_each", "read_forms"]

Lists = Mapping[str, tuple[str, ...]]
T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)


class Hit(NamedTuple):
    """What fits: its named groups, and the spot with a little around it when the text is long."""

    captures: Mapping[str, str] = NOTHING
    excerpt: str = ""


HIT = Hit()


class Matcher(Protocol[T_contra]):
    """Says whether one thing fits; `lists` gives the entries of named lists."""

    def match(self, thing: T_contra, lists: Lists = NOTHING) -> Hit | None: ...


@dataclass(frozen=True, slots=True)
class Every(Generic[T]):
    """One thing that meets all of several matchers."""

    parts: tuple[Matcher[T], ...]

    def match(self, thing: T, lists: Lists = NOTHING) -> Hit | None:
        """Ask all; of two groups with one name the later wins."""
        captures: dict[str, str] = {}
        excerpt = ""
        for part in self.parts:
            hit = part.match(thing, lists)
            if hit is None:
                return None
            captures.update(hit.captures)
            excerpt = excerpt or hit.excerpt
        return Hit(captures, excerpt)

    def clues(self) -> Clues | None:
        """Those of the one that says most: all must fit."""
        found = (clues for part in self.parts if (clues := clues_of(part)) is not None)
        return max(found, key=lambda clues: min(len(clue.text) for clue in clues), default=None)


@dataclass(frozen=True, slots=True)
class OneOf(Generic[T]):
    """A thing that meets any of several matchers: the first that it does."""

    parts: tuple[Matcher[T], ...]

    def match(self, thing: T, lists: Lists = NOTHING) -> Hit | None:
        """Ask one after the other."""
        return next((hit for part in self.parts if (hit := part.match(thing, lists))), None)

    def clues(self) -> Clues | None:
        """Those of each of them: any may fit."""
        return clues_of_any(self.parts)


def any_of(parts: Sequence[Matcher[T]]) -> Matcher[T]:
    """The one matcher, or one that stands for any of several."""
    return parts[0] if len(parts) == 1 else OneOf(tuple(parts))


def read_each(value: object, read_one: Callable[[object], T]) -> tuple[T, ...]:
    """What each entry of a list means, or the one value that is no list."""
    if not isinstance(value, list):
        return (read_one(value),)
    if not value:
        raise Refused(Fault(message="is an empty list, which nothing fits: expected at least one entry"))
    refusals, found = Refusals(), []
    for index, entry in enumerate(value):
        with refusals.inside(index):
            found.append(read_one(entry))
    refusals.settle()
    return tuple(found)


def read_forms(
    value: Mapping[str, object],
    forms: Mapping[str, Callable[[object], Matcher[T]]],
    *,
    beside: Sequence[str] = (),
) -> Matcher[T]:
    """The matcher of a mapping of forms: all of them at once. The keys `beside` them are for the caller."""
    refusals, parts = Refusals(), []
    with refusals.inside():
        refuse_unknown_keys(value, (*forms, *beside))
    for form, wanted in value.items():
        if form in forms:
            with refusals.inside(form):
                parts.append(forms[form](wanted))
    if not parts and not refusals.faults:
        refusals.faults.append(Fault(message=f"expected {one_of(forms)}"))
    refusals.settle()
    return parts[0] if len(parts) == 1 else Every(tuple(parts))
