"""Keeps a mailbox's lease while its poll is busy with one window: a large download, many slow programs."""

from __future__ import annotations

from datetime import timedelta

from automailer.journal import LEASE_LASTS
from automailer.worker.shop import Shop

__all__ = ["Heartbeat"]

EVERY: timedelta = LEASE_LASTS / 5
"""Often enough that one which comes late is still in time, and seldom enough to cost nothing."""


class Heartbeat:
    """Extends the lease of `owner`, when it is called and some minutes have passed."""

    def __init__(self, shop: Shop, mailbox: str, *, owner: str) -> None:
        self._shop = shop
        self._mailbox = mailbox
        self._owner = owner
        self._last = shop.clock()

    def __call__(self) -> None:
        """Say that we are at it.

        Raises:
            LeaseLost: another process has this mailbox by now.
        """
        now = self._shop.clock()
        if now - self._last >= EVERY:
            self._shop.journal.extend_mailbox(self._mailbox, owner=self._owner, now=now)
            self._last = now
