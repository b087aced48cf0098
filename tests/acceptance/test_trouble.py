"""Servers that are down, refuse or are busy, settings that are wrong, templates that break: told, and nothing lost."""

from __future__ import annotations

import re
import socket

import pytest

from automailer.sandbox import Pop3Faults, Pop3Server
from tests.acceptance.counter import USERS, Counter

SEND_AND_DELETE = """
rules:
  - name: all
    then:
      - send: {to: desk@example.org, subject: "{{ message.subject }}", text: hello}
      - delete: sent
"""
SAVE = "rules: [{name: all, then: [{save_message: {to: in, name: '{{ message.subject }}.eml'}}, delete]}]"
TEMPLATE = """
rules:
  - name: all
    then:
      - save_message: {to: in, name: "{{ message.subject }}.eml"}
      - send: {to: desk@example.org, template: note, subject: "{{ message.subject }}"}
      - delete
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_with_the_relay_down_everything_is_queued_and_sent_in_order_at_the_next_poll(
    counter: Counter,
) -> None:
    counter.rules(SEND_AND_DELETE)
    counter.configure("ops")
    subjects = [f"mail {number}" for number in range(60)]
    counter.deliver(*subjects)
    counter.smtp.stop()
    queued = counter.program.poll()
    assert queued["outbox"].items() >= {"sent": 0, "queued": 60, "failed": 0}.items()
    assert queued["outbox"]["error"]
    assert counter.left() == 60
    assert counter.program.poll()["outbox"]["queued"] == 60
    counter.smtp.start()
    assert counter.program.poll()["outbox"].items() >= {"sent": 60, "queued": 0, "failed": 0}.items()
    assert counter.sent() == subjects
    assert counter.program.poll()["mailboxes"][0]["deleted"] == 60
    assert (counter.left(), len(counter.sent())) == (0, 60)


def test_mail_that_is_deferred_is_no_failure_and_mail_that_is_refused_is(counter: Counter) -> None:
    counter.configure("ops")
    counter.rules(SEND_AND_DELETE.replace("desk@", "temp@"))
    counter.deliver("one")
    assert counter.program.run("poll").status == 0
    counter.rules(SEND_AND_DELETE.replace("desk@", "perm@"))
    counter.deliver("two")
    assert counter.program.run("poll").status == 1
    assert counter.left() == 2


def test_mailboxes_in_trouble_are_told_and_the_others_go_on(counter: Counter) -> None:
    counter.rules(SAVE)
    with Pop3Server(USERS, faults=Pop3Faults(in_use=True)) as locked:
        trouble: dict[str, dict[str, object]] = {
            "desk": {"password": "guessed"},
            "sales": {"port": locked.port},
            "away": {"port": free_port()},
        }
        counter.configure("ops", "desk", "sales", "away", one=trouble)
        for user in ("ops", "desk", "sales"):
            counter.deliver(f"for {user}", user=user)
        locked.maildrop("sales").deliver(b"Subject: locked\r\n\r\n")
        ran = counter.program.run("poll", "--json")
    errors = {one["name"]: one["error"] or "" for one in ran.document["mailboxes"]}
    assert ran.status == 1
    assert errors["ops"] == ""
    assert "login refused" in errors["desk"]
    assert "IN-USE" in errors["sales"]
    assert "refused" in errors["away"]
    assert not re.search("secret|guessed", ran.err + ran.out)
    assert counter.program.files("in").keys() == {"for ops.eml"}
    assert (counter.left("ops"), counter.left("desk"), counter.left("sales")) == (0, 1, 1)
    counter.configure("ops", "desk", "sales")
    assert counter.program.run("poll", "ops", "desk", "sales").status == 0
    assert counter.program.files("in").keys() == {"for ops.eml", "for desk.eml", "for sales.eml"}


def test_when_not_one_mailbox_can_be_reached_the_status_says_that_it_may_pass(counter: Counter) -> None:
    counter.rules(SAVE)
    counter.configure("ops", "desk", port=free_port())
    assert counter.program.run("poll").status == 75
    assert counter.program.run("poll", "ops").status == 75


def test_a_refused_password_alone_is_a_failure_that_does_not_pass(counter: Counter) -> None:
    counter.rules(SAVE)
    counter.configure("ops", password="guessed")
    ran = counter.program.run("poll")
    assert ran.status == 1
    assert "guessed" not in ran.err + ran.out


def test_no_relay_at_all_is_no_reason_not_to_poll(counter: Counter) -> None:
    counter.rules(SAVE)
    counter.configure("ops", more={"smtp": {}})
    counter.deliver("one")
    ran = counter.program.run("poll")
    assert ran.status in {0, 78}, ran.err
    assert "Traceback" not in ran.err


def test_all_that_is_wrong_in_the_settings_is_told_at_once(counter: Counter) -> None:
    counter.rules("rules:\n  - name: one\n    wen: {subject: x}\n    then: [{frowrad: a@example.org}]\n")
    counter.program.write(
        "automailer.yaml",
        "mailboxes:\n  ops:\n    hots: pop.example.com\n    poll: soon\n    username: x\n    password: y\n"
        "    rules: [rules.yaml, missing.yaml]\nsmpt: {}\n",
    )
    ran = counter.program.run("poll")
    assert ran.status == 78
    for place in ("automailer.yaml:3:", "automailer.yaml:4:", "automailer.yaml:7:", "automailer.yaml:8:"):
        assert place in ran.err
    assert "rules.yaml:3:" in ran.err
    assert "rules.yaml:4:" in ran.err
    assert "did you mean 'host'" in ran.err
    assert not (counter.program.folder / "state").exists()


def test_a_template_that_breaks_on_one_message_is_named_by_file_and_line_and_tried_again_once_mended(
    counter: Counter,
) -> None:
    counter.rules(TEMPLATE)
    counter.program.write("templates/note.txt.j2", "fine\n{{ {'good': 1}[message.subject] }}\n")
    counter.configure("ops", more={"templates": "templates/"})
    counter.deliver("good", "bad", "good")
    ran = counter.program.run("poll")
    assert ran.status == 1
    assert "note.txt.j2:2: " in ran.err
    assert counter.sent() == ["good", "good"]
    assert counter.left() == 1
    assert sorted(counter.program.files("in")) == ["bad.eml", "good-2.eml", "good.eml"]
    (bad,) = [
        one for one in counter.program.run("messages", "list", "--json").document if one["subject"] == "bad"
    ]
    assert bad["state"] == "retry"
    shown = counter.program.run("messages", "show", str(bad["id"]))
    assert "note.txt.j2:2" in shown.out
    assert counter.program.run("poll").status == 0

    counter.program.write("templates/note.txt.j2", "mended\n")
    assert counter.program.run("messages", "retry", str(bad["id"])).status == 0
    again = counter.program.poll()
    assert again["mailboxes"][0]["processed"] == 1
    assert counter.sent() == ["good", "good", "bad"]
    assert sorted(counter.program.files("in")) == ["bad.eml", "good-2.eml", "good.eml"]
    assert counter.left() == 0
    assert counter.program.poll()["mailboxes"][0]["processed"] == 0


def test_changed_uids_are_held_and_released_by_command(counter: Counter) -> None:
    counter.rules(SAVE.replace(", delete", ""))
    counter.configure("ops")
    counter.deliver(*(f"old {number}" for number in range(20)))
    counter.program.poll()
    counter.deliver("came while it moved")
    counter.pop3.maildrop("ops").change_uids("moved-")
    held = counter.program.poll()["mailboxes"][0]
    assert (held["processed"], held["held"]) == (0, 1)
    assert counter.program.run("mailbox", "release", "ops").status == 0
    assert counter.program.poll()["mailboxes"][0]["processed"] == 1
    assert len(counter.program.files("in")) == 21


@pytest.mark.parametrize("subject", ["\ud83d\ude00 \u202e \u0000 x", "=?utf-8?b?7aCA?=", "\x1b[2J"])
def test_hostile_subjects_break_no_output(counter: Counter, subject: str) -> None:
    counter.rules(TEMPLATE)
    counter.program.write("templates/note.txt.j2", "{{ message.nothing }}\n")
    counter.configure("ops", more={"templates": "templates/"})
    counter.deliver("x")
    raw = subject.encode("utf-8", "surrogatepass")
    counter.pop3.maildrop("ops").deliver(b"From: a@example.net\r\nSubject: " + raw + b"\r\n\r\n")
    counter.program.environment["PYTHONIOENCODING"] = "ascii"
    for words in (["poll"], ["messages", "list"], ["messages", "list", "--json"], ["messages", "show", "2"]):
        ran = counter.program.run(*words)
        assert "Traceback" not in ran.err
        assert "\x1b[2J" not in ran.err + ran.out
        assert ran.status in {0, 1}
