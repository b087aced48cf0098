"""A delivery pass against real servers: who gets what, in which order, and what is written down."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest

from automailer.errors import PermanentError
from automailer.journal import EntryState
from automailer.outbox import IllegalMoveError, NoSuchEntryError, Sender, cancel, retry
from automailer.settings import Secret
from tests.integration.outbox.queue import Queue, octets
from tests.integration.smtp.scripted_server import PASSWORD, USER, Script, ScriptedServer


def sent_keys(server: ScriptedServer) -> list[str]:
    return [mail.octets.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for mail in server.mails]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def test_mail_is_sent_once_and_the_entry_says_so(queue: Queue) -> None:
    queue.add("one", "ann@x.example", "bob@x.example")
    with ScriptedServer() as server:
        summary = queue.deliver(server.port)
        again = queue.deliver(server.port)
    assert (summary.sent, summary.queued, summary.failed, summary.error) == (1, 0, 0, "")
    assert (again.sent, again.queued) == (0, 0)
    assert server.deliveries == [("ann@x.example", octets("one")), ("bob@x.example", octets("one"))]
    assert queue.recipients("one") == {
        "ann": ("delivered", "250 2.0.0 kept"),
        "bob": ("delivered", "250 2.0.0 kept"),
    }
    entry = queue.entry("one")
    assert (entry["state"], entry["attempts"], entry["finished_at"]) == (EntryState.SENT, 1, queue.now)
    assert entry["lease_owner"] is None
    assert queue.events("one") == ["queued", "delivered"]


def test_who_has_it_never_gets_it_again(queue: Queue) -> None:
    queue.add("one", "ann@x.example", "bob@x.example", "cid@x.example")
    faults = {"RCPT TO:<bob@": b"450 4.2.0 greylisted\r\n", "RCPT TO:<cid@": b"550 5.1.1 unknown\r\n"}
    with ScriptedServer(Script(answers=faults), Script()) as server:
        first = queue.deliver(server.port)
        assert queue.recipients("one") == {
            "ann": ("delivered", "250 2.0.0 kept"),
            "bob": ("pending", "450 4.2.0 greylisted"),
            "cid": ("refused", "550 5.1.1 unknown"),
        }
        assert queue.entry("one")["next_attempt"] == queue.now + timedelta(minutes=1)
        assert queue.deliver(server.port).queued == 1
        queue.wait(minutes=1)
        second = queue.deliver(server.port)
    assert (first.sent, first.queued, first.failed) == (0, 1, 0)
    assert (second.sent, second.queued, second.failed) == (0, 0, 1)
    assert [recipient for recipient, _ in server.deliveries] == ["ann@x.example", "bob@x.example"]
    assert queue.entry("one")["state"] is EntryState.FAILED
    assert queue.entry("one")["error"] == "cid@x.example: 550 5.1.1 unknown"


def test_while_the_server_is_down_mail_waits_untouched_and_then_goes_in_order(queue: Queue) -> None:
    keys = [f"mail-{number}" for number in range(60)]
    for key in keys:
        queue.add(key)
    summary = queue.deliver(closed_port(), connections=2)
    assert (summary.sent, summary.queued, summary.failed) == (0, 60, 0)
    assert "refused" in summary.error
    entry = queue.entry("mail-59")
    assert (entry["state"], entry["attempts"], entry["next_attempt"]) == (EntryState.QUEUED, 0, queue.now)
    assert "refused" in entry["error"]
    with ScriptedServer() as server:
        assert queue.deliver(server.port, connections=3).sent == 60
    assert sent_keys(server) == keys
    assert 1 <= server.connections <= 3


def test_a_server_that_turns_everybody_away_is_left_alone_after_two_mails(queue: Queue) -> None:
    for number in range(10):
        queue.add(f"mail-{number}")
    with ScriptedServer(Script(answers={"MAIL": b"421 4.3.2 too busy\r\n"})) as server:
        summary = queue.deliver(server.port)
    assert server.connections == 2
    assert summary.queued == 10
    assert "421" in summary.error
    assert [queue.entry(f"mail-{number}")["attempts"] for number in range(10)] == [1, 1, *[0] * 8]


def test_one_recipient_that_shuts_the_door_does_not_stop_the_others(queue: Queue) -> None:
    queue.add("bad", "busy@x.example")
    queue.add("good", "ann@x.example")
    with ScriptedServer(Script(answers={"RCPT TO:<busy@": b"421 4.3.2 shutting down\r\n"})) as server:
        summary = queue.deliver(server.port)
    assert (summary.sent, summary.queued, summary.error) == (1, 1, "")
    assert sent_keys(server) == ["good"]


def test_one_recipient_that_shuts_the_door_does_not_keep_it_shut_for_the_others(queue: Queue) -> None:
    queue.add("one", "ann@x.example", "busy@x.example", "cid@x.example")
    with ScriptedServer(Script(answers={"RCPT TO:<busy@": b"421 4.3.2 shutting down\r\n"})) as server:
        queue.deliver(server.port)
    assert sorted(recipient for recipient, _ in server.deliveries) == ["ann@x.example", "cid@x.example"]
    assert queue.recipients("one")["busy"] == ("pending", "421 4.3.2 shutting down")
    assert queue.states() == {"one": EntryState.QUEUED}


def test_a_refused_login_is_an_error_of_the_relay_and_mail_stays_queued(queue: Queue) -> None:
    queue.add("one")
    with ScriptedServer(Script(auth=("PLAIN",))) as server:
        summary = queue.deliver(server.port, username=USER, password=Secret.plain("not " + PASSWORD[:2]))
    assert "535" in summary.error
    assert queue.states() == {"one": EntryState.QUEUED}
    assert queue.entry("one")["attempts"] == 0


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"MAIL": b"553 5.1.8 sender refused\r\n"}, "553 5.1.8 sender refused"),
        ({".": b"550 5.7.1 content refused\r\n"}, "550 5.7.1 content refused"),
    ],
)
def test_what_is_refused_for_good_fails_with_the_reason(
    queue: Queue, answers: dict[str, bytes], reason: str
) -> None:
    queue.add("one")
    with ScriptedServer(Script(answers=answers)) as server:
        summary = queue.deliver(server.port)
    assert (summary.failed, summary.queued) == (1, 0)
    assert queue.entry("one")["state"] is EntryState.FAILED
    assert queue.entry("one")["error"] == f"ann@x.example: {reason}"


def test_what_no_server_takes_in_time_expires(queue: Queue) -> None:
    queue.add("one")
    with ScriptedServer(Script(answers={"RCPT": b"451 4.3.0 later\r\n"})) as server:
        summary = queue.deliver(server.port, expire="90s")
        queue.wait(seconds=60)
        summary = queue.deliver(server.port, expire="90s")
        assert queue.entry("one")["next_attempt"] == queue.now + timedelta(seconds=30)
        queue.wait(seconds=30)
        summary = queue.deliver(server.port, expire="90s")
    assert (summary.failed, summary.queued) == (1, 0)
    assert queue.states() == {"one": EntryState.EXPIRED}
    assert queue.events("one")[-1] == "expired"


def test_what_waited_too_long_for_a_dead_server_expires(queue: Queue) -> None:
    queue.add("old")
    queue.wait(days=3)
    queue.add("new")
    summary = queue.deliver(closed_port())
    assert queue.states() == {"old": EntryState.EXPIRED, "new": EntryState.QUEUED}
    assert (summary.failed, summary.queued) == (1, 1)
    assert "refused" in queue.entry("old")["error"]


def test_a_mail_to_many_goes_out_in_portions_and_only_the_missing_are_repeated(queue: Queue) -> None:
    people = [f"p{number}@x.example" for number in range(7)]
    queue.add("one", *people)
    with ScriptedServer(Script(answers={"RCPT TO:<p5@": b"451 4.3.0 later\r\n"}), Script()) as server:
        queue.deliver(server.port, max_recipients=3)
        assert [len(mail.recipients) for mail in server.mails] == [3, 2, 1]
        queue.wait(minutes=1)
        assert queue.deliver(server.port, max_recipients=3).sent == 1
    assert sorted(recipient for recipient, _ in server.deliveries) == people


def test_the_rate_holds_over_passes_and_restarts(queue: Queue) -> None:
    for number in range(5):
        queue.add(f"mail-{number}")
    with ScriptedServer() as server:
        first = queue.deliver(server.port, rate="2/min")
        second = queue.deliver(server.port, rate="2/min")
        assert (first.sent, first.queued, second.sent, second.queued) == (2, 3, 0, 3)
        assert first.again_at == queue.now + timedelta(minutes=1)
        queue.wait(minutes=1)
        assert queue.deliver(server.port, rate="2/min").sent == 2
    assert sent_keys(server) == [f"mail-{number}" for number in range(4)]


def test_connections_are_kept_from_pass_to_pass(queue: Queue) -> None:
    with (
        ScriptedServer() as server,
        Sender(queue.database, queue.route(server.port), stop=queue.stop) as sender,
    ):
        for number in range(3):
            queue.add(f"mail-{number}")
            assert sender.deliver_due().sent == 1
    assert server.connections == 1


def test_a_pass_ends_when_asked_and_leaves_the_rest_as_it_was(queue: Queue) -> None:
    for number in range(5):
        queue.add(f"mail-{number}")
    with ScriptedServer(on_mail=queue.stop.set) as server:
        summary = queue.deliver(server.port)
    assert (summary.sent, summary.queued, summary.error) == (1, 4, "")
    assert [queue.entry(f"mail-{number}")["attempts"] for number in range(5)] == [1, 0, 0, 0, 0]
    assert set(queue.states().values()) == {EntryState.SENT, EntryState.QUEUED}


def test_mail_of_another_relay_is_left_alone(queue: Queue) -> None:
    queue.add("theirs", smtp="other")
    queue.add("ours")
    with ScriptedServer() as server:
        assert queue.deliver(server.port).sent == 1
    assert queue.states() == {"theirs": EntryState.QUEUED, "ours": EntryState.SENT}


def test_a_reply_asks_for_no_bounce(queue: Queue) -> None:
    queue.add("ack", kind="reply", envelope_from="")
    with ScriptedServer() as server:
        queue.deliver(server.port)
    assert f"MAIL FROM:<> SIZE={len(octets('ack'))}" in server.commands
    assert "RCPT TO:<ann@x.example> NOTIFY=NEVER" in server.commands


def test_retry_sends_to_those_who_have_not_got_it(queue: Queue) -> None:
    number = queue.add("one", "ann@x.example", "bob@x.example")
    with ScriptedServer(Script(answers={"RCPT TO:<bob@": b"550 5.1.1 unknown\r\n"}), Script()) as server:
        assert queue.deliver(server.port).failed == 1
        queue.wait(days=5)
        retry(queue.database, number, now=queue.now, expire=timedelta(days=3))
        assert queue.deliver(server.port).sent == 1
    assert [recipient for recipient, _ in server.deliveries] == ["ann@x.example", "bob@x.example"]


def test_retry_makes_a_waiting_entry_due_at_once(queue: Queue) -> None:
    number = queue.add("one")
    with ScriptedServer(Script(answers={"RCPT": b"450 later\r\n"}), Script()) as server:
        queue.deliver(server.port)
        retry(queue.database, number, now=queue.now, expire=timedelta(days=3))
        assert queue.deliver(server.port).sent == 1


def test_a_mail_that_is_not_kept_any_more_can_not_be_tried_again(queue: Queue) -> None:
    number = queue.add("one")
    queue.set("one", state=EntryState.FAILED)
    queue.lose_content(number)
    with pytest.raises(IllegalMoveError, match="is failed, the mail itself is not kept any more"):
        retry(queue.database, number, now=queue.now, expire=timedelta(days=3))


def test_a_mail_that_breaks_a_pass_does_not_block_those_behind_it(queue: Queue) -> None:
    queue.lose_content(queue.add("broken"))
    queue.wait(seconds=1)
    queue.add("sound")
    with ScriptedServer() as server:
        with pytest.raises(PermanentError, match="No row was found"):
            queue.deliver(server.port)
        assert queue.states() == {"broken": EntryState.QUEUED, "sound": EntryState.QUEUED}
        assert "No row was found" in queue.entry("broken")["error"]
        assert queue.deliver(server.port).sent == 1
        assert sent_keys(server) == ["sound"]
        queue.wait(days=4)
        with pytest.raises(PermanentError, match="No row was found"):
            queue.deliver(server.port)
    assert queue.states() == {"broken": EntryState.EXPIRED, "sound": EntryState.SENT}


def test_what_is_cancelled_is_not_sent(queue: Queue) -> None:
    number = queue.add("one")
    cancel(queue.database, number, now=queue.now)
    with ScriptedServer() as server:
        assert queue.deliver(server.port).sent == 0
    assert queue.states() == {"one": EntryState.CANCELLED}
    assert queue.events("one") == ["queued", "cancelled"]


def test_what_was_sent_can_neither_be_retried_nor_cancelled(queue: Queue) -> None:
    number = queue.add("one")
    with ScriptedServer() as server:
        queue.deliver(server.port)
    with pytest.raises(IllegalMoveError, match="is sent, sending it again would deliver it twice"):
        retry(queue.database, number, now=queue.now, expire=timedelta(days=3))
    with pytest.raises(IllegalMoveError, match="is sent, it can't be called back"):
        cancel(queue.database, number, now=queue.now)
    with pytest.raises(NoSuchEntryError, match="outbox entry 99: there is none"):
        cancel(queue.database, 99, now=queue.now)
