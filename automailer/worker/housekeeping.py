"""Forgets what is past its time, so that nothing grows for ever."""

from __future__ import annotations

from automailer.worker.job import guarded
from automailer.worker.shop import Shop

__all__ = ["keep_house"]


def keep_house(shop: Shop) -> None:
    """Delete spooled messages that nobody needs, then the journal's rows past their time."""
    guarded(lambda: _keep_house(shop), name="housekeeping", failed=lambda _: None)


def _keep_house(shop: Shop) -> None:
    now = shop.clock()
    expired = shop.journal.expired_spool(now=now)
    for name in expired.values():
        shop.spool.drop(name)
    if expired:
        shop.journal.spool_removed(expired)
    shop.journal.forget(now=now)
