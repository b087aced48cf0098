"""The outbox as tests fill, send and read it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from automailer.journal import Database, EntryState, OutboxRecord, enqueue, tables, this_owner
from automailer.outbox import Policy, Route, Sender, Summary
from automailer.settings import OutboxSettings, SmtpSettings

__all__ = ["Queue", "message_id", "octets"]


def message_id(key: str) -> str:
    return f"<{key}@example.org>"


def octets(key: str) -> bytes:
    return f"Message-ID: {message_id(key)}\r\nSubject: {key}\r\n\r\nhello\r\n".encode()


@dataclass
class Queue:
    """One outbox at a time that tests set: what is queued, sent and found there."""

    database: Database
    now: datetime
    relay: str = "default"
    stop: threading.Event = field(default_factory=threading.Event)

    def add(self, key: str, *recipients: str, **more: Any) -> int:
        record = OutboxRecord(
            key=key,
            octets=octets(key),
            created=more.pop("created", self.now),
            recipients=recipients or ("ann@x.example",),
            message_id=message_id(key),
            **{"smtp": self.relay, "kind": "send", "envelope_from": "ops@example.org", **more},
        )
        with self.database.writing() as connection:
            return enqueue(connection, [record])[key]

    def route(self, port: int, *, owner: str = "", **more: Any) -> Route:
        outbox = {key: more.pop(key) for key in ("retry", "expire", "on_unknown") if key in more}
        server = {
            "host": "127.0.0.1",
            "port": port,
            "tls": "none",
            "from": "ops@example.org",
            "connections": 1,
        }
        return Route(
            name=self.relay,
            relay=SmtpSettings.model_validate({**server, "timeout": timedelta(seconds=10), **more}),
            policy=Policy.of(OutboxSettings.model_validate(outbox)),
            owner=owner or this_owner("tests"),
            clock=lambda: self.now,
            jitter=lambda: 0.0,
        )

    def deliver(self, port: int, **more: Any) -> Summary:
        with Sender(self.database, self.route(port, **more), stop=self.stop) as sender:
            return sender.deliver_due()

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def entry(self, key: str) -> dict[str, Any]:
        with self.database.reading() as connection:
            return dict(
                connection.execute(select(tables.outbox).where(tables.outbox.c.key == key)).mappings().one()
            )

    def states(self) -> dict[str, EntryState]:
        with self.database.reading() as connection:
            query = select(tables.outbox.c.key, tables.outbox.c.state).order_by(tables.outbox.c.id)
            return {row.key: row.state for row in connection.execute(query)}

    def recipients(self, key: str) -> dict[str, tuple[str, str]]:
        """The state and text of each, by the part before the @."""
        table = tables.recipient
        with self.database.reading() as connection:
            rows = connection.execute(select(table).where(table.c.entry == self.entry(key)["id"]))
            return {row.address.split("@")[0]: (row.state.value, row.text) for row in rows}

    def events(self, key: str) -> Sequence[str]:
        table = tables.outbox_event
        with self.database.reading() as connection:
            query = select(table.c.what).where(table.c.entry == self.entry(key)["id"]).order_by(table.c.id)
            return connection.execute(query).scalars().all()

    def lose_content(self, entry: int) -> None:
        """Have only the facts of an entry left, as after its time."""
        table = tables.outbox_content
        with self.database.writing() as connection:
            connection.execute(delete(table).where(table.c.entry == entry))

    def set(self, key: str, **values: Any) -> None:
        """Leave an entry as a sender that died would have."""
        with self.database.writing() as connection:
            connection.execute(update(tables.outbox).where(tables.outbox.c.key == key).values(values))
