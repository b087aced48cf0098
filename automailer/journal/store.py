"""The journal as the rest of the program holds it: each method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine, select, update

from automailer.errors import PermanentError
from automailer.journal import claims, entries, lease, recall, retention, schema
from automailer.journal.engine import Conflict, Database, open_database
from automailer.journal.lease import LEASE_LASTS
from automailer.journal.model import (
    EffectKey,
    EffectRecord,
    FileClaim,
    FileName,
    KnownUid,
    MailboxState,
    MessageState,
    OutboxRecord,
    PollOutcome,
    RetryDue,
    UidKey,
)
from automailer.journal.replies import ReplyLedger
from automailer.journal.retention import Forgotten, Retention
from automailer.journal.schema import SchemaStatus
from automailer.journal.sightings import SightingLedger
from automailer.journal.tables import message, meta, uid
from automailer.journal.window import Window

__all__ = ["Journal", "open_journal"]


def open_journal(url: str, state: Path, *, clock: Callable[[], datetime]) -> Journal:
    """Open the journal, its tables up to date: by itself on SQLite, by `db upgrade` on PostgreSQL.

    A database that is damaged, another program's or a newer version's is refused with `PermanentError`.
    """
    journal = Journal(open_database(url, state), clock=clock)
    try:
        schema.require(journal.database)
    except BaseException:
        journal.close()
        raise
    return journal


class Journal:
    """What was seen, decided and done. May be shared by threads."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self.database = database
        self._clock = clock

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database's connections."""
        self.database.close()

    @property
    def engine(self) -> Engine:
        """The engine underneath, for migrations and tests."""
        return self.database.engine

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a transaction that only reads."""
        return self.database.reading()

    def writing(self) -> AbstractContextManager[Connection]:
        """Give a transaction that commits at the end of the block; keep it short, SQLite has one writer."""
        return self.database.writing()

    def status(self) -> SchemaStatus:
        """Say which version the tables have and which is needed."""
        return schema.status(self.database)

    def loop_id(self) -> str:
        """Give the id of this state, made once: the mark by which our own mail is known."""
        with self.reading() as connection:
            found = connection.execute(select(meta.c.value).where(meta.c.key == schema.LOOP_ID))
            return str(found.scalar_one())

    def mailbox_state(self, mailbox: str) -> MailboxState:
        """Read a mailbox's health, listing and hold."""
        with self.reading() as connection:
            return recall.mailbox_state(connection, mailbox)

    def claim_mailbox(
        self, mailbox: str, *, owner: str, now: datetime, lasts: timedelta = LEASE_LASTS
    ) -> bool:
        """Take a mailbox's lease for one poll; False when a living process has it."""
        try:
            with self.writing() as connection:
                return lease.claim(connection, mailbox, owner=owner, now=now, lasts=lasts)
        except Conflict:
            return False

    def extend_mailbox(
        self, mailbox: str, *, owner: str, now: datetime, lasts: timedelta = LEASE_LASTS
    ) -> None:
        """Keep the lease during something long; raises `LeaseLost` when it is another's by now."""
        with self.writing() as connection:
            lease.extend(connection, mailbox, owner=owner, until=now + lasts)

    def release_mailbox(self, mailbox: str, *, owner: str) -> None:
        """Give the lease back."""
        with self.writing() as connection:
            lease.release(connection, mailbox, owner=owner)

    def poll_finished(self, outcome: PollOutcome, *, owner: str) -> None:
        """Write down how a poll ended, and give its lease back."""
        with self.writing() as connection:
            lease.finish(connection, outcome, owner=owner)

    def release(self, mailbox: str, *, now: datetime) -> int:
        """End the hold of a mailbox whose UIDs changed; gives how many messages became due."""
        with self.writing() as connection:
            return recall.release(connection, mailbox, now=now)

    @contextmanager
    def window(
        self, mailbox: str, *, owner: str, now: datetime, lasts: timedelta = LEASE_LASTS
    ) -> Iterator[Window]:
        """Gather a window's records and write them in one transaction when the block ends well.

        Raises `LeaseLost` and writes nothing when the lease is another's by now; otherwise extends it.
        """
        window = Window(mailbox, now)
        yield window
        if not window.empty:
            with self.writing() as connection:
                window.write(connection, owner=owner, until=now + lasts)

    def known(self, mailbox: str) -> Mapping[UidKey, KnownUid]:
        """Give every UID of the mailbox that is remembered, vanished ones included."""
        with self.reading() as connection:
            return recall.known(connection, mailbox)

    def recognise(
        self, mailbox: str, pairs: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], KnownUid]:
        """Find known mail by (Message-ID, header digest), whatever its UID is now."""
        with self.reading() as connection:
            return recall.recognise(connection, mailbox, pairs)

    def due_retries(self, mailbox: str, *, now: datetime) -> Sequence[RetryDue]:
        """Give the messages whose next attempt has come."""
        with self.reading() as connection:
            return recall.due_retries(connection, mailbox, now=now)

    def due_removals(self, mailbox: str, *, now: datetime) -> Sequence[UidKey]:
        """Give what is to leave the server by now."""
        with self.reading() as connection:
            return recall.due_removals(connection, mailbox, now=now)

    def settle_removals(self, mailbox: str, *, now: datetime) -> int:
        """Make the wishes `after: sent` due whose mail has all left; writes only when there are any."""
        with self.reading() as connection:
            if not recall.has_settled_removals(connection, mailbox):
                return 0
        with self.writing() as connection:
            return recall.settle_removals(connection, mailbox, now=now)

    def settled_effects(self, ids: Collection[int]) -> Mapping[int, Mapping[EffectKey, EffectRecord]]:
        """Give, for each message, the effects that a retry does not repeat."""
        with self.reading() as connection:
            return recall.settled_effects(connection, ids)

    def claim_files(
        self, wanted: Sequence[FileClaim], *, exists: Callable[[str], bool]
    ) -> Mapping[str, FileName]:
        """Write down the names of files before they are written, and give them by key."""
        return claims.claim_files(self.database, wanted, exists=exists, now=self._clock())

    def replies(self, mailbox: str, *, before: datetime | None = None) -> ReplyLedger:
        """Give the ledger of this mailbox's automatic replies, up to a time if one is given."""
        return ReplyLedger(self.database, mailbox, before=before)

    def sightings(self, mailbox: str) -> SightingLedger:
        """Give the ledger of the keys that this mailbox's rules have seen."""
        return SightingLedger(self.database, mailbox)

    def enqueue(self, records: Iterable[OutboxRecord]) -> Mapping[str, int]:
        """Queue mail that belongs to no message; gives the entry's id by key."""
        with self.writing() as connection:
            return entries.enqueue(connection, records)

    def retry(self, number: int, *, now: datetime) -> None:
        """Make a message due at once, unless it is done, or its octets are nowhere any more."""
        with self.writing() as connection:
            found = connection.execute(select(message).where(message.c.id == number)).one_or_none()
            if found is None:
                msg = f"message {number}: there is none of this number"
                raise PermanentError(msg)
            if found.state is MessageState.DONE:
                msg = f"message {number}: it is done, there is nothing left to try"
                raise PermanentError(msg)
            listed = connection.scalar(
                select(uid.c.uid).where(uid.c.message == number, uid.c.vanished_at.is_(None))
            )
            if listed is None and not found.spool:
                msg = f"message {number}: it has left the server, and no copy is kept"
                raise PermanentError(msg)
            connection.execute(
                update(message)
                .where(message.c.id == number)
                .values(state=MessageState.RETRY, next_attempt=now, attempts=0)
            )

    def forget(self, *, now: datetime, keep: Retention | None = None) -> Forgotten:
        """Delete what is past its time."""
        with self.writing() as connection:
            return retention.forget(connection, now=now, keep=keep or Retention())

    def time_to_forget(self, *, now: datetime, every: timedelta) -> bool:
        """Say whether `forget` is due; of several processes one is told so, once in that time."""
        with self.reading() as connection:
            if not retention.is_due(connection, now=now, every=every):
                return False
        try:
            with self.writing() as connection:
                return retention.take_turn(connection, now=now, every=every)
        except Conflict:
            return False

    def expired_spool(self, *, now: datetime, keep: Retention | None = None) -> Mapping[int, str]:
        """Give the spooled octets that nobody needs any more, by message."""
        with self.reading() as connection:
            return retention.expired_spool(connection, now=now, keep=keep or Retention())

    def spool_removed(self, ids: Collection[int]) -> None:
        """Note that the spooled octets of these messages are gone."""
        with self.writing() as connection:
            retention.spool_removed(connection, list(ids))
