"""The first tables. Types are spelled out here: a migration stays what it was when the program moves on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27)
STATE = sa.String(16)


def upgrade() -> None:
    """Make every table of version 0001."""
    op.create_table(
        "file_claim",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("path", name="pk_file_claim"),
        sa.UniqueConstraint("key", name="uq_file_claim_key"),
    )
    op.create_index("ix_file_claim_at", "file_claim", ["at"])

    op.create_table(
        "mailbox",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("first_polled_at", INSTANT, nullable=True),
        sa.Column("listing_digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("last_poll", INSTANT, nullable=True),
        sa.Column("last_success", INSTANT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("next_poll", INSTANT, nullable=True),
        sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("held_since", INSTANT, nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_mailbox"),
    )
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailbox", sa.String(length=255), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("header_digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("from", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("received", INSTANT, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt", INSTANT, nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.Text(), server_default="[]", nullable=False),
        sa.Column("rules", sa.Text(), server_default="[]", nullable=False),
        sa.Column("rules_digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("trace", sa.LargeBinary(), nullable=True),
        sa.Column("spool", sa.Text(), server_default="", nullable=False),
        sa.Column("keep_raw_until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_header_digest", "message", ["header_digest"])
    op.create_index("ix_message_mailbox_state_next_attempt", "message", ["mailbox", "state", "next_attempt"])
    op.create_index("ix_message_received", "message", ["received"])

    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.create_table(
        "reply",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailbox", sa.String(length=255), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reply"),
    )
    op.create_index("ix_reply_mailbox_at", "reply", ["mailbox", "at"])
    op.create_index("ix_reply_mailbox_rule_sender_at", "reply", ["mailbox", "rule", "sender", "at"])

    op.create_table(
        "effect",
        sa.Column("id", ID, nullable=False),
        sa.Column("message", ID, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("fields", sa.Text(), server_default="{}", nullable=False),
        sa.Column("refused", sa.Text(), server_default="", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_effect_message", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_effect"),
        sa.UniqueConstraint("message", "rule", "position", name="uq_effect_message_rule_position"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("message", ID, nullable=True),
        sa.Column("rule", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("smtp", sa.String(length=255), server_default="", nullable=False),
        sa.Column("envelope_from", sa.Text(), server_default="", nullable=False),
        sa.Column("from", sa.Text(), server_default="", nullable=False),
        sa.Column("to", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_attempt", INSTANT, nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("created", INSTANT, nullable=False),
        sa.Column("expires", INSTANT, nullable=True),
        sa.Column("handed_at", INSTANT, nullable=True),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_outbox_message", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_message", "outbox", ["message"])
    op.create_index("ix_outbox_state_smtp_next_attempt", "outbox", ["state", "smtp", "next_attempt"])

    op.create_table(
        "uid",
        sa.Column("mailbox", sa.String(length=255), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message", ID, nullable=False),
        sa.Column("header_digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("keep", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("remove_after", STATE, nullable=True),
        sa.Column("remove_at", INSTANT, nullable=True),
        sa.Column("vanished_at", INSTANT, nullable=True),
        sa.Column("first_seen", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_uid_message"),
        sa.PrimaryKeyConstraint("mailbox", "uid", "occurrence", name="pk_uid"),
    )
    op.create_index("ix_uid_mailbox_remove_at", "uid", ["mailbox", "remove_at"])
    op.create_index("ix_uid_message", "uid", ["message"])
    op.create_index("ix_uid_vanished_at", "uid", ["vanished_at"])

    op.create_table(
        "outbox_content",
        sa.Column("entry", ID, autoincrement=False, nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["outbox.id"], name="fk_outbox_content_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry", name="pk_outbox_content"),
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("entry", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["outbox.id"], name="fk_outbox_event_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_event"),
    )
    op.create_index("ix_outbox_event_entry", "outbox_event", ["entry"])

    op.create_table(
        "recipient",
        sa.Column("entry", ID, autoincrement=False, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["entry"], ["outbox.id"], name="fk_recipient_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry", "address", name="pk_recipient"),
    )
