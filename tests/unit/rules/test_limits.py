"""How much of a text is searched, and that whoever reads why can see it."""

from __future__ import annotations

import pytest

from automailer.rules import compact, evaluate, explain, restore
from automailer.rules.content import MAX_SEARCHED_OCTETS
from automailer.rules.entries import MANY_GLOBS, index_of
from automailer.rules.prefilter import RuleList
from tests.unit.rules.build import mail, rule
from tests.unit.rules.draws import around

NOTE = f"(only the first {MAX_SEARCHED_OCTETS} octets searched)"
LONG = mail("x" * (MAX_SEARCHED_OCTETS - 8) + " needle in the end\n")


@pytest.mark.parametrize("when", ["body: hay", "body: needle", "body: /x{3}/", "body: {ends_with: end}"])
def test_explain_says_that_only_a_part_was_searched(when: str) -> None:
    decision = evaluate(RuleList([rule("r", when)]), around(LONG), thorough=True)
    ((test,),) = [each["tests"] for each in explain(decision)["rules"]]
    assert test["value"].endswith(NOTE)


def test_so_does_the_journal_of_a_rule_that_was_ruled_out() -> None:
    decision = evaluate(RuleList([rule("r", "body: in the end")]), around(LONG))
    (kept,) = restore(compact(decision))
    assert kept.test is not None
    assert kept.test.value.endswith(NOTE)


def test_what_lies_behind_the_limit_is_not_found_by_one_rule_nor_by_many() -> None:
    rules = [rule(f"r{number}", f"body: /needle {word}/") for number, word in enumerate(["in", "nowhere"])]
    for each in (rules, RuleList(rules)):
        assert evaluate(each, around(LONG)).matches == ()


@pytest.mark.parametrize("count", [1, MANY_GLOBS, 500])
def test_a_long_list_of_globs_is_asked_as_a_short_one(count: int) -> None:
    entries = tuple(f"*.host{number:03}.example*" for number in range(count))
    index = index_of(entries, str)
    assert index.has("db.host000.example.net")
    assert not index.has("db.host000_example.net")
    assert not index.has(f"db.host{count:03}.example.net")
