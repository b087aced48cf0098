"""What came before a test's message: what earlier ones counted, and who was answered. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from automailer.actions import Mail
from automailer.rules import Sighting
from automailer.worker import Decided

__all__ = ["Past"]


@dataclass(slots=True)
class Past:
    """The journal of one test: Sightings for the rules, a ledger for replies; empty until something is noted."""

    _sightings: list[tuple[Sighting, datetime]] = field(default_factory=list)
    _replies: list[tuple[str, str, datetime]] = field(default_factory=list)

    def note(self, decided: Decided, *, at: datetime) -> None:
        """Take in a message that was dealt with at this time."""
        self._sightings += [(sighting, at) for sighting in decided.decision.sightings]
        for planned in decided.planned:
            for effect in planned.plan.effects:
                if isinstance(effect, Mail) and effect.answered and not planned.shadow:
                    self._replies.append((planned.rule, effect.answered.casefold(), at))

    def tally(self, rule: str, kind: str, key: str, *, after: datetime) -> tuple[int, datetime | None]:
        """How many messages had the key after that time, and when the last of them was dealt with."""
        wanted = (rule, kind, key)
        times = [at for one, at in self._sightings if (one.rule, one.kind, one.key) == wanted and at > after]
        return len(times), max(times, default=None)

    def last(self, rule: str, sender: str) -> datetime | None:
        """When this rule last answered this address (letter case aside)."""
        wanted = (rule, sender.casefold())
        return max((at for name, to, at in self._replies if (name, to) == wanted), default=None)

    def count(self, *, now: datetime, within: timedelta) -> int:
        """How many replies there were in the time before `now`."""
        return sum(now - within < at <= now for _, _, at in self._replies)
