"""Whether the daemon comes on: what systemd's watchdog is fed on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["LONGEST_SILENCE_SECONDS", "Pulse"]

LONGEST_SILENCE_SECONDS = 900.0
"""Of one poll between two windows: every wait in it has a shorter limit, so that it must hang."""


class Pulse:
    """Beats when the scheduler runs a job to its end; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._beaten = False
        self._heard: dict[str, float] = {}

    def beat(self) -> None:
        """A job came to its end."""
        with self._lock:
            self._beaten = True

    @contextmanager
    def watched(self, job: str) -> Iterator[Callable[[], None]]:
        """Watch a job that may take long; it calls what it is given whenever it has come on."""
        self._hear(job)
        try:
            yield lambda: self._hear(job)
        finally:
            with self._lock:
                self._heard.pop(job, None)

    def take(self) -> bool:
        """Whether something came to its end since this was asked last, and nothing hangs."""
        with self._lock:
            latest = self._clock() - LONGEST_SILENCE_SECONDS
            alive = self._beaten and all(heard >= latest for heard in self._heard.values())
            self._beaten = False
        return alive

    def _hear(self, job: str) -> None:
        with self._lock:
            self._heard[job] = self._clock()
