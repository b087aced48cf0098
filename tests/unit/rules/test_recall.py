"""The answers of an earlier decision, and the test that decided."""

from __future__ import annotations

from automailer.errors import Place
from automailer.rules import Answer, Mode, RuleTrace, TestTrace, deciding_test, outline, recall

PLACE = Place("r.yaml", 1, 1)


def rule(test: TestTrace | None, answer: Answer = Answer.NO) -> RuleTrace:
    return RuleTrace(name="r", where=PLACE, answer=answer, stop=False, mode=Mode.ENFORCE, test=test)


def leaf(test: str, answer: Answer, *, wanted: str = "x", value: str = "", **captures: str) -> TestTrace:
    return TestTrace(test=test, answer=answer, wanted=wanted, value=value, where=PLACE, captures=captures)


def group(test: str, answer: Answer, *children: TestTrace) -> TestTrace:
    return TestTrace(test=test, answer=answer, children=children)


def test_each_certain_answer_is_recalled_by_what_was_asked() -> None:
    yes, no = leaf("body", Answer.YES), leaf("to", Answer.NO)
    trace = [rule(group("all", Answer.NO, yes, group("not", Answer.YES, no)))]
    assert recall(trace) == {("body", "x"): yes, ("to", "x"): no}


def test_what_is_uncertain_cut_or_of_other_rules_is_not_recalled() -> None:
    tests = (
        leaf("body", Answer.UNKNOWN),
        leaf("to", Answer.YES, wanted="long…"),
        leaf("if", Answer.YES, wanted="vars.a"),
    )
    trace = [rule(group("all", Answer.UNKNOWN, *tests))]
    assert recall(trace) == {}
    assert list(recall(trace, same_rules=True)) == [("to", "long…"), ("if", "vars.a")]


def test_two_that_look_alike_and_differ_are_not_recalled() -> None:
    tests = (leaf("body", Answer.YES, wanted="long…"), leaf("body", Answer.NO, wanted="long…"))
    assert recall([rule(group("all", Answer.NO, *tests))], same_rules=True) == {}


def test_a_capture_that_was_cut_is_not_certain() -> None:
    whole, cut = leaf("body", Answer.YES, a="b"), leaf("html", Answer.YES, a=f"{'b' * 79}…")
    found = recall([rule(group("all", Answer.YES, whole, cut), Answer.YES)])
    assert not found["body", "x"].unsettled
    assert found["html", "x"].unsettled


def test_the_innermost_test_that_said_no_decides() -> None:
    yes, no = leaf("from", Answer.YES), leaf("to", Answer.NO)
    assert deciding_test(rule(group("all", Answer.NO, yes, no))) is no
    assert deciding_test(rule(group("all", Answer.NO, yes, group("any", Answer.NO, no)))) is no
    assert deciding_test(rule(group("all", Answer.NO, group("not", Answer.NO, yes)))) is yes


def test_of_several_alternatives_none_alone_decides() -> None:
    either = group("any", Answer.NO, leaf("from", Answer.NO), leaf("to", Answer.NO))
    assert deciding_test(rule(group("all", Answer.NO, either))) is either


def test_what_is_not_known_decides_where_nothing_says_no() -> None:
    yes, unknown = leaf("from", Answer.YES), leaf("body", Answer.UNKNOWN)
    assert deciding_test(rule(group("all", Answer.UNKNOWN, yes, unknown), Answer.UNKNOWN)) is unknown


def test_nothing_decides_against_a_rule_that_matched_or_was_not_asked() -> None:
    assert deciding_test(rule(leaf("from", Answer.YES), Answer.YES)) is None
    assert deciding_test(rule(None)) is None


def test_the_outline_marks_the_test_that_decides_and_has_captures() -> None:
    [branch] = outline(
        [rule(group("all", Answer.NO, leaf("from", Answer.YES, a="b"), leaf("to", Answer.NO)))]
    )
    assert [(child.text, child.decides) for child in branch.children] == [("from: x", False), ("to: x", True)]
    assert branch.children[0].captures == {"a": "b"}
