"""Why a rule did not match, in a line: the test that stood in its way, what it saw, where it is. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from automailer.rules import RuleTrace, TestTrace, deciding_test, described

__all__ = ["why_not"]


def why_not(name: str, trace: Sequence[RuleTrace]) -> str:
    """Why the rule did not match: it was not reached, not tried, or a test said no."""
    rule = next((one for one in trace if one.name == name), None)
    if rule is None:
        last = trace[-1]
        return f"rule {name!r} was not reached: rule {last.name!r} says stop before it ({last.where})"
    if rule.note:
        return f"rule {name!r} was not tried: {rule.note} ({rule.where})"
    test = deciding_test(rule)
    if test is None:
        return f"rule {name!r}: {rule.answer.value} ({rule.where})"
    several = test.children or (test,)
    return f"rule {name!r} did not match: {'; '.join(map(_said, several))}"


def _said(test: TestTrace) -> str:
    """One test with what it wanted, what it saw, how it answered."""
    saw = f" to {test.value}" if test.value else ""
    return f"{described(test)} says {test.answer.value}{saw} ({test.where})"
