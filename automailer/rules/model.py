"""The vocabulary of rules: tests answer, rules match, a decision says what and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

from automailer.errors import Place
from automailer.message import Message

__all__ = [
    "Action",
    "ActionCall",
    "Answer",
    "Decision",
    "Match",
    "Mode",
    "Rule",
    "RuleTrace",
    "Subject",
    "Test",
    "TestTrace",
]


class Answer(Enum):
    """What a test says: UNKNOWN when what it needs of the message was not fetched."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What rules are put to: one message and everything around it that a test may read.

    `vars`, `match` and `matched` grow from rule to rule; the evaluator replaces the value, nothing mutates it.
    `lists` gives the entries of a named list. `now` is aware and in the settings' time zone.
    """

    message: Message
    mailbox: str
    uidl: str
    now: datetime
    vars: Mapping[str, Any] = field(default_factory=dict)
    match: Mapping[str, str] = field(default_factory=dict)
    matched: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestTrace:
    """One test as it was answered: `test` as written in short, `value` what it saw, `captures` its named groups."""

    __test__ = False

    test: str
    answer: Answer
    value: str = ""
    where: Place | None = None
    captures: Mapping[str, str] = field(default_factory=dict)
    children: tuple[TestTrace, ...] = ()



class Test(Protocol):
    """One test of a `when`: complete in itself, answers with its own trace."""

    __test__ = False

    @property
    def where(self) -> Place | None: ...

    def check(self, subject: Subject) -> TestTrace:
        """Answer for this message; never raises on what a mail contains."""

    def describe(self) -> str:
        """The test in short, as a person would write it."""


class Action(Protocol):
    """What a rule's `then` holds, already validated; planning it is the business of `actions/`."""

    @property
    def name(self) -> str:
        """As in the rules file: `forward`, `reply` …"""

    def describe(self) -> str: ...

    def assigns(self, subject: Subject) -> Mapping[str, Any]:
        """Values that later rules and templates see as `vars` (only `set` has any)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """One entry of a rule's `then`; `position` counts from 0 in it."""

    action: Action
    position: int
    where: Place


class Mode(Enum):
    """SHADOW decides and records, and does nothing."""

    ENFORCE = "enforce"
    SHADOW = "shadow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a mailbox, validated. `when` None matches everything."""

    name: str
    where: Place
    when: Test | None
    then: tuple[ActionCall, ...]
    stop: bool = False
    description: str = ""
    enabled: bool = True
    mode: Mode = Mode.ENFORCE
    until: date | None = None
    vars: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """One rule as it was put to the message. `note` says why it was not tried (disabled, past its end date)."""

    name: str
    where: Place
    answer: Answer
    stop: bool
    mode: Mode
    test: TestTrace | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that matched, with the subject as its actions see it (captures, vars with every earlier `set`)."""

    rule: Rule
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done with a message, and why: the rules that matched in order, and the trace of all that were tried."""

    matches: tuple[Match, ...]
    trace: tuple[RuleTrace, ...]

    @property
    def undecided(self) -> bool:
        """True when an answer was unknown that could change what is done."""
        return any(step.answer is Answer.UNKNOWN for step in self.trace)
