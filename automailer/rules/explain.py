"""A decision's trace for people and for JSON: which rules matched and why, test by test. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from automailer.errors import Place
from automailer.rules.leaf import observed
from automailer.rules.model import NOTHING, Answer, Decision, Mode, RuleTrace, TestTrace

__all__ = ["Branch", "deciding_test", "described", "explain", "outline", "rule_documents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One line of the tree that a person reads, and the lines under it; texts hold no control character.

    `decides`: because of this test the rule did not match, or can't be answered.
    """

    text: str
    answer: Answer
    value: str = ""
    where: str = ""
    children: tuple[Branch, ...] = ()
    captures: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    decides: bool = False


def outline(trace: Iterable[RuleTrace]) -> tuple[Branch, ...]:
    """One branch for each rule, its tests under it as they nest in the file."""
    return tuple(_rule_branch(rule) for rule in trace)


def deciding_test(rule: RuleTrace) -> TestTrace | None:
    """The innermost test because of which a rule did not match, or can't be answered; None where there is none."""
    if rule.test is None or rule.answer is Answer.YES:
        return None
    return _deciding(rule.test)


def _deciding(test: TestTrace) -> TestTrace:
    """Of `any` whose tests all say no, none alone is to blame."""
    if test.test == "not":
        return _deciding(test.children[0])
    blamed = [child for child in test.children if child.answer is test.answer]
    several = test.test == "any" and test.answer is Answer.NO and len(blamed) > 1
    return test if several or not blamed else _deciding(blamed[0])


def explain(decision: Decision) -> dict[str, Any]:
    """The part of `explain --json` that rules make up: `{"rules": […]}`."""
    return {"rules": rule_documents(decision.trace)}


def rule_documents(trace: Iterable[RuleTrace]) -> list[dict[str, Any]]:
    """Each rule with its tests in the order of the file, nested ones behind the one that holds them.

    `depth` says how deep a test is nested, `wanted` what the rule asks for.
    """
    return [
        {
            "name": rule.name,
            "matched": rule.answer is Answer.YES,
            "stop": rule.stop,
            "result": rule.answer.value,
            "mode": rule.mode.value,
            "note": rule.note,
            "where": _written(rule.where),
            "tests": [_test_document(test, depth) for test, depth in _flattened(_tops(rule), 0)],
        }
        for rule in trace
    ]


def _test_document(test: TestTrace, depth: int) -> dict[str, Any]:
    return {
        "test": test.test,
        "wanted": test.wanted,
        "result": test.answer.value,
        "value": test.value,
        "where": _written(test.where),
        "depth": depth,
        "captures": _captured(test),
    }


def _tops(rule: RuleTrace) -> tuple[TestTrace, ...]:
    """The tests of a `when`, which is itself a group that nobody wrote."""
    if rule.test is None:
        return ()
    return rule.test.children if rule.test.test == "all" else (rule.test,)


def _flattened(tests: Iterable[TestTrace], depth: int) -> Iterator[tuple[TestTrace, int]]:
    for test in tests:
        yield test, depth
        yield from _flattened(test.children, depth + 1)


def _rule_branch(rule: RuleTrace) -> Branch:
    remarks = [rule.note, "shadow" * (rule.mode is Mode.SHADOW), "stop" * rule.stop]
    decides = deciding_test(rule)
    return Branch(
        text=rule.name,
        answer=rule.answer,
        value=", ".join(filter(None, remarks)),
        where=_written(rule.where),
        children=tuple(_test_branch(test, decides) for test in _tops(rule)),
    )


def _test_branch(test: TestTrace, decides: TestTrace | None) -> Branch:
    return Branch(
        text=described(test),
        answer=test.answer,
        value=test.value,
        where=_written(test.where),
        children=tuple(_test_branch(child, decides) for child in test.children),
        captures=_captured(test),
        decides=test is decides,
    )


def described(test: TestTrace) -> str:
    """The test in short, as a person would write it."""
    return f"{test.test}: {test.wanted}" if test.wanted else test.test


def _captured(test: TestTrace) -> dict[str, str]:
    """What its own pattern captured; a group only passes on what those inside it did."""
    return {} if test.children else {name: observed(text) for name, text in test.captures.items()}


def _written(place: Place | None) -> str:
    return "" if place is None else str(place)
