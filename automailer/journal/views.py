"""What people are shown of the journal, with the JSON documents of the command line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from automailer.journal.model import (
    EffectRecord,
    EntryState,
    MailboxState,
    MessageState,
    RecipientState,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = [
    "EntryDetail",
    "EntryEvent",
    "EntryRecipient",
    "EntrySummary",
    "MailboxSummary",
    "MessageDetail",
    "MessageSummary",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSummary:
    """One line of `messages list`."""

    id: int
    mailbox: str
    uidl: str
    subject: str
    from_: str
    received: datetime
    state: MessageState
    rules: tuple[str, ...]
    actions: tuple[str, ...]
    tags: tuple[str, ...]
    attempts: int
    next_attempt: datetime | None
    error: str

    def document(self) -> dict[str, Any]:
        """Give the keys of REFERENCE section 6, ready for JSON."""
        return _document(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRecipient:
    """One recipient of an outbox entry, with the last answer about it."""

    address: str
    state: RecipientState
    code: int | None
    text: str
    attempts: int

    def document(self) -> dict[str, Any]:
        """Ready for JSON."""
        return _document(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryEvent:
    """One line of an entry's history."""

    at: datetime
    what: str
    detail: str

    def document(self) -> dict[str, Any]:
        """Ready for JSON."""
        return _document(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySummary:
    """One line of `outbox list`; `to` is who gets it, `message` the message that it comes from."""

    id: int
    kind: str
    state: EntryState
    from_: str
    to: tuple[str, ...]
    subject: str
    message_id: str
    attempts: int
    next_attempt: datetime | None
    error: str
    message: int | None
    rule: str
    smtp: str
    size: int
    created: datetime
    expires: datetime | None

    def document(self) -> dict[str, Any]:
        """Give the keys of REFERENCE section 6, ready for JSON."""
        return _document(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDetail:
    """What `outbox show` tells."""

    summary: EntrySummary
    envelope_from: str
    to_header: str
    recipients: tuple[EntryRecipient, ...]
    events: tuple[EntryEvent, ...]

    def document(self) -> dict[str, Any]:
        """Ready for JSON: the summary's keys and more."""
        more = {"envelope_from": self.envelope_from, "to_header": self.to_header}
        people = {"recipients": [one.document() for one in self.recipients]}
        return self.summary.document() | more | people | {"events": [one.document() for one in self.events]}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDetail:
    """What `messages show` tells: the decision with its trace, the effects, the mail that came of it."""

    summary: MessageSummary
    message_id: str
    size: int
    rules_digest: str
    trace: Any
    effects: tuple[EffectRecord, ...]
    outbox: tuple[EntrySummary, ...]
    listed: bool
    keep: bool
    remove_at: datetime | None
    spool: str

    def document(self) -> dict[str, Any]:
        """Ready for JSON: the summary's keys and more."""
        more = {
            name: _plain(getattr(self, name))
            for name in ("message_id", "size", "rules_digest", "trace", "listed", "keep")
        }
        return (
            self.summary.document()
            | more
            | {
                "remove_at": _plain(self.remove_at),
                "effects": [_document(one) for one in self.effects],
                "outbox": [one.document() for one in self.outbox],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSummary:
    """The journal's part of a line of `mailbox list`; `waiting` messages are tried again or held."""

    state: MailboxState
    waiting: int


def _document(value: DataclassInstance) -> dict[str, Any]:
    """Name each field as it is written in JSON: `from_` only avoids Python's keyword."""
    return {one.name.rstrip("_"): _plain(getattr(value, one.name)) for one in fields(value)}


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case StrEnum():
            return value.value
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return {key: _plain(one) for key, one in value.items()}
        case _:
            return value
