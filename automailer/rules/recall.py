"""The answers of an earlier decision, for a message of which little more is known than they. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from automailer.rules.leaf import SHOWN
from automailer.rules.model import Answer, RuleTrace, TestTrace

__all__ = ["recall"]

_OF_OTHER_RULES = frozenset({"duplicate", "frequency", "if", "matched"})
"""Their answers rest on what rules counted, captured, set or matched, so they hold only among those very rules."""


def recall(trace: Iterable[RuleTrace], *, same_rules: bool = False) -> Mapping[tuple[str, str], TestTrace]:
    """Each certain answer by the test and what it wanted: a rule that asks the same is given the same.

    Where what was wanted, or captured, is longer than a trace shows, it says too little; what was wanted is enough
    with `same_rules`, which says that the answers are recalled for the rules that gave them.
    """
    tops = (rule.test for rule in trace if rule.test is not None)
    found: dict[tuple[str, str], list[TestTrace]] = {}
    for test in _leaves(tops):
        if test.answer is not Answer.UNKNOWN and (same_rules or _says_enough(test)):
            found.setdefault((test.test, test.wanted), []).append(test)
    # Two that begin alike and were answered differently can't be told from one another.
    return {asked: _honest(one) for asked, (one, *more) in found.items() if _agree(one, more)}


def _agree(one: TestTrace, more: Iterable[TestTrace]) -> bool:
    return all(other.answer is one.answer for other in more)


def _leaves(tests: Iterable[TestTrace]) -> Iterator[TestTrace]:
    for test in tests:
        if test.children:
            yield from _leaves(test.children)
        else:
            yield test


def _says_enough(test: TestTrace) -> bool:
    return test.test not in _OF_OTHER_RULES and bool(test.wanted) and "…" not in test.wanted


def _honest(test: TestTrace) -> TestTrace:
    cut = any(len(text) >= SHOWN and text.endswith("…") for text in test.captures.values())
    return replace(test, unsettled=True) if cut else test
