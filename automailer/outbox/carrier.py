"""One connection's work in a pass: entry after entry, recipients in portions, every answer written down."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from automailer.errors import AuthError, AutomailerError, PermanentError, ProtocolError, TemporaryError
from automailer.outbox.line import Line
from automailer.outbox.model import Claimed, LeaseLostError, Verdict
from automailer.outbox.route import Route
from automailer.outbox.store import Store
from automailer.smtp import Delivery, Envelope, Outcome, Relay, Result

__all__ = ["Carrier"]

CLOSING = 421
"""The relay hangs up after this answer, whomever it concerns (RFC 5321 3.8)."""
SETTLE_PAUSES = (0.5, 2.0)
"""Seconds to wait for a database that fails for the moment."""
REPLY = "reply"
"""The kind of entry of which a bounce is of no use to anyone (RFC 3834 3.3)."""


class RelayFailedError(TemporaryError):
    """The relay could not be made ready: nothing is known against the mail."""


class Carrier:
    """Takes entries from the line and hands them to one relay until the pass is over."""

    def __init__(self, line: Line, relay: Relay, *, store: Store, route: Route) -> None:
        self._line = line
        self._relay = relay
        self._store = store
        self._route = route

    def run(self) -> None:
        """Work until the line is over."""
        try:
            while (turn := self._line.next()) is not None:
                entry, number = turn
                try:
                    self._carry(entry, number)
                finally:
                    self._line.turns.done(number)
        except BaseException:
            self._line.close()
            raise

    def _carry(self, entry: Claimed, number: int) -> None:
        attempt = _Attempt(entry, number)
        try:
            self._try(attempt)
            self._settle(attempt)
        except RelayFailedError as exc:
            self._line.close(str(exc), login_refused=isinstance(exc.__cause__, AuthError))
            self._line.put_back(attempt.entry)
        except LeaseLostError:
            # Whoever has the entry now goes on from what was found out here.
            self._store.note(attempt.entry, attempt.fresh, now=self._route.clock())
        except TemporaryError:
            raise
        except BaseException as exc:
            if isinstance(exc, Exception):
                self._set_aside(attempt, exc)
            raise

    def _set_aside(self, attempt: _Attempt, exc: Exception) -> None:
        """Defer a mail that meets a fault of ours: the next pass gets past it to those behind."""
        outcome = Outcome.UNKNOWN if attempt.handed else Outcome.DEFERRED
        untold = (recipient for recipient in attempt.entry.recipients if recipient not in attempt.results)
        attempt.take(Delivery(results=dict.fromkeys(untold, Result(outcome=outcome, reason=repr(exc)))))
        with suppress(AutomailerError):
            self._settle(attempt)

    def _try(self, attempt: _Attempt) -> None:
        octets = self._store.octets(attempt.entry)
        portions = deque(_portions(attempt.entry.recipients, self._route.relay.max_recipients))
        while portions:
            portion = portions.popleft()
            if attempt.fresh:
                self._store.note(attempt.entry, attempt.fresh, now=self._route.clock())
                attempt.fresh = {}
            envelope = Envelope(
                sender=attempt.entry.sender,
                recipients=portion,
                octets=octets,
                dsn_never=attempt.entry.kind == REPLY,
            )
            delivery = self._deliver(envelope, attempt)
            attempt.take(delivery)
            if self._line.is_over:
                break
            if delivery.trouble:
                untold = _untold(delivery)
                if not untold:
                    break
                portions.appendleft(untold)

    def _deliver(self, envelope: Envelope, attempt: _Attempt) -> Delivery:
        """Hand one portion over; only what concerns the relay as a whole becomes RelayFailedError."""
        ours: list[AutomailerError] = []

        def before_data() -> None:
            self._line.turns.wait(attempt.number)
            try:
                attempt.entry = self._store.hand(attempt.entry, now=self._route.clock())
            except AutomailerError as exc:
                ours.append(exc)
                raise
            attempt.handed = True

        try:
            return self._relay.deliver(envelope, before_data=before_data)
        except (TemporaryError, PermanentError, ProtocolError) as exc:
            if exc in ours:
                raise
            raise RelayFailedError(str(exc)) from exc

    def _settle(self, attempt: _Attempt) -> None:
        now = self._route.clock()
        verdict = self._route.policy.judge(
            attempt.entry, attempt.results, now=now, jitter=self._route.jitter()
        )
        self._write_down(attempt, verdict, now)
        self._line.count(verdict, trouble=attempt.trouble)

    def _write_down(self, attempt: _Attempt, verdict: Verdict, now: datetime) -> None:
        """Settle the entry, more than once if need be: what is sent and not written down is sent again."""
        for pause in SETTLE_PAUSES:
            try:
                self._store.settle(attempt.entry, attempt.fresh, verdict, now=now)
            except LeaseLostError:
                raise
            except TemporaryError:
                time.sleep(pause)
            else:
                return
        self._store.settle(attempt.entry, attempt.fresh, verdict, now=now)


class _Attempt:
    """One entry on its way: what is known so far, and of that what is not yet written down."""

    def __init__(self, entry: Claimed, number: int) -> None:
        self.entry = entry
        self.number = number
        self.results: dict[str, Result] = {}
        self.fresh: dict[str, Result] = {}
        self.trouble = ""
        self.handed = False

    def take(self, delivery: Delivery) -> None:
        self.handed = False
        self.results |= delivery.results
        self.fresh |= delivery.results
        self.trouble = delivery.trouble


def _untold(delivery: Delivery) -> tuple[str, ...]:
    """Those who got no answer because another recipient's was 421: without him they may get the mail."""
    if all(result.code != CLOSING for result in delivery.results.values()):
        return ()
    return tuple(
        recipient
        for recipient, result in delivery.results.items()
        if result.outcome is Outcome.DEFERRED and not result.code
    )


def _portions(recipients: tuple[str, ...], size: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(recipients), size):
        yield recipients[start : start + size]
