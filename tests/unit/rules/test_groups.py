"""`all`, `any`, `not`: three-valued logic, captures, and the laws that both keep."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import Message
from automailer.rules import Answer, TestTrace
from tests.unit.rules.build import as_yaml, ask, mail, mail_with, read, subject

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
HEADER_ONLY = mail(complete=False)
TELLS: dict[str, dict[str, object]] = {
    "y": {"subject": "crit"},
    "n": {"subject": "nothing"},
    "u": {"body": "disk"},
}
ANSWERS = {"y": YES, "n": NO, "u": UNKNOWN}

ALL = {
    "yy": YES,
    "yn": NO,
    "ny": NO,
    "nn": NO,
    "yu": UNKNOWN,
    "uy": UNKNOWN,
    "nu": NO,
    "un": NO,
    "uu": UNKNOWN,
}
ANY = {
    "yy": YES,
    "yn": YES,
    "ny": YES,
    "nn": NO,
    "yu": YES,
    "uy": YES,
    "nu": UNKNOWN,
    "un": UNKNOWN,
    "uu": UNKNOWN,
}


@pytest.mark.parametrize(("pair", "answer"), ALL.items())
def test_all_is_kleenes_and(pair: str, answer: Answer) -> None:
    assert ask(as_yaml({"all": [TELLS[one] for one in pair]}), HEADER_ONLY).answer is answer
    assert ask(as_yaml([TELLS[one] for one in pair]), HEADER_ONLY).answer is answer


@pytest.mark.parametrize(("pair", "answer"), ANY.items())
def test_any_is_kleenes_or(pair: str, answer: Answer) -> None:
    assert ask(as_yaml({"any": [TELLS[one] for one in pair]}), HEADER_ONLY).answer is answer


@pytest.mark.parametrize(("one", "answer"), [("y", NO), ("n", YES), ("u", UNKNOWN)])
def test_not_turns_an_answer_round(one: str, answer: Answer) -> None:
    assert ask(as_yaml({"not": TELLS[one]}), HEADER_ONLY).answer is answer


def test_a_mapping_is_every_entry_and_not_of_a_list_is_not_all() -> None:
    assert ask("subject: crit\nmailbox: other\n").answer is NO
    assert ask("not: [{subject: crit}, {mailbox: other}]").answer is YES


def test_groups_of_all_are_captured_and_the_lower_of_two_wins() -> None:
    trace = ask(r"""
        - body: '/(?P<disk>\w+) of (?P<host>\w+)/'
        - subject: '/(?P<host>CRIT)/'
    """)
    assert trace.captures == {"disk": "disk", "host": "CRIT"}


def test_of_any_only_the_first_yes_is_captured() -> None:
    trace = ask("any: [{subject: '/(?P<a>nothing)/'}, {subject: '/(?P<b>CRIT)/'}, {mailbox: '/(?P<c>o)/'}]")
    assert trace.captures == {"b": "CRIT"}


def test_not_captures_nothing() -> None:
    assert ask("not: {subject: '/(?P<a>nothing)/'}").captures == {}


def test_captures_after_an_unknown_alternative_are_unsettled() -> None:
    text = "any: [{body: '/(?P<a>disk)/'}, {subject: '/(?P<a>CRIT)/'}]"
    assert ask(text, HEADER_ONLY).unsettled
    assert not ask(text).unsettled


def test_an_if_behind_unknown_captures_is_unknown() -> None:
    text = "all: [{body: '/(?P<a>disk)/'}, {if: match.a == ''}]"
    assert [child.answer for child in ask(text, HEADER_ONLY).children] == [UNKNOWN, UNKNOWN]


def test_the_cheap_tests_are_asked_first_and_end_it() -> None:
    test = read("body: disk\nsubject: nothing\nif: vars.missing\n")
    trace = test.check(subject())
    assert [child.test for child in trace.children] == ["subject"]


def test_a_thorough_answer_has_every_test_in_the_order_of_the_file_and_breaks_on_none() -> None:
    trace = ask("if: vars.missing\nbody: disk\nsubject: nothing\n")
    assert trace.answer is NO
    assert [(child.test, child.answer) for child in trace.children] == [
        ("if", UNKNOWN),
        ("body", YES),
        ("subject", NO),
    ]
    assert "missing" in trace.children[0].value


LEAVES: list[dict[str, Any]] = [
    {"subject": "crit"},
    {"subject": r"/(?P<x>\w)rit/i"},
    {"subject": "nothing"},
    {"body": "disk"},
    {"body": r"/(?P<x>full)/"},
    {"body": "nothing"},
    {"has_attachment": True},
    {"html": {"exists": True}},
    {"size": "<1KB"},
    {"kind": "calendar"},
    {"kind": "signed"},
    {"kind": "personal"},
    {"if": "message.subject"},
    {"if": "'full' in message.text"},
    {"if": "(match.x | default('')) == 'full'"},
    {"attachment": {"name": r"/(?P<x>\w)\.pdf/"}},
]

WHENS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4),
        st.lists(inner, min_size=1, max_size=4).map(lambda tests: {"all": tests}),
        st.lists(inner, min_size=1, max_size=4).map(lambda tests: {"any": tests}),
        inner.map(lambda test: {"not": test}),
    ),
    max_leaves=12,
)

BODIES: list[tuple[Message, Message]] = [
    (mail(), mail(complete=False, size=mail().size)),
    (
        mail_with(("a.pdf", "application/pdf", "x")),
        mail_with(("a.pdf", "application/pdf", "x"), complete=False),
    ),
]


def answered(when: object, message: Message, *, thorough: bool = True) -> TestTrace:
    return read(as_yaml(when)).check(subject(message), thorough=thorough)


@given(WHENS, st.sampled_from(BODIES))
def test_partial_knowledge_never_contradicts_full(when: object, mails: tuple[Message, Message]) -> None:
    full, partial = (answered(when, message) for message in mails)
    if partial.answer is not UNKNOWN:
        assert partial.answer is full.answer
        assert partial.unsettled or partial.captures == full.captures


@given(WHENS, st.sampled_from([message for pair in BODIES for message in pair]))
def test_not_not_is_the_test_itself(when: object, message: Message) -> None:
    assert answered({"not": {"not": when}}, message).answer is answered(when, message).answer


@given(WHENS, st.sampled_from([message for pair in BODIES for message in pair]))
def test_a_quick_answer_is_the_thorough_one(when: object, message: Message) -> None:
    quick, thorough = (answered(when, message, thorough=each) for each in (False, True))
    assert (quick.answer, quick.captures, quick.unsettled) == (
        thorough.answer,
        thorough.captures,
        thorough.unsettled,
    )


@given(WHENS, st.sampled_from([message for pair in BODIES for message in pair]))
def test_the_same_question_has_the_same_answer(when: object, message: Message) -> None:
    assert answered(when, message) == answered(when, message)


@given(
    st.lists(WHENS, min_size=1, max_size=4), st.sampled_from([message for pair in BODIES for message in pair])
)
def test_not_any_is_all_not(whens: list[object], message: Message) -> None:
    # De Morgan, for tests that read no captures: within `all` an `if` sees those of its neighbours.
    tests = [when for when in whens if "match.x" not in as_yaml(when)]
    if tests:
        left = answered({"not": {"any": tests}}, message)
        right = answered({"all": [{"not": test} for test in tests]}, message)
        assert left.answer is right.answer
