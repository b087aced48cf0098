"""Several processes on one state: they share or leave alone, and nothing is done twice."""

from __future__ import annotations

import signal
from contextlib import ExitStack

from automailer.sandbox import Pop3Faults
from tests.acceptance.counter import Counter
from tests.acceptance.program import eventually

RULES = """
rules:
  - name: all
    then:
      - save_message: {to: in, name: "{{ message.subject }}.eml"}
      - send: {to: desk@example.org, subject: "{{ message.subject }}", text: hello}
      - delete
"""
SUBJECTS = [f"mail {number}" for number in range(40)]


def test_two_polls_that_start_together_do_nothing_twice(counter: Counter) -> None:
    counter.rules(RULES)
    counter.configure("ops", "desk")
    for user in ("ops", "desk"):
        counter.deliver(*(f"{user} {subject}" for subject in SUBJECTS), user=user)
    with ExitStack() as stack:
        together = [stack.enter_context(counter.program.start("poll", "--json")) for _ in range(3)]
        ended = [running.wait() for running in together]
    for ran in ended:
        errors = [one["error"] for one in ran.document["mailboxes"]]
        assert all(error is None or "another process" in error for error in errors), ran.err
        assert ran.status in {0, 1, 75}
        assert "Traceback" not in ran.err
    counter.program.poll()
    processed = sum(one["processed"] for ran in ended for one in ran.document["mailboxes"])
    assert processed <= 2 * len(SUBJECTS)
    wanted = sorted(f"{user} {subject}" for user in ("ops", "desk") for subject in SUBJECTS)
    assert sorted(counter.sent()) == wanted
    assert sorted(counter.program.files("in")) == sorted(f"{subject}.eml" for subject in wanted)
    assert (counter.left("ops"), counter.left("desk")) == (0, 0)


def test_a_second_poll_says_that_the_first_is_at_work_and_leaves_it_alone(counter: Counter) -> None:
    counter.rules(RULES)
    counter.configure("ops")
    counter.deliver(*SUBJECTS[:10])
    counter.pop3.faults = Pop3Faults(pause_seconds=0.3)
    with counter.program.start("poll", "--json") as first:
        eventually(lambda: any(line.startswith("RETR") for line in counter.pop3.commands), what="it fetches")
        second = counter.program.run("poll")
        assert second.status == 75
        assert "another process polls this mailbox" in second.out + second.err
        counter.pop3.faults = Pop3Faults()
        assert first.wait().status == 0
    assert sorted(counter.sent()) == sorted(SUBJECTS[:10])
    assert counter.left() == 0


def test_the_mailbox_of_a_killed_poll_is_free_at_once(counter: Counter) -> None:
    counter.rules(RULES)
    counter.configure("ops")
    counter.deliver(*SUBJECTS[:10])
    counter.pop3.faults = Pop3Faults(pause_seconds=0.3)
    with counter.program.start("poll") as first:
        eventually(lambda: any(line.startswith("RETR") for line in counter.pop3.commands), what="it fetches")
        first.kill()
        first.wait()
    counter.pop3.faults = Pop3Faults()
    assert counter.program.poll()["mailboxes"][0]["processed"] == 10
    assert sorted(counter.sent()) == sorted(SUBJECTS[:10])


def test_a_poll_beside_the_daemon_does_nothing_twice(counter: Counter) -> None:
    counter.rules(RULES)
    counter.configure("ops", poll="1s")
    with counter.program.start("run") as daemon:
        eventually(lambda: "USER ops" in counter.pop3.commands, what="it polls")
        for number in range(4):
            counter.deliver(*SUBJECTS[number * 10 : number * 10 + 10])
            ran = counter.program.run("poll")
            assert ran.status in {0, 75}, ran.err
        eventually(lambda: counter.left() == 0 and len(counter.sent()) >= 40, what="all is done")
        assert daemon.alive
    assert sorted(counter.sent()) == sorted(SUBJECTS)
    assert sorted(counter.program.files("in")) == sorted(f"{subject}.eml" for subject in SUBJECTS)


def test_one_signal_ends_a_poll_after_the_window_in_work(counter: Counter) -> None:
    counter.rules(RULES)
    counter.configure("ops")
    counter.deliver(*SUBJECTS[:10])
    counter.pop3.faults = Pop3Faults(pause_seconds=0.2)
    with counter.program.start("poll", "--json") as running:
        eventually(lambda: any(line.startswith("RETR") for line in counter.pop3.commands), what="it fetches")
        running.send(signal.SIGTERM)
        ran = running.wait()
    assert ran.document["mailboxes"][0]["processed"] == 10
    assert counter.left() == 0
    counter.pop3.faults = Pop3Faults()
    counter.program.poll()
    assert sorted(counter.sent()) == sorted(SUBJECTS[:10])
