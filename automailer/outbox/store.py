"""Entries in the database: claimed for a time, handed over, settled; every step is one transaction.

An entry is sent only by the one whose lease is in its row, and that is asked once more at the last moment,
when `handed_at` is written; so whoever lost a lease, however long he slept, never sends a mail again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from automailer.journal import Database, EntryState, RecipientState, is_dead, tables
from automailer.outbox.model import Claimed, Event, LeaseLostError, Verdict
from automailer.outbox.rate import Allowance, allowance
from automailer.settings import Rate
from automailer.smtp import Outcome, Result

__all__ = ["BATCH", "LEASE", "Claim", "Store"]

outbox, recipient, content = tables.outbox, tables.recipient, tables.outbox_content

BATCH = 20
"""Entries claimed in one transaction: few enough to leave some for another process."""
LEASE = timedelta(minutes=20)
"""Longer than the slowest hand-over: ten minutes for the last answer, and what comes before it."""

_STATE_OF = {
    Outcome.DELIVERED: RecipientState.DELIVERED,
    Outcome.REFUSED: RecipientState.REFUSED,
    Outcome.DEFERRED: RecipientState.PENDING,
    Outcome.UNKNOWN: RecipientState.PENDING,
}
_FINAL = frozenset({EntryState.SENT, EntryState.FAILED, EntryState.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a claim got; `again_at` is set when the rate left nothing."""

    entries: tuple[Claimed, ...] = ()
    again_at: datetime | None = None


