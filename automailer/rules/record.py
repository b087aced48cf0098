"""A trace as the journal keeps it: small, plain JSON, and back. Pure.

Of rules that were ruled out there are only the values that the tests which guard them saw, once for each field; their
names and places are on the sheet, which all messages share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automailer.errors import Place
from automailer.rules.leaf import observed
from automailer.rules.model import NOTHING, Answer, Decision, Mode, RuleTrace, TestTrace
from automailer.rules.sheet import pack_place, ruled_out, unpack_place
from automailer.rules.trail import Trail

__all__ = ["compact", "restore"]

VERSION = 2

# The first knew no sheet.
_VERSIONS = (1, VERSION)

_LETTERS = {Answer.YES: "y", Answer.NO: "n", Answer.UNKNOWN: "u"}
_ANSWERS = {letter: answer for answer, letter in _LETTERS.items()}

_DEFAULTS: tuple[Any, ...] = ("", "n", "", "", None, (), NOTHING, 0)


def compact(decision: Decision) -> dict[str, Any]:
    """The decision's trace as JSON: positional lists, every file named once, captures cut as values are.

    `sheet` is the same object, of the same `digest`, for every message of the same rules.
    """
    files: dict[str, int] = {}
    trace = decision.trace
    if not isinstance(trace, Trail):
        rules = [_compact_rule(rule, files) for rule in trace]
        return {"v": VERSION, "files": list(files), "rules": rules}
    asked = [[position, *_compact_rule(rule, files)] for position, rule in trace.tried.items()]
    return {
        "v": VERSION,
        "files": list(files),
        "asked": asked,
        "length": len(trace),
        "seen": trace.seen(),
        "sheet": trace.rules.sheet,
    }


def _compact_rule(rule: RuleTrace, files: dict[str, int]) -> list[Any]:
    return [
        rule.name,
        _LETTERS[rule.answer],
        int(rule.stop),
        rule.mode.value,
        pack_place(rule.where, files),
        rule.note,
        None if rule.test is None else _compact_test(rule.test, files),
    ]


def restore(data: Mapping[str, Any]) -> tuple[RuleTrace, ...]:
    """The trace of the decision that `compact` was given; empty for a record of a version that is not known.

    Of a rule that was ruled out it has the tests that did so, and no others.
    """
    if data.get("v") not in _VERSIONS:
        return ()
    files: Sequence[str] = data["files"]
    if "rules" in data:
        return tuple(_restored_rule(entry, files) for entry in data["rules"])
    asked = {position: _restored_rule(entry, files) for position, *entry in data["asked"]}
    sheet = data.get("sheet")
    if sheet is None:
        return tuple(asked.values())
    return tuple(
        asked.get(position) or ruled_out(sheet, position, data["seen"]) for position in range(data["length"])
    )


def _restored_rule(entry: Sequence[Any], files: Sequence[str]) -> RuleTrace:
    name, letter, stop, mode, place, note, test = entry
    return RuleTrace(
        name=name,
        answer=_ANSWERS[letter],
        stop=bool(stop),
        mode=Mode(mode),
        where=unpack_place(place, files) or Place("", 0, 0),
        note=note,
        test=None if test is None else _restored_test(test, files),
    )


def _compact_test(test: TestTrace, files: dict[str, int]) -> list[Any]:
    # What is seldom there stands at the end and is left out with all that follows it.
    entry: list[Any] = [
        test.test,
        _LETTERS[test.answer],
        test.wanted,
        test.value,
        pack_place(test.where, files),
        [_compact_test(child, files) for child in test.children],
        _shown(test.captures),
        int(test.unsettled),
    ]
    while not entry[-1]:
        entry.pop()
    return entry


def _shown(captures: Mapping[str, str]) -> dict[str, str]:
    # A group may hold a whole body; the journal is no place for it.
    return {name: observed(text) for name, text in captures.items()}


def _restored_test(entry: Sequence[Any], files: Sequence[str]) -> TestTrace:
    whole: list[Any] = [*entry, *_DEFAULTS[len(entry) :]]
    test, letter, wanted, value, place, children, captures, unsettled = whole
    return TestTrace(
        test=test,
        answer=_ANSWERS[letter],
        wanted=wanted,
        value=value,
        where=unpack_place(place, files),
        children=tuple(_restored_test(child, files) for child in children),
        captures=captures,
        unsettled=bool(unsettled),
    )
