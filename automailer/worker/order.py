"""What is to be fetched, message by message, cut into windows of a bounded size. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from automailer.journal import RetryDue
from automailer.mailbox import Entry
from automailer.message import Message

__all__ = ["WINDOW_OCTETS", "Order", "batches", "next_window"]

WINDOW_MESSAGES = 200
"""Messages of one transaction: what a crash makes us fetch again, and what is held in memory at once."""
WINDOW_OCTETS = 16_000_000
"""The same in octets, by the server's count."""

USUAL_OCTETS = 50_000
"""What a message weighs of which the server tells no size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One message to fetch: as listed, as the journal has it from an earlier try, or both.

    `oversize`: nothing but its header may be fetched. `header` was fetched already, and says all that is asked of the
    message; `whole` tells that it does not. `fault` is why the message can't be had in this session.
    """

    entry: Entry | None
    retry: RetryDue | None = None
    oversize: bool = False
    header: Message | None = None
    whole: bool = False
    fault: str = ""

    @property
    def size(self) -> int | None:
        """Octets on the server, by its own count."""
        if self.entry is not None:
            return self.entry.size
        return None if self.retry is None else self.retry.size

    @property
    def weight(self) -> int:
        """Octets that it adds to a window."""
        if self.header is not None:
            return len(self.header.octets)
        if self.oversize:
            return 0
        return USUAL_OCTETS if self.size is None else self.size

    @property
    def spooled(self) -> bool:
        """Whether a copy of it was kept."""
        return self.retry is not None and bool(self.retry.spool)

    @property
    def again(self) -> bool:
        """Whether an earlier try dealt with it, and no copy was kept."""
        return self.retry is not None and not self.spooled


def batches(orders: Iterable[Order]) -> Iterator[list[Order]]:
    """The orders, in order, as many at a time as one window has at most.

    Those that are fetched again go by themselves: what ended an earlier session may end this one.
    """
    for _, alike in groupby(orders, key=lambda order: order.again):
        while batch := list(islice(alike, WINDOW_MESSAGES)):
            yield batch


def next_window(orders: deque[Order]) -> list[Order]:
    """Take the first window's worth of orders."""
    window = [orders.popleft()]
    octets = window[0].weight
    while orders and len(window) < WINDOW_MESSAGES and octets + orders[0].weight <= WINDOW_OCTETS:
        octets += orders[0].weight
        window.append(orders.popleft())
    return window
