"""Read-only questions of people: `messages`, `outbox` and `mailbox` on the command line and the web page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.sql import Select

from automailer.journal import recall
from automailer.journal.model import EntryState, MailboxState, MessageState
from automailer.journal.sheets import read_sheets, with_sheet
from automailer.journal.tables import (
    effect,
    mailbox,
    message,
    outbox,
    outbox_content,
    outbox_event,
    recipient,
    uid,
)
from automailer.journal.views import (
    EntryDetail,
    EntryEvent,
    EntryRecipient,
    EntrySummary,
    MailboxSummary,
    MessageDetail,
    MessageSummary,
)

__all__ = ["content", "entries", "entry", "mailboxes", "message_detail", "messages", "messages_under"]

# What a person reads, and a terminal takes; ask for more by `limit`.
_LIMIT = 1000
_IDS_A_QUERY = 500


def messages(
    connection: Connection,
    *,
    of_mailbox: str | None = None,
    state: MessageState | None = None,
    limit: int = _LIMIT,
) -> Sequence[MessageSummary]:
    """List messages, newest first."""
    statement = select(message).order_by(message.c.id.desc()).limit(limit)
    if of_mailbox is not None:
        statement = statement.where(message.c.mailbox == of_mailbox)
    if state is not None:
        statement = statement.where(message.c.state == state)
    rows = connection.execute(statement).all()
    actions = _actions(connection, [row.id for row in rows])
    return [_message(row, actions.get(row.id, ())) for row in rows]


def message_detail(connection: Connection, number: int) -> MessageDetail | None:
    """Tell everything about one message; None when there is none of this number."""
    found = connection.execute(select(message).where(message.c.id == number)).one_or_none()
    if found is None:
        return None
    rows = connection.execute(select(effect).where(effect.c.message == number).order_by(effect.c.id)).all()
    listed = connection.execute(
        select(uid.c.keep, uid.c.remove_at).where(uid.c.message == number, uid.c.vanished_at.is_(None))
    ).first()
    return MessageDetail(
        summary=_message(found, tuple(row.action for row in rows)),
        message_id=found.message_id,
        size=found.size,
        rules_digest=found.rules_digest,
        trace=with_sheet(found.trace, found.sheet, read_sheets(connection, [found.sheet])),
        effects=tuple(recall.effect_record(row) for row in rows),
        outbox=tuple(_entries(connection, select(outbox).where(outbox.c.message == number))),
        listed=listed is not None,
        keep=listed is not None and listed.keep,
        remove_at=None if listed is None else listed.remove_at,
        spool=found.spool,
    )


def messages_under(connection: Connection, of_mailbox: str, uidl: str) -> Sequence[int]:
    """Give the numbers of the messages that came under this UID, the newest first."""
    wanted = select(message.c.id).where(message.c.mailbox == of_mailbox, message.c.uid == uidl)
    return connection.scalars(wanted.order_by(message.c.id.desc())).all()


def entries(
    connection: Connection,
    *,
    of_mailbox: str | None = None,
    state: EntryState | None = None,
    limit: int = _LIMIT,
) -> Sequence[EntrySummary]:
    """List outbox entries, newest first."""
    statement = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
    if of_mailbox is not None:
        theirs = select(message.c.id).where(message.c.mailbox == of_mailbox)
        statement = statement.where(outbox.c.message.in_(theirs))
    if state is not None:
        statement = statement.where(outbox.c.state == state)
    return _entries(connection, statement)


def entry(connection: Connection, number: int) -> EntryDetail | None:
    """Tell everything about one outbox entry but its octets; None when there is none of this number."""
    found = connection.execute(select(outbox).where(outbox.c.id == number)).one_or_none()
    if found is None:
        return None
    people = tuple(_recipients(connection, [number]).get(number, []))
    history = connection.execute(
        select(outbox_event).where(outbox_event.c.entry == number).order_by(outbox_event.c.id)
    )
    return EntryDetail(
        summary=_entry(found, people),
        envelope_from=found.envelope_from,
        to_header=found.to,
        recipients=people,
        events=tuple(EntryEvent(at=row.at, what=row.what, detail=row.detail) for row in history),
    )


def content(connection: Connection, number: int) -> bytes | None:
    """Give the octets of an outbox entry; None once they are forgotten."""
    octets: bytes | None = connection.scalar(
        select(outbox_content.c.octets).where(outbox_content.c.entry == number)
    )
    return octets


def mailboxes(connection: Connection) -> Mapping[str, MailboxSummary]:
    """Give the health of every mailbox that was ever polled."""
    waiting = connection.execute(
        select(message.c.mailbox, func.count())
        .where(message.c.state.in_([MessageState.RETRY, MessageState.HELD]))
        .group_by(message.c.mailbox)
    )
    counts = {row[0]: row[1] for row in waiting}
    rows = connection.execute(select(mailbox).order_by(mailbox.c.name))
    states = [MailboxState(**row._mapping) for row in rows]
    return {one.name: MailboxSummary(state=one, waiting=counts.get(one.name, 0)) for one in states}


def _actions(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(ids), _IDS_A_QUERY):
        rows = connection.execute(
            select(effect.c.message, effect.c.action)
            .where(effect.c.message.in_(ids[start : start + _IDS_A_QUERY]))
            .order_by(effect.c.id)
        )
        for number, action in rows:
            found[number] = (*found.get(number, ()), action)
    return found


def _entries(connection: Connection, statement: Select[Any]) -> list[EntrySummary]:
    rows = connection.execute(statement).all()
    people = _recipients(connection, [row.id for row in rows])
    return [_entry(row, tuple(people.get(row.id, ()))) for row in rows]


def _recipients(connection: Connection, ids: Sequence[int]) -> dict[int, list[EntryRecipient]]:
    found: dict[int, list[EntryRecipient]] = {}
    for start in range(0, len(ids), _IDS_A_QUERY):
        rows = connection.execute(
            select(recipient)
            .where(recipient.c.entry.in_(ids[start : start + _IDS_A_QUERY]))
            .order_by(recipient.c.entry, recipient.c.address)
        )
        for row in rows:
            found.setdefault(row.entry, []).append(
                EntryRecipient(
                    address=row.address, state=row.state, code=row.code, text=row.text, attempts=row.attempts
                )
            )
    return found


def _message(row: Row[Any], actions: tuple[str, ...]) -> MessageSummary:
    return MessageSummary(
        id=row.id,
        mailbox=row.mailbox,
        uidl=row.uid,
        subject=row.subject,
        from_=row.from_,
        received=row.received,
        state=row.state,
        rules=tuple(row.rules),
        actions=actions,
        tags=tuple(row.tags),
        attempts=row.attempts,
        next_attempt=row.next_attempt,
        error=row.error,
    )


def _entry(row: Row[Any], people: tuple[EntryRecipient, ...]) -> EntrySummary:
    return EntrySummary(
        id=row.id,
        kind=row.kind,
        state=row.state,
        from_=row.from_,
        to=tuple(one.address for one in people),
        subject=row.subject,
        message_id=row.message_id,
        attempts=row.attempts,
        next_attempt=row.next_attempt,
        error=row.error,
        message=row.message,
        rule=row.rule,
        smtp=row.smtp,
        size=row.size,
        created=row.created,
        expires=row.expires,
    )
