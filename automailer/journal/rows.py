"""The statements of a window, in batches: messages, the UIDs that lead to them, effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from automailer.journal.model import EffectState, MessageRecord, UidKey
from automailer.journal.sheets import SHEET, sheet_digest, without_sheet
from automailer.journal.tables import effect, message, sheet, uid

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

__all__ = [
    "insert_into",
    "insert_messages",
    "mark_vanished",
    "put_uids",
    "update_messages",
    "write_effects",
    "write_sheets",
]

# What a try changes, and what is known of a mail once it was fetched.
_PROGRESS = ("state", "attempts", "next_attempt", "error", "spool", "keep_raw_until")
_FACTS = ("header_digest", "message_id", "subject", "from_")


def mark_vanished(connection: Connection, name: str, keys: Sequence[UidKey], *, at: datetime) -> None:
    """Note since when UIDs are not listed any more."""
    if not keys:
        return
    connection.execute(
        update(uid)
        .where(
            uid.c.mailbox == name,
            uid.c.uid == bindparam("the_uid"),
            uid.c.occurrence == bindparam("the_occurrence"),
        )
        .values(vanished_at=at),
        [{"the_uid": key.uid, "the_occurrence": key.occurrence} for key in keys],
    )


def _message_row(record: MessageRecord) -> dict[str, Any]:
    return {
        "header_digest": record.header_digest,
        "message_id": record.message_id,
        "subject": record.subject,
        "from_": record.from_,
        "size": record.size,
        "state": record.state,
        "attempts": record.attempts,
        "next_attempt": record.next_attempt,
        "error": record.error,
        "tags": list(record.tags),
        "rules": list(record.rules),
        "rules_digest": record.rules_digest,
        "trace": without_sheet(record.trace),
        "sheet": sheet_digest(record.trace),
        "spool": record.spool,
        "keep_raw_until": record.keep_raw_until,
    }


def insert_messages(
    connection: Connection, name: str, records: Mapping[UidKey, MessageRecord]
) -> dict[UidKey, int]:
    """Insert in one batch and find the numbers by what is newer than before.

    RETURNING in order would cost one statement a row on SQLite. The mailbox's row is locked by
    `lease.extend`, so nobody else adds to this mailbox, and numbers only grow.
    """
    if not records:
        return {}
    last = connection.scalar(select(func.max(message.c.id))) or 0
    where = [
        {"mailbox": name, "uid": key.uid, "occurrence": key.occurrence, "received": record.received}
        for key, record in records.items()
    ]
    rows = [place | _message_row(record) for place, record in zip(where, records.values(), strict=True)]
    connection.execute(insert(message), rows)
    found = connection.execute(
        select(message.c.id, message.c.uid, message.c.occurrence).where(
            message.c.id > last, message.c.mailbox == name
        )
    )
    return {UidKey(row.uid, row.occurrence): row.id for row in found}


def update_messages(connection: Connection, records: list[MessageRecord]) -> None:
    """Bring messages up to date that the journal has, and the wishes of the UIDs that lead to them.

    A record without a trace was not decided (it could not be fetched): what is known of it already stays.
    """
    if not records:
        return
    decided = [_message_row(record) | {"the_id": record.id} for record in records if record.trace is not None]
    undecided = [_progress(record) | {"the_id": record.id} for record in records if record.trace is None]
    these = update(message).where(message.c.id == bindparam("the_id"))
    if decided:
        connection.execute(these, decided)
    if undecided:
        facts = {name: _if_given(message.c[name], f"new_{name}") for name in _FACTS}
        connection.execute(these.values(facts), undecided)
    _update_wishes(connection, records)


def _if_given(column: Column[str], name: str) -> ColumnElement[str]:
    return func.coalesce(func.nullif(bindparam(name, type_=column.type), ""), column)


def _progress(record: MessageRecord) -> dict[str, Any]:
    row = _message_row(record)
    return {name: row[name] for name in _PROGRESS} | {f"new_{name}": row[name] for name in _FACTS}


def _update_wishes(connection: Connection, records: list[MessageRecord]) -> None:
    # By message, not by UID: meanwhile the UID may be another message's, or the message another UID's.
    connection.execute(
        update(uid)
        .where(uid.c.message == bindparam("the_id"))
        .values(
            header_digest=_if_given(uid.c.header_digest, "digest"),
            keep=or_(uid.c.keep, bindparam("keeping", type_=Boolean())),
            remove_after=bindparam("after"),
            remove_at=bindparam("at"),
        ),
        [
            {
                "the_id": record.id,
                "digest": record.header_digest,
                "keeping": record.keep,
                "after": record.remove_after,
                "at": record.remove_at,
            }
            for record in records
        ],
    )


def put_uids(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert, or turn to the new message where the UID was another's (reuse)."""
    if not rows:
        return
    statement = insert_into(connection, uid)
    new = statement.excluded
    changes: dict[str, Any] = {column.name: new[column.name] for column in uid.c if not column.primary_key}
    changes["first_seen"] = case((uid.c.message == new.message, uid.c.first_seen), else_=new.first_seen)
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(uid.primary_key), set_=changes), rows
    )


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that can be told what to do where the row is there already."""
    # The two are alike to us, and only the one in use is worth its time to import.
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def write_effects(connection: Connection, messages: list[tuple[int, MessageRecord]]) -> None:
    """Insert what was done; unique by message, rule and position."""
    rows = [
        {
            "message": number,
            "rule": one.rule,
            "position": one.position,
            "action": one.action,
            "state": one.state,
            "fields": dict(one.fields),
            "refused": one.refused,
            "error": one.error,
            "at": one.at,
        }
        for number, record in messages
        for one in record.effects
    ]
    again = {record.id for _, record in messages if record.id is not None}
    repeated = [
        {"the_message": row["message"], "the_rule": row["rule"], "the_position": row["position"]}
        for row in rows
        if row["message"] in again
    ]
    if repeated:
        # A try that came to nothing gives way to its repeat; what is done stands: twice is a `Conflict`.
        connection.execute(
            delete(effect).where(
                effect.c.message == bindparam("the_message"),
                effect.c.rule == bindparam("the_rule"),
                effect.c.position == bindparam("the_position"),
                effect.c.state != EffectState.DONE,
            ),
            repeated,
        )
    if rows:
        connection.execute(insert(effect), rows)


def write_sheets(connection: Connection, records: Iterable[MessageRecord]) -> None:
    """Keep the sheets of these records that are not there yet."""
    sheets = {digest: record.trace[SHEET] for record in records if (digest := sheet_digest(record.trace))}
    known = (
        set(connection.scalars(select(sheet.c.digest).where(sheet.c.digest.in_(sheets)))) if sheets else ()
    )
    rows = [{"digest": digest, "content": sheets[digest]} for digest in sheets if digest not in known]
    if rows:
        connection.execute(insert_into(connection, sheet).on_conflict_do_nothing(), rows)
