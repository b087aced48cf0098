"""The vocabulary of the journal: states, and the values that are written and read. Pure.

Every datetime is aware; sizes are octets. `uid` is text as the POP3 client gives it, `occurrence` tells
identical UIDs of one listing apart (from 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

__all__ = [
    "EffectKey",
    "EffectRecord",
    "EffectState",
    "EntryState",
    "Exists",
    "FileClaim",
    "FileName",
    "KnownUid",
    "MailboxState",
    "MessageRecord",
    "MessageState",
    "OutboxRecord",
    "PollOutcome",
    "RecipientState",
    "RemoveAfter",
    "ReplyRecord",
    "RetryDue",
    "SeenRecord",
    "SightingRecord",
    "UidKey",
]


class MessageState(StrEnum):
    """What became of a message: HELD waits for a person, SEEN is left alone, RETRY comes again."""

    DONE = "done"
    RETRY = "retry"
    FAILED = "failed"
    HELD = "held"
    SEEN = "seen"
    OVERSIZE = "oversize"


class EffectState(StrEnum):
    """What became of one action: DONE is on disk or in the outbox and is never repeated."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"
    SHADOW = "shadow"


class EntryState(StrEnum):
    """Where an outbox entry stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    HELD = "held"
    CANCELLED = "cancelled"


class RecipientState(StrEnum):
    """Where one recipient of an entry stands; what is not known counts as PENDING."""

    PENDING = "pending"
    DELIVERED = "delivered"
    REFUSED = "refused"


class RemoveAfter(StrEnum):
    """What a wish to remove waits for: PROCESSED for its time, SENT until every mail of the message left."""

    PROCESSED = "processed"
    SENT = "sent"


class Exists(StrEnum):
    """What to do when a file's name is taken."""

    RENAME = "rename"
    SKIP = "skip"
    REPLACE = "replace"


class UidKey(NamedTuple):
    """One line of a UIDL listing."""

    uid: str
    occurrence: int = 0


class EffectKey(NamedTuple):
    """One entry of a rule's `then`, for one message."""

    rule: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRecord:
    """What one action did; `fields` as rendered (JSON), `refused` says why it was not allowed."""

    rule: str
    position: int
    action: str
    state: EffectState
    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    refused: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRecord:
    """An automatic reply, for the guards' limits; `sender` is compared without letter case."""

    rule: str
    sender: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingRecord:
    """A key that a rule has seen, counted from `at`; nobody asks for it from `until` on."""

    rule: str
    kind: str
    key: str
    at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRecord:
    """Something to send. `key` makes it unique: the same key again is the same mail, already queued.

    `from_` and `to` are for display; `recipients` are the envelope's. `message` is filled in by the window.
    """

    key: str
    kind: str
    octets: bytes
    created: datetime
    recipients: tuple[str, ...] = ()
    smtp: str = ""
    envelope_from: str = ""
    from_: str = ""
    to: str = ""
    subject: str = ""
    message_id: str = ""
    message: int | None = None
    rule: str = ""
    position: int = 0
    expires: datetime | None = None
    state: EntryState = EntryState.QUEUED


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A message as it was dealt with, and everything decided for it.

    `id` None is a message that the journal doesn't have yet; an id (from `due_retries`) brings that one up to
    date. `received` is when we saw it first; `trace` is any JSON, None when nothing could be decided.
    `remove_at` None never removes, unless `remove_after` is SENT: then the journal sets it when every mail of the
    message has left. Both together wait for both.
    """

    uid: str
    occurrence: int = 0
    id: int | None = None
    header_digest: str = ""
    message_id: str = ""
    subject: str = ""
    from_: str = ""
    size: int = 0
    received: datetime
    state: MessageState
    attempts: int = 0
    next_attempt: datetime | None = None
    error: str = ""
    tags: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    rules_digest: str = ""
    trace: Any = None
    spool: str = ""
    keep_raw_until: datetime | None = None
    keep: bool = False
    remove_after: RemoveAfter | None = None
    remove_at: datetime | None = None
    effects: tuple[EffectRecord, ...] = ()
    outbox: tuple[OutboxRecord, ...] = ()
    replies: tuple[ReplyRecord, ...] = ()
    sightings: tuple[SightingRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRecord:
    """A line of the listing that is left alone (`first_poll`), or that is a known message under another UID.

    With `known` (from `recognise`) the new UID leads to that message, its wishes to keep or remove included.
    """

    uid: str
    occurrence: int = 0
    size: int = 0
    at: datetime
    header_digest: str = ""
    message_id: str = ""
    known: KnownUid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownUid:
    """What the journal knows of a UID; `vanished_at` is set while no listing shows it."""

    message: int
    state: MessageState
    header_digest: str
    size: int
    keep: bool
    remove_after: RemoveAfter | None
    remove_at: datetime | None
    vanished_at: datetime | None
    first_seen: datetime

    @property
    def leaving(self) -> bool:
        """True when its going is our own doing, so that it says nothing about changed UIDs."""
        return not self.keep and (self.remove_at is not None or self.remove_after is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDue:
    """A message whose next attempt has come; `spool` is where its octets are, "" if only the server has them.

    `listed` is False once no listing shows its UID.
    """

    message: int
    uid: str
    occurrence: int
    listed: bool
    header_digest: str
    size: int
    received: datetime
    attempts: int
    spool: str
    keep_raw_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxState:
    """A mailbox as the journal has it; all empty for one that was never polled."""

    name: str
    first_polled_at: datetime | None = None
    listing_digest: str = ""
    last_poll: datetime | None = None
    last_success: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    error: str = ""
    next_poll: datetime | None = None
    held: bool = False
    held_since: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOutcome:
    """How a poll ended: `error` "" is success."""

    mailbox: str
    at: datetime
    error: str = ""
    next_poll: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileClaim:
    """A file that is wanted; `key` names the effect and the file's index in it, so a repeat finds its own."""

    folder: str
    name: str
    key: str
    sha256: str
    size: int
    exists: Exists = Exists.RENAME


@dataclass(frozen=True, slots=True, kw_only=True)
class FileName:
    """The answer to a claim: where to write, or `skip` because something stands there already."""

    path: str
    skip: bool = False
