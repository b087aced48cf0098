"""What a poll asks the journal: which UIDs are known, what is due, what is settled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, or_, select, tuple_, update
from sqlalchemy.sql import Select

from automailer.journal.model import (
    EffectKey,
    EffectRecord,
    EffectState,
    EntryState,
    KnownUid,
    MailboxState,
    MessageState,
    RemoveAfter,
    RetryDue,
    UidKey,
)
from automailer.journal.tables import effect, mailbox, message, outbox, uid

__all__ = [
    "due_removals",
    "due_retries",
    "effect_record",
    "has_settled_removals",
    "known",
    "mailbox_state",
    "recognise",
    "release",
    "settle_removals",
    "settled_effects",
]

# Two parameters each; well under what either database takes in one statement.
_PAIRS_A_QUERY = 200
_IDS_A_QUERY = 500
# A message in one of these still needs its copy on the server.
_UNFINISHED = (MessageState.RETRY, MessageState.FAILED, MessageState.HELD)


def mailbox_state(connection: Connection, name: str) -> MailboxState:
    """Read a mailbox's row; all empty for one that was never polled."""
    found = connection.execute(select(mailbox).where(mailbox.c.name == name)).one_or_none()
    return MailboxState(name=name) if found is None else MailboxState(**found._mapping)


def known(connection: Connection, name: str) -> Mapping[UidKey, KnownUid]:
    """Give every UID that is remembered, vanished ones included."""
    rows = connection.execute(_known().where(uid.c.mailbox == name))
    return {UidKey(row.uid, row.occurrence): _known_uid(row) for row in rows}


def recognise(
    connection: Connection, name: str, pairs: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], KnownUid]:
    """Find messages of this mailbox by (Message-ID, header digest): the same mail under another UID.

    Of several alike the one whose UID was seen last is given; a pair without a header digest finds nothing.
    """
    wanted = [pair for pair in set(pairs) if pair[1]]
    found: dict[tuple[str, str], KnownUid] = {}
    for start in range(0, len(wanted), _PAIRS_A_QUERY):
        some = wanted[start : start + _PAIRS_A_QUERY]
        rows = connection.execute(
            _known()
            .where(
                uid.c.mailbox == name,
                tuple_(message.c.message_id, message.c.header_digest).in_(some),
            )
            .order_by(uid.c.first_seen)
        )
        found.update({(row.message_id, row.message_digest): _known_uid(row) for row in rows})
    return found


def due_retries(connection: Connection, name: str, *, now: datetime) -> Sequence[RetryDue]:
    """Give the messages whose next attempt has come, oldest first."""
    listed = and_(uid.c.message == message.c.id, uid.c.vanished_at.is_(None))
    rows = connection.execute(
        select(message, uid.c.uid.label("listed_uid"), uid.c.occurrence.label("listed_occurrence"))
        .join(uid, listed, isouter=True)
        .where(
            message.c.mailbox == name,
            message.c.state == MessageState.RETRY,
            message.c.next_attempt <= now,
        )
        .order_by(message.c.next_attempt, message.c.id)
    )
    return list({row.id: _retry(row) for row in rows}.values())


def due_removals(connection: Connection, name: str, *, now: datetime) -> Sequence[UidKey]:
    """Give what is to leave the server by now; never what is kept, or not finished."""
    rows = connection.execute(
        select(uid.c.uid, uid.c.occurrence)
        .join(message, message.c.id == uid.c.message)
        .where(
            uid.c.mailbox == name,
            uid.c.remove_at <= now,
            uid.c.vanished_at.is_(None),
            uid.c.keep.is_(False),
            or_(uid.c.remove_after.is_distinct_from(RemoveAfter.SENT), ~_on_its_way()),
            message.c.state.not_in(_UNFINISHED),
        )
        .order_by(uid.c.remove_at)
    )
    return [UidKey(row.uid, row.occurrence) for row in rows]


def has_settled_removals(connection: Connection, name: str) -> bool:
    """Look before `settle_removals` writes, so that a poll with nothing to settle writes nothing."""
    return connection.scalar(select(uid.c.uid).where(*_settled(name)).limit(1)) is not None


def settle_removals(connection: Connection, name: str, *, now: datetime) -> int:
    """Turn the wish `after: sent` into a due one where every mail of the message has left; gives how many."""
    return connection.execute(update(uid).where(*_settled(name)).values(remove_at=now)).rowcount


def settled_effects(
    connection: Connection, ids: Collection[int]
) -> Mapping[int, Mapping[EffectKey, EffectRecord]]:
    """Give, for each message, the effects that a retry does not repeat: all but those that failed."""
    found: dict[int, dict[EffectKey, EffectRecord]] = {number: {} for number in ids}
    numbers = list(found)
    for start in range(0, len(numbers), _IDS_A_QUERY):
        some = numbers[start : start + _IDS_A_QUERY]
        rows = connection.execute(
            select(effect).where(effect.c.message.in_(some), effect.c.state != EffectState.FAILED)
        )
        for row in rows:
            found[row.message][EffectKey(row.rule, row.position)] = effect_record(row)
    return found


def effect_record(row: Row[Any]) -> EffectRecord:
    """Give a row of `effect` as the value that was written."""
    return EffectRecord(
        rule=row.rule,
        position=row.position,
        action=row.action,
        state=row.state,
        at=row.at,
        fields=row.fields,
        refused=row.refused,
        error=row.error,
    )


def release(connection: Connection, name: str, *, now: datetime) -> int:
    """End the hold of a mailbox: its held messages become due; gives how many."""
    # The mailbox's row first, as a window does: two that wait for one another would be a deadlock.
    connection.execute(update(mailbox).where(mailbox.c.name == name).values(held=False, held_since=None))
    freed = connection.execute(
        update(message)
        .where(message.c.mailbox == name, message.c.state == MessageState.HELD)
        .values(state=MessageState.RETRY, next_attempt=now, attempts=0)
    )
    return freed.rowcount


def _settled(name: str) -> list[ColumnElement[bool]]:
    return [
        uid.c.mailbox == name,
        uid.c.remove_after == RemoveAfter.SENT,
        uid.c.remove_at.is_(None),
        uid.c.vanished_at.is_(None),
        ~_on_its_way(),
    ]


def _on_its_way() -> ColumnElement[bool]:
    return exists().where(outbox.c.message == uid.c.message, outbox.c.state != EntryState.SENT)


def _known() -> Select[Any]:
    return select(
        uid,
        message.c.state.label("state"),
        message.c.message_id.label("message_id"),
        message.c.header_digest.label("message_digest"),
    ).join(message, message.c.id == uid.c.message)


def _known_uid(row: Row[Any]) -> KnownUid:
    return KnownUid(
        message=row.message,
        state=row.state,
        header_digest=row.header_digest,
        size=row.size,
        keep=row.keep,
        remove_after=row.remove_after,
        remove_at=row.remove_at,
        vanished_at=row.vanished_at,
        first_seen=row.first_seen,
    )


def _retry(row: Row[Any]) -> RetryDue:
    listed = row.listed_uid is not None
    return RetryDue(
        message=row.id,
        uid=row.listed_uid if listed else row.uid,
        occurrence=row.listed_occurrence if listed else row.occurrence,
        listed=listed,
        header_digest=row.header_digest,
        size=row.size,
        received=row.received,
        attempts=row.attempts,
        spool=row.spool,
        keep_raw_until=row.keep_raw_until,
    )
