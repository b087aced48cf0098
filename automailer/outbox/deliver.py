"""One delivery pass over one relay: claim what is due, hand it over, write down what became of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from automailer.journal import Database
from automailer.outbox.carrier import Carrier
from automailer.outbox.line import Line
from automailer.outbox.model import Summary
from automailer.outbox.route import Route
from automailer.outbox.store import Store
from automailer.smtp import Relay

__all__ = ["Sender", "deliver_due"]


def deliver_due(database: Database, route: Route, *, stop: threading.Event) -> Summary:
    """Send all that is due through one relay and hang up."""
    with Sender(database, route, stop=stop) as sender:
        return sender.deliver_due()


class Sender:
    """The connections to one relay, kept from pass to pass; one pass at a time."""

    def __init__(self, database: Database, route: Route, *, stop: threading.Event) -> None:
        self._route = route
        self._stop = stop
        self._store = Store(database, relay=route.name, owner=route.owner)
        self._relays = [
            Relay(route.relay, wire=route.wire, stop=stop) for _ in range(route.relay.connections)
        ]

    def deliver_due(self) -> Summary:
        """Send all that is due, until it is sent, the relay fails, the rate is used up, or `stop` is set."""
        self._store.recover(now=self._route.clock(), hold_unknown=self._route.policy.hold_unknown)
        line = Line(self._store, self._route, self._stop)
        crew = [self._carrier(line, relay) for relay in self._relays[: line.length]]
        try:
            if len(crew) == 1:
                crew[0].run()
            elif crew:
                self._run_together(crew)
        finally:
            line.give_back()
        for relay in self._relays:
            relay.close_if_stale()
        return line.summary(queued=self._store.waiting())

    def close(self) -> None:
        """Hang up everywhere."""
        for relay in self._relays:
            relay.close()

    def __enter__(self) -> Sender:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _carrier(self, line: Line, relay: Relay) -> Carrier:
        return Carrier(line, relay, store=self._store, route=self._route)

    def _run_together(self, crew: list[Carrier]) -> None:
        with ThreadPoolExecutor(len(crew), thread_name_prefix=f"smtp-{self._route.name}") as pool:
            running = [pool.submit(carrier.run) for carrier in crew]
        for one in running:
            one.result()
