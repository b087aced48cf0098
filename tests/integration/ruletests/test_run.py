"""What a test says when it fails: what was expected, what was there, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from automailer.ruletests import Verdict
from tests.integration.ruletests.bench import Bench

RULES = """\
  - name: alert
    when:
      from: "*@monitoring.example.com"
      any: [{subject: critical}, {subject: '/^\\[CRIT\\] (?P<host>\\S+)/'}]
      not: {header: {X-Test: {exists: true}}}
    then:
      - set: {severity: high, host: "{{ match.host }}"}
      - forward: {to: {list: oncall}, cc: boss@example.com, subject: "{{ match.host }} is down"}
      - reply: {text: "Dear {{ message.from.address }},\\nthank you.\\n\\nThe desk"}
      - delete: {after: 7d}
    stop: true
  - name: broken
    when: {subject: broken}
    then: [{send: {to: a@example.com, text: "{{ 1 // 0 }}"}}]
  - name: shadow
    mode: shadow
    when: {subject: shadow}
    then: [{tag: seen}]
  - {name: off, enabled: false, when: {subject: shadow}}
  - {name: ended, until: 2026-01-31, when: {subject: night}, then: [keep]}
  - name: night
    when: {now: {time: "22:00-06:00"}}
    then: [{tag: night}]
