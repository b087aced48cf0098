"""`duplicate` and `frequency`: what is counted, for how long, and what is left out of the count."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.errors import TemplateError
from automailer.rules import Answer, Untold
from tests.unit.rules.build import NOW, SHADOW, as_yaml, ask, mail, rule
from tests.unit.rules.counting import Memory, about, when_of

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
HOUR = timedelta(hours=1)


def answers(when: str, minutes: list[int], topics: list[str] | None = None) -> list[bool]:
    """What a rule says to messages that come at these minutes, with these subjects."""
    memory, one = Memory(), rule("r", when)
    subjects = topics or ["same"] * len(minutes)
    met = [
        memory.meet(one, about(topic), NOW + timedelta(minutes=minute))
        for minute, topic in zip(minutes, subjects, strict=True)
    ]
    return [bool(decision.matches) for decision in met]


BY_SUBJECT = "key: '{{ message.subject }}'"
DUPLICATE = f"duplicate: {{{BY_SUBJECT}, within: 1h}}"
SINCE_FIRST = f"duplicate: {{{BY_SUBJECT}, within: 1h, since: first}}"


def test_a_key_is_a_duplicate_while_its_time_lasts() -> None:
    assert answers(DUPLICATE, [0, 59]) == [False, True]
    assert answers(DUPLICATE, [0, 60]) == [False, False]


def test_each_duplicate_prolongs_the_time() -> None:
    assert answers(DUPLICATE, [0, 50, 100, 150, 211]) == [False, True, True, True, False]


def test_since_first_no_duplicate_prolongs_it() -> None:
    assert answers(SINCE_FIRST, [0, 50, 60, 119, 120]) == [False, True, False, True, False]


def test_another_key_is_no_duplicate_and_letter_case_counts() -> None:
    topics = ["db1", "DB1", "db2", " db1 "]
    assert answers(DUPLICATE, [0, 1, 2, 3], topics) == [False, False, False, True]


def test_true_goes_by_the_message_id() -> None:
    memory, one = Memory(), rule("r", "duplicate: true")
    assert not memory.meet(one, about("a", Message_ID="<1@x>"), NOW).matches
    assert not memory.meet(one, about("a", Message_ID="<2@x>"), NOW).matches
    assert memory.meet(one, about("b", Message_ID="<1@x>"), NOW + 167 * HOUR).matches
    assert not memory.meet(one, about("b", Message_ID="<2@x>"), NOW + 168 * HOUR).matches


def test_without_a_message_id_only_the_same_header_is_alike() -> None:
    memory, one = Memory(), rule("r", "duplicate: true")
    assert not memory.meet(one, about("a"), NOW).matches
    assert not memory.meet(one, about("b"), NOW).matches
    assert memory.meet(one, about("a"), NOW).matches


def test_frequency_holds_from_the_first_that_is_too_many() -> None:
    when = f"frequency: {{{BY_SUBJECT}, over: 10, within: 5m}}"
    assert answers(when, [0] * 12) == [False] * 10 + [True] * 2
    assert answers(when, [0] * 10 + [5]) == [False] * 11
    assert answers(when, [0] * 10 + [4]) == [False] * 10 + [True]


def test_frequency_without_a_key_counts_every_message() -> None:
    when = "frequency: {over: 2, within: 1h}"
    assert answers(when, [0, 1, 2], ["a", "b", "c"]) == [False, False, True]


def test_only_what_meets_the_other_tests_is_counted_wherever_they_stand() -> None:
    for when in (
        f"frequency: {{{BY_SUBJECT}, over: 1, within: 1h}}\nfrom: ann@*",
        f"all: [{{frequency: {{{BY_SUBJECT}, over: 1, within: 1h}}}}, {{body: disk}}]\nfrom: ann@*",
        f"frequency: {{{BY_SUBJECT}, over: 1, within: 1h}}\nif: message.from.address == 'ann@x.example'",
    ):
        memory, one = Memory(), rule("r", when)
        for sender in ("bob@x.example", "ann@x.example", "bob@x.example"):
            assert not memory.meet(one, about("a", From=sender), NOW).matches
        assert memory.meet(one, about("a", From="ann@x.example"), NOW).matches


def test_in_any_a_test_is_asked_when_none_before_it_said_yes() -> None:
    memory = Memory()
    one = rule("r", f"any: [{{from: ann@*}}, {{{DUPLICATE}}}]")
    assert memory.meet(one, about("a", From="ann@x.example"), NOW).matches
    assert not memory.meet(one, about("a", From="bob@x.example"), NOW).matches
    assert memory.meet(one, about("a", From="bob@x.example"), NOW).matches


def test_not_counts_as_its_test_does() -> None:
    assert answers(f"not: {{{DUPLICATE}}}", [0, 1, 61]) == [True, False, True]


def test_of_two_the_second_is_counted_when_the_first_holds() -> None:
    when = f"not: {{{DUPLICATE}}}\nfrequency: {{over: 1, within: 1d}}"
    assert answers(when, [0, 1, 2, 3], ["a", "a", "a", "b"]) == [False, False, False, True]


def test_tests_of_a_rule_with_the_same_key_share_their_count() -> None:
    memory = Memory()
    one = rule("r", "any: [{frequency: {over: 1, within: 1m}}, {frequency: {over: 2, within: 1h}}]")
    first, second, third = (memory.meet(one, about("a"), NOW + n * timedelta(minutes=2)) for n in range(3))
    assert [bool(each.matches) for each in (first, second, third)] == [False, False, True]
    assert [sighting.within for sighting in third.sightings] == [HOUR]


def test_the_two_tests_and_two_rules_count_for_themselves() -> None:
    memory = Memory()
    rules = [rule("one", "duplicate: x"), rule("two", "frequency: {key: x, over: 1, within: 1h}")]
    assert not memory.meet(rules, about("a"), NOW).matches
    assert not memory.meet([rule("three", "duplicate: x")], about("a"), NOW).matches
    assert len(memory.meet(rules, about("a"), NOW).matches) == 2


def test_a_shadow_counts_and_a_rule_that_is_not_tried_does_not() -> None:
    memory = Memory()
    shadow, off = rule("r", DUPLICATE, mode=SHADOW), rule("off", DUPLICATE, enabled=False)
    memory.meet([shadow, off], about("a"), NOW)
    assert memory.meet([shadow, off], about("a"), NOW).matches[0].rule is shadow
    assert {one.rule for one, _ in memory.counted} == {"r"}


def test_a_rule_behind_one_that_stopped_counts_nothing() -> None:
    memory = Memory()
    rules = [rule("first", "subject: a", stop=True), rule("r", DUPLICATE)]
    memory.meet(rules, about("a"), NOW)
    assert memory.counted == []


def test_a_key_may_use_what_the_rule_captured() -> None:
    when = "duplicate: '{{ match.host }}'\nsubject: '/^(?P<host>\\w+) is/'"
    assert answers(when, [0, 1, 2], ["db1 is down", "db2 is down", "db1 is slow"]) == [False, False, True]


def test_an_empty_key_is_no_key() -> None:
    memory, one = Memory(), rule("r", "duplicate: ' {{ message.cc }} '")
    trace = when_of(memory.meet(one, about("a"), NOW))
    assert (trace.answer, trace.value, memory.counted) == (NO, "the key is empty", [])


def test_a_key_that_breaks_says_where() -> None:
    with pytest.raises(TemplateError, match=r"rules\.yaml:2: .*nothing"):
        ask("subject: crit\nduplicate: '{{ vars.nothing }}'")


def test_a_key_that_breaks_where_nobody_asks_breaks_nothing() -> None:
    assert ask("subject: nothing\nduplicate: '{{ vars.nothing }}'").answer is NO


SHOWN = [
    (DUPLICATE, [], "key 'same', not seen in 1h"),
    (DUPLICATE, [2], "key 'same', seen once in 1h, last 10:28"),
    (DUPLICATE, [32, 2], "key 'same', seen 2 times in 1h, last 10:28"),
    (SINCE_FIRST, [32, 2], "key 'same', first seen 09:58"),
    ("duplicate: {key: x, within: 2d}", [24 * 60], "key 'x', seen once in 2d, last 2026-11-24 10:30"),
    ("frequency: {key: x, over: 10, within: 5m}", [1] * 10, "key 'x', 11th in 5m"),
    ("frequency: {key: x, over: 10, within: 5m}", [1] * 20, "key 'x', 21st in 5m"),
    ("frequency: {over: 10, within: 5m}", [4, 5, 6], "key 'any message', 2nd in 5m"),
]


@pytest.mark.parametrize(("when", "minutes_ago", "value"), SHOWN)
def test_the_trace_tells_how_often_and_when(when: str, minutes_ago: list[int], value: str) -> None:
    memory, one = Memory(), rule("r", when)
    for minutes in minutes_ago:
        memory.meet(one, about("same"), NOW - timedelta(minutes=minutes))
    assert when_of(memory.meet(one, about("same"), NOW)).value == value


def test_a_long_key_is_cut_where_it_is_shown_and_nowhere_else() -> None:
    long = "x" * 60
    topics = [f"{long}1", f"{long}2", f"{long}1"]
    assert answers(DUPLICATE, [0, 1, 2], topics) == [False, False, True]
    value = ask(DUPLICATE, about(f"{long}\x1b[2J")).value
    assert value.startswith(f"key '{'x' * 39}…', not seen")


@pytest.mark.parametrize("earlier", ["body: disk", "if: message.text", "any: [{subject: no}, {body: disk}]"])
def test_what_may_not_be_asked_at_all_is_unknown_and_counts_nothing(earlier: str) -> None:
    memory = Memory()
    header = mail(complete=False)
    one = rule("r", f"{earlier}\nfrequency: {{over: 1, within: 1h}}")
    decision = memory.meet(one, header, NOW)
    assert decision.undecided
    assert memory.counted == []
    assert when_of(decision).children[-1].value == "whether this is asked hangs on what was not fetched"


def test_in_any_what_stands_behind_an_unknown_answer_is_unknown() -> None:
    memory = Memory()
    one = rule("r", "any: [{body: disk}, {frequency: {over: 1, within: 1h}}]")
    memory.meet(one, about("a", From="ann@x"), NOW)
    assert memory.meet(one, mail(complete=False), NOW).undecided
    assert memory.counted == []


def test_a_history_that_nobody_knows_leaves_the_answer_open() -> None:
    trace = ask("duplicate: true", sightings=Untold())
    assert (trace.answer, trace.sightings) == (UNKNOWN, ())


TOPICS = st.sampled_from("ab")
COURSE = st.lists(st.tuples(st.integers(0, 40), TOPICS), max_size=25)


@given(course=COURSE, within=st.integers(1, 60), over=st.integers(1, 5))
def test_frequency_is_what_counting_gives(course: list[tuple[int, str]], within: int, over: int) -> None:
    minutes, topics = times_of(course)
    found = answers(f"frequency: {{{BY_SUBJECT}, over: {over}, within: {within}m}}", minutes, topics)
    expected = [
        sum(
            topics[earlier] == topics[at] and minutes[at] - minutes[earlier] < within
            for earlier in range(at + 1)
        )
        > over
        for at in range(len(course))
    ]
    assert found == expected


@given(course=COURSE, within=st.integers(1, 60))
def test_duplicate_is_what_looking_back_gives(course: list[tuple[int, str]], within: int) -> None:
    minutes, topics = times_of(course)
    found = answers(f"duplicate: {{{BY_SUBJECT}, within: {within}m}}", minutes, topics)
    seen: dict[str, int] = {}
    expected = []
    for minute, topic in zip(minutes, topics, strict=True):
        expected.append(topic in seen and minute - seen[topic] < within)
        seen[topic] = minute
    assert found == expected


@given(course=COURSE, within=st.integers(1, 60))
def test_since_first_is_an_entry_that_expires(course: list[tuple[int, str]], within: int) -> None:
    minutes, topics = times_of(course)
    found = answers(f"duplicate: {{{BY_SUBJECT}, within: {within}m, since: first}}", minutes, topics)
    expires: dict[str, int] = {}
    expected = []
    for minute, topic in zip(minutes, topics, strict=True):
        expected.append(minute < expires.get(topic, minute))
        if not expected[-1]:
            expires[topic] = minute + within
    assert found == expected


def times_of(course: list[tuple[int, str]]) -> tuple[list[int], list[str]]:
    """The minutes, each so long after the one before, and the subjects."""
    minutes = [sum(pause for pause, _ in course[: at + 1]) for at in range(len(course))]
    return minutes, [topic for _, topic in course]


LEAVES = st.sampled_from(
    [
        {"subject": "a"},
        {"subject": "z"},
        {"body": "disk"},
        {"body": "nothing"},
        {"if": "message.text"},
        {"duplicate": "{{ message.subject }}"},
        {"duplicate": {"key": "{{ message.text }}", "since": "first"}},
        {"frequency": {"over": 1, "within": "1h"}},
        {"frequency": {"key": "{{ message.subject }}", "over": 2, "within": "2h"}},
    ]
)
WHENS: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda tests: {"all": tests}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda tests: {"any": tests}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda test: {"not": test}, inner),
    ),
    max_leaves=6,
)


def met_before() -> Memory:
    """A history in which some keys are known and others not."""
    memory = Memory()
    before = [rule(name, "any: [{frequency: {over: 9, within: 1d}}, {duplicate: a}]") for name in ("r", "s")]
    memory.meet(before, about("a"), NOW - HOUR / 2)
    return memory


@given(one=WHENS, other=WHENS)
def test_a_person_who_reads_along_changes_nothing_of_what_is_counted(one: object, other: object) -> None:
    rules = [rule("r", as_yaml(one)), rule("s", as_yaml(other))]
    lazy = met_before().meet(rules, about("a"), NOW)
    thorough = met_before().meet(rules, about("a"), NOW, thorough=True)
    assert set(lazy.sightings) == set(thorough.sightings)
    assert [each.answer for each in lazy.trace] == [each.answer for each in thorough.trace]


@given(one=WHENS, other=WHENS)
def test_what_is_certain_from_the_header_is_counted_as_from_the_whole(one: object, other: object) -> None:
    rules = [rule("r", as_yaml(one)), rule("s", as_yaml(other))]
    whole = met_before().meet(rules, about("a"), NOW)
    header = met_before().meet(rules, mail(complete=False, Subject="a"), NOW)
    assert set(header.sightings) <= set(whole.sightings)
    if not header.undecided:
        assert set(header.sightings) == set(whole.sightings)
        assert [each.answer for each in header.trace] == [each.answer for each in whole.trace]


def test_a_clock_that_was_set_back_still_knows_what_it_counted() -> None:
    memory, one = Memory(), rule("r", DUPLICATE)
    memory.meet(one, about("a"), NOW)
    assert memory.meet(one, about("a"), NOW - HOUR).matches
    assert isinstance(memory.counted[0][1], datetime)
