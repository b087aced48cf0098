"""`replay`, and `explain` of what is in the journal: the past, looked at again."""

from __future__ import annotations

import pytest

from tests.integration.cli.desk import Desk

NEW = """
rules:
  - name: critical alert to on-call
    when: {from: "*@monitoring.example.com", subject: '/^\\[CRIT\\] (?P<host>\\S+)/'}
    then:
      - set: {severity: critical}
      - tag: [alert, critical]
      - forward: {to: {list: oncall}, subject: "{{ match.host }} is down", template: alert}
    stop: true
  - {name: paid, when: {body: "4711", from: "*@example.net"}, then: [{tag: paid}]}
"""


@pytest.fixture
def new_rules(polled: Desk) -> str:
    (polled.folder / "new.yaml").write_text(NEW, encoding="utf-8")
    return "new.yaml"


def test_replay_of_the_rules_as_they_are_finds_nothing_to_tell(polled: Desk) -> None:
    before = polled.files()
    done = polled.run("replay", "ops")
    assert (done.status, done.err) == (0, "")
    first, *_, last, _, _ = done.out.splitlines()
    assert first.startswith("ops: 16 messages since ")
    assert last == "16 unchanged, 0 changed, 0 open: 0 actions more, 0 less, 0 otherwise"
    assert polled.files() == before


def test_replay_tells_message_by_message_what_other_rules_would_do(polled: Desk, new_rules: str) -> None:
    done = polled.run("replay", "ops", "--rules", new_rules)
    assert done.status == 0
    assert (
        "~ forward to oncall@example.org 'db1 is down'  (critical alert to on-call)  new.yaml:3:5" in done.out
    )
    assert '"db1: disk full" → "db1 is down"' in done.out
    assert "- delete after: sent  (critical alert to on-call)  new.yaml:3:5\n" in done.out
    assert "? 'paid' may match: body: 4711 ← not kept  new.yaml:10:25" in done.out
    assert "- tag newsletter  (newsletter)\n        there is no such rule" in done.out


def test_replay_as_json_is_one_document(polled: Desk, new_rules: str) -> None:
    document = polled.run("replay", "ops", "--rules", new_rules, "--json", "--all").document
    assert len(document["messages"]) == 16
    assert document["rules"] == ["new.yaml"]
    assert sum(document["counts"]["messages"].values()) == 16
    alert = document["messages"][0]
    assert (alert["id"], alert["source"], alert["mark"]) == (1, "journal", "~")
    marks = [(change["mark"], change["action"]) for change in alert["changes"]]
    assert marks == [("=", "set"), ("=", "tag"), ("~", "forward"), ("-", "delete")]
    assert polled.run("replay", "ops", "--json").document["messages"] == []


def test_replay_takes_a_date_and_a_limit(polled: Desk) -> None:
    assert polled.run("replay", "ops", "--since", "2020-01-01", "--limit", "3").out.startswith(
        "ops: 3 messages"
    )
    assert polled.run("replay", "ops", "--since", "2999-01-01T00:00").out.startswith("ops: 0 messages")
    wrong = polled.run("replay", "ops", "--since", "yesterday")
    assert wrong.status == 2
    assert "expected a time such as 7d or 12h" in wrong.err


def test_replay_refuses_an_unknown_mailbox_and_wrong_rules(polled: Desk) -> None:
    assert polled.run("replay", "opps").status == 2
    (polled.folder / "wrong.yaml").write_text("rules: [{name: a, when: {subjct: b}}]\n", encoding="utf-8")
    wrong = polled.run("replay", "ops", "--rules", "wrong.yaml")
    assert wrong.status == 78
    assert "wrong.yaml:1:" in wrong.err


def test_replay_before_the_first_poll_makes_no_database(desk: Desk) -> None:
    done = desk.run("replay", "ops")
    assert done.out.startswith("ops: 0 messages")
    assert not (desk.folder / "state" / "automailer.db").exists()


def test_explain_of_a_number_shows_the_decision_of_then(polled: Desk) -> None:
    done = polled.run("explain", "1")
    assert done.status == 0
    assert done.out.startswith("message 1 of ops\n")
    assert "state    done, by these rules" in done.out
    assert "match.host = 'db1', match.what = 'disk full'" in done.out
    assert "mail 1 sent: forward to oncall@example.org" in done.out
    [one] = polled.run("explain", "1", "--json").document["messages"]
    assert (one["id"], one["mailbox"], one["rules_changed"]) == (1, "ops", False)
    assert [action["state"] for action in one["actions"]] == ["done"] * 4


def test_explain_of_a_message_that_has_left_the_server_says_so(polled: Desk) -> None:
    [uidl] = [one["uidl"] for one in polled.run("messages", "list", "--json").document if one["id"] == 2]
    done = polled.run("explain", "ops", uidl)
    assert done.status == 0
    assert "no longer on the server" in done.err
    assert done.out.startswith("message 2 of ops\n")
    missing = polled.run("explain", "ops", "nothing-of-that-name")
    assert missing.status == 1
    assert "`mailbox show ops` lists them" in missing.err


def test_explain_says_that_the_rules_have_changed_since(desk: Desk) -> None:
    assert desk.run("poll").status == 0
    desk.edit("rules/ops.yaml", "tag: case", "tag: matter")
    assert "state    done, by other rules than now" in desk.run("explain", "1").out


def test_explain_of_a_number_that_is_not_there_fails(polled: Desk) -> None:
    missing = polled.run("explain", "999")
    assert (missing.status, missing.err) == (1, "message 999: there is none of this number\n")


def test_explain_short_has_a_line_for_each_message(polled: Desk) -> None:
    assert polled.run("explain", "--short", "1", "8", "11").out.splitlines() == [
        "message 1 of ops  critical alert to on-call → set, tag, forward, delete",
        "message 8 of ops  bounce, somebody writes to us → tag, send, reply (refused)",
        "message 11 of ops  no rule matches",
    ]