"""
ALERT = '{from: x@monitoring.example.com, subject: "[CRIT] db1 disk"}'


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, ops=RULES)


def told(bench: Bench, message: str, expect: str, more: str = "") -> list[str]:
    """The differences of one test, without the folder."""
    test = f"  - {{name: a, message: {message}, expect: {{{expect}}}{more}}}\n"
    return [text.replace(f"{bench.folder}/", "") for text in bench.outcome(test).differences]


@pytest.mark.parametrize(
    "expect",
    [
        "matched: [alert]",
        "matched: alert",
        "actions: [forward, reply, delete, set]",
        "actions: [{forward: {to: [oncall@example.com], cc: boss@example.com, subject: db1 is down}}]",
        "actions: {forward: oncall@example.com}",
        'actions: {reply: {text: "Dear x@monitoring.example.com,\\nthank you.\\n\\nThe desk"}}',
        "actions: {reply: {text: {starts_with: dear, contains: the desk}, subject: '/^Re: /', rule: alert}}",
        "actions: {forward: {text: {contains: db1 disk}, attachments: [], html: ''}}",
        "actions: [{set: {severity: high}}, {delete: 7d}, {delete: {after: 7d}}]",
        "not: [tag, keep, {forward: {to: boss@example.com}}, {delete: processed}]",
    ],
)
def test_what_is_as_expected_passes(bench: Bench, expect: str) -> None:
    assert told(bench, ALERT, expect) == []


def test_nothing_may_be_expected_to_match(bench: Bench) -> None:
    assert told(bench, "{subject: hello}", "matched: []") == []


def test_a_rule_that_did_not_match_is_told_with_the_test_that_said_no(bench: Bench) -> None:
    assert told(bench, "{from: a@example.com, subject: critical}", "matched: alert") == [
        "matched: expected [alert], found []\n"
        "  rule 'alert' did not match: from: *@monitoring.example.com says no to a@example.com (ops.yaml:4:7)"
    ]


def test_of_any_every_test_is_told(bench: Bench) -> None:
    [text] = told(bench, "{from: a@monitoring.example.com, subject: quiet}", "matched: alert")
    assert "subject: critical says no to quiet (ops.yaml:5:14)" in text
    assert text.count("says no to quiet") == 2


def test_of_not_the_test_inside_is_told(bench: Bench) -> None:
    message = "{from: a@monitoring.example.com, subject: critical, headers: {X-Test: y}}"
    [text] = told(bench, message, "matched: alert")
    assert "says yes to y" in text


@pytest.mark.parametrize(
    ("message", "rule", "reason"),
    [
        ("{subject: shadow}", "off", "rule 'off' was not tried: disabled (ops.yaml:20:5)"),
        ("{subject: night}", "ended", "rule 'ended' was not tried: ended on 2026-01-31 (ops.yaml:21:5)"),
        (ALERT, "night", "rule 'night' was not reached: rule 'alert' says stop before it (ops.yaml:2:5)"),
    ],
)
def test_a_rule_that_was_not_tried_is_told_with_the_reason(
    bench: Bench, message: str, rule: str, reason: str
) -> None:
    [text] = told(bench, message, f"matched: [{rule}]", ", now: 2026-11-23T10:00:00Z")
    assert reason in text


def test_a_rule_too_many_is_told_with_its_place(bench: Bench) -> None:
    assert told(bench, "{subject: shadow}", "matched: []") == [
        "matched: expected [], found [shadow]\n  rule 'shadow' matched (ops.yaml:16:5)"
    ]


def test_another_order_is_told(bench: Bench) -> None:
    [text] = told(bench, "{subject: shadow, date: 2026-11-23T23:00}", "matched: [night, shadow]")
    assert text == "matched: expected [night, shadow], found [shadow, night]\n  the order is another"


def test_the_clock_is_frozen(bench: Bench) -> None:
    expect = "actions: {tag: night}"
    assert told(bench, "{subject: x}", expect, ", now: 2026-11-23T23:30:00+01:00") == []
    [text] = told(bench, "{subject: x}", expect, ", now: 2026-11-23T12:00:00+01:00")
    assert "rule 'night' did not match: now:" in text


def test_the_nearest_action_is_shown_with_what_is_unlike(bench: Bench) -> None:
    assert told(bench, ALERT, "actions: [{forward: {to: [oncall@example.com], subject: db2 is down}}]") == [
        "actions: forward: {to: [oncall@example.com], subject: db2 is down} is not planned\n"
        "  forward of rule 'alert' (ops.yaml:9:9) has\n"
        "    subject: expected 'db2 is down'\n"
        "             found    'db1 is down'"
    ]


def test_texts_of_several_lines_are_compared_line_by_line(bench: Bench) -> None:
    expect = 'actions: {reply: {text: "Dear x@monitoring.example.com,\\nmany thanks.\\n\\nThe desk"}}'
    [text] = told(bench, ALERT, expect)
    assert text.splitlines()[2:] == [
        "    text:",
        "      @@ -1,4 +1,4 @@",
        "       Dear x@monitoring.example.com,",
        "      -many thanks.",
        "      +thank you.",
        "       ",
        "       The desk",
    ]


def test_a_text_that_does_not_fit_a_pattern_is_shown(bench: Bench) -> None:
    for pattern in ("{contains: many thanks}", "/many thanks/"):
        [text] = told(bench, ALERT, f"actions: {{reply: {{text: {pattern}}}}}")
        assert text.splitlines()[3:] == [
            "      Dear x@monitoring.example.com,",
            "      thank you.",
            "      ",
            "      The desk",
        ]


def test_a_field_that_is_not_there_is_told(bench: Bench) -> None:
    [text] = told(bench, ALERT, "actions: {delete: {refused: x}}")
    assert "refused: expected 'x'" in text
    [text] = told(bench, ALERT, "actions: {forward: {bcc: a@example.com}}")
    assert "no bcc: expected 'a@example.com'" in text


def test_an_action_of_no_rule_that_matched_is_told_with_those_that_have_it(bench: Bench) -> None:
    [text] = told(bench, "{subject: x}", "actions: forward")
    assert text.startswith("actions: forward is not planned\n  rule 'alert' did not match: ")
    [_, text] = told(bench, "{subject: x}", "matched: alert, actions: forward")
    assert text == "actions: forward is not planned\n  rule 'alert' has forward, and did not match"
    [text] = told(bench, "{subject: x}", "actions: redirect")
    assert text == "actions: redirect is not planned\n  no rule of the mailbox has redirect"


def test_an_action_that_should_not_be_is_shown(bench: Bench) -> None:
    assert told(bench, ALERT, "not: [reply]") == [
        "not: reply is planned\n"
        "  reply of rule 'alert' (ops.yaml:10:9): "
        "{to: [x@monitoring.example.com], subject: Re: [CRIT] db1 disk}"
    ]


def test_a_refused_action_is_not_planned_and_can_be_expected_to_be_refused(bench: Bench) -> None:
    machine = "{from: x@monitoring.example.com, subject: critical, headers: {Auto-Submitted: auto-generated}}"
    assert (
        told(bench, machine, "not: [reply], refused: [{reply: {refused: {contains: auto-generated}}}]") == []
    )
    [text] = told(bench, machine, "actions: [reply]")
    assert "reply of rule 'alert' (ops.yaml:10:9) is refused: " in text
    [text] = told(bench, machine, "refused: [{reply: {refused: weather}}]")
    assert "refused: expected 'weather'" in text
    [text] = told(bench, ALERT, "refused: [reply]")
    assert text == "refused: reply is not refused\n  reply of rule 'alert' (ops.yaml:10:9) is planned"


def test_a_shadow_matches_and_plans_nothing(bench: Bench) -> None:
    assert told(bench, "{subject: shadow}", "matched: [shadow], not: [tag], refused: [tag]") == []
    [text] = told(bench, "{subject: shadow}", "actions: [tag]")
    assert "tag of rule 'shadow' in shadow mode (ops.yaml:19:13) is refused: shadow mode" in text


def test_an_action_that_breaks_fails_the_test_whatever_is_expected(bench: Bench) -> None:
    [text] = told(bench, "{subject: broken}", "matched: [broken]")
    assert text.startswith("send of rule 'broken' (ops.yaml:15:13) fails\n")
    assert "division" in text


def test_an_expression_that_breaks_fails_the_test(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops="  - {name: a, when: {if: 1 // 0}}\n")
    [text] = told(bench, "{subject: x}", "matched: []")
    assert text.startswith("nothing could be decided: ")


def test_what_came_before_is_counted(tmp_path: Path) -> None:
    rules = """\
  - {name: again, when: {duplicate: {key: "{{ message.subject }}", within: 1h}}, then: [delete]}
  - {name: flood, when: {frequency: {key: "{{ message.subject }}", over: 3, within: 5m}}, then: [{tag: flood}]}
