"""Looks at the headers of large messages first, and says of which nothing else is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from automailer.errors import AutomailerError, ProtocolError, TemporaryError
from automailer.journal import LeaseLost
from automailer.mailbox import Pop3Client, Refused
from automailer.message import Message, parse
from automailer.settings import MailboxSettings
from automailer.worker.order import WINDOW_OCTETS, Order

__all__ = ["HeadersFirst"]


class HeadersFirst:
    """Settles how much of each message is fetched.

    `suffices` says of messages of which only the header is at hand whether each can be dealt with. `broken`: the
    connection was lost meanwhile.
    """

    def __init__(
        self,
        client: Pop3Client,
        settings: MailboxSettings,
        *,
        suffices: Callable[[Sequence[Order]], Sequence[bool]],
    ) -> None:
        self._client = client
        self._settings = settings
        self._suffices = suffices
        self.broken: AutomailerError | None = None

    def settle(self, orders: Sequence[Order]) -> list[Order]:
        """The orders, of which the large ones have the header that is all they need, or are to be fetched whole.

        When the connection is lost on the way: those that need none any more, and the one at which it happened.
        """
        headers: dict[int, Message] = {}
        try:
            headers.update(self._headers(orders))  # one by one: those before a fault stay
        except LeaseLost:
            raise
        except (TemporaryError, ProtocolError) as exc:
            self.broken = exc
        settled = self._judged([_with_header(order, headers) for order in orders])
        return settled if self.broken is None else self._left_of(settled)

    def _headers(self, orders: Sequence[Order]) -> Iterator[tuple[int, Message]]:
        """The headers of large messages by number; where they are refused, or too many, there are none."""
        sizes = {
            order.entry.number: order.entry.size or 0
            for order in orders
            if order.entry is not None and self._is_worth_a_look(order)
        }
        octets = 0
        with closing(self._client.headers(sizes, max_octets=0)) as found:
            for number, header in found:
                if isinstance(header, Refused):
                    continue
                yield number, parse(header, size=sizes[number], complete=False)
                octets += len(header)
                if octets > WINDOW_OCTETS:
                    return

    def _is_worth_a_look(self, order: Order) -> bool:
        settled = order.oversize or order.whole or order.header is not None
        if settled or self._settings.keep_raw or order.size is None:
            return False
        # What has a copy needs no server; what could not be had before may be a message at which TOP breaks.
        tried = order.retry is not None and not order.retry.header_digest
        return not order.spooled and not tried and order.size > self._settings.headers_first

    def _judged(self, orders: Sequence[Order]) -> list[Order]:
        looked_at = [order for order in orders if order.header is not None]
        enough = {id(order) for order, yes in zip(looked_at, self._suffices(looked_at), strict=True) if yes}
        return [
            order if order.header is None or id(order) in enough else replace(order, header=None, whole=True)
            for order in orders
        ]

    def _left_of(self, orders: Sequence[Order]) -> list[Order]:
        at = self._client.reading
        culprits = [
            replace(order, fault=str(self.broken))
            for order in orders
            if order.entry is not None and order.entry.number == at
        ]
        # Some servers hang up at one message, every time: it waits, and blocks none of the others.
        return culprits + [order for order in orders if order.header is not None or order.spooled]


def _with_header(order: Order, headers: dict[int, Message]) -> Order:
    header = headers.get(order.entry.number) if order.entry is not None else None
    return order if header is None else replace(order, header=header)
