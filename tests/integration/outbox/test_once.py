"""Nothing lost and nothing sent twice, wherever the line breaks, whoever dies, however many are at it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from automailer.journal import EntryState, open_journal, this_owner
from automailer.outbox.model import LeaseLostError
from automailer.outbox.store import LEASE, Store
from tests.integration.outbox.queue import Queue, octets
from tests.integration.smtp.scripted_server import DROP_POINTS, Script, ScriptedServer

# A process of this machine in an earlier boot: certainly dead.
DEAD = "/".join(
    [*this_owner().split("/")[:2], "an-earlier-boot", *this_owner().split("/")[3:5], "1", "tests"]
)


@pytest.mark.parametrize("drop_at", DROP_POINTS)
@pytest.mark.parametrize("drops", [1, 3])
def test_each_recipient_gets_each_mail_wherever_the_line_breaks(
    queue: Queue, drop_at: str, drops: int
) -> None:
    people = ("ann@x.example", "bob@x.example")
    keys = ("one", "two", "three")
    for key in keys:
        queue.add(key, *people)
    broken = [Script(drop_at=drop_at)] * drops
    with ScriptedServer(*broken, Script()) as server:
        for _ in range(10):
            queue.deliver(server.port)
            queue.wait(hours=1)
    got = Counter(server.deliveries)
    wanted = {(person, octets(key)) for key in keys for person in people}
    assert set(got) == wanted
    # Only where the relay had taken the mail and its answer was lost may it come again, the same to the octet.
    extra = sum(got.values()) - len(wanted)
    assert extra == (drops * len(people) if drop_at == "accepted" else 0)
    assert set(queue.states().values()) == {EntryState.SENT}


def test_an_answer_that_was_lost_holds_the_mail_if_that_was_asked_for(queue: Queue) -> None:
    queue.add("one")
    with ScriptedServer(Script(drop_at="accepted"), Script()) as server:
        queue.deliver(server.port, on_unknown="hold")
        queue.wait(days=1)
        queue.deliver(server.port, on_unknown="hold")
    assert len(server.mails) == 1
    assert queue.states() == {"one": EntryState.HELD}
    assert queue.events("one") == ["queued", "unknown", "held"]


@pytest.mark.parametrize(
    ("handed", "on_unknown", "state", "sent"),
    [
        (False, "send", EntryState.SENT, 1),
        (False, "hold", EntryState.SENT, 1),
        (True, "send", EntryState.SENT, 1),
        (True, "hold", EntryState.HELD, 0),
    ],
)
def test_what_a_dead_process_left_is_taken_up(
    queue: Queue, handed: bool, on_unknown: str, state: EntryState, sent: int
) -> None:
    queue.add("one")
    queue.set(
        "one",
        state=EntryState.SENDING,
        lease_owner=DEAD,
        lease_until=queue.now + timedelta(days=1),
        handed_at=queue.now if handed else None,
    )
    with ScriptedServer() as server:
        assert queue.deliver(server.port, on_unknown=on_unknown).sent == sent
    assert queue.states() == {"one": state}


def test_what_a_living_process_has_is_left_alone_until_its_lease_ends(queue: Queue) -> None:
    queue.add("one")
    queue.set("one", state=EntryState.SENDING, lease_owner="another machine", lease_until=queue.now + LEASE)
    with ScriptedServer() as server:
        assert queue.deliver(server.port).sent == 0
        queue.wait(seconds=LEASE.total_seconds())
        assert queue.deliver(server.port).sent == 1


def test_between_two_portions_nothing_is_in_doubt(queue: Queue) -> None:
    queue.add("one", "ann@x.example", "bob@x.example")
    doubts = []
    with ScriptedServer(on_data=lambda: doubts.append(queue.entry("one")["handed_at"])) as server:
        assert queue.deliver(server.port, max_recipients=1).sent == 1
    assert doubts == [None, None]


def test_who_lost_his_lease_can_not_hand_over(queue: Queue) -> None:
    queue.add("one")
    store = Store(queue.database, relay="default", owner="sleeper")
    (entry,) = store.claim(now=queue.now, due=queue.now).entries
    queue.wait(seconds=LEASE.total_seconds())
    with ScriptedServer() as server:
        assert queue.deliver(server.port).sent == 1
    with pytest.raises(LeaseLostError):
        store.hand(entry, now=queue.now)
    assert queue.states() == {"one": EntryState.SENT}


def test_a_sender_whose_lease_is_taken_while_it_sends_sends_nothing(queue: Queue) -> None:
    queue.add("one")

    def steal() -> None:
        queue.set("one", lease_owner="thief", lease_until=queue.now + LEASE * 2)

    with ScriptedServer(on_data=steal) as server:
        summary = queue.deliver(server.port)
    assert (summary.sent, server.mails) == (0, [])
    assert queue.entry("one")["lease_owner"] == "thief"


def test_many_threads_send_each_mail_once(queue: Queue) -> None:
    keys = [f"mail-{number}" for number in range(60)]
    for key in keys:
        queue.add(key)
    with ScriptedServer() as server:

        def work(number: int) -> None:
            queue.deliver(server.port, connections=2, owner=f"thread {number}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(server.deliveries) == sorted(("ann@x.example", octets(key)) for key in keys)
    assert set(queue.states().values()) == {EntryState.SENT}


def _send_all(state: Path, port: int, now: str) -> None:
    at = datetime.fromisoformat(now)
    with open_journal("sqlite", state, clock=lambda: at) as journal:
        Queue(database=journal.database, now=at).deliver(port, owner=this_owner("outbox"))


def test_two_processes_send_each_mail_once(queue: Queue, tmp_path: Path) -> None:
    keys = [f"mail-{number}" for number in range(50)]
    for key in keys:
        queue.add(key)
    spawn = multiprocessing.get_context("spawn")
    with ScriptedServer() as server:
        arguments = (tmp_path / "state", server.port, queue.now.isoformat())
        processes = [spawn.Process(target=_send_all, args=arguments) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]
    assert sorted(server.deliveries) == sorted(("ann@x.example", octets(key)) for key in keys)


def _claim_and_die(state: Path, now: str) -> None:
    at = datetime.fromisoformat(now)
    with open_journal("sqlite", state, clock=lambda: at) as journal:
        Store(journal.database, relay="default", owner=this_owner("outbox")).claim(now=at, due=at)
        os._exit(9)


def test_a_process_that_was_killed_leaves_its_mail_to_the_next_at_once(queue: Queue, tmp_path: Path) -> None:
    queue.add("one")
    process = multiprocessing.get_context("spawn").Process(
        target=_claim_and_die, args=(tmp_path / "state", queue.now.isoformat())
    )
    process.start()
    process.join(60)
    assert process.exitcode == 9
    assert queue.states() == {"one": EntryState.SENDING}
    with ScriptedServer() as server:
        assert queue.deliver(server.port).sent == 1
    assert queue.events("one") == ["queued", "recovered", "delivered"]
