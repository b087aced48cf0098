"""How long things are remembered: nothing grows for ever, nothing is forgotten that is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select, update

from automailer.journal.model import EntryState, MessageState
from automailer.journal.sheets import forget_sheets
from automailer.journal.tables import file_claim, message, meta, outbox, outbox_content, reply, sighting, uid

__all__ = ["Forgotten", "Retention", "expired_spool", "forget", "is_due", "spool_removed", "take_turn"]

_FORGOTTEN_AT = "forgotten at"
_FINAL = (EntryState.SENT, EntryState.FAILED, EntryState.EXPIRED, EntryState.CANCELLED)
_WAITING = (MessageState.RETRY, MessageState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long each kind of row is kept once nothing waits for it any more."""

    # A server that hides mail for a while (a restored backup, a lost index) shows it again within weeks.
    vanished_uids: timedelta = timedelta(days=45)
    # A week is enough to look at what was sent; the bulk of the database is here.
    sent_content: timedelta = timedelta(days=7)
    # What could not be sent is kept for a person to send again.
    unsent_content: timedelta = timedelta(days=45)
    # The longest time that `once_per` is sensibly asked for.
    replies: timedelta = timedelta(days=60)
    # Half a year of answers to "what became of that mail?"; claims of files go with it, since a failed
    # message can be tried again by hand for as long as it is shown, and must find its files.
    history: timedelta = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How many rows of each kind were deleted."""

    uids: int
    contents: int
    entries: int
    messages: int
    replies: int
    claims: int
    sightings: int
    sheets: int


def forget(connection: Connection, *, now: datetime, keep: Retention) -> Forgotten:
    """Delete what is past its time; rows that hang on others go with them."""
    history = now - keep.history
    finished = func.coalesce(outbox.c.finished_at, outbox.c.created, type_=outbox.c.created.type)
    spent = or_(
        and_(outbox.c.state == EntryState.SENT, finished < now - keep.sent_content),
        and_(outbox.c.state.in_(_FINAL), finished < now - keep.unsent_content),
    )
    return Forgotten(
        uids=connection.execute(delete(uid).where(uid.c.vanished_at < now - keep.vanished_uids)).rowcount,
        contents=connection.execute(
            delete(outbox_content).where(outbox_content.c.entry.in_(select(outbox.c.id).where(spent)))
        ).rowcount,
        entries=connection.execute(
            delete(outbox).where(outbox.c.state.in_(_FINAL), finished < history, ~_keeps_its_message())
        ).rowcount,
        messages=connection.execute(delete(message).where(*_past(history))).rowcount,
        replies=connection.execute(delete(reply).where(reply.c.at < now - keep.replies)).rowcount,
        claims=connection.execute(delete(file_claim).where(file_claim.c.at < history)).rowcount,
        sightings=connection.execute(delete(sighting).where(sighting.c.until <= now)).rowcount,
        sheets=forget_sheets(connection),
    )


def is_due(connection: Connection, *, now: datetime, every: timedelta) -> bool:
    """Whether nobody has forgotten anything for that long."""
    last = _last_turn(connection)
    return last is None or datetime.fromisoformat(last) <= now - every


def take_turn(connection: Connection, *, now: datetime, every: timedelta) -> bool:
    """Whether it is ours to forget now; of several processes one is told so, once in that time."""
    if not is_due(connection, now=now, every=every):
        return False
    last = _last_turn(connection)
    if last is None:
        connection.execute(insert(meta).values(key=_FORGOTTEN_AT, value=now.isoformat()))
        return True
    ours = (meta.c.key == _FORGOTTEN_AT) & (meta.c.value == last)
    return connection.execute(update(meta).where(ours).values(value=now.isoformat())).rowcount == 1


def _last_turn(connection: Connection) -> str | None:
    found: str | None = connection.scalar(select(meta.c.value).where(meta.c.key == _FORGOTTEN_AT))
    return found


def expired_spool(connection: Connection, *, now: datetime, keep: Retention) -> dict[int, str]:
    """Give the spooled octets that nobody needs any more: delete the file, then call `spool_removed`."""
    failed = and_(message.c.state == MessageState.FAILED, message.c.received >= now - keep.history)
    rows = connection.execute(
        select(message.c.id, message.c.spool).where(
            message.c.spool != "",
            message.c.state.not_in(_WAITING),
            ~failed,
            or_(message.c.keep_raw_until.is_(None), message.c.keep_raw_until <= now),
        )
    )
    return {row.id: row.spool for row in rows}


def spool_removed(connection: Connection, ids: list[int]) -> None:
    """Note that the octets of these messages are gone."""
    connection.execute(update(message).where(message.c.id.in_(ids)).values(spool="", keep_raw_until=None))


def _keeps_its_message() -> ColumnElement[bool]:
    """Whether `delete: {after: sent}` would take the message from the server if this entry were forgotten."""
    listed = exists().where(uid.c.message == outbox.c.message, uid.c.vanished_at.is_(None))
    return and_(outbox.c.state != EntryState.SENT, listed)


def _past(history: datetime) -> list[ColumnElement[bool]]:
    return [
        message.c.received < history,
        # HELD is waited for only as long as its mail is on the server.
        message.c.state != MessageState.RETRY,
        message.c.spool == "",
        ~exists().where(uid.c.message == message.c.id),
        ~exists().where(outbox.c.message == message.c.id),
    ]
