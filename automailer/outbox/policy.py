"""When to try again, and when to give up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from automailer.journal import EntryState
from automailer.outbox.model import Claimed, Summary, Verdict
from automailer.settings import OnUnknown, OutboxSettings
from automailer.smtp import Outcome, Result

__all__ = ["JITTER", "MAX_RELAY_PAUSE", "Policy", "RelayHealth"]

JITTER = 0.1
"""Share of a pause that is added at most: entries deferred together do not all come back together."""
FIRST_RELAY_PAUSE = timedelta(seconds=5)
"""A relay that failed is tried again after it, then after twice as long, and so on; its restart delays little."""
MAX_RELAY_PAUSE = timedelta(minutes=5)
"""A relay that is well again is used within this time, however long it was down, unless it refused our login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings' schedule: `retry` are the pauses after the first, second … attempt; the last repeats."""

    retry: tuple[timedelta, ...]
    expire: timedelta
    hold_unknown: bool = False

    @classmethod
    def of(cls, settings: OutboxSettings) -> Policy:
        """Take the policy from what people write."""
        return cls(
            retry=settings.retry, expire=settings.expire, hold_unknown=settings.on_unknown is OnUnknown.HOLD
        )

    def pause(self, attempts: int, *, jitter: float) -> timedelta:
        """How long to wait after this many attempts; `jitter` is a random number from 0 to 1."""
        step = self.retry[min(max(attempts, 1), len(self.retry)) - 1]
        return step + step * JITTER * jitter

    def ends_at(self, entry: Claimed) -> datetime:
        """When it is too late to try: the entry's own end, or that of the settings."""
        return entry.expires or entry.created + self.expire

    def judge(
        self, entry: Claimed, results: Mapping[str, Result], *, now: datetime, jitter: float
    ) -> Verdict:
        """Say where an entry goes after an attempt with these results; who has none still waits."""
        waiting = [each for each in entry.recipients if each not in results or _worth_a_try(results[each])]
        refused = _named(results, Outcome.REFUSED) or entry.refused
        if not waiting:
            return Verdict(state=EntryState.FAILED if refused else EntryState.SENT, reason=refused)
        unknown = _named(results, Outcome.UNKNOWN)
        if unknown and self.hold_unknown:
            return Verdict(state=EntryState.HELD, reason=unknown)
        reason = unknown or _named(results, Outcome.DEFERRED) or refused
        return self.wait(entry, reason, now=now, jitter=jitter)

    def wait(self, entry: Claimed, reason: str, *, now: datetime, jitter: float) -> Verdict:
        """Say when to try an entry again; the last try falls on its end, not short of it."""
        ends = self.ends_at(entry)
        if now >= ends:
            return Verdict(state=EntryState.EXPIRED, reason=reason)
        again = min(now + self.pause(entry.attempts + 1, jitter=jitter), ends)
        return Verdict(state=EntryState.QUEUED, reason=reason, next_attempt=again)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayHealth:
    """How a relay fared of late, so that one that is down is not knocked at for every mail."""

    failures: int = 0
    closed_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether the relay is worth a try."""
        return self.closed_until is None or now >= self.closed_until

    def after(self, summary: Summary, policy: Policy, *, now: datetime, jitter: float) -> RelayHealth:
        """Take in how a pass ended."""
        if not summary.error:
            return RelayHealth()
        failures = self.failures + 1
        if summary.login_refused:  # many servers lock an account whose password is refused too often
            pause = policy.pause(failures, jitter=jitter)
        else:
            pause = min(FIRST_RELAY_PAUSE * 2 ** min(failures - 1, 16), MAX_RELAY_PAUSE)
            pause += pause * JITTER * jitter
        return replace(self, failures=failures, closed_until=now + pause)


def _worth_a_try(result: Result) -> bool:
    return result.outcome in {Outcome.DEFERRED, Outcome.UNKNOWN}


def _named(results: Mapping[str, Result], outcome: Outcome) -> str:
    """Name the first recipient with this outcome and its reason; "" when there is none."""
    for recipient, result in results.items():
        if result.outcome is outcome:
            return f"{recipient}: {result.reason}"
    return ""
