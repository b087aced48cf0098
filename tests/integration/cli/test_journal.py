"""`messages`, `outbox`, `db`: what was decided and done, and mending it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.integration.cli.desk import Desk, run

_MESSAGE = {"id", "mailbox", "uidl", "subject", "from", "received", "state", "rules", "actions", "tags"}
_ENTRY = {"id", "kind", "state", "from", "to", "subject", "message_id", "attempts", "next_attempt", "error"}


def test_messages_are_listed_newest_first(polled: Desk) -> None:
    found = polled.run("messages", "list", "--json").document
    assert len(found) == 16
    assert [one["id"] for one in found] == sorted((one["id"] for one in found), reverse=True)
    assert all(one.keys() >= _MESSAGE for one in found)
    alert = found[-1]
    assert alert["rules"] == ["critical alert to on-call"]
    assert alert["actions"] == ["set", "tag", "forward", "delete"]
    assert alert["tags"] == ["alert", "critical"]
    assert alert["state"] == "done"


def test_lists_are_narrowed(polled: Desk) -> None:
    assert len(polled.run("messages", "list", "--limit", "3", "--json").document) == 3
    assert polled.run("messages", "list", "--state", "failed", "--json").document == []
    assert polled.run("outbox", "list", "--state", "queued", "--json").document == []
    assert len(polled.run("outbox", "list", "--mailbox", "ops", "--limit", "2", "--json").document) == 2


@pytest.mark.parametrize("part", ["messages", "outbox"])
def test_a_state_or_mailbox_that_does_not_exist_is_wrong_usage(polled: Desk, part: str) -> None:
    wrong = polled.run(part, "list", "--state", "faild")
    assert (wrong.status, wrong.out) == (2, "")
    assert "did you mean 'failed'" in wrong.err
    assert polled.run(part, "list", "--mailbox", "opps").status == 2
    assert polled.run(part, "show", "first").status == 2
    missing = polled.run(part, "show", "999")
    assert (missing.status, missing.out) == (1, "")
    assert len(missing.err.splitlines()) == 1


def test_a_message_is_shown_with_its_reasons_and_effects(polled: Desk) -> None:
    shown = polled.run("messages", "show", "1").out
    assert "✓ critical alert to on-call  (stop)  rules/ops.yaml:19:5" in shown
    assert "└ ✓ subject:" in shown
    assert "→ forward to oncall@example.org 'db1: disk full'" in shown
    assert "mail 1  sent: forward to oncall@example.org" in shown
    document = polled.run("messages", "show", "1", "--json").document
    assert document.keys() >= _MESSAGE | {"effects", "outbox", "trace"}
    rule = document["trace"][-1]
    assert (rule["name"], rule["matched"]) == ("critical alert to on-call", True)
    assert rule["tests"][0]["where"] == "rules/ops.yaml:22:7"


def test_mails_are_listed_and_shown(polled: Desk) -> None:
    found = polled.run("outbox", "list", "--json").document
    assert all(one.keys() >= _ENTRY for one in found)
    assert {one["state"] for one in found} == {"sent"}
    first = found[-1]
    assert (first["kind"], first["to"], first["subject"]) == (
        "forward",
        ["oncall@example.org"],
        "db1: disk full",
    )
    shown = polled.run("outbox", "show", str(first["id"])).out
    assert "oncall@example.org  delivered: 250" in shown
    assert "caused by       message 1, rule 'critical alert to on-call'" in shown
    detail = polled.run("outbox", "show", str(first["id"]), "--json").document
    assert detail["events"][-1]["what"] == "delivered"


def test_the_mail_itself_is_printed_as_it_went_out(polled: Desk) -> None:
    raw = polled.run("outbox", "show", "1", "--raw").out
    sent = polled.smtp.received[0].octets.decode()
    assert raw.splitlines() == sent.splitlines()


def test_what_is_done_can_not_be_tried_again(polled: Desk) -> None:
    for words, reason in (
        (["messages", "retry", "1"], "it is done"),
        (["outbox", "retry", "1"], "is sent"),
        (["outbox", "cancel", "1"], "is sent"),
        (["messages", "retry", "999"], "there is none"),
        (["outbox", "cancel", "999"], "there is none"),
    ):
        done = polled.run(*words)
        assert (done.status, done.out) == (1, ""), words
        assert reason in done.err


def test_a_message_that_failed_is_due_again_after_retry(desk: Desk) -> None:
    desk.edit("templates/ack.txt.j2", "{{", "{{ 1 // 0 }}{{")
    assert desk.run("poll").status == 1
    waiting = desk.run("messages", "list", "--state", "retry", "--json").document
    assert waiting
    number = str(waiting[0]["id"])
    shown = desk.run("messages", "show", number).out
    assert "templates/ack.txt.j2:" in shown
    assert "next attempt" in shown
    desk.edit("templates/ack.txt.j2", "{{ 1 // 0 }}", "")
    assert desk.run("messages", "retry", number).out == f"message {number}: due at once\n"
    desk.run("poll")
    assert desk.run("messages", "show", number, "--json").document["state"] == "done"


def test_mail_that_waits_is_cancelled_and_tried_again(desk: Desk) -> None:
    desk.smtp.stop()
    desk.run("poll")
    first, *_ = desk.run("outbox", "list", "--state", "queued", "--json").document
    number = str(first["id"])
    assert desk.run("outbox", "cancel", number).out == f"outbox entry {number}: cancelled\n"
    assert "cancelled" in desk.run("outbox", "show", number).out
    assert desk.run("outbox", "retry", number).out == f"outbox entry {number}: due at once\n"
    desk.smtp.start()
    assert desk.run("poll").status == 0
    assert desk.run("outbox", "show", number, "--json").document["state"] == "sent"


def test_nothing_is_made_by_looking(desk: Desk) -> None:
    before = desk.files()
    assert desk.run("messages", "list").out == "no messages\n"
    assert desk.run("outbox", "list").out == "no mail\n"
    assert desk.run("messages", "list", "--json").document == []
    assert desk.run("messages", "show", "1").status == 1
    assert desk.run("db", "status", "--json").document["version"] is None
    for words in (["messages", "retry", "1"], ["outbox", "cancel", "1"], ["mailbox", "release", "ops"]):
        done = desk.run(*words)
        assert (done.status, done.err) == (1, "there is no database yet: the first poll makes it\n")
    assert desk.files() == before
    assert not (desk.folder / "state").exists()


def test_the_database_is_made_on_request(desk: Desk) -> None:
    done = desk.run("db", "upgrade", "--json")
    assert done.status == 0
    assert done.document["current"] is True
    assert desk.run("db", "status", "--json").document == done.document
    assert "up to date" in desk.run("db", "status").out


def test_a_database_in_a_bad_way_is_told_in_one_line(desk: Desk) -> None:
    state = desk.folder / "state"
    state.mkdir()
    (state / "automailer.db").write_bytes(b"this is no database, whatever its name says" * 50)
    for words in (
        ["messages", "list"],
        ["mailbox", "list"],
        ["db", "status"],
        ["poll"],
        ["outbox", "retry", "1"],
    ):
        done = desk.run(*words)
        assert (done.status, done.out) == (1, ""), words
        assert "is not a database" in done.err
        assert len(done.err.splitlines()) == 1


def test_a_database_of_a_newer_version_is_left_alone(desk: Desk) -> None:
    desk.run("db", "upgrade")
    with closing(sqlite3.connect(desk.folder / "state" / "automailer.db")) as connection, connection:
        connection.execute("update automailer_schema set version_num = '9999'")
    before = desk.files()
    done = desk.run("messages", "list")
    assert (done.status, done.out) == (1, "")
    assert "newer Automailer" in done.err
    assert desk.files() == before


def test_help_is_there_for_every_command(desk: Desk) -> None:
    assert run("--help", cwd=desk.folder).status == 0
    for words in (
        ["check"],
        ["explain"],
        ["mailbox"],
        ["mailbox", "top"],
        ["outbox", "show"],
        ["db"],
        ["init"],
    ):
        done = desk.run(*words, "-h")
        assert (done.status, done.err) == (0, "")
        assert "…\n" not in done.out
        assert "..." not in done.out.replace("]...", "").replace("}...", "")
    wrong = desk.run("chek")
    assert wrong.status == 2
    assert "check" in wrong.err
