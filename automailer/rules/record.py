"""A trace as the journal keeps it: small, plain JSON, and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automailer.errors import Place
from automailer.rules.leaf import observed
from automailer.rules.model import NOTHING, Answer, Decision, Mode, RuleTrace, TestTrace

__all__ = ["compact", "restore"]

VERSION = 1

_LETTERS = {Answer.YES: "y", Answer.NO: "n", Answer.UNKNOWN: "u"}
_ANSWERS = {letter: answer for answer, letter in _LETTERS.items()}

_DEFAULTS: tuple[Any, ...] = ("", "n", "", "", None, (), NOTHING, 0)


def compact(decision: Decision) -> dict[str, Any]:
    """The decision's trace as JSON: positional lists, every file named once, captures cut as values are."""
    files: dict[str, int] = {}
    rules = [
        [
            rule.name,
            _LETTERS[rule.answer],
            int(rule.stop),
            rule.mode.value,
            _place(rule.where, files),
            rule.note,
            None if rule.test is None else _compact_test(rule.test, files),
        ]
        for rule in decision.trace
    ]
    return {"v": VERSION, "files": list(files), "rules": rules}


def restore(data: Mapping[str, Any]) -> tuple[RuleTrace, ...]:
    """The trace of the decision that `compact` was given; empty for a record of a version that is not known."""
    if data.get("v") != VERSION:
        return ()
    files: Sequence[str] = data["files"]
    return tuple(
        RuleTrace(
            name=name,
            answer=_ANSWERS[letter],
            stop=bool(stop),
            mode=Mode(mode),
            where=_placed(place, files) or Place("", 0, 0),
            note=note,
            test=None if test is None else _restored_test(test, files),
        )
        for name, letter, stop, mode, place, note, test in data["rules"]
    )


def _place(place: Place | None, files: dict[str, int]) -> list[int] | None:
    if place is None:
        return None
    return [files.setdefault(place.file, len(files)), place.line, place.column]


def _placed(place: Sequence[int] | None, files: Sequence[str]) -> Place | None:
    return None if place is None else Place(files[place[0]], place[1], place[2])


def _compact_test(test: TestTrace, files: dict[str, int]) -> list[Any]:
    # What is seldom there stands at the end and is left out with all that follows it.
    entry: list[Any] = [
        test.test,
        _LETTERS[test.answer],
        test.wanted,
        test.value,
        _place(test.where, files),
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
        where=_placed(place, files),
        children=tuple(_restored_test(child, files) for child in children),
        captures=captures,
        unsettled=bool(unsettled),
    )
