"""The vocabulary of actions: what planning reads (`PlanContext`) and what it gives (`Planned`, effects). Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, PrivateAttr, model_validator

from automailer.message import Address
from automailer.rules import Subject, short
from automailer.settings import KeyPath
from automailer.templating import LocalFile, Templates

__all__ = [
    "ActionModel",
    "Effect",
    "Keep",
    "Mail",
    "Plan",
    "PlanContext",
    "Planned",
    "Removal",
    "ReplyLedger",
    "SavedFile",
    "Sender",
    "Tags",
    "Unknown",
    "refuse",
    "texts_in",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail for the outbox. `sender` is the envelope's (empty: the null sender); `answered` whom a reply answers."""

    kind: str
    relay: str
    sender: str
    recipients: tuple[str, ...]
    message_id: str
    subject: str
    from_: str
    to: str
    octets: bytes = field(repr=False)
    answered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A file to be written. `root` is what the rule's author wrote, `folder` lies in it; both may be fsspec URLs."""

    root: str
    folder: str
    name: str
    form: Literal["file", "maildir", "mbox"] = "file"
    exists: Literal["rename", "skip", "replace"] = "rename"
    size: int
    sha256: str
    chunks: Callable[[], Iterable[bytes]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The message leaves the server: once processed, once every mail of it is sent, or some time after it came."""

    after: Literal["processed", "sent"] | timedelta


@dataclass(frozen=True, slots=True)
class Keep:
    """The message never leaves the server, whatever else says so."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Words on the message in the journal."""

    words: tuple[str, ...]


Effect = Mail | SavedFile | Removal | Keep | Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one action comes to: its fields as rendered, and its effects, or why it is refused.

    `keeps`: what was refused would be lost with the message, so the message stays on the server. `unread`: it was
    refused only because it reads what was not fetched.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    refused: str | None = None
    keeps: bool = False
    unread: bool = False


def texts_in(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Every text in a value, however deep, with the steps to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list | dict):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts_in(inner, (*path, step))


def refuse(reason: str, fields: Mapping[str, Any], *, keeps: bool = False) -> Plan:
    """A plan that does nothing, and says why."""
    return Plan(fields=fields, refused=reason, keeps=keeps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Why nobody can say what an action comes to, for a message that is only remembered.

    `fields` are those that can't be rendered.
    """

    why: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One action of one rule for one message. `error`: it could not be planned now and is tried again.

    With `unknown`, the plan has the fields that could be rendered, and no effects.
    """

    rule: str
    position: int
    action: str
    plan: Plan = field(default_factory=Plan)
    error: str | None = None
    shadow: bool = False
    unknown: Unknown | None = None

    def document(self) -> dict[str, Any]:
        """As `explain --json` and `poll --dry-run --json` show it."""
        refused = "shadow mode" if self.shadow and self.plan.refused is None else self.plan.refused
        document = {"rule": self.rule, "action": self.action, **self.plan.fields, "refused": refused}
        return document if self.error is None else {**document, "error": self.error}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """How mail leaves through one relay: who it is from, in which charset, to how many at once."""

    from_: Address | None
    envelope_from: str
    charset: str = "utf-8"
    max_recipients: int = 100


class ReplyLedger(Protocol):
    """What was replied before, this poll's own replies included; times are aware."""

    def last(self, rule: str, sender: str) -> datetime | None:
        """When this rule last answered this address (letter case aside)."""

    def count(self, *, now: datetime, within: timedelta) -> int:
        """How many replies this mailbox gave in the time before `now`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanContext:
    """Everything that planning reads beside the message. `relay` is the mailbox's own relay.

    `read_files` gives the files that a pattern names; `new_id` makes a Message-ID's left part.
    """

    templates: Templates
    relays: Mapping[str, Sender]
    relay: str
    folder: Path
    own_addresses: frozenset[str]
    loop_id: str
    once_per: timedelta
    max_per_hour: int
    replies: ReplyLedger
    new_id: Callable[[], str]
    read_files: Callable[[str], Iterator[LocalFile]]


class ActionModel(BaseModel):
    """What every action is: validated fields, and a plan.

    `shorthand` is the field whose value may stand alone, `always_short` says that nothing else can stand there.
    `templated` are the fields, by the names in the file, that may hold templates; these see `more_names` too.
    `shows` are names in a plan's fields that are no fields of the action itself.
    Of the fields `at_least_one` and `exactly_one` so many must be there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False, hide_input_in_errors=True)

    name: ClassVar[str]
    shorthand: ClassVar[str | None] = None
    always_short: ClassVar[bool] = False
    templated: ClassVar[frozenset[str]] = frozenset()
    more_names: ClassVar[frozenset[str]] = frozenset()
    shows: ClassVar[frozenset[str]] = frozenset()
    at_least_one: ClassVar[tuple[str, ...]] = ()
    exactly_one: ClassVar[tuple[str, ...]] = ()

    _given: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _remember(cls, value: object, read: ModelWrapValidatorHandler[Self]) -> Self:
        action = read(value)
        action._given = dict(value) if isinstance(value, Mapping) else {}
        return action

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        if self.at_least_one and not self._written(self.at_least_one):
            reason = f"needs {' or '.join(self.at_least_one)}"
            raise ValueError(reason)
        if self.exactly_one and len(self._written(self.exactly_one)) != 1:
            reason = f"needs either {' or '.join(self.exactly_one)}"
            raise ValueError(reason)
        return self

    def _written(self, fields: tuple[str, ...]) -> list[str]:
        return [name for name in fields if getattr(self, name) not in (None, ())]

    def describe(self) -> str:
        """The action in short, as a person would write it."""
        fields = self.model_dump(exclude_defaults=True, by_alias=True, mode="json")
        if not fields:
            return self.name
        alone = self.shorthand is not None and fields.keys() == {self.shorthand}
        return f"{self.name}: {short(fields[self.shorthand or ''] if alone else fields)}"

    def given(self) -> dict[str, Any]:
        """The fields that hold no templates, as the file has them (`7d`, not a week)."""
        return {name: value for name, value in self._given.items() if name not in self.templated}

    def texts(self) -> Iterator[tuple[KeyPath, str]]:
        """Every template in it, with the steps to it from where the action stands in the file."""
        for name, value in self._given.items():
            if name in self.templated:
                yield from texts_in(value, (name,))

    def assigns(self, subject: Subject) -> Mapping[str, Any]:
        """Values for later rules and templates; only `set` has any."""
        return {}

    def sends_by_default_relay(self) -> bool:
        """Whether it sends mail and leaves the relay to the mailbox's settings."""
        return "smtp" in type(self).model_fields and getattr(self, "smtp", None) is None

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """What this comes to for one message; touches nothing."""
        raise NotImplementedError
