"""Fetches what a poll deals with by windows: new mail, mail that is tried again, of large messages the header first."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime

from automailer.errors import AutomailerError, ProtocolError, TemporaryError
from automailer.journal import EffectKey, EffectRecord, EffectState, LeaseLost, SeenRecord
from automailer.mailbox import Entry, Pop3Client, Refused, Retrieved, is_folder_data
from automailer.message import Message, parse
from automailer.settings import MailboxSettings
from automailer.worker.arrival import Arrival
from automailer.worker.headers_first import HeadersFirst
from automailer.worker.order import Order, batches, next_window
from automailer.worker.shop import Shop

__all__ = ["Fetched", "Fetcher", "Unfetched"]

_GONE = "the message has left the server, and no copy is kept"

_FOLDER_DATA_OCTETS = 4_096  # the message in which some servers keep a folder's state is shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetched:
    """A message that could not be had, and why."""

    order: Order
    reason: str


@dataclass(slots=True)
class Fetched:
    """One window's messages; their octets live until `close`. What is `passed_over` is nobody's mail.

    `broken`: the connection was lost on the way. What came before is here, the message at which it happened is
    unfetched, and those behind it are untouched. `left` was put back, to come in the next window.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    unfetched: list[Unfetched] = field(default_factory=list)
    passed_over: list[SeenRecord] = field(default_factory=list)
    left: list[Order] = field(default_factory=list)
    broken: AutomailerError | None = None
    _orders: list[Order] = field(default_factory=list, repr=False)
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    def arrived(self, order: Order, arrival: Arrival) -> None:
        """Add a message."""
        self._orders.append(order)
        self.arrivals.append(arrival)

    def put_back(self, place: int) -> None:
        """End the window before this arrival, whose header turned out to be too little; it comes again whole."""
        first, *behind = self._orders[place:]
        self.left = [replace(first, header=None, whole=True), *behind]
        del self.arrivals[place:], self._orders[place:]

    def hold_open(self, retrieved: Retrieved) -> None:
        """Keep a message's octets until `close`."""
        self._open.callback(retrieved.close)

    def close(self) -> None:
        """Let go of the octets."""
        self._open.close()