class Store:
    """The outbox of one relay, as one owner of leases sees it."""

    def __init__(self, database: Database, *, relay: str, owner: str) -> None:
        self._database = database
        self._owner = owner
        self._relay = relay
        self._ours = outbox.c.smtp == relay

    def recover(self, *, now: datetime, hold_unknown: bool) -> None:
        """Take up what a dead owner left, or one whose lease ended; hold, if asked, what may have gone."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(outbox.c.id, outbox.c.handed_at, outbox.c.lease_owner, outbox.c.lease_until).where(
                    self._ours, outbox.c.state == EntryState.SENDING
                )
            )
            rows = found.mappings().all()
        left = [row for row in rows if _is_left(row, now=now)]
        if left:
            with self._database.writing() as connection:
                for row in left:
                    _take_up(connection, row, now=now, hold_unknown=hold_unknown)

    def claim(self, *, now: datetime, due: datetime, rate: Rate | None = None) -> Claim:
        """Make the oldest entries ours that were `due` then: `BATCH` at most, no more than the rate has."""
        with self._database.writing() as connection:
            left = self._allowance(connection, rate, now=now) if rate else Allowance(count=BATCH)
            if not left.count:
                return Claim(again_at=left.again_at)
            found = connection.execute(
                select(outbox)
                .where(*self._due(due))
                .order_by(outbox.c.created, outbox.c.id)
                .limit(min(left.count, BATCH))
                .with_for_update(skip_locked=True)
            )
            rows = found.mappings().all()
            if not rows:
                return Claim()
            until = now + LEASE
            connection.execute(
                update(outbox)
                .where(outbox.c.id.in_([row["id"] for row in rows]))
                .values(state=EntryState.SENDING, lease_owner=self._owner, lease_until=until, handed_at=None)
            )
            return Claim(entries=tuple(self._claimed(connection, rows, until)))

    def octets(self, entry: Claimed) -> bytes:
        """Read the mail itself."""
        with self._database.reading() as connection:
            query = select(content.c.octets).where(content.c.entry == entry.id)
            return bytes(connection.execute(query).scalar_one())

    def hand(self, entry: Claimed, *, now: datetime) -> Claimed:
        """Write down that the end of the mail goes out next, and renew the lease; or raise LeaseLostError."""
        until = now + LEASE
        with self._database.writing() as connection:
            _change(connection, entry, handed_at=now, lease_until=until)
        return replace(entry, lease_until=until)

    def note(self, entry: Claimed, results: Mapping[str, Result], *, now: datetime) -> None:
        """Write down what became of some recipients while others still wait for their turn."""
        with self._database.writing() as connection:
            _record(connection, entry, results, now=now)
            # Between two portions nothing is in doubt; the next one says so anew.
            connection.execute(update(outbox).where(_held_by(entry)).values(handed_at=None))

    def settle(
        self, entry: Claimed, results: Mapping[str, Result], verdict: Verdict, *, now: datetime
    ) -> None:
        """Write down what became of the recipients and where the entry goes, together."""
        with self._database.writing() as connection:
            _record(connection, entry, results, now=now)
            _change(connection, entry, attempts=entry.attempts + 1, **_going_to(verdict, now=now))
            if verdict.state in {EntryState.EXPIRED, EntryState.HELD}:
                _tell(connection, entry.id, Event(verdict.state.value), verdict.reason, now=now)

    def give_back(self, entries: Sequence[Claimed], reason: str, *, now: datetime) -> None:
        """Queue entries as they were: nothing was tried; a `reason` is why the relay could not be used."""
        with self._database.writing() as connection:
            for entry in entries:
                connection.execute(
                    update(outbox).where(_held_by(entry)).values(state=EntryState.QUEUED, **_NO_LEASE)
                )
            if reason:
                # Whoever looks at the outbox sees why its mail waits, claimed by this pass or not.
                connection.execute(update(outbox).where(*self._due(now)).values(error=reason))

    def expire(self, entry: Claimed, reason: str, *, now: datetime) -> None:
        """Give an entry up whose time ran out while the relay could not be used."""
        verdict = Verdict(state=EntryState.EXPIRED, reason=reason)
        with self._database.writing() as connection:
            _change(connection, entry, **_going_to(verdict, now=now))
            _tell(connection, entry.id, Event.EXPIRED, reason, now=now)

    def waiting(self) -> int:
        """How many entries are queued or being sent."""
        states = (EntryState.QUEUED, EntryState.SENDING)
        with self._database.reading() as connection:
            query = select(func.count()).select_from(outbox).where(self._ours, outbox.c.state.in_(states))
            return connection.execute(query).scalar_one()

    def _due(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        soon = or_(outbox.c.next_attempt.is_(None), outbox.c.next_attempt <= now)
        return self._ours, outbox.c.state == EntryState.QUEUED, soon

    def _allowance(self, connection: Connection, rate: Rate, *, now: datetime) -> Allowance:
        handed = connection.execute(
            select(outbox.c.handed_at).where(self._ours, outbox.c.handed_at > now - rate.per)
        ).scalars()
        in_flight = connection.execute(
            select(func.count())
            .select_from(outbox)
            .where(self._ours, outbox.c.state == EntryState.SENDING, outbox.c.handed_at.is_(None))
        ).scalar_one()
        return allowance(rate, [at for at in handed if at], in_flight=in_flight, now=now)

    def _claimed(self, connection: Connection, rows: Sequence[RowMapping], until: datetime) -> list[Claimed]:
        found = connection.execute(
            select(recipient)
            .where(recipient.c.entry.in_([row["id"] for row in rows]))
            .order_by(recipient.c.entry, recipient.c.address)
        ).all()
        waiting: dict[int, list[str]] = {}
        refused: dict[int, str] = {}
        for one in found:
            if one.state is RecipientState.PENDING:
                waiting.setdefault(one.entry, []).append(one.address)
            elif one.state is RecipientState.REFUSED:
                refused.setdefault(one.entry, f"{one.address}: {one.text}")
        return [
            Claimed(
                id=row["id"],
                kind=row["kind"],
                sender=row["envelope_from"],
                recipients=tuple(waiting.get(row["id"], ())),
                attempts=row["attempts"],
                created=row["created"],
                expires=row["expires"],
                owner=self._owner,
                lease_until=until,
                refused=refused.get(row["id"], ""),
            )
            for row in rows
        ]


_NO_LEASE = {"lease_owner": None, "lease_until": None}


def _going_to(verdict: Verdict, *, now: datetime) -> dict[str, object]:
    return {
        "state": verdict.state,
        "error": verdict.reason,
        "next_attempt": verdict.next_attempt,
        "finished_at": now if verdict.state in _FINAL else None,
        **_NO_LEASE,
    }


def _held_by(entry: Claimed) -> ColumnElement[bool]:
    return and_(
        outbox.c.id == entry.id,
        outbox.c.state == EntryState.SENDING,
        outbox.c.lease_owner == entry.owner,
        outbox.c.lease_until == entry.lease_until,
    )


def _change(connection: Connection, entry: Claimed, **values: object) -> None:
    """Change an entry that is ours; LeaseLostError, and nothing is written, when it is not any more."""
    changed = connection.execute(update(outbox).where(_held_by(entry)).values(values))
    if changed.rowcount != 1:
        raise LeaseLostError(entry.id)


def _record(connection: Connection, entry: Claimed, results: Mapping[str, Result], *, now: datetime) -> None:
    if not results:
        return
    connection.execute(
        update(recipient)
        .where(recipient.c.entry == bindparam("of_entry"), recipient.c.address == bindparam("of_address"))
        .values(
            state=bindparam("new_state"),
            code=bindparam("new_code"),
            text=bindparam("new_text"),
            attempts=recipient.c.attempts + 1,
        ),
        [
            {
                "of_entry": entry.id,
                "of_address": address,
                "new_state": _STATE_OF[result.outcome],
                "new_code": result.code or None,
                "new_text": result.reason,
            }
            for address, result in results.items()
        ],
    )
    for (outcome, reason), addresses in _by_answer(results).items():
        _tell(connection, entry.id, Event(outcome.value), f"{', '.join(addresses)}: {reason}", now=now)


def _by_answer(results: Mapping[str, Result]) -> dict[tuple[Outcome, str], list[str]]:
    answers: dict[tuple[Outcome, str], list[str]] = {}
    for address, result in results.items():
        answers.setdefault((result.outcome, result.reason), []).append(address)
    return answers


def _tell(connection: Connection, entry: int, what: Event, detail: str, *, now: datetime) -> None:
    connection.execute(
        insert(tables.outbox_event).values(entry=entry, at=now, what=what.value, detail=detail)
    )


def _is_left(row: RowMapping, *, now: datetime) -> bool:
    return row["lease_until"] is None or row["lease_until"] <= now or is_dead(row["lease_owner"] or "")


def _take_up(connection: Connection, row: RowMapping, *, now: datetime, hold_unknown: bool) -> None:
    unknown = row["handed_at"] is not None
    state = EntryState.HELD if unknown and hold_unknown else EntryState.QUEUED
    reason = "stopped while it was being handed over: it may have arrived" if unknown else ""
    # Somebody else may have taken it up since it was read.
    taken = connection.execute(
        update(outbox)
        .where(
            outbox.c.id == row["id"],
            outbox.c.state == EntryState.SENDING,
            outbox.c.lease_owner.is_not_distinct_from(row["lease_owner"]),
            outbox.c.lease_until.is_not_distinct_from(row["lease_until"]),
        )
        .values(state=state, next_attempt=now, error=reason, **_NO_LEASE)
    )
    if taken.rowcount == 1:
        _tell(connection, row["id"], Event.UNKNOWN if unknown else Event.RECOVERED, reason, now=now)
        if state is EntryState.HELD:
            _tell(connection, row["id"], Event.HELD, reason, now=now)
