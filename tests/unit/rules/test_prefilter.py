"""Rules that are not asked: the decision is the one that would have been taken, and few are asked."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings

from automailer.errors import TemporaryError
from automailer.message import Message
from automailer.rules import Answer, Rule, TestTrace, compact, evaluate, restore
from automailer.rules.prefilter import RuleList
from tests.unit.rules.build import mail, rule
from tests.unit.rules.draws import MAILS, SPECS, Spec, around


@settings(max_examples=250)
@given(SPECS, MAILS)
def test_the_decision_is_the_same_with_and_without_it(
    specs: list[Spec], mails: tuple[Message, Message]
) -> None:
    rules = [spec.rule(number) for number, spec in enumerate(specs)]
    for message in mails:
        known = around(message)
        assert evaluate(RuleList(rules), known) == evaluate(rules, known)
        assert evaluate(RuleList(rules), known).undecided == evaluate(rules, known).undecided


@given(SPECS, MAILS)
def test_what_the_journal_keeps_has_every_rule_and_nothing_that_was_not_seen(
    specs: list[Spec], mails: tuple[Message, Message]
) -> None:
    rules = RuleList(spec.rule(number) for number, spec in enumerate(specs))
    for message in mails:
        decision = evaluate(rules, around(message))
        kept = restore(json.loads(json.dumps(compact(decision))))
        thorough = evaluate(rules, around(message), thorough=True).trace
        assert [(one.name, one.answer, one.where) for one in kept] == [
            (one.name, one.answer, one.where) for one in thorough
        ]
        for short, full in zip(kept, thorough, strict=True):
            assert leaves(short.test) <= leaves(full.test)


def leaves(test: TestTrace | None) -> set[tuple[str, str, Answer, str]]:
    if test is None:
        return set()
    if test.children:
        return {leaf for child in test.children for leaf in leaves(child)}
    return {(test.test, test.wanted, test.answer, test.value)}


def tried(rules: list[Rule], message: Message) -> list[str]:
    listed = RuleList(rules)
    return [listed[position].name for position in listed.prefilter.tried(around(message))]


MANY = {
    "a pattern": "subject: '/^host{0} is down/'",
    "plain text": "subject: host{0} is",
    "a glob": "subject: {{glob: 'host{0} *'}}",
    "the whole text": "subject: {{is: host{0} is down}}",
    "several forms": "subject: {{starts_with: h, contains: host{0}}}",
    "an address": "from: monitor@host{0}.example",
    "a glob of an address": "from: 'monitor@host{0}.*'",
    "everybody at a domain": "from: '*@host{0}.example'",
    "a domain": "from: {{domain: host{0}.example}}",
    "a name": "from: {{name: host{0} watch}}",
    "a pattern of an address": "from: /host{0}.example>/",
    "a header": "header: {{X-Host: host{0}}}",
    "text in the body": "body: host{0} went",
    "one of two": "any: [{{subject: /host{0} is/}}, {{from: '*@host{0}.example'}}]",
    "all of two": "subject: is down\nfrom: '*@host{0}.example'",
    "and not another": "subject: host{0} is\nnot: {{from: '*@host1.example'}}",
}


@pytest.mark.parametrize("when", MANY.values(), ids=MANY)
def test_of_many_rules_only_those_are_asked_that_may_match(when: str) -> None:
    rules = [rule(f"r{number}", when.format(f"{number:03}x")) for number in range(100)]
    message = mail(
        "host042x went away",
        Subject="host042x is down",
        From="host042x watch <monitor@host042x.example>",
        X_Host="host042x",
    )
    assert tried(rules, message) == ["r42"]


ALWAYS = {
    "not": "not: {subject: nothing}",
    "a test of something else": "size: '>1KB'",
    "one of two that may be anything": "any: [{subject: nothing}, {size: '>1KB'}]",
    "a pattern without three octets of text": r"subject: '/^\d+ a/'",
    "a list, which may change": "subject: {in: words}",
    "presence": "header: {X-A: {exists: false}}",
}


@pytest.mark.parametrize("when", ALWAYS.values(), ids=ALWAYS)
def test_a_rule_that_says_nothing_of_what_must_be_there_is_always_asked(when: str) -> None:
    assert tried([rule("r", when)], mail()) == ["r"]


def test_a_rule_that_ends_or_is_off_is_asked_for_it_says_so() -> None:
    rules = [
        rule("ends", "subject: nothing", until=date(2026, 11, 1)),
        rule("off", "subject: nothing", enabled=False),
    ]
    assert tried(rules, mail()) == ["ends", "off"]


def test_what_was_not_fetched_rules_nothing_out() -> None:
    rules = [rule("body", "body: nothing"), rule("subject", "subject: nothing")]
    assert tried(rules, mail(complete=False)) == ["body"]


def test_the_body_is_not_read_for_rules_behind_a_stop() -> None:
    rules = RuleList([rule("first", "subject: crit", stop=True), rule("second", "body: disk")])
    message = mail()
    compact(evaluate(rules, around(message)))
    assert "text" not in vars(message)


def test_a_guard_in_the_headers_spares_the_body() -> None:
    rules = RuleList([rule(f"r{number}", f"subject: nothing\nbody: text {number}") for number in range(5)])
    message = mail()
    assert not evaluate(rules, around(message)).matches
    assert "text" not in vars(message)


def test_what_may_break_or_count_is_not_left_out() -> None:
    breaks = rule("r", "any: [{if: vars.missing, subject: nothing}]\nall: [{if: vars.missing}]")
    for rules in ([breaks], RuleList([breaks])):
        assert evaluate(rules, around(mail())).matches == ()
    first = rule("r", "all: [{if: vars.missing}, {any: [{subject: nothing, if: vars.missing}]}]")
    for rules in ([first], RuleList([first])):
        with pytest.raises(TemporaryError):
            evaluate(rules, around(mail()))


def test_the_rules_need_no_words_in_the_journal_for_each_message() -> None:
    rules = RuleList([rule(f"rule {number}", f"subject: text {number:03}") for number in range(300)])
    records = [compact(evaluate(rules, around(mail(Subject=text)))) for text in ("one", "two")]
    assert records[0]["sheet"] is records[1]["sheet"]
    for record in records:
        record.pop("sheet")
        assert len(json.dumps(record)) < 200
        assert restore(record) == ()
