"""Rules put to a message: order, stop, modes, ends, captures, vars, and what is not known yet."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.errors import TemplateError
from automailer.message import Message
from automailer.rules import Answer, Decision, Rule, evaluate
from tests.unit.rules.build import SHADOW, Assign, mail, rule, subject

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def matched(decision: Decision) -> list[str]:
    return [match.rule.name for match in decision.matches]


def decide(*rules: Rule, message: Message | None = None, **around: Any) -> Decision:
    return evaluate(rules, subject(message, **around))


def test_every_rule_that_matches_acts_in_the_order_of_the_file() -> None:
    decision = decide(rule("a"), rule("b", "subject: nothing"), rule("c", "subject: crit"))
    assert matched(decision) == ["a", "c"]
    assert [(step.name, step.answer) for step in decision.trace] == [("a", YES), ("b", NO), ("c", YES)]


def test_stop_ends_it_only_when_its_rule_matches() -> None:
    decision = decide(rule("a", "subject: nothing", stop=True), rule("b", stop=True), rule("c"))
    assert matched(decision) == ["b"]
    assert [(step.name, step.stop) for step in decision.trace] == [("a", False), ("b", True)]


def test_a_shadow_decides_and_changes_nothing_behind_it() -> None:
    shadow = rule("shadow", "", Assign({"level": "high"}), mode=SHADOW, stop=True)
    decision = decide(shadow, rule("next", "matched: shadow"), vars={"level": "low"})
    assert matched(decision) == ["shadow", "next"]
    assert [match.subject.vars for match in decision.matches] == [{"level": "high"}, {"level": "low"}]
    assert not decision.trace[0].stop


def test_a_rule_is_tried_until_its_last_day() -> None:
    today = date(2026, 11, 25)
    ended = rule("ended", until=date(2026, 11, 24))
    decision = decide(rule("today", until=today), ended, rule("off", enabled=False))
    assert matched(decision) == ["today"]
    assert [step.note for step in decision.trace] == ["", "ended on 2026-11-24", "disabled"]


def test_captures_belong_to_their_rule() -> None:
    first = rule("first", "subject: '/(?P<host>db1)/'")
    decision = decide(first, rule("second", "if: match.host is defined"), rule("third"))
    assert matched(decision) == ["first", "third"]
    assert [match.subject.match for match in decision.matches] == [{"host": "db1"}, {}]


def test_a_group_that_took_no_part_is_an_empty_text() -> None:
    either = "any: [{subject: '/(?P<a>nothing)/'}, {subject: '/(?P<b>CRIT)/'}]"
    (match,) = decide(rule("r", either)).matches
    assert match.subject.match == {"a": "", "b": "CRIT"}


def test_an_if_sees_an_empty_text_for_a_group_of_another_alternative() -> None:
    either = "any: [{subject: '/(?P<a>nothing)/'}, {subject: '/(?P<b>CRIT)/'}]\nif: match.a == '' and match.b"
    assert matched(decide(rule("r", either))) == ["r"]


def test_vars_of_the_settings_the_file_and_set_lie_above_one_another() -> None:
    rules = [
        rule("one", "", vars={"b": "file", "c": "file"}),
        rule("two", "", Assign({"c": "set"}), vars={"b": "file", "c": "file"}),
        rule("three", "if: vars.c == 'set'", vars={"c": "other file"}),
    ]
    decision = decide(*rules, vars={"a": "settings", "b": "settings"})
    assert [match.subject.vars for match in decision.matches] == [
        {"a": "settings", "b": "file", "c": "file"},
        {"a": "settings", "b": "file", "c": "set"},
        {"a": "settings", "b": "settings", "c": "set"},
    ]


def test_a_rule_knows_its_own_name_and_those_that_matched() -> None:
    decision = decide(rule("first"), rule("second", "if: rule.name == 'second'"))
    assert [(match.subject.rule, match.subject.matched) for match in decision.matches] == [
        ("first", ()),
        ("second", ("first",)),
    ]


def test_a_rule_that_breaks_is_raised() -> None:
    with pytest.raises(TemplateError):
        decide(rule("r", "if: vars.missing"))
    with pytest.raises(TemplateError):
        decide(rule("r", "", Assign({}, breaks=True)))


HEADERS = mail(complete=False)


def test_an_unknown_rule_does_not_act_nor_stop_and_leaves_the_decision_open() -> None:
    decision = decide(rule("body", "body: disk", stop=True), rule("next"), message=HEADERS)
    assert matched(decision) == ["next"]
    assert decision.trace[0].answer is UNKNOWN
    assert decision.undecided


def test_a_decision_from_headers_alone_is_complete_when_no_answer_is_unknown() -> None:
    decision = decide(rule("size", "size: '<1KB'", stop=True), rule("body", "body: disk"), message=HEADERS)
    assert matched(decision) == ["size"]
    assert not decision.undecided


def test_what_follows_from_an_unknown_rule_is_unknown() -> None:
    unknown = rule("body", "body: disk", Assign({"level": "high"}))
    after = [
        rule("a", "matched: body"),
        rule("b", "not: {matched: body}"),
        rule("c", "if: vars.level == 'low'"),
    ]
    unmoved = rule("d", "if: message.subject")
    decision = decide(unknown, *after, unmoved, message=HEADERS, vars={"level": "low"})
    assert [step.answer for step in decision.trace] == [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, YES]


def test_a_set_that_reads_the_body_leaves_the_decision_open() -> None:
    decision = decide(
        rule("set", "", Assign({}, reads_body=True)), rule("if", "if: vars.text"), message=HEADERS
    )
    assert [step.answer for step in decision.trace] == [YES, UNKNOWN]
    assert decision.undecided
    assert not decide(rule("set", "", Assign({}, reads_body=True))).undecided


def test_captures_that_may_change_leave_the_decision_open() -> None:
    captures = "any: [{body: '/(?P<a>disk)/'}, {subject: '/(?P<a>CRIT)/'}]"
    decision = decide(rule("r", captures), message=HEADERS)
    assert matched(decision) == ["r"]
    assert decision.undecided
    without = "any: [{body: disk}, {subject: crit}]"
    assert not decide(rule("r", without), message=HEADERS).undecided


WHENS = [
    "",
    "subject: crit",
    "subject: nothing",
    "body: disk",
    "body: '/(?P<x>full)/'",
    "any: [{body: '/(?P<x>full)/'}, {subject: '/(?P<x>CRIT)/'}]",
    "matched: r0",
    "not: {matched: r1}",
    "if: vars.x == 1",
    "if: vars.text == 'x'",
    "if: \"'disk' in message.text\"",
    "kind: calendar",
    "kind: encrypted",
    "has_attachment: false",
]

RULES = st.lists(
    st.tuples(st.sampled_from(WHENS), st.booleans(), st.booleans(), st.sampled_from([None, "x", "text"])),
    max_size=6,
)


def made(specs: list[tuple[str, bool, bool, str | None]]) -> list[Rule]:
    rules = []
    for index, (when, stop, shadow, assigns) in enumerate(specs):
        actions = {None: (), "x": (Assign({"x": 1}),), "text": (Assign({}, reads_body=True),)}[assigns]
        more: dict[str, Any] = {"mode": SHADOW} if shadow else {}
        rules.append(rule(f"r{index}", when, *actions, stop=stop, **more))
    return rules


@given(RULES)
def test_a_decision_that_is_not_open_is_the_one_of_the_whole_message(
    specs: list[tuple[str, bool, bool, str | None]],
) -> None:
    rules, whole = made(specs), mail()
    around = {"vars": {"x": 0, "text": ""}}
    full = decide(*rules, message=whole, **around)
    partial = decide(*rules, message=mail(complete=False, size=whole.size), **around)
    assert not full.undecided
    if not partial.undecided:
        assert matched(partial) == matched(full)
        for one, other in zip(partial.matches, full.matches, strict=True):
            assert (one.subject.match, one.subject.vars) == (other.subject.match, other.subject.vars)


@given(RULES)
def test_a_thorough_decision_is_the_same_and_deterministic(
    specs: list[tuple[str, bool, bool, str | None]],
) -> None:
    rules, around = made(specs), subject(vars={"x": 0, "text": ""})
    quick, thorough, again = (evaluate(rules, around, thorough=each) for each in (False, True, True))
    assert quick.matches == thorough.matches
    assert [step.answer for step in quick.trace] == [step.answer for step in thorough.trace]
    assert thorough == again


@given(RULES)
def test_rules_are_tried_in_order_and_none_after_a_stop(
    specs: list[tuple[str, bool, bool, str | None]],
) -> None:
    rules = made(specs)
    decision = decide(*rules, vars={"x": 0, "text": ""})
    tried = [step.name for step in decision.trace]
    assert tried == [each.name for each in rules][: len(tried)]
    assert all(not step.stop for step in decision.trace[:-1])
    assert len(tried) == len(rules) or decision.trace[-1].stop
