"""Fetches what a poll deals with by windows: new mail, mail that is tried again, headers of what is too large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from automailer.errors import AutomailerError, ProtocolError, TemporaryError
from automailer.journal import EffectKey, EffectRecord, EffectState, RetryDue, SeenRecord
from automailer.mailbox import Entry, Pop3Client, Refused, Retrieved, is_folder_data
from automailer.message import Message, parse
from automailer.settings import MailboxSettings
from automailer.worker.arrival import Arrival
from automailer.worker.shop import Shop

__all__ = ["Fetched", "Fetcher", "Order", "Unfetched"]

WINDOW_MESSAGES = 200
"""Messages of one transaction: what a crash makes us fetch again, and what is held in memory at once."""
WINDOW_OCTETS = 16_000_000
"""The same in octets, by the server's count."""

_Source = tuple[bytes | memoryview, bool]  # the octets, and whether they are the whole message
_GONE = "the message has left the server, and no copy is kept"

_FOLDER_DATA_OCTETS = 4_096  # the message in which some servers keep a folder's state is shorter

USUAL_OCTETS = 50_000
"""What a message weighs of which the server tells no size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One message to fetch: as listed, as the journal has it from an earlier try, or both."""

    entry: Entry | None
    retry: RetryDue | None = None
    whole: bool = True

    @property
    def weight(self) -> int:
        """Octets that it adds to a window."""
        size = self.entry.size if self.entry else self.retry.size if self.retry else None
        return (USUAL_OCTETS if size is None else size) if self.whole else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetched:
    """A message that could not be had, and why."""

    order: Order
    reason: str


@dataclass(slots=True)
class Fetched:
    """One window's messages; their octets live until `close`. What is `passed_over` is nobody's mail.

    `broken`: the connection was lost on the way. What came before is here, the message at which it happened is
    unfetched, and those behind it are untouched.
    """

    arrivals: list[Arrival] = field(default_factory=list)
    unfetched: list[Unfetched] = field(default_factory=list)
    passed_over: list[SeenRecord] = field(default_factory=list)
    broken: AutomailerError | None = None
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    def hold_open(self, retrieved: Retrieved) -> None:
        """Keep a message's octets until `close`."""
        self._open.callback(retrieved.close)

    def close(self) -> None:
        """Let go of the octets."""
        self._open.close()


class Fetcher:
    """Fetches for one mailbox in one session."""

    def __init__(self, shop: Shop, client: Pop3Client, settings: MailboxSettings) -> None:
        self._shop = shop
        self._client = client
        self._settings = settings

    def windows(self, orders: Iterable[Order]) -> Iterator[Fetched]:
        """The orders' messages, in order, a bounded number of messages and octets at a time.

        A window that is `broken` is the last one.
        """
        for window in _windows(orders):
            fetched = self._fetch(window)
            try:
                yield fetched
            finally:
                fetched.close()
            if fetched.broken:
                return

    def _fetch(self, orders: Sequence[Order]) -> Fetched:
        fetched = Fetched()
        sources = self._sources(orders, fetched)
        settled = self._shop.journal.settled_effects([order.retry.message for order in orders if order.retry])
        now = self._shop.clock()
        for place, order in enumerate(orders):
            source = sources.get(place)
            if source is None and fetched.broken and order.entry is not None:
                continue
            if source is None or isinstance(source, str):
                fetched.unfetched.append(Unfetched(order=order, reason=source or _GONE))
                continue
            octets, whole = source
            if order.entry and is_folder_data(bytes(octets[:_FOLDER_DATA_OCTETS])):
                fetched.passed_over.append(_left_alone(order.entry, now))
                continue
            size = order.entry.size if order.entry and not whole else None
            message = parse(octets, size=size, complete=whole)
            effects = settled.get(order.retry.message, {}) if order.retry else {}
            fetched.arrivals.append(_arrival(self._settings.name, order, message, effects, now=now))
        return fetched

    def _sources(self, orders: Sequence[Order], fetched: Fetched) -> dict[int, _Source | str]:
        """Where each order's octets are, by its place: in the spool, from the server whole, its header; or why not."""
        found: dict[int, _Source | str] = {}
        whole: dict[int, int] = {}
        headers: dict[int, int] = {}
        for place, order in enumerate(orders):
            spooled = self._shop.spool.read(order.retry.spool) if order.retry and order.retry.spool else None
            if spooled is not None:
                found[place] = (spooled, True)
            elif order.entry is not None:
                (whole if order.whole else headers)[order.entry.number] = place
        try:
            self._fetch_whole(whole, headers, found, fetched)
            for number, header in self._client.headers(headers):
                found[headers[number]] = header.text if isinstance(header, Refused) else (header, False)
        except (TemporaryError, ProtocolError) as exc:
            fetched.broken = exc
            at = self._client.reading
            if at is not None:
                # Some servers hang up at one message, every time: it waits, and blocks none of the others.
                culprit = headers.get(at, whole.get(at))
                found |= {} if culprit is None else {culprit: str(exc)}
        return found

    def _fetch_whole(
        self,
        whole: Mapping[int, int],
        headers: dict[int, int],
        found: dict[int, _Source | str],
        fetched: Fetched,
    ) -> None:
        """Messages by number; of those that are too large the headers are asked for instead."""
        for number, got in self._client.retrieve(whole, max_octets=self._settings.max_message_size):
            if not isinstance(got, Refused):
                fetched.hold_open(got)
                found[whole[number]] = (got.octets, True)
            elif got.oversize:
                headers[number] = whole[number]
            else:
                found[whole[number]] = got.text


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
        received=retry.received if retry else now,
        id=retry.message if retry else None,
        attempts=retry.attempts if retry else 0,
        spool=retry.spool if retry else "",
        done=[key for key, effect in effects.items() if effect.state is not EffectState.REFUSED],
        keeps=any(
            effect.state is EffectState.REFUSED and effect.action != "reply" for effect in effects.values()
        ),
    )


def _windows(orders: Iterable[Order]) -> Iterator[list[Order]]:
    window: list[Order] = []
    octets = 0
    for order in orders:
        if window and (len(window) == WINDOW_MESSAGES or octets + order.weight > WINDOW_OCTETS):
            yield window
            window, octets = [], 0
        window.append(order)
        octets += order.weight
    if window:
        yield window
