"""Past mail put to changed rules: what would be different, and what nobody can tell any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from automailer.errors import ConfigError
from automailer.worker.assembly import with_rules
from automailer.worker.replay import Replayed, Replayer
from tests.integration.worker.office import Office, mail

RULES = """
rules:
  - name: alert
    when: {from: "*@monitor.example.org", subject: "/^DOWN (?P<host>[a-z0-9]+)/"}
    then:
      - forward: {to: oncall@example.com, subject: "{{ match.host }} is down"}
      - delete
    stop: true
  - name: paid
    when: {body: invoice}
    then: [{tag: invoice}]
"""


def replayed(office: Office, *files: Path, **limits: Any) -> list[Replayed]:
    since = office.now - timedelta(days=7)
    with office.shop() as shop:
        assembly = with_rules(shop.assembly, "ops", files) if files else shop.assembly
        return list(Replayer(assembly, "ops", shop.journal, since=since, **limits).messages())


def told(found: Sequence[Replayed]) -> list[list[tuple[str, str, str]]]:
    """Of each message what is not the same: mark, rule, action."""
    return [
        [
            (change.mark.value, change.rule, change.action)
            for change in one.changes
            if change.mark.value != "="
        ]
        for one in found
    ]


def polled(office: Office, *mails: bytes, keep_raw: str = "0d", rules: str = RULES) -> None:
    office.mailboxes = {"ops": {"keep_raw": keep_raw}}
    office.rules(rules)
    for octets in mails:
        office.deliver(octets)
    assert office.poll().processed == len(mails)


def alert() -> bytes:
    return mail("DOWN db1", from_="Monitor <m@monitor.example.org>")


INVOICE = mail(body="the invoice is here")


@pytest.mark.parametrize("keep_raw", ["0d", "30d"])
def test_the_same_rules_would_do_the_same(office: Office, keep_raw: str) -> None:
    polled(office, alert(), INVOICE, mail(), keep_raw=keep_raw)
    found = replayed(office)
    assert [one.mark.value for one in found] == ["=", "=", "="]
    assert [one.raw for one in found] == [keep_raw != "0d"] * 3
    assert [one.rules for one in found] == [("alert",), ("paid",), ()]


@pytest.mark.parametrize("keep_raw", ["0d", "30d"])
def test_what_is_added_dropped_and_changed_is_told_action_by_action(office: Office, keep_raw: str) -> None:
    polled(office, alert(), mail("hello"), keep_raw=keep_raw)
    office.rules(
        RULES.replace("is down", "has a problem").replace("      - delete\n", "")
        + "  - {name: greeting, when: {subject: hello}, then: [{send: {to: a@example.org, text: hi, subject: hi}}]}"
    )
    first, second = replayed(office)
    assert told([first]) == [[("~", "alert", "forward"), ("-", "alert", "delete")]]
    changed, dropped = (change for change in first.changes if change.mark.value != "=")
    assert (changed.then, changed.now) == ({"subject": "db1 is down"}, {"subject": "db1 has a problem"})
    assert dropped.why == "the rule does it no more"
    assert told([second]) == [[("+", "greeting", "send")]]
    assert (second.past.rules, second.rules) == ((), ("greeting",))


def test_a_test_that_nothing_is_known_of_leaves_its_rule_open(office: Office) -> None:
    polled(office, mail("hello", body="a letter"))
    office.rules("rules: [{name: new, when: {body: letter}, then: [delete]}]", file="new.yaml")
    [one] = replayed(office, office.folder / "new.yaml")
    assert one.mark.value == "?"
    [change] = one.changes
    assert (change.rule, change.action, change.why) == ("new", "", "body: letter ← not kept")
    assert change.where.endswith("new.yaml:1:28")


def test_kept_octets_leave_nothing_open(office: Office) -> None:
    polled(office, mail("hello", body="a letter"), keep_raw="30d")
    office.rules("rules: [{name: new, when: {body: letter}, then: [delete]}]", file="new.yaml")
    assert told(replayed(office, office.folder / "new.yaml")) == [[("+", "new", "delete")]]


def test_an_answer_of_then_holds_for_another_rule_that_asks_the_same(office: Office) -> None:
    polled(office, INVOICE, mail(body="nothing of the kind"))
    office.rules("rules: [{name: other, when: {body: invoice}, then: [delete]}]", file="new.yaml")
    assert told(replayed(office, office.folder / "new.yaml")) == [
        [("+", "other", "delete"), ("-", "paid", "tag")],
        [],
    ]


def test_behind_an_open_rule_that_stops_everything_is_in_doubt(office: Office) -> None:
    polled(office, mail("hello"))
    office.rules(
        """
