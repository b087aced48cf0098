"""A trace for people, for JSON, and for the journal."""

from __future__ import annotations

import json

from automailer.rules import Answer, Decision, compact, evaluate, explain, outline, restore
from tests.unit.rules.build import SHADOW, mail, rule, subject

WHEN = """\
from: '*@mail.example.com'
subject: '/(?P<host>db1)/'
any:
  - body: nothing
  - {kind: personal, size: '<1KB'}
not: {kind: list}
"""


def decision(*, complete: bool = True, thorough: bool = True) -> Decision:
    rules = [
        rule("alert", WHEN, stop=False),
        rule("off", enabled=False),
        rule("shadow", "kind: encrypted", mode=SHADOW),
        rule("all mail", stop=True),
    ]
    return evaluate(rules, subject(mail(complete=complete)), thorough=thorough)


def test_json_has_every_rule_and_its_tests_in_the_order_of_the_file() -> None:
    document = explain(decision())
    assert [(each["name"], each["matched"], each["stop"]) for each in document["rules"]] == [
        ("alert", True, False),
        ("off", False, False),
        ("shadow", False, False),
        ("all mail", True, True),
    ]
    alert = document["rules"][0]
    assert [(each["depth"], each["test"], each["wanted"], each["result"]) for each in alert["tests"]] == [
        (0, "from", "*@mail.example.com", "yes"),
        (0, "subject", "/(?P<host>db1)/", "yes"),
        (0, "any", "", "yes"),
        (1, "body", "nothing", "no"),
        (1, "all", "", "yes"),
        (2, "kind", "personal", "yes"),
        (2, "size", "<1KB", "yes"),
        (0, "not", "", "yes"),
        (1, "kind", "list", "no"),
    ]
    assert alert["tests"][1]["where"] == "rules.yaml:2:1"
    assert alert["tests"][1]["value"] == "[CRIT] db1   is down"
    assert alert["tests"][1]["captures"] == {"host": "db1"}
    assert json.loads(json.dumps(document)) == document


def test_json_says_what_is_unknown() -> None:
    shadow = explain(decision(complete=False))["rules"][2]
    assert (shadow["matched"], shadow["result"], shadow["mode"]) == (False, "unknown", "shadow")
    assert shadow["tests"][0]["value"] == "not fetched"


def test_the_outline_nests_as_the_file_does() -> None:
    alert, off, shadow, last = outline(decision().trace)
    assert [branch.text for branch in alert.children] == [
        "from: *@mail.example.com",
        "subject: /(?P<host>db1)/",
        "any",
        "not",
    ]
    assert alert.children[2].children[1].children[0].value == "personal"
    assert (off.value, shadow.value, last.value) == ("disabled", "shadow", "stop")
    assert alert.children[0].answer is Answer.YES


def test_a_trace_survives_the_journal() -> None:
    for complete in (True, False):
        for thorough in (True, False):
            decided = decision(complete=complete, thorough=thorough)
            assert restore(json.loads(json.dumps(compact(decided)))) == decided.trace


def test_the_trace_of_a_poll_is_small() -> None:
    quick = [rule(f"rule {index}", "subject: nothing\nbody: nothing\n") for index in range(10)]
    kept = json.dumps(compact(evaluate(quick, subject())), separators=(",", ":"))
    assert len(kept) < 1500


def test_a_group_that_holds_a_whole_body_is_cut_in_the_journal_and_whole_in_the_match() -> None:
    decided = evaluate([rule("r", "body: '/(?P<all>(?s).*)/'")], subject(mail("x" * 100_000)))
    assert len(decided.matches[0].subject.match["all"]) == 100_000
    assert len(json.dumps(compact(decided))) < 500
    assert len(json.dumps(explain(decided))) < 800


def test_a_record_of_another_version_is_no_trace() -> None:
    assert restore({"v": 99}) == ()
    assert restore({}) == ()
