"""What a person does with an entry: try it again, call it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from automailer.journal import Database, EntryState, RecipientState, tables
from automailer.outbox.model import Event, IllegalMoveError, NoSuchEntryError, check_move

__all__ = ["cancel", "retry"]

outbox, recipient, content = tables.outbox, tables.recipient, tables.outbox_content

_WHY_NO_RETRY: Mapping[EntryState, str] = {
    EntryState.SENT: "sending it again would deliver it twice",
    EntryState.SENDING: "it is on its way right now",
}
_WHY_NO_CANCEL: Mapping[EntryState, str] = {
    EntryState.SENT: "it can't be called back",
    EntryState.SENDING: "it is on its way right now",
}


def retry(database: Database, entry: int, *, now: datetime, expire: timedelta) -> None:
    """Make an entry due at once for the recipients that have not got it, its whole time before it again."""
    with database.writing() as connection:
        state = _state(connection, entry)
        if state is not EntryState.QUEUED:
            wanted = _WHY_NO_RETRY.get(state, "it can't be tried again")
            check_move(entry, state, EntryState.QUEUED, wanted=wanted)
        if not _has_content(connection, entry):
            raise IllegalMoveError(entry, state=state, wanted="the mail itself is not kept any more")
        connection.execute(
            update(recipient)
            .where(recipient.c.entry == entry, recipient.c.state == RecipientState.REFUSED)
            .values(state=RecipientState.PENDING)
        )
        _move(connection, entry, state, EntryState.QUEUED, attempts=0, next_attempt=now, expires=now + expire)
        _tell(connection, entry, Event.RETRIED, now=now)


def cancel(database: Database, entry: int, *, now: datetime) -> None:
    """Take an entry out of the queue for good; what some recipients have got already stays with them."""
    with database.writing() as connection:
        state = _state(connection, entry)
        wanted = _WHY_NO_CANCEL.get(state, "there is nothing to cancel")
        check_move(entry, state, EntryState.CANCELLED, wanted=wanted)
        _move(connection, entry, state, EntryState.CANCELLED, next_attempt=None, finished_at=now)
        _tell(connection, entry, Event.CANCELLED, now=now)


def _state(connection: Connection, entry: int) -> EntryState:
    found: EntryState | None = connection.execute(
        select(outbox.c.state).where(outbox.c.id == entry)
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchEntryError(entry)
    return found


def _has_content(connection: Connection, entry: int) -> bool:
    return connection.scalar(select(content.c.entry).where(content.c.entry == entry)) is not None


def _move(connection: Connection, entry: int, was: EntryState, to: EntryState, **values: object) -> None:
    # On PostgreSQL a sender may have claimed it since its state was read.
    moved = connection.execute(
        update(outbox)
        .where(outbox.c.id == entry, outbox.c.state == was)
        .values(state=to, **{"finished_at": None, **values})
    )
    if moved.rowcount != 1:
        raise IllegalMoveError(entry, state=EntryState.SENDING, wanted="it is on its way right now")


def _tell(connection: Connection, entry: int, what: Event, *, now: datetime) -> None:
    connection.execute(insert(tables.outbox_event).values(entry=entry, at=now, what=what.value, detail=""))
