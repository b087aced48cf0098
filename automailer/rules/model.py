"""The vocabulary of rules: tests answer, rules match, a decision says what and why. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from automailer.errors import Place
from automailer.message import Message
from automailer.rules.outside import Outside

if TYPE_CHECKING:
    from automailer.settings import Document

__all__ = [
    "NOTHING",
    "REACHED",
    "UNSURE",
    "Action",
    "ActionCall",
    "ActionReader",
    "Answer",
    "Decision",
    "Match",
    "Mode",
    "Rule",
    "RuleTrace",
    "Sighting",
    "Sightings",
    "Subject",
    "Test",
    "TestTrace",
]


NOTHING: Mapping[str, Any] = MappingProxyType({})
"""An empty mapping that nobody can fill."""

REACHED = "reached"
"""Stands among `unsettled` for the very fact that a test is asked."""


class Answer(Enum):
    """What a test says: UNKNOWN when what it needs of the message was not fetched."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A key that a rule has seen in this message, to be counted for later ones once the message is finished.

    `kind` tells counts of one key apart that have nothing to do with each other; nobody asks for it after `within`.
    """

    rule: str
    kind: str
    key: str
    within: timedelta


UNSURE = Sighting(rule="", kind="", key="", within=timedelta())
"""Stands for a key of which it is not certain whether, or as what, it is to be counted."""


class Sightings(Protocol):
    """What was counted in this mailbox; the message in hand is never among it."""

    def tally(self, rule: str, kind: str, key: str, *, after: datetime) -> tuple[int, datetime | None]:
        """How many earlier messages had the key after that time, and when the last of them was dealt with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What rules are put to: one message and everything around it that a test may read.

    `vars` and `matched` grow from rule to rule, `match` from test to test: the evaluator replaces the value,
    nothing mutates it. `lists` gives the entries of a named list. `now` is aware, in the settings'
    time zone. `unsure` names the earlier rules whose answer is unknown, `unsettled` those of `match` and `vars`
    that an unknown answer may yet change, and holds REACHED where one may yet decide whether a test is asked at all.
    `sightings` None: no history is at hand. `outside` None: nobody runs programs or looks into the DNS. `recalled`
    has the answers of an earlier decision, by test and what it wanted; they stand in for what is not known.
    """

    message: Message
    mailbox: str
    uidl: str
    now: datetime
    vars: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    match: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    matched: tuple[str, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    rule: str = ""
    unsure: tuple[str, ...] = ()
    unsettled: frozenset[str] = frozenset()
    sightings: Sightings | None = None
    outside: Outside | None = None
    recalled: Mapping[tuple[str, str], TestTrace] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestTrace:
    """One test as it was answered: its name, what the rule wanted in short, and the value that it saw.

    `captures` are the named groups that it adds to `match`; `children` the answers inside `all`, `any` and
    `not`, in the order of the file. `unsettled`: the answer is certain, the captures are not. `wanted` and
    `value` are short and hold no control character. `sightings`: what it counts for later messages.
    """

    __test__ = False

    test: str
    answer: Answer
    wanted: str = ""
    value: str = ""
    where: Place | None = None
    captures: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    children: tuple[TestTrace, ...] = ()
    unsettled: bool = False
    sightings: tuple[Sighting, ...] = ()


class Test(Protocol):
    """One test of a `when`: complete in itself, answers with its own trace."""

    @property
    def where(self) -> Place | None: ...

    @property
    def rank(self) -> int:
        """When it is answered among its neighbours: the cheap ones first, those that read captures last."""

    def check(self, subject: Subject, *, thorough: bool = False) -> TestTrace:
        """Answer for this message; never raises on what a mail contains.

        `thorough` has every test inside answered, also those that can no longer change the answer.

        Raises:
            TemporaryError: an `if` broke, or a list can't be read; the message waits until that is mended.
        """

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


class ActionReader(Protocol):
    """What the loader knows of actions: how one entry of `then` is read."""

    def read(self, name: str, value: object, *, document: Document, path: tuple[str | int, ...]) -> Action:
        """The action that stands at the path; `value` is None when its name stands alone.

        Raises:
            ConfigError: the name is unknown, or its value is wrong.
        """


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
    """One rule of a mailbox, validated. `when` None matches everything.

    `until` is the last day on which it is tried; `captures` names every group that its patterns may add to
    `match`.
    """

    name: str
    where: Place
    when: Test | None
    then: tuple[ActionCall, ...]
    stop: bool = False
    description: str = ""
    enabled: bool = True
    mode: Mode = Mode.ENFORCE
    until: date | None = None
    vars: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    captures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """One rule as it was put to the message. `stop`: it matched and no later rule was tried.

    `note` says why it was not tried (disabled, past its end date).
    """

    name: str
    where: Place
    answer: Answer
    stop: bool
    mode: Mode
    test: TestTrace | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A rule that matched, with the subject as its actions see it: its `match`, and `vars` with its `set`.

    `match` has every name of the rule's `captures`, "" for a group that took no part. A rule in shadow mode
    is among the matches too, and nothing of it may be done.
    """

    rule: Rule
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done with a message, and why: the rules that matched, the trace of all that were tried.

    `doubtful`: of some rule it is not known whether it matches. `unsettled`: who matched is certain, but captures, a
    `set` or what is counted depend on what was not fetched. `sightings` are to be counted when the message is
    finished, each key once.
    """

    matches: tuple[Match, ...]
    trace: Sequence[RuleTrace]
    doubtful: bool = False
    unsettled: bool = False
    sightings: tuple[Sighting, ...] = ()

    @property
    def undecided(self) -> bool:
        """True when an answer was unknown that could change what is done."""
        return self.unsettled or self.doubtful
