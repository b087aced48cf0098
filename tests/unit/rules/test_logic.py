"""What is told of tests before any mail comes holds for every mail that hypothesis thinks of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automailer.message import Message
from automailer.rules import Answer, Circumstances, Logic
from tests.unit.rules.alike import close
from tests.unit.rules.build import NOW, as_yaml, read
from tests.unit.rules.draws import LISTS, MAILS, WHENS, around

EMPTY = frozenset(name for name, entries in LISTS.items() if not entries)
HERE = Circumstances(mailbox="ops", now=NOW, empty=EMPTY)


def answers(when: Any, mails: tuple[Message, Message]) -> list[Answer]:
    """What a `when` says to a mail, whole and with its header alone."""
    test = read(as_yaml(when), captures={})
    return [test.check(around(mail, match={"x": ""})).answer for mail in mails]


def why_never(when: str, **changes: Any) -> str:
    found = Logic().never(read(when), Circumstances(**{"mailbox": "ops", "now": NOW, **changes}))
    return "" if found is None else f"{found.test}: {found.why}"


@settings(max_examples=600, deadline=None)
@given(st.lists(close(), min_size=1, max_size=4).map(lambda tests: {"all": tests}) | WHENS, MAILS)
def test_what_never_holds_holds_for_no_mail(when: Any, mails: tuple[Message, Message]) -> None:
    if Logic().never(read(as_yaml(when), captures={}), HERE):
        assert Answer.YES not in answers(when, mails)


@settings(max_examples=600, deadline=None)
@given(close() | WHENS, close() | WHENS, MAILS)
def test_what_is_implied_holds_too(one: Any, other: Any, mails: tuple[Message, Message]) -> None:
    logic, (first, second) = Logic(), (read(as_yaml(each), captures={}) for each in (one, other))
    pairs = list(zip(answers(one, mails), answers(other, mails), strict=True))
    if logic.implies(first, second):
        assert all(b is Answer.YES for a, b in pairs if a is Answer.YES)
    if logic.excludes(first, second):
        assert (Answer.YES, Answer.YES) not in pairs
    if logic.always(first):
        assert {a for a, _ in pairs} == {Answer.YES}


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("{subject: down, not: {subject: DOWN}}", "not: {subject: DOWN}: contradicts subject: down"),
        ("{subject: {is: a}, not: {subject: a}}", "not: {subject: a}: contradicts subject: {is: a}"),
        ("[{subject: {is: disk full}}, {subject: {starts_with: host}}]", "subject: {starts_with: host}: contradicts"),
        ("[{subject: {is: db1, case: true}}, {subject: /^host/}]", "subject: /^host/: contradicts"),
        ("[{size: '>5MB'}, {any: [{size: '<1MB'}, {size: '=2MB'}]}]", "any: [size: <1MB, size: =2MB]: contradicts"),
        ("{kind: personal, all: [{kind: [list, bounce]}]}", "kind: [list, bounce]: contradicts kind: personal"),
        ("{has_attachment: false, attachment: {name: '*.pdf'}}", "attachment: {name: *.pdf}: contradicts has_att"),
        ("{from: ann@example.com, not: {from: {domain: com}}}", "not: {from: {domain: com}}: contradicts from: ann@"),
        ("{to: ann@example.com, recipient: {exists: true}, not: {recipient: 'ann@*'}}", "not: {recipient: ann@*}: con"),
        ("{header: {X-A: {exists: false}}, all: [{header: {x-a: b}}]}", "header: x-a: b: contradicts header: X-A:"),
        ("{date: {after: 2026-11-25, before: 2026-11-24}}", "date: {after: 2026-11-25, before: 2026-11-24}: no moment"),
        ("{date: {date: 2026-11-25, weekday: [mon, sat-sun]}}", "date: {date: 2026-11-25, weekday: [mon, sat-sun]}: "),
        ("{now: {time: '08:00-12:00'}, all: [{now: {time: '12:00-13:00'}}]}", "now: {time: 12:00-13:00}: contradicts"),
        ("{now: {date: 2026-11-23..2026-11-24}}", "now: {date: 2026-11-23..2026-11-24}: that time is over"),
        ("{now: {before: '2026-11-25T10:30'}}", "now: {before: 2026-11-25T10:30}: that time is over"),
        ("{size: '<0B'}", "size: <0B: no message is that small"),
        ("{not: {size: '>=0B'}}", "not: {size: >=0B}: what it denies holds for every message"),
        ("{not: {any: [{subject: a}, {not: {subject: a}}]}}", "not: {any: [subject: a, not: {subject: a}]}: what it"),
        ("{mailbox: [sales, /^s/]}", "mailbox: [sales, /^s/]: no mailbox that has this"),
        ("{from: {in: nobody}}", "from: {in: nobody}: list 'nobody' has no entry"),
        ("{subject: {is: a, starts_with: b}}", "subject: {is: a, starts_with: b}: what it asks"),
        ("{matched: [off, gone]}", "matched: [off, gone]: rule 'gone' stops; rule 'off' is disabled"),
    ],
)  # fmt: skip
def test_why_a_test_never_holds_is_said(when: str, why: str) -> None:
    unmatched = {"off": "is disabled", "gone": "stops"}
    assert why_never(when, empty=EMPTY, unmatched=unmatched).startswith(why)


@pytest.mark.parametrize(
    "when",
    [
        "[{from: ann@example.com}, {from: bob@example.com}]",  # a mail may have several writers
        "[{header: {X-A: {is: a}}}, {header: {X-A: {is: b}}}]",  # and a header several times
        "[{to: ann@example.com}, {not: {from: ann@example.com}}]",
        "[{recipient: ann@example.com}, {not: {to: ann@example.com}}]",
        "[{subject: {starts_with: a}}, {subject: {ends_with: b}}]",
        "[{subject: {is: a}}, {subject: {is: A, case: true}}]",
        "[{size: '>=5MB'}, {size: '<=5MB'}]",
        "[{kind: list}, {kind: bounce}]",
        "[{has_attachment: false}, {attachment: {name: '*.pdf', count: '<3'}}]",
        "[{if: match.x}, {not: {if: match.x}}]",  # captures come between
        "[{date: {before: 2026-01-01}}, {received: {after: 2026-06-01}}]",
        "{now: {date: 2026-11-25}}",
        "{now: {time: '08:00-09:00'}}",
        "{mailbox: {in: people}}",
        "{any: [{mailbox: sales}, {subject: a}]}",
        "{matched: [off, other]}",
        "[{date: {after: 2026-11-25}}, {date: {before: '2026-11-24T23:30:00-05:00'}}]",
    ],
)
def test_what_may_hold_is_let_alone(when: str) -> None:
    assert why_never(when, empty=EMPTY, unmatched={"off": "is disabled"}) == ""


def test_rules_nested_deeply_are_thought_over_in_no_time() -> None:
    when = "{subject: a}"
    for _ in range(8):
        when = f"{{all: [{{any: [{when}, {{subject: b}}]}}, {{any: [{when}, {{subject: c}}]}}]}}"
    test = read(when)
    assert not Logic().implies(test, read("{subject: d}"))
    assert not Logic().excludes(test, test)
    assert Logic().never(test, HERE) is None
