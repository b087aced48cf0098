"""The replies to the message in hand, beside those that were given before: its later actions count them too. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from automailer.actions.model import Mail, Planned, ReplyLedger

__all__ = ["Answered"]


class Answered:
    """A ledger that is ahead of the journal's by the replies of one message."""

    def __init__(self, before: ReplyLedger) -> None:
        self._before = before
        self._noted: list[tuple[str, str, datetime]] = []

    def note(self, planned: Planned, at: datetime) -> None:
        """Count what the action replies, unless it only says what it would."""
        if planned.shadow:
            return
        answers = (effect for effect in planned.plan.effects if isinstance(effect, Mail) and effect.answered)
        self._noted += [(planned.rule, answer.answered.casefold(), at) for answer in answers]

    def last(self, rule: str, sender: str) -> datetime | None:
        """When this rule last answered this address (letter case aside)."""
        noted = [at for one, whom, at in self._noted if (one, whom) == (rule, sender.casefold())]
        return noted[-1] if noted else self._before.last(rule, sender)

    def count(self, *, now: datetime, within: timedelta) -> int:
        """How many replies this mailbox gave in the time before `now`."""
        return self._before.count(now=now, within=within) + len(self._noted)
