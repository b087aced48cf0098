"""What becomes of a message on the server by a decision, in words. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo

from automailer.journal import RemoveAfter
from automailer.message import Message
from automailer.worker.arrival import Arrival, Outcome
from automailer.worker.decide import Decided
from automailer.worker.record import RecordPolicy, record

__all__ = ["fate"]


def fate(message: Message, decided: Decided, policy: RecordPolicy, *, now: datetime, zone: tzinfo) -> str:
    """Whether it stays on the server and why, or when it leaves, if it came now."""
    arrival = Arrival(
        mailbox=policy.mailbox, uid="", occurrence=0, number=None, message=message, received=now
    )
    outcome = Outcome(arrival=arrival, decided=decided)
    if outcome.problems:
        return "stays: it would be tried again"
    written = record(outcome, policy, now=now, spool="")
    if written.keep:
        return "stays: kept"
    if written.remove_after is None:
        return _why_it_stays(outcome)
    later = written.remove_at is not None and written.remove_at > now
    day = f"{written.remove_at.astimezone(zone):%Y-%m-%d %H:%M}" if written.remove_at and later else ""
    if written.remove_after is RemoveAfter.SENT:
        return f"deleted once every mail of it is sent{f', not before {day}' if day else ''}"
    return f"deleted on {day}" if day else "deleted"


def _why_it_stays(outcome: Outcome) -> str:
    for planned in outcome.planned:
        if planned.plan.keeps and not planned.shadow:
            return f"stays: {planned.action} is refused"
    unsure = outcome.decided is not None and outcome.decided.decision.undecided
    return "stays: not everything is certain" if unsure else "stays"
