"""Why a rule did not match, in a line or two: the first test that stood in its way, what it saw, where it is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from automailer.rules import Answer, RuleTrace, TestTrace

__all__ = ["said", "why_not"]


def why_not(name: str, trace: Sequence[RuleTrace]) -> str:
    """Why the rule did not match: it was not reached, not tried, or a test said no."""
    rule = next((one for one in trace if one.name == name), None)
    if rule is None:
        last = trace[-1]
        return f"rule {name!r} was not reached: rule {last.name!r} says stop before it ({last.where})"
    if rule.note:
        return f"rule {name!r} was not tried: {rule.note} ({rule.where})"
    blamed = "; ".join(_blamed(rule.test)) if rule.test else ""
    return f"rule {name!r} did not match: {blamed or rule.answer.value}"


def _blamed(test: TestTrace) -> Iterator[str]:
    """The tests that would have to answer otherwise: one of an `all`, every one of an `any`."""
    inside = [child for child in test.children if child.answer is not Answer.YES]
    match test.test:
        case "all" if inside:
            yield from _blamed(_first_no(inside))
        case "any" if inside:
            for child in inside:
                yield from _blamed(child)
        case "not":
            yield f"not: {said(test.children[0])}"
        case _:
            yield said(test)


def _first_no(tests: Sequence[TestTrace]) -> TestTrace:
    return next((test for test in tests if test.answer is Answer.NO), tests[0])


def said(test: TestTrace) -> str:
    """One test with what it wanted, what it saw, how it answered."""
    wanted = f"{test.test}: {test.wanted}" if test.wanted else test.test
    saw = f" to {test.value}" if test.value else ""
    return f"{wanted} says {test.answer.value}{saw} ({test.where})"
