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

    Where what was wanted, or captured, is longer than a trace shows, it says too little. `same_rules` says that the
    answers are recalled for the rules that gave them.
    """
    tops = (rule.test for rule in trace if rule.test is not None)
    told = (test for test in _leaves(tops) if same_rules or test.test not in _OF_OTHER_RULES)
    return {(test.test, test.wanted): _honest(test) for test in told if _says_enough(test)}


def _leaves(tests: Iterable[TestTrace]) -> Iterator[TestTrace]:
    for test in tests:
        if test.children:
            yield from _leaves(test.children)
        else:
            yield test


def _says_enough(test: TestTrace) -> bool:
    return test.answer is not Answer.UNKNOWN and bool(test.wanted) and "…" not in test.wanted


def _honest(test: TestTrace) -> TestTrace:
    cut = any(len(text) >= SHOWN and text.endswith("…") for text in test.captures.values())
    return replace(test, unsettled=True) if cut else test
