"""A mailbox's lease: one poller at a time, with an end, and taken over at once from a dead process."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, literal, or_, select, update

from automailer.errors import TemporaryError
from automailer.journal.model import PollOutcome
from automailer.journal.owner import is_dead
from automailer.journal.tables import mailbox

__all__ = ["LEASE_LASTS", "LeaseLost", "claim", "extend", "finish", "is_free", "release"]

# Longer than any single message takes; every window extends it.
LEASE_LASTS = timedelta(minutes=15)


class LeaseLost(TemporaryError):
    """Another process polls this mailbox by now: nothing was written down here, and it is redone there."""

    def __init__(self, mailbox: str, owner: str) -> None:
        self.mailbox = mailbox
        self.owner = owner
        super().__init__(mailbox, owner)

    def __str__(self) -> str:
        return f"mailbox {self.mailbox!r}: the lease went to another process, nothing was written"


def is_free(owner: str | None, until: datetime | None, *, now: datetime) -> bool:
    """Say whether a lease may be taken: nobody has it, its end has passed, or its owner is dead."""
    return owner is None or until is None or until <= now or is_dead(owner)


def claim(connection: Connection, name: str, *, owner: str, now: datetime, lasts: timedelta) -> bool:
    """Take the lease; False when somebody has it, the same owner included (one job polls at a time)."""
    found = connection.execute(
        select(mailbox.c.lease_owner, mailbox.c.lease_until).where(mailbox.c.name == name)
    ).one_or_none()
    if found is None:
        # Two first polls at once meet at the primary key; the loser's transaction fails as `Conflict`.
        connection.execute(
            insert(mailbox).values(name=name, lease_owner=owner, lease_until=now + lasts),
        )
        return True
    if not is_free(found.lease_owner, found.lease_until, now=now):
        return False
    taken = connection.execute(
        update(mailbox)
        .where(
            mailbox.c.name == name,
            mailbox.c.lease_owner.is_not_distinct_from(found.lease_owner),
            mailbox.c.lease_until.is_not_distinct_from(found.lease_until),
        )
        .values(lease_owner=owner, lease_until=now + lasts)
    )
    return taken.rowcount == 1


def extend(connection: Connection, name: str, *, owner: str, until: datetime, **changes: object) -> None:
    """Prove that the lease is still ours (fencing), extend it and change the row, all in one statement."""
    kept = connection.execute(
        update(mailbox)
        .where(mailbox.c.name == name, mailbox.c.lease_owner == owner)
        .values(lease_until=until, **changes)
    )
    if kept.rowcount != 1:
        raise LeaseLost(name, owner)


def release(connection: Connection, name: str, *, owner: str) -> None:
    """Give the lease back; nothing happens when it is another's by now."""
    connection.execute(
        update(mailbox)
        .where(mailbox.c.name == name, mailbox.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def finish(connection: Connection, outcome: PollOutcome, *, owner: str) -> None:
    """Write down how the poll ended and give the lease back, in one statement.

    A poll that lost its lease says nothing: the mailbox's health is another's business by now.
    """
    changes: dict[str, object] = {
        "last_poll": outcome.at,
        "error": outcome.error,
        "next_poll": outcome.next_poll,
        "lease_owner": None,
        "lease_until": None,
    }
    if outcome.error:
        changes["failures"] = mailbox.c.failures + 1
        since = mailbox.c.failing_since
        changes["failing_since"] = func.coalesce(since, literal(outcome.at, since.type))
    else:
        changes |= {"last_success": outcome.at, "failures": 0, "failing_since": None}
    connection.execute(
        update(mailbox)
        .where(
            mailbox.c.name == outcome.mailbox,
            or_(mailbox.c.lease_owner == owner, mailbox.c.lease_owner.is_(None)),
        )
        .values(changes)
    )
