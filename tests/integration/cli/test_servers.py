"""`mailbox` and `smtp`: what lies on the servers, and how they fare."""

from __future__ import annotations

from automailer.sandbox import Pop3Faults
from tests.integration.cli.desk import USER, Desk


def test_mailboxes_are_listed_before_and_after_a_poll(desk: Desk) -> None:
    assert "never polled" in desk.run("mailbox", "list").out
    [before] = desk.run("mailbox", "list", "--json").document
    names = {"name", "host", "last_poll", "last_success", "failures", "error", "next_poll", "waiting"}
    assert before.keys() >= names
    assert before["last_poll"] is None
    assert not (desk.folder / "state").exists()
    desk.run("poll")
    desk.pop3.stop()
    desk.run("poll")
    [after] = desk.run("mailbox", "list", "--json").document
    assert after["failures"] == 1
    assert after["error"]
    assert after["last_poll"] > after["last_success"]


def test_show_lists_what_lies_there_and_what_is_known_of_it(polled: Desk) -> None:
    shown = polled.run("mailbox", "show", "ops", "--json").document
    assert shown["messages"] == len(shown["listing"]) == len(polled.pop3.maildrop(USER).mails())
    assert shown["listing"][0].keys() >= {"number", "uidl", "size", "state"}
    assert {one["state"] for one in shown["listing"]} == {"done"}
    assert shown["listing"][0]["uidl"] in polled.run("mailbox", "show", "ops").out


def test_top_shows_the_beginning_of_a_message_harmlessly(desk: Desk) -> None:
    desk.deliver(b"From: a@example.org\nSubject: \x1b[2J\n\none\ntwo\nthree\n")
    shown = desk.run("mailbox", "top", "ops", "17", "--lines", "2")
    assert shown.out.splitlines()[:2] == ["From: a@example.org", "Subject: \\x1b[2J"]
    assert "two" in shown.out
    assert "three" not in shown.out
    assert desk.run("mailbox", "top", "ops", "17", "--json").document["lines"][-1] == "three"


def test_top_of_a_message_that_is_not_there_fails(polled: Desk) -> None:
    done = polled.run("mailbox", "top", "ops", "999")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("ops: message 999: ")


def test_the_doctor_finds_a_healthy_mailbox(polled: Desk) -> None:
    done = polled.run("mailbox", "doctor", "ops", "--json")
    assert done.status == 0
    steps = {one["name"]: one["verdict"] for one in done.document["findings"]}
    assert steps["login"] == "good"
    assert steps["tls"] == "warning"
    assert "✓ login" in polled.run("mailbox", "doctor", "ops").out


def test_the_doctor_fails_with_what_ails_it(desk: Desk) -> None:
    desk.env["OPS_PASSWORD"] = "wrong"
    done = desk.run("mailbox", "doctor", "ops")
    assert done.status == 1
    assert "✗ after capabilities before login" in done.out
    assert "wrong" not in done.out.replace("wrong password", "")


def test_a_server_that_is_busy_is_told_in_one_line(desk: Desk) -> None:
    desk.pop3.faults = Pop3Faults(in_use=True)
    done = desk.run("mailbox", "show", "ops")
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1


def test_release_lets_held_messages_go_on(desk: Desk) -> None:
    for number in range(20):
        desk.deliver(f"From: a{number}@example.org\nSubject: {number}\n\nx\n".encode())
    desk.run("poll")
    assert desk.run("mailbox", "release", "ops").out == "ops: nothing is held\n"
    desk.pop3.maildrop(USER).change_uids("moved-")
    desk.deliver(b"From: new@example.org\nSubject: new\n\nx\n")
    desk.run("poll")
    [held] = desk.run("messages", "list", "--state", "held", "--json").document
    assert held["subject"] == "new"
    assert desk.run("mailbox", "list", "--json").document[0]["waiting"] == 1
    assert desk.run("mailbox", "release", "ops").out == "ops: 1 held message released\n"
    desk.run("poll")
    assert desk.run("messages", "list", "--state", "held").out == "no messages\n"


def test_a_name_that_is_not_there_is_wrong_usage(polled: Desk) -> None:
    for words in (["mailbox", "show", "opps"], ["mailbox", "doctor", "opps"], ["mailbox", "release", "opps"]):
        done = polled.run(*words)
        assert (done.status, done.out) == (2, "")
        assert "no mailbox 'opps' (did you mean 'ops'?)" in done.err
    done = polled.run("smtp", "doctor", "defalt")
    assert done.status == 2
    assert "no smtp server 'defalt' (did you mean 'default'?)" in done.err


def test_relays_are_listed(polled: Desk) -> None:
    [relay] = polled.run("smtp", "list", "--json").document
    assert (relay["name"], relay["tls"], relay["port"]) == ("default", "none", polled.smtp.port)
    assert "default" in polled.run("smtp", "list").out


def test_the_doctor_of_a_relay_sends_nothing_unless_asked(desk: Desk) -> None:
    done = desk.run("smtp", "doctor", "default", "--verify", "a@example.org", "--json")
    assert done.status == 0
    steps = {one["name"]: one for one in done.document["findings"]}
    assert "SIZE" in steps["extensions"]["text"]
    assert "252" in steps["verify"]["text"]
    assert desk.smtp.received == ()


def test_the_doctor_of_a_relay_sends_a_test_mail(desk: Desk) -> None:
    done = desk.run("smtp", "doctor", "default", "--to", "me@example.org")
    assert done.status == 0
    assert "to me@example.org: delivered: 250" in done.out
    [mail] = desk.smtp.received
    assert (mail.sender, mail.recipients) == ("ops@example.com", ("me@example.org",))
    refused = desk.run("smtp", "doctor", "default", "--to", "perm@example.org")
    assert refused.status == 1
    assert "refused: 550" in refused.out
    assert desk.run("smtp", "doctor", "default", "--to", "nobody").status == 1


def test_the_doctor_of_a_relay_that_is_down_fails(desk: Desk) -> None:
    desk.smtp.stop()
    done = desk.run("smtp", "doctor", "default")
    assert done.status == 1
    assert "✗ connection" in done.out


def test_wire_shows_the_dialogue_on_stderr_without_the_password(desk: Desk) -> None:
    done = desk.run("mailbox", "show", "ops", "--wire", "--json")
    assert done.document["messages"] == 16
    assert "C UIDL" in done.err
    assert "a secret" not in done.err
