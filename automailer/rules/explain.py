"""A decision's trace for people and for JSON: which rules matched and why, test by test. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from automailer.errors import Place
from automailer.rules.leaf import observed
from automailer.rules.model import Answer, Decision, Mode, RuleTrace, TestTrace

__all__ = ["Branch", "explain", "outline", "rule_documents"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One line of the tree that a person reads, and the lines under it; texts hold no control character."""

    text: str
    answer: Answer
    value: str = ""
    where: str = ""
    children: tuple[Branch, ...] = ()


def outline(trace: Iterable[RuleTrace]) -> tuple[Branch, ...]:
    """One branch for each rule, its tests under it as they nest in the file."""
    return tuple(_rule_branch(rule) for rule in trace)


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
        "captures": {} if test.children else {name: observed(text) for name, text in test.captures.items()},
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
    return Branch(
        text=rule.name,
        answer=rule.answer,
        value=", ".join(filter(None, remarks)),
        where=_written(rule.where),
        children=tuple(map(_test_branch, _tops(rule))),
    )


def _test_branch(test: TestTrace) -> Branch:
    return Branch(
        text=f"{test.test}: {test.wanted}" if test.wanted else test.test,
        answer=test.answer,
        value=test.value,
        where=_written(test.where),
        children=tuple(map(_test_branch, test.children)),
    )


def _written(place: Place | None) -> str:
    return "" if place is None else str(place)
