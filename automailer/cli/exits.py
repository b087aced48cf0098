"""Exit statuses: part of the contract with timers and scripts."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Exit"]


class Exit(IntEnum):
    """DONE, or what a caller may do about it; 2 is click's own for wrong usage, 75 and 78 are sysexits(3)'s."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    TEMPORARY = 75
    CONFIG = 78