"""
    bench = Bench(tmp_path, ops=rules)
    assert told(bench, "{subject: x}", "matched: []") == []
    assert told(bench, "{subject: x}", "matched: again", ", before: 1") == []
    assert told(bench, "{subject: x}", "matched: []", ", before: {ago: 2h}") == []
    assert told(bench, "{subject: x}", "matched: again", ", before: 2") == []
    assert told(bench, "{subject: x}", "matched: [again, flood]", ", before: 3") == []
    assert told(bench, "{subject: x}", "matched: again", ", before: {times: 3, ago: 6m}") == []


def test_no_test_plays_a_part_in_another(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ops="  - {name: again, when: {duplicate: true}}\n")
    test = "  - {{name: {}, message: {{subject: x}}, expect: {{matched: []}}}}\n"
    report = bench.run(test.format("a") + test.format("b"))
    assert [one.differences for one in report.outcomes] == [(), ()]


def test_who_was_answered_before_is_not_answered_again(bench: Bench) -> None:
    assert told(bench, ALERT, "actions: [reply]", ", before: {ago: 25h}") == []
    assert told(bench, ALERT, "refused: [reply]", ", before: {ago: 23h}") == []


@pytest.mark.parametrize(
    ("todo", "expect", "verdict"),
    [
        ("", "matched: alert", Verdict.PASSED),
        ("", "matched: []", Verdict.FAILED),
        ("todo: true, ", "matched: []", Verdict.TODO),
        ("todo: later, ", "matched: []", Verdict.TODO),
        ("todo: later, ", "matched: alert", Verdict.DONE),
        ("todo: false, ", "matched: []", Verdict.FAILED),
    ],
)
def test_what_is_to_do_is_no_failure(bench: Bench, todo: str, expect: str, verdict: Verdict) -> None:
    report = bench.run(f"  - {{name: a, {todo}message: {ALERT}, expect: {{{expect}}}}}\n")
    assert report.outcomes[0].verdict is verdict
    assert report.failed == (verdict is Verdict.FAILED)
    document = report.document()
    assert (document["passed"], document["failed"]) == (1 - report.failed, report.failed)
    assert bool(document["tests"][0]["differences"]) is (verdict in (Verdict.FAILED, Verdict.TODO))
