"""How long a server may take: for each wait, for each reply line, for a download, for a whole listing. Pure.

Only time spent waiting for the server counts; what the caller does between two waits does not.
"""

from __future__ import annotations

from automailer.mailbox.limits import SLOW_SECONDS, SLOWEST_OCTETS_PER_SECOND

__all__ = ["Patience"]


class Patience:
    """Adds up waits, in seconds; `give_up` says why it has run out, or ""."""

    def __init__(self, timeout: float, *, total: float | None = None) -> None:
        """`timeout` holds for each wait and each reply line as a whole, `total` for all of it."""
        self._timeout = timeout
        self._total = total
        self._waited = 0.0
        self._line = 0.0
        self._slow_seconds = 0.0
        self._slow_octets = 0

    @property
    def budget(self) -> float:
        """The longest next wait."""
        budget = self._timeout - self._line
        if self._total is not None:
            budget = min(budget, self._total - self._waited)
        return max(budget, 0.001)

    def spend(self, seconds: float, octets: int, *, in_lines: bool, progressed: bool) -> None:
        """Note a wait; `in_lines`: inside a multi-line reply, `progressed`: it completed one."""
        self._waited += seconds
        # Inside a multi-line reply the rate counts; before it, the status line as a whole.
        self._line = 0.0 if in_lines or progressed else self._line + seconds
        if not in_lines:
            self._slow_seconds, self._slow_octets = 0.0, 0
            return
        if self._slow_seconds >= SLOW_SECONDS:
            self._slow_seconds, self._slow_octets = 0.0, 0
        self._slow_seconds += seconds
        self._slow_octets += octets

    def give_up(self) -> str:
        """Why waiting longer makes no sense, or ""."""
        if self._total is not None and self._waited >= self._total:
            return f"not finished within {self._total:g} s"
        if self._line >= self._timeout:
            return f"no complete line within {self._timeout:g} s"
        slowest = SLOW_SECONDS * SLOWEST_OCTETS_PER_SECOND
        if self._slow_seconds >= SLOW_SECONDS and self._slow_octets < slowest:
            return f"slower than {SLOWEST_OCTETS_PER_SECOND} octets/s for {SLOW_SECONDS} s"
        return ""
