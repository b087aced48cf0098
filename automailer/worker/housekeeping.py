"""Forgets what is past its time, so that nothing grows for ever: in the daemon and after a `poll` alike."""

from __future__ import annotations

from datetime import timedelta

from automailer.worker.job import guarded
from automailer.worker.shop import Shop

__all__ = ["KEEP_HOUSE_EVERY", "keep_house"]

KEEP_HOUSE_EVERY = timedelta(hours=6)
"""However often it is asked for, and by however many processes."""


def keep_house(shop: Shop) -> None:
    """When it is time: delete spooled messages that nobody needs, then the journal's rows past their time."""
    guarded(lambda: _keep_house(shop), name="housekeeping", failed=lambda _: None)


def _keep_house(shop: Shop) -> None:
    now = shop.clock()
    if not shop.journal.time_to_forget(now=now, every=KEEP_HOUSE_EVERY):
        return
    expired = shop.journal.expired_spool(now=now)
    for name in expired.values():
        shop.spool.drop(name)
    if expired:
        shop.journal.spool_removed(expired)
    shop.journal.forget(now=now)
