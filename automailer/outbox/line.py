"""The queue of one pass as its connections share it: who is next, whether to go on, what it came to."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta

from automailer.journal import EntryState
from automailer.outbox.model import Claimed, Summary, Verdict
from automailer.outbox.route import Route
from automailer.outbox.store import Store
from automailer.outbox.turns import Turns

__all__ = ["Line"]

MAX_STRIKES = 2
"""Mails in a row on which the relay dropped the connection: from then on it is the relay, not the mail."""
MAX_RATE_WAIT = timedelta(seconds=5)
"""A pass waits for its rate this long; what may go later is left to a later pass."""
PATIENCE_SECONDS = 5.0
"""What a mail waits for the one before it: one that hangs must not hold up all the others."""


class Line:
    """Entries in order, claimed batch by batch; `turns` keeps that order to the end of each hand-over."""

    def __init__(self, store: Store, route: Route, stop: threading.Event) -> None:
        self.turns = Turns(patience=PATIENCE_SECONDS)
        self._store = store
        self._route = route
        self._stop = stop
        # What becomes due during the pass is left to the next one, so that every pass ends.
        self._began = route.clock()
        self._lock = threading.Lock()
        self._entries: deque[Claimed] = deque()
        self._closed = False
        self._strikes = 0
        self._summary = Summary()
        self._refill()

    @property
    def length(self) -> int:
        """How many entries are at hand."""
        return len(self._entries)

    def next(self) -> tuple[Claimed, int] | None:
        """The next entry and its number in the order; None when the pass is over."""
        with self._lock:
            if not self._entries and not self.is_over:
                self._refill()
            if not self._entries or self.is_over:
                return None
            return self._entries.popleft(), self.turns.take()

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._closed or self._stop.is_set()

    def close(self, error: str = "", *, login_refused: bool = False) -> None:
        """End the pass: what is at hand stays queued as it was. The first error is the one to tell."""
        with self._lock:
            self._closed = True
            told = self._summary
            self._summary = replace(
                told, error=told.error or error, login_refused=told.login_refused or login_refused
            )

    def put_back(self, entry: Claimed) -> None:
        """Take an entry back that could not be tried."""
        with self._lock:
            self._entries.appendleft(entry)

    def count(self, verdict: Verdict, *, trouble: str) -> None:
        """Take in what became of an entry; `trouble` is why its connection was lost, "" if it was not."""
        with self._lock:
            now = self._summary
            sent = int(verdict.state is EntryState.SENT)
            failed = int(verdict.state in {EntryState.FAILED, EntryState.EXPIRED})
            self._summary = replace(now, sent=now.sent + sent, failed=now.failed + failed)
            self._strikes = self._strikes + 1 if trouble else 0
            struck_out = self._strikes >= MAX_STRIKES
        if struck_out:
            self.close(trouble)

    def give_back(self) -> None:
        """Queue what is left as it was, save what has waited past its time for a relay that can't be used."""
        with self._lock:
            left, self._entries = list(self._entries), deque()
            error = self._summary.error
        now = self._route.clock()
        late = [entry for entry in left if error and now >= self._route.policy.ends_at(entry)]
        for entry in late:
            self._store.expire(entry, error, now=now)
            self.count(Verdict(state=EntryState.EXPIRED), trouble="")
        if left or error:
            self._store.give_back([entry for entry in left if entry not in late], error, now=now)

    def summary(self, *, queued: int) -> Summary:
        """What the pass came to."""
        with self._lock:
            return replace(self._summary, queued=queued)

    def _refill(self) -> None:
        claim = self._store.claim(now=self._route.clock(), due=self._began, rate=self._route.relay.rate)
        if claim.again_at and claim.again_at - self._route.clock() <= MAX_RATE_WAIT:
            self._wait_until(claim.again_at)
            claim = self._store.claim(now=self._route.clock(), due=self._began, rate=self._route.relay.rate)
        self._entries.extend(claim.entries)
        self._summary = replace(self._summary, again_at=claim.again_at)

    def _wait_until(self, at: datetime) -> None:
        self._stop.wait(max((at - self._route.clock()).total_seconds(), 0))
