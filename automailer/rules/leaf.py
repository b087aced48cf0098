"""One test as a rule holds it: a check with its name, its value in short and its place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from automailer.errors import Place
from automailer.message import NotKnown
from automailer.rules.model import NOTHING, Answer, Sighting, Subject, TestTrace
from automailer.rules.refusal import printable

__all__ = ["NOT_FETCHED", "Check", "Leaf", "Rank", "Seen", "answer", "observed"]

# As much of a mail as a line of the trace can show.
SHOWN = 80


class Rank:
    """The order in which neighbours are answered: what is at hand, what must be decoded, what reads captures,
    what asks a program or the network, and last what counts the messages that get this far."""

    HEADER = 0
    BODY = 1
    EXPRESSION = 2
    OUTSIDE = 3
    REPEATS = 9


class Seen(NamedTuple):
    """What a check saw of one message, and what it says to it."""

    answer: Answer
    value: str = ""
    captures: Mapping[str, str] = NOTHING
    sightings: tuple[Sighting, ...] = ()


NOT_FETCHED = Seen(Answer.UNKNOWN, "not fetched")
_NOT_KNOWN = Seen(Answer.UNKNOWN, "not kept")


class Check(Protocol):
    """The heart of one test."""

    def observe(self, subject: Subject) -> Seen:
        """Look at one message; never raises on what a mail contains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A test that holds no others."""

    test: str
    wanted: str
    content: Check
    where: Place | None = None
    rank: int = Rank.HEADER

    def check(self, subject: Subject, *, thorough: bool = False) -> TestTrace:
        """Answer for this message."""
        try:
            seen = self.content.observe(subject)
        except NotKnown:
            seen = _NOT_KNOWN
        if seen.answer is Answer.UNKNOWN and (self.test, self.wanted) in subject.recalled:
            return replace(subject.recalled[self.test, self.wanted], where=self.where)
        return TestTrace(
            test=self.test,
            wanted=self.wanted,
            answer=seen.answer,
            value=seen.value,
            where=self.where,
            captures=seen.captures,
            sightings=seen.sightings,
        )

    def describe(self) -> str:
        """As in the rules file, in short."""
        return f"{self.test}: {self.wanted}"


def answer(holds: object) -> Answer:
    """YES for what is true, NO for what is not."""
    return Answer.YES if holds else Answer.NO


def observed(text: str) -> str:
    """What a check saw, as the trace shows it: on one line, cut, harmless to a terminal."""
    if len(text) <= SHOWN and text.isprintable():
        return text
    line = " ".join(text[: 4 * SHOWN].split())
    if len(line) > SHOWN or len(text) > 4 * SHOWN:
        line = f"{line[: SHOWN - 1]}…"
    return printable(line)
