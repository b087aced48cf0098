"""Every table of the database, the outbox's among them: what was seen, decided, done, and is on its way.

`migrations/` builds exactly this; a test compares the two.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

from automailer.journal.columns import Instant, Json, MailText, PackedJson
from automailer.journal.model import EffectState, EntryState, MessageState, RecipientState, RemoveAfter

__all__ = [
    "effect",
    "file_claim",
    "mailbox",
    "message",
    "meta",
    "metadata",
    "outbox",
    "outbox_content",
    "outbox_event",
    "recipient",
    "reply",
    "sheet",
    "sighting",
    "uid",
]

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _states(of: type[StrEnum]) -> Enum:
    return Enum(of, native_enum=False, length=16, values_callable=lambda members: [m.value for m in members])


# SQLite numbers rows by itself only where the type is literally INTEGER.
_Id = BigInteger().with_variant(Integer(), "sqlite")

meta = Table(
    "meta",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", MailText, nullable=False),
)

# One row a mailbox: health, listing as last dealt with, and the lease of the one who polls it.
mailbox = Table(
    "mailbox",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("first_polled_at", Instant),
    Column("listing_digest", String(64), nullable=False, server_default=""),
    Column("last_poll", Instant),
    Column("last_success", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", Instant),
    Column("error", MailText, nullable=False, server_default=""),
    Column("next_poll", Instant),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("held_since", Instant),
    Column("lease_owner", MailText),
    Column("lease_until", Instant),
)

# What happened to one mail. It outlives its UID and may be reached by another one after a migration.
message = Table(
    "message",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("mailbox", String(255), nullable=False),
    Column("uid", MailText, nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("header_digest", String(64), nullable=False, server_default=""),
    Column("message_id", MailText, nullable=False, server_default=""),
    Column("subject", MailText, nullable=False, server_default=""),
    Column("from", MailText, nullable=False, server_default="", key="from_"),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("received", Instant, nullable=False),
    Column("state", _states(MessageState), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt", Instant),
    Column("error", MailText, nullable=False, server_default=""),
    Column("tags", Json, nullable=False, server_default="[]"),
    Column("rules", Json, nullable=False, server_default="[]"),
    Column("rules_digest", String(64), nullable=False, server_default=""),
    Column("trace", PackedJson),
    Column("sheet", String(64), nullable=False, server_default=""),
    Column("spool", MailText, nullable=False, server_default=""),
    Column("keep_raw_until", Instant),
    Index(None, "mailbox", "state", "next_attempt"),
    Index(None, "header_digest"),
    Index(None, "received"),
    # A number that people have seen is never given to another message.
    sqlite_autoincrement=True,
)

# What the traces of many messages have in common, by its digest. No foreign key: a trace says something without it.
sheet = Table(
    "sheet",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", PackedJson, nullable=False),
)

# What stands, or lately stood, in a mailbox's listing. Same UID with another header is another message.
uid = Table(
    "uid",
    metadata,
    Column("mailbox", String(255), primary_key=True),
    Column("uid", MailText, primary_key=True),
    Column("occurrence", Integer, primary_key=True, autoincrement=False),
    Column("message", _Id, ForeignKey(message.c.id), nullable=False),
    Column("header_digest", String(64), nullable=False, server_default=""),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("keep", Boolean, nullable=False, server_default=false()),
    Column("remove_after", _states(RemoveAfter)),
    Column("remove_at", Instant),
    Column("vanished_at", Instant),
    Column("first_seen", Instant, nullable=False),
    Index(None, "message"),
    Index(None, "mailbox", "remove_at"),
    Index(None, "vanished_at"),
)

# What one entry of a rule's `then` did with one message; unique, so that nothing is done twice.
effect = Table(
    "effect",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("message", _Id, ForeignKey(message.c.id, ondelete="CASCADE"), nullable=False),
    Column("rule", MailText, nullable=False),
    Column("position", Integer, nullable=False),
    Column("action", String(64), nullable=False),
    Column("state", _states(EffectState), nullable=False),
    Column("fields", Json, nullable=False, server_default="{}"),
    Column("refused", MailText, nullable=False, server_default=""),
    Column("error", MailText, nullable=False, server_default=""),
    Column("at", Instant, nullable=False),
    UniqueConstraint("message", "rule", "position"),
)

# A file's name is written down before the file, so that a repeat writes the same file again.
file_claim = Table(
    "file_claim",
    metadata,
    Column("path", MailText, primary_key=True),
    Column("key", MailText, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("key"),
    Index(None, "at"),
)

reply = Table(
    "reply",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("mailbox", String(255), nullable=False),
    Column("rule", MailText, nullable=False),
    Column("sender", MailText, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "mailbox", "rule", "sender", "at"),
    Index(None, "mailbox", "at"),
)

# A key that a rule has seen in a message: `mark` is a digest of mailbox, rule and key, and `until` says how long
# anybody asks for it. No foreign key: numbers are never used again, and a year's count outlives half a year's history.
sighting = Table(
    "sighting",
    metadata,
    Column("message", _Id, primary_key=True, autoincrement=False),
    Column("mark", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Index(None, "mark", "at"),
    Index(None, "until"),
)

# Something on its way. `handed_at` is set just before DATA: found again in `sending`, its fate is unknown.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", MailText, nullable=False),
    Column("message", _Id, ForeignKey(message.c.id, ondelete="SET NULL")),
    Column("rule", MailText, nullable=False, server_default=""),
    Column("position", Integer, nullable=False, server_default="0"),
    Column("kind", String(32), nullable=False),
    Column("state", _states(EntryState), nullable=False),
    Column("smtp", String(255), nullable=False, server_default=""),
    Column("envelope_from", MailText, nullable=False, server_default=""),
    Column("from", MailText, nullable=False, server_default="", key="from_"),
    Column("to", MailText, nullable=False, server_default=""),
    Column("subject", MailText, nullable=False, server_default=""),
    Column("message_id", MailText, nullable=False, server_default=""),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt", Instant),
    Column("error", MailText, nullable=False, server_default=""),
    Column("created", Instant, nullable=False),
    Column("expires", Instant),
    Column("handed_at", Instant),
    Column("finished_at", Instant),
    Column("lease_owner", MailText),
    Column("lease_until", Instant),
    UniqueConstraint("key"),
    Index(None, "state", "smtp", "next_attempt"),
    Index(None, "message"),
    sqlite_autoincrement=True,
)

recipient = Table(
    "recipient",
    metadata,
    Column("entry", _Id, ForeignKey(outbox.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("address", MailText, primary_key=True),
    Column("state", _states(RecipientState), nullable=False),
    Column("code", Integer),
    Column("text", MailText, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
)

outbox_content = Table(
    "outbox_content",
    metadata,
    Column("entry", _Id, ForeignKey(outbox.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("octets", LargeBinary, nullable=False),
)

# History is appended, never overwritten.
outbox_event = Table(
    "outbox_event",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("entry", _Id, ForeignKey(outbox.c.id, ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("what", String(32), nullable=False),
    Column("detail", MailText, nullable=False, server_default=""),
    Index(None, "entry"),
)