rules:
  - {name: gate, when: {to: nobody@example.com}, stop: true}
  - {name: greeting, when: {subject: hello}, then: [delete]}
""",
        file="new.yaml",
    )
    [one] = replayed(office, office.folder / "new.yaml")
    gate, greeting = one.changes
    assert (gate.rule, gate.action) == ("gate", "")
    assert (greeting.mark.value, greeting.unless) == ("+", "gate")


def test_a_rule_that_leaves_shadow_mode_adds_its_actions(office: Office) -> None:
    polled(office, INVOICE, rules=RULES.replace("  - name: paid\n", "  - name: paid\n    mode: shadow\n"))
    office.rules(RULES)
    [one] = replayed(office)
    [change] = one.changes
    assert (change.mark.value, change.action, change.why) == ("+", "tag", "then in shadow mode")


def test_why_an_action_is_dropped_is_said(office: Office) -> None:
    polled(office, alert(), alert(), alert())
    whys = []
    for rules in (
        "rules: [{name: alert, when: {subject: nothing}, then: [delete]}]",
        "rules: [{name: gate, then: [], stop: true}, {name: alert, then: [delete]}]",
        "rules: [{name: alert, enabled: false, then: [delete]}]",
        "rules: [{name: another}]",
    ):
        office.rules(rules, file="new.yaml")
        [one, *_] = replayed(office, office.folder / "new.yaml")
        whys.append({change.why for change in one.changes if change.action == "delete"})
    assert whys == [
        {"no match: subject: nothing ← DOWN db1"},
        {"rule 'gate' stops before it"},
        {"disabled"},
        {"there is no such rule"},
    ]


@pytest.mark.parametrize("keep_raw", ["0d", "30d"])
def test_the_limits_of_replies_are_as_they_were(office: Office, keep_raw: str) -> None:
    rules = "rules: [{name: ack, when: {subject: question}, then: [{reply: {text: thanks}}]}]"
    question = mail("question")
    polled(office, question, question, keep_raw=keep_raw, rules=rules)
    office.wait(hours=25)
    office.deliver(question)
    assert office.poll().processed == 1
    assert [detail.state.value for one in office.messages() for detail in office.detail(one.id).effects] == [
        "done",
        "refused",
        "done",
    ]
    assert [one.mark.value for one in replayed(office)] == ["=", "=", "="]


def test_a_reply_that_takes_its_text_from_elsewhere_is_not_the_same(office: Office) -> None:
    reply = '{reply: {text: "Hi, {{ message.from.name }}", subject: Hi}}'
    polled(office, mail("hello"), rules=f"rules: [{{name: ack, when: {{subject: hello}}, then: [{reply}]}}]")
    (office.folder / "templates").mkdir(exist_ok=True)
    (office.folder / "templates" / "ack.txt.j2").write_text("Hi, {{ message.from.name }}", encoding="utf-8")
    office.rules("rules: [{name: ack, when: {subject: hello}, then: [{reply: {template: ack}}]}]")
    [one] = replayed(office)
    [change] = one.changes
    assert (change.mark.value, dict(change.then), dict(change.now)) == (
        "~",
        {"text": "Hi, Ann"},
        {"template": "ack"},
    )
    assert {"subject", "to"} <= {*change.unknown}


def test_of_a_reply_that_nobody_planned_then_the_guards_are_not_known(office: Office) -> None:
    answering = "  - {name: %s, when: {subject: hello}, then: [{reply: {text: Hi}}]}\n"
    machine = mail("hello", headers={"Auto-Submitted": "auto-replied"})
    polled(office, machine, mail("hello"), rules="rules:\n" + answering % "ack")
    office.rules("rules:\n" + answering % "ack" + answering % "again")
    whys = [change.why for one in replayed(office) for change in one.changes if change.rule == "again"]
    assert whys == [
        "may be refused, as that of 'ack' was then: it is automatic (Auto-Submitted: auto-replied)",
        "may be refused: what the guards ask for was not kept",
    ]


def test_time_tests_answer_as_of_then(office: Office) -> None:
    polled(office, mail(), rules="rules: [{name: monday, when: {now: {weekday: mon}}, then: [{tag: a}]}]")
    office.wait(days=1)
    office.rules('rules: [{name: monday, when: {now: {weekday: mon}, size: ">1"}, then: [{tag: a}]}]')
    assert [one.mark.value for one in replayed(office)] == ["="]


def test_a_condition_that_breaks_leaves_the_message_open_and_the_next_goes_on(office: Office) -> None:
    polled(office, mail("one"), mail("two"), keep_raw="1d")
    office.rules(
        "rules: [{name: broken, when: {if: \"1 / (message.subject == 'two')|int\"}, then: [delete]}]"
    )
    first, second = replayed(office)
    assert first.mark.value == "?"
    assert "division" in first.error
    assert told([second]) == [[("+", "broken", "delete")]]


def test_mail_that_was_never_decided_is_left_out_and_counted(office: Office) -> None:
    office.mailboxes = {"ops": {"first_poll": "new"}}
    office.rules(RULES)
    office.deliver()
    office.poll()
    office.deliver(alert())
    office.poll()
    with office.shop() as shop:
        replayer = Replayer(shop.assembly, "ops", shop.journal, since=office.now - timedelta(days=1))
        assert (replayer.past.decided, replayer.past.undecided) == (1, 1)
        assert [one.rules for one in replayer.messages()] == [("alert",)]


def test_a_limit_takes_the_newest_oldest_first(office: Office) -> None:
    polled(office, *(mail(f"number {number}") for number in range(5)))
    assert [one.past.subject for one in replayed(office, limit=2)] == ["number 3", "number 4"]


def test_more_messages_than_one_query_reads_are_all_there(office: Office) -> None:
    polled(office, *(mail(f"number {number}") for number in range(450)))
    heard: list[int] = []
    with office.shop() as shop:
        replayer = Replayer(shop.assembly, "ops", shop.journal, since=office.now - timedelta(days=1))
        found = [one.past.subject for one in replayer.messages(heard.append)]
    assert found == [f"number {number}" for number in range(450)]
    assert heard == list(range(1, 451))


def test_rules_that_are_wrong_are_refused_with_their_place(office: Office) -> None:
    polled(office, mail())
    office.rules("rules: [{name: x, when: {subjct: a}}]", file="new.yaml")
    with pytest.raises(ConfigError, match="subject"):
        replayed(office, office.folder / "new.yaml")


def test_every_message_has_its_trace_and_the_digest_of_its_rules(office: Office) -> None:
    polled(office, alert(), INVOICE, mail())
    with office.shop() as shop:
        digest = shop.assembly.rules_digest["ops"]
    details = [office.detail(one.id) for one in office.messages()]
    assert [detail.rules_digest for detail in details] == [digest] * 3
    assert all(detail.trace for detail in details)
    office.rules(RULES + "\n")
    with office.shop() as shop:
        assert shop.assembly.rules_digest["ops"] != digest


def test_no_program_is_run_again_and_its_answer_of_then_holds(office: Office) -> None:
    mark = office.folder / "ran"
    rules = f"rules: [{{name: asked, when: {{command: {{run: [touch, {mark}]}}}}, then: [{{tag: a}}]}}]"
    polled(office, mail(), keep_raw="1d", rules=rules)
    mark.unlink()
    assert [one.mark.value for one in replayed(office)] == ["="]
    assert not mark.exists()
