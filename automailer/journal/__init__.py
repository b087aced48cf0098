"""What was seen, decided and done, kept so that nothing is lost and nothing is done twice."""

from __future__ import annotations

from automailer.journal import queries, tables
from automailer.journal.engine import Conflict, Database, open_database
from automailer.journal.entries import enqueue
from automailer.journal.existing import existing_journal, is_there, schema_of
from automailer.journal.lease import LEASE_LASTS, LeaseLost, is_free
from automailer.journal.model import (
    EffectKey,
    EffectRecord,
    EffectState,
    EntryState,
    Exists,
    FileClaim,
    FileName,
    KnownUid,
    MailboxState,
    MessageRecord,
    MessageState,
    OutboxRecord,
    PollOutcome,
    RecipientState,
    RemoveAfter,
    ReplyRecord,
    RetryDue,
    SeenRecord,
    SightingRecord,
    UidKey,
)
from automailer.journal.owner import is_dead, this_owner
from automailer.journal.past import Past, PastMessage, past_messages, survey_past
from automailer.journal.replies import ReplyLedger
from automailer.journal.retention import Forgotten, Retention
from automailer.journal.schema import SchemaStatus, status, upgrade
from automailer.journal.sightings import SightingLedger
from automailer.journal.store import Journal, open_journal
from automailer.journal.views import (
    EntryDetail,
    EntryEvent,
    EntryRecipient,
    EntrySummary,
    MailboxSummary,
    MessageDetail,
    MessageSummary,
)
from automailer.journal.window import Window

__all__ = [
    "LEASE_LASTS",
    "Conflict",
    "Database",
    "EffectKey",
    "EffectRecord",
    "EffectState",
    "EntryDetail",
    "EntryEvent",
    "EntryRecipient",
    "EntryState",
    "EntrySummary",
    "Exists",
    "FileClaim",
    "FileName",
    "Forgotten",
    "Journal",
    "KnownUid",
    "LeaseLost",
    "MailboxState",
    "MailboxSummary",
    "MessageDetail",
    "MessageRecord",
    "MessageState",
    "MessageSummary",
    "OutboxRecord",
    "Past",
    "PastMessage",
    "PollOutcome",
    "RecipientState",
    "RemoveAfter",
    "ReplyLedger",
    "ReplyRecord",
    "Retention",
    "RetryDue",
    "SchemaStatus",
    "SeenRecord",
    "SightingLedger",
    "SightingRecord",
    "UidKey",
    "Window",
    "enqueue",
    "existing_journal",
    "is_dead",
    "is_free",
    "is_there",
    "open_database",
    "open_journal",
    "past_messages",
    "queries",
    "schema_of",
    "status",
    "survey_past",
    "tables",
    "this_owner",
    "upgrade",
]
