"""Mail leaves in the order of the queue although several connections carry it."""

from __future__ import annotations

import threading

__all__ = ["Turns"]


class Turns:
    """Lets each mail end only after those before it have ended, or have taken longer than anyone should wait.

    The slow part, the text, still travels over all connections at once; only the last step waits its turn.
    """

    def __init__(self, *, patience: float) -> None:
        self._patience = patience
        self._changed = threading.Condition()
        self._next = 0
        self._running: set[int] = set()

    def take(self) -> int:
        """Take the next number, in the order of the queue."""
        with self._changed:
            self._next += 1
            self._running.add(self._next)
            return self._next

    def wait(self, number: int) -> None:
        """Wait until no smaller number is running, at most for the patience in seconds."""
        with self._changed:
            self._changed.wait_for(lambda: min(self._running, default=number) >= number, self._patience)

    def done(self, number: int) -> None:
        """Let those behind this one go on."""
        with self._changed:
            self._running.discard(number)
            self._changed.notify_all()
