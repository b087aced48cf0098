"""The ledger of keys that rules have seen, for `duplicate` and `frequency`: counted once for each message."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, func, select

from automailer.journal.model import MessageRecord
from automailer.journal.rows import insert_into
from automailer.journal.tables import sighting

if TYPE_CHECKING:
    from automailer.journal.engine import Database

__all__ = ["Earlier", "SightingLedger", "write_sightings"]

Tally = tuple[int, datetime | None]


def _mark(mailbox: str, rule: str, kind: str, key: str) -> str:
    """What is kept of a key: it may be anybody's subject line, and as long as that."""
    facts = "\0".join((mailbox, rule, kind, key))
    return hashlib.sha256(facts.encode("utf-8", "surrogatepass")).hexdigest()


class Counted(Protocol):
    """A key as a rule has seen it."""

    @property
    def rule(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def key(self) -> str: ...


class SightingLedger:
    """The keys seen in one mailbox: those in the journal, and those noted since and not yet written.

    A window is decided before it is written, so its later messages must see its earlier ones. What was read of the
    journal is read once in a window: nobody else writes about this mailbox meanwhile.
    """

    def __init__(self, database: Database, mailbox: str) -> None:
        self._database = database
        self._mailbox = mailbox
        self._noted: dict[str, list[datetime]] = {}
        self._read: dict[tuple[str, datetime, int | None], Tally] = {}

    def note_all(self, keys: Iterable[Counted], *, at: datetime) -> None:
        """Count the keys of a message that the current window is going to write."""
        for one in keys:
            self._noted.setdefault(_mark(self._mailbox, one.rule, one.kind, one.key), []).append(at)

    def apart_from(self, message: int | None) -> Earlier:
        """The ledger as this message sees it, None being one that the journal doesn't have yet."""
        return Earlier(self, message)

    def tally(self, rule: str, kind: str, key: str, *, after: datetime, but: int | None) -> Tally:
        """How many messages but that one had the key after that time, and when the last of them was dealt with."""
        mark = _mark(self._mailbox, rule, kind, key)
        place = (mark, after, but)
        if place not in self._read:
            self._read[place] = self._look_up(mark, after, but)
        count, last = self._read[place]
        noted = [at for at in self._noted.get(mark, ()) if at > after]
        return count + len(noted), max([*noted, last] if last else noted, default=None)

    def written(self) -> None:
        """Forget the notes: their window is in the journal, or was given up."""
        self._noted.clear()
        self._read.clear()

    def _look_up(self, mark: str, after: datetime, but: int | None) -> Tally:
        wanted = [sighting.c.mark == mark, sighting.c.at > after]
        if but is not None:
            wanted.append(sighting.c.message != but)
        at = sighting.c.at
        with self._database.reading() as connection:
            row = connection.execute(select(func.count(), func.max(at, type_=at.type)).where(*wanted)).one()
        return row[0], row[1]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The ledger without one message, which must not see itself when it is tried again."""

    ledger: SightingLedger
    message: int | None

    def tally(self, rule: str, kind: str, key: str, *, after: datetime) -> Tally:
        """How many other messages had the key after that time, and when the last of them was dealt with."""
        return self.ledger.tally(rule, kind, key, after=after, but=self.message)


def write_sightings(
    connection: Connection, mailbox: str, messages: Iterable[tuple[int, MessageRecord]]
) -> None:
    """Count the keys of finished messages; what is counted already stays as it is."""
    rows: list[dict[str, Any]] = [
        {
            "message": number,
            "mark": _mark(mailbox, one.rule, one.kind, one.key),
            "at": one.at,
            "until": one.until,
        }
        for number, record in messages
        for one in record.sightings
    ]
    if rows:
        connection.execute(insert_into(connection, sighting).on_conflict_do_nothing(), rows)
