"""Laws of whole decisions, over every test of the registry: knowledge, order, repetition."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from automailer.message import Message
from automailer.rules import TESTS, Answer, compact, evaluate
from automailer.rules.prefilter import RuleList
from tests.unit.rules.build import as_yaml, read
from tests.unit.rules.draws import (
    MAILS,
    SPECS,
    VALUES,
    WHENS,
    Spec,
    around,
    certain,
    counted,
    decided,
    matched,
)

UNKNOWN = Answer.UNKNOWN
ROOT = Path(__file__).parents[3]


def test_the_laws_are_put_to_every_test() -> None:
    assert set(VALUES) == set(TESTS)


@settings(max_examples=200)
@given(SPECS, MAILS)
def test_partial_knowledge_never_contradicts_full_knowledge(
    specs: list[Spec], mails: tuple[Message, Message]
) -> None:
    full, partial = (decided(specs, message) for message in mails)
    if not partial.undecided:
        assert matched(partial) == matched(full)
        assert counted(partial) == counted(full)
        for one, other in zip(partial.matches, full.matches, strict=True):
            assert (one.subject.match, one.subject.vars) == (other.subject.match, other.subject.vars)
    known, answers = certain(full), certain(partial)
    # Behind a rule of which it is not known whether it stops, the whole message may have been done with.
    assert all(known.get(name, answers[name]) is answers[name] for name in answers)


@given(WHENS, MAILS)
def test_not_not_is_the_test_itself(when: object, mails: tuple[Message, Message]) -> None:
    for message in mails:
        plain, twice = (read(as_yaml(each)).check(around(message)) for each in (when, {"not": {"not": when}}))
        assert plain.answer is twice.answer
        assert set(plain.sightings) == set(twice.sightings)


@given(WHENS, MAILS)
def test_a_test_and_its_opposite_never_agree(when: object, mails: tuple[Message, Message]) -> None:
    for message in mails:
        yes, no = (read(as_yaml(each)).check(around(message)).answer for each in (when, {"not": when}))
        assert (yes, no) in {(Answer.YES, Answer.NO), (Answer.NO, Answer.YES), (UNKNOWN, UNKNOWN)}


def independent(specs: list[Spec]) -> list[Spec]:
    """Those that neither read what other rules did nor stop."""
    return [
        Spec(spec.when)
        for spec in specs
        if "matched" not in as_yaml(spec.when) and "vars" not in as_yaml(spec.when)
    ]


@given(SPECS, MAILS, st.randoms(use_true_random=False))
def test_of_rules_that_look_only_at_the_message_the_order_is_that_of_the_matches_and_nothing_else(
    specs: list[Spec], mails: tuple[Message, Message], chance: object
) -> None:
    rules = [spec.rule(number) for number, spec in enumerate(independent(specs))]
    other = rules.copy()
    chance.shuffle(other)  # type: ignore[attr-defined]
    for message in mails:
        left, right = (evaluate(RuleList(each), around(message)) for each in (rules, other))
        assert certain(left) == certain(right)
        assert matched(right) == [each.name for each in other if each.name in matched(left)]
        assert left.undecided == right.undecided


@given(SPECS, MAILS)
def test_of_rules_that_stop_the_first_that_matches_is_the_only_one(
    specs: list[Spec], mails: tuple[Message, Message]
) -> None:
    message = mails[0]
    free = independent(specs)
    every = matched(decided(free, message))
    stopping = decided([Spec(spec.when, stop=True) for spec in free], message)
    assert matched(stopping) == every[:1]
    assert len(stopping.trace) == (int(every[0][1:]) + 1 if every else len(free))


@given(SPECS, MAILS)
def test_a_rule_that_is_added_at_the_end_changes_nothing_before_it(
    specs: list[Spec], mails: tuple[Message, Message]
) -> None:
    for message in mails:
        shorter, longer = decided(specs[:-1], message), decided(specs, message)
        assert matched(longer)[: len(shorter.matches)] == matched(shorter)
        assert tuple(longer.trace)[: len(shorter.trace)] == tuple(shorter.trace)


@given(SPECS, MAILS)
def test_a_decision_is_the_same_twice(specs: list[Spec], mails: tuple[Message, Message]) -> None:
    rules = [spec.rule(number) for number, spec in enumerate(specs)]
    for message in mails:
        assert evaluate(rules, around(message)) == evaluate(rules, around(message))
        assert compact(decided(specs, message)) == compact(decided(specs, message))


RULES = [
    {"subject": ["crit", "db1", {"in": "words"}], "kind": ["automatic", "personal", "list"]},
    {"any": [{"from": {"in": "people"}}, {"header": {"X-A": "x", "List-Id": {"exists": False}}}]},
    {"matched": ["r0", "r1"], "if": "vars.x == 0"},
    {"not": {"all": [{"to": "*@example.net"}, {"body": r"/(?P<x>full)/"}, {"kind": ["bounce", "list"]}]}},
]
SCRIPT = """
import json
from tests.unit.rules.test_laws import said
print(json.dumps(said()))
"""


def said() -> list[object]:
    """Everything that is decided and kept of one mail, sheet included."""
    from tests.unit.rules.build import mail

    rules = RuleList([Spec(when).rule(number) for number, when in enumerate(RULES)])
    found = [compact(evaluate(rules, around(message))) for message in (mail(), mail(complete=False))]
    return [*found, [guard.leaf.wanted for guards in rules.prefilter.guards for guard in guards]]


def test_a_decision_is_the_same_in_another_process_with_other_hashes() -> None:
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout) == json.loads(json.dumps(said()))