class Fetcher:
    """Fetches for one mailbox in one session.

    `suffices` says whether a message can be dealt with of which only the header is at hand. It is asked before those
    in front of it are dealt with, so that it may turn out wrong: then the window is ended there.
    """

    def __init__(
        self,
        shop: Shop,
        client: Pop3Client,
        settings: MailboxSettings,
        *,
        suffices: Callable[[Arrival], bool],
    ) -> None:
        self._shop = shop
        self._client = client
        self._settings = settings
        self._suffices = suffices
        self._headers_first = HeadersFirst(client, settings, suffices=self._suffice)

    def windows(self, orders: Iterable[Order]) -> Iterator[Fetched]:
        """The orders' messages, in order, a bounded number of messages and octets at a time.

        A window that is `broken` is the last one.
        """
        for batch in batches(orders):
            ahead, ended_early = deque(self._headers_first.settle(batch)), False
            while ahead or self._headers_first.broken:
                fetched = self._fetch(next_window(ahead, headers_last=ended_early))
                try:
                    yield fetched
                finally:
                    fetched.close()
                if fetched.broken:
                    return
                if fetched.left:
                    ahead = deque(self._headers_first.settle([*fetched.left, *ahead]))
                    ended_early = True

    def _suffice(self, orders: Sequence[Order]) -> Sequence[bool]:
        pairs = [(order, order.header) for order in orders if order.header is not None]
        return [self._suffices(arrival) for arrival in self._arrivals(pairs)]

    def _fetch(self, orders: Sequence[Order]) -> Fetched:
        fetched = Fetched()
        sources = self._sources(orders, fetched)
        now = self._shop.clock()
        had: list[tuple[Order, Message]] = []
        for place, order in enumerate(orders):
            source = sources.get(place)
            if source is None and fetched.broken and order.entry is not None:
                continue
            if source is None or isinstance(source, str):
                fetched.unfetched.append(Unfetched(order=order, reason=source or _GONE))
            elif order.entry and is_folder_data(bytes(source.octets[:_FOLDER_DATA_OCTETS])):
                fetched.passed_over.append(_left_alone(order.entry, now))
            else:
                had.append((order, source))
        for (order, _), arrival in zip(had, self._arrivals(had), strict=True):
            fetched.arrived(order, arrival)
        return fetched

    def _sources(self, orders: Sequence[Order], fetched: Fetched) -> dict[int, Message | str]:
        """The messages by their order's place: a copy, the header, or whole from the server; or why there is none."""
        found: dict[int, Message | str] = {}
        whole: dict[int, int] = {}
        headers: dict[int, int] = {}
        for place, order in enumerate(orders):
            at_hand = order.fault or order.header or self._copy(order)
            if at_hand is not None:
                found[place] = at_hand
            elif order.entry is not None:
                (headers if order.oversize else whole)[order.entry.number] = place
        fetched.broken = self._headers_first.broken
        if fetched.broken is None:
            self._ask(orders, whole, headers, found, fetched)
        return found

    def _copy(self, order: Order) -> Message | None:
        """The message as an earlier try has kept it."""
        spooled = self._shop.spool.read(order.retry.spool) if order.retry and order.retry.spool else None
        return None if spooled is None else parse(spooled, size=order.size)

    def _ask(
        self,
        orders: Sequence[Order],
        whole: Mapping[int, int],
        headers: dict[int, int],
        found: dict[int, Message | str],
        fetched: Fetched,
    ) -> None:
        """Messages by number, then headers: those asked for, and those of what turned out to be too large."""
        try:
            for number, got in self._client.retrieve(whole, max_octets=self._settings.max_message_size):
                place = whole[number]
                if not isinstance(got, Refused):
                    fetched.hold_open(got)
                    found[place] = parse(got.octets, size=orders[place].size)
                elif got.oversize:
                    headers[number] = place
                else:
                    found[place] = got.text
            for number, header in self._client.headers(headers):
                place = headers[number]
                found[place] = (
                    header.text
                    if isinstance(header, Refused)
                    else parse(header, size=orders[place].size, complete=False)
                )
        except LeaseLost:
            raise
        except (TemporaryError, ProtocolError) as exc:
            fetched.broken = exc
            # Some servers hang up at one message, every time: it waits, and blocks none of the others.
            at = self._client.reading or 0
            culprit = headers.get(at, whole.get(at))
            found |= {} if culprit is None else {culprit: str(exc)}

    def _arrivals(self, had: Sequence[tuple[Order, Message]]) -> list[Arrival]:
        tries = [order.retry.message for order, _ in had if order.retry]
        settled = self._shop.journal.settled_effects(tries) if tries else {}
        now = self._shop.clock()
        return [
            _arrival(
                self._settings.name,
                order,
                message,
                settled.get(order.retry.message, {}) if order.retry else {},
                now=now,
            )
            for order, message in had
        ]


def _left_alone(entry: Entry, now: datetime) -> SeenRecord:
    return SeenRecord(uid=entry.uid, occurrence=entry.occurrence, size=entry.size or 0, at=now)


def _arrival(
    mailbox: str, order: Order, message: Message, effects: Mapping[EffectKey, EffectRecord], *, now: datetime
) -> Arrival:
    entry, retry = order.entry, order.retry
    uid, occurrence = entry.key if entry else (retry.uid, retry.occurrence) if retry else ("", 0)
    return Arrival(
        mailbox=mailbox,
        uid=uid,
        occurrence=occurrence,
        number=entry.number if entry else None,
        message=message,
        oversize=not message.complete and order.header is None,
        received=retry.received if retry else now,
        id=retry.message if retry else None,
        attempts=retry.attempts if retry else 0,
        spool=retry.spool if retry else "",
        done=[key for key, effect in effects.items() if effect.state is not EffectState.REFUSED],
        keeps=any(
            effect.state is EffectState.REFUSED and effect.action != "reply" for effect in effects.values()
        ),
    )
