"""The ledger of automatic replies, for the limits of their guards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from automailer.journal.tables import reply

if TYPE_CHECKING:
    from automailer.journal.engine import Database

__all__ = ["ReplyLedger", "fold_sender"]

# RFC 5321 4.5.3.1 allows 64 + 1 + 255; a longer one is a trick, and an index has a limit too.
_SENDER_LIMIT = 320


def fold_sender(address: str) -> str:
    """Bring a sender to the form in which the ledger compares it."""
    return address.casefold()[:_SENDER_LIMIT]


class ReplyLedger:
    """The replies of one mailbox: those in the journal, and those noted since and not yet written.

    A window is decided before it is written, so two mails of one sender in one window must see one another.
    With `before`, it knows nothing of what was answered then or later.
    """

    def __init__(self, database: Database, mailbox: str, *, before: datetime | None = None) -> None:
        self._database = database
        self._ours = [reply.c.mailbox == mailbox, *([] if before is None else [reply.c.at < before])]
        self._noted: list[tuple[str, str, datetime]] = []

    def note(self, rule: str, sender: str, at: datetime) -> None:
        """Count a reply that the current window is going to write."""
        self._noted.append((rule, fold_sender(sender), at))

    def last(self, rule: str, sender: str) -> datetime | None:
        """When this rule last answered this sender; None for never."""
        folded = fold_sender(sender)
        noted = [at for one, whom, at in self._noted if (one, whom) == (rule, folded)]
        if noted:
            return max(noted)
        with self._database.reading() as connection:
            found: datetime | None = connection.scalar(
                select(func.max(reply.c.at, type_=reply.c.at.type)).where(
                    *self._ours, reply.c.rule == rule, reply.c.sender == folded
                )
            )
        return found

    def count(self, *, now: datetime, within: timedelta) -> int:
        """How many replies this mailbox gave in the time before `now`."""
        since = now - within
        with self._database.reading() as connection:
            written = connection.scalar(select(func.count()).where(*self._ours, reply.c.at > since))
        return (written or 0) + sum(1 for _, _, at in self._noted if at > since)

    def written(self) -> None:
        """Forget the notes: their window is in the journal, or was given up."""
        self._noted.clear()
