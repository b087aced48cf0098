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


def next_window(orders: deque[Order], *, headers_last: bool = False) -> list[Order]:
    """Take the first window's worth of orders; none when there are none.

    `headers_last` ends it behind those whose header is all they need: where one of them needs more after all, the
    window ends there, and what was downloaded behind it would be downloaded again.
    """
    window: list[Order] = []
    octets = 0
    while orders and len(window) < WINDOW_MESSAGES:
        order = orders[0]
        if window and octets + order.weight > WINDOW_OCTETS:
            break
        if window and headers_last and window[-1].header is not None and order.header is None:
            break
        octets += order.weight
        window.append(orders.popleft())
    return window
