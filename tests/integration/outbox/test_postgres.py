"""The same on PostgreSQL, where several senders claim at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from automailer.journal import EntryState, open_journal
from automailer.outbox import cancel, retry
from tests.integration.outbox.conftest import START
from tests.integration.outbox.queue import Queue, octets
from tests.integration.smtp.scripted_server import Script, ScriptedServer


@pytest.fixture
def shared(migrated_postgres: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Queue]:
    with open_journal(migrated_postgres, tmp_path / "state", clock=lambda: START) as journal:
        yield Queue(database=journal.database, now=START, relay=request.node.name)


def test_senders_that_claim_at_once_send_each_mail_once(shared: Queue) -> None:
    keys = [f"pg-{number}" for number in range(60)]
    for key in keys:
        shared.add(key)
    with ScriptedServer() as server:

        def work(number: int) -> None:
            shared.deliver(server.port, connections=2, owner=f"thread {number}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(server.deliveries) == sorted(("ann@x.example", octets(key)) for key in keys)


def test_an_entry_goes_through_all_its_states(shared: Queue) -> None:
    number = shared.add("pg-states", "ann@x.example", "bob@x.example")
    with ScriptedServer(Script(answers={"RCPT TO:<bob@": b"550 5.1.1 unknown\r\n"}), Script()) as server:
        assert shared.deliver(server.port).failed == 1
        retry(shared.database, number, now=shared.now, expire=timedelta(days=3))
        cancel(shared.database, number, now=shared.now)
        retry(shared.database, number, now=shared.now, expire=timedelta(days=3))
        assert shared.deliver(server.port, rate="2/min").sent == 1
    assert [recipient for recipient, _ in server.deliveries] == ["ann@x.example", "bob@x.example"]
    assert shared.entry("pg-states")["state"] is EntryState.SENT
