"""How many mails a relay may get now: at most so many in any stretch of the rate's length. Pure.

What was sent is read from the journal, so that a restart, or another process, starts no new allowance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from automailer.settings import Rate

__all__ = ["Allowance", "allowance"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How many mails may go now, and when the next may if none can."""

    count: int
    again_at: datetime | None = None


def allowance(rate: Rate, sent: Iterable[datetime], *, in_flight: int, now: datetime) -> Allowance:
    """Count what is left of the rate; mail in flight is spent, though nobody knows yet that it went."""
    # A clock that was set back leaves times in the future: they are as spent as any other.
    spent = sorted(at for at in sent if at > now - rate.per)
    left = rate.count - len(spent) - in_flight
    if left > 0:
        return Allowance(count=left)
    freeing = len(spent) - rate.count
    again_at = spent[max(freeing, 0)] + rate.per if spent else now + rate.per
    return Allowance(count=0, again_at=min(again_at, now + rate.per))
