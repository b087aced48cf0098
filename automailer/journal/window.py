"""What one window of messages writes down: gathered in memory, then written in one short transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, literal

from automailer.journal import lease, rows
from automailer.journal.entries import enqueue
from automailer.journal.model import MessageRecord, MessageState, SeenRecord, UidKey
from automailer.journal.replies import fold_sender
from automailer.journal.sightings import write_sightings
from automailer.journal.tables import mailbox, reply

__all__ = ["Window"]


class Window:
    """Gathers records; `Journal.window` writes them when its block ends without an exception."""

    def __init__(self, mailbox: str, now: datetime) -> None:
        self.mailbox = mailbox
        self.now = now
        self._messages: dict[UidKey, MessageRecord] = {}
        self._again: dict[int, MessageRecord] = {}
        self._seen: dict[UidKey, SeenRecord] = {}
        self._vanished: list[UidKey] = []
        self._changes: dict[str, Any] = {}
        self._ids: dict[UidKey, int] = {}

    def add(self, record: MessageRecord) -> None:
        """Write down a message with all that was decided for it; once for each line of the listing.

        One that the journal has already goes by its number: its UID may be another message's by now.
        """
        if record.id is None:
            self._messages[self._unused(UidKey(record.uid, record.occurrence))] = record
        elif record.id in self._again:
            msg = f"mailbox {self.mailbox!r}: message {record.id} twice in one window"
            raise ValueError(msg)
        else:
            self._again[record.id] = record

    def seen(self, records: Iterable[SeenRecord]) -> None:
        """Write down lines of the listing that are left alone, or known under another UID."""
        for record in records:
            self._seen[self._unused(UidKey(record.uid, record.occurrence))] = record

    def vanished(self, keys: Iterable[UidKey]) -> None:
        """Mark lines that the listing doesn't have any more."""
        self._vanished.extend(keys)

    def listed(self, digest: str) -> None:
        """Say that everything in this listing has been dealt with; the first time ends the first contact."""
        self._changes["listing_digest"] = digest
        first = mailbox.c.first_polled_at
        self._changes["first_polled_at"] = func.coalesce(first, literal(self.now, first.type))

    def hold(self) -> None:
        """Hold the mailbox: its UIDs changed, and a person is to look at it."""
        self._changes |= {"held": True, "held_since": self.now}

    @property
    def ids(self) -> Mapping[UidKey, int]:
        """The journal's number of each message, once the window is written."""
        return self._ids

    @property
    def empty(self) -> bool:
        """True when there is nothing to write, and no transaction is needed."""
        return not any((self._messages, self._again, self._seen, self._vanished, self._changes))

    def write(self, connection: Connection, *, owner: str, until: datetime) -> None:
        """Write everything, provided that the lease is still ours."""
        lease.extend(connection, self.mailbox, owner=owner, until=until, **self._changes)
        rows.mark_vanished(connection, self.mailbox, self._vanished, at=self.now)
        fresh = self._messages
        unseen = {key: _left_alone(record) for key, record in self._seen.items() if record.known is None}
        self._ids = rows.insert_messages(connection, self.mailbox, {**fresh, **unseen})
        self._ids |= {key: seen.known.message for key, seen in self._seen.items() if seen.known is not None}
        rows.update_messages(connection, list(self._again.values()))
        places = [self._uid_row(key, record) for key, record in {**fresh, **unseen}.items()]
        places += [self._known_row(key, record) for key, record in self._seen.items() if record.known]
        rows.put_uids(connection, places)
        self._write_outcomes(connection)

    def _unused(self, key: UidKey) -> UidKey:
        if key in self._messages or key in self._seen:
            msg = f"mailbox {self.mailbox!r}: {key} twice in one window"
            raise ValueError(msg)
        return key

    def _uid_row(self, key: UidKey, record: MessageRecord) -> dict[str, Any]:
        return {
            "mailbox": self.mailbox,
            "uid": key.uid,
            "occurrence": key.occurrence,
            "message": self._ids[key],
            "header_digest": record.header_digest,
            "size": record.size,
            "keep": record.keep,
            "remove_after": record.remove_after,
            "remove_at": record.remove_at,
            "vanished_at": None,
            "first_seen": record.received,
        }

    def _known_row(self, key: UidKey, record: SeenRecord) -> dict[str, Any]:
        known = record.known
        wishes = _left_alone(record)
        if known is not None:
            wishes = replace(
                wishes, keep=known.keep, remove_after=known.remove_after, remove_at=known.remove_at
            )
        return self._uid_row(key, wishes)

    def _write_outcomes(self, connection: Connection) -> None:
        messages = [*self._again.items()]
        messages += [(self._ids[key], record) for key, record in self._messages.items()]
        rows.write_effects(connection, messages)
        enqueue(
            connection,
            [replace(entry, message=number) for number, record in messages for entry in record.outbox],
        )
        replies = [
            {"mailbox": self.mailbox, "rule": one.rule, "sender": fold_sender(one.sender), "at": one.at}
            for _, record in messages
            for one in record.replies
        ]
        if replies:
            connection.execute(insert(reply), replies)
        write_sightings(connection, self.mailbox, messages)
        rows.write_sheets(connection, [record for _, record in messages])


def _left_alone(record: SeenRecord) -> MessageRecord:
    return MessageRecord(
        uid=record.uid,
        occurrence=record.occurrence,
        header_digest=record.header_digest,
        message_id=record.message_id,
        size=record.size,
        received=record.at,
        state=MessageState.SEEN,
    )
