"""What must be found in a field before a matcher can hit: a clue rules out, it never decides. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from automailer.rules.model import Subject

__all__ = ["Clue", "Clues", "Field", "Form", "Traceable", "clues_of", "clues_of_any"]


class Form(Enum):
    """How a field's texts are written before they are looked through."""

    AS_IT_IS = "as it is"
    SPACED = "runs of white space as one space"
    FOLDED = "folded"
    KEYS = "an address and what its domain lies in"


@dataclass(frozen=True, slots=True)
class Clue:
    """In a field's texts of this form there must be one that equals `text`, or in which the pattern `text` is found."""

    form: Form
    text: str
    whole: bool = False


Clues = tuple[Clue, ...]
"""Alternatives: where none of them is found, nothing fits."""


class Field(Protocol):
    """What matchers look at; two that are equal give the same texts."""

    def texts(self, subject: Subject, form: Form) -> Sequence[str] | None:
        """All that there is, None when it was not fetched.

        Raises:
            NotKnown: nobody knows any more.
        """

    def shown(self, subject: Subject) -> str:
        """What the trace shows of it when nothing fits."""


@runtime_checkable
class Traceable(Protocol):
    """A matcher that leaves clues."""

    def clues(self) -> Clues | None:
        """None: there is no saying what it needs."""


def clues_of(matcher: object) -> Clues | None:
    """The clues of one matcher."""
    return matcher.clues() if isinstance(matcher, Traceable) else None


def clues_of_any(matchers: Sequence[object]) -> Clues | None:
    """The clues of several, each of which may hit; None as soon as one leaves none."""
    found: dict[Clue, None] = {}
    for matcher in matchers:
        clues = clues_of(matcher)
        if clues is None:
            return None
        found.update(dict.fromkeys(clues))
    return tuple(found)
