"""What the traces of all messages have in common: the rules by name and place, and the tests that guard them. Pure.

A rule that is ruled out says of every message the same, but for the value seen: so the journal keeps the words once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from automailer.errors import Place
from automailer.rules.clue import Clues, Field
from automailer.rules.leaf import Leaf
from automailer.rules.model import Answer, Mode, Rule, RuleTrace, TestTrace

__all__ = ["Guard", "Guards", "drawn", "guarded_fields", "pack_place", "ruled_out", "unpack_place"]


@dataclass(frozen=True, slots=True)
class Guard:
    """A test of which one among its rule's guards must hold, where it looks, and the clues that it leaves there."""

    leaf: Leaf
    field: Field
    clues: Clues


Guards = tuple[Guard, ...]


def guarded_fields(guards: Sequence[Guards]) -> dict[Field, int]:
    """Each field that a guard looks at, with the first rule of such a guard; in that order."""
    fields: dict[Field, int] = {}
    for position, several in enumerate(guards):
        for guard in several:
            fields.setdefault(guard.field, position)
    return fields


def drawn(rules: Sequence[Rule], guards: Sequence[Guards]) -> dict[str, Any]:
    """The sheet of these rules as JSON: fields go by their number, files are named once."""
    files: dict[str, int] = {}
    numbers = {field: number for number, field in enumerate(guarded_fields(guards))}
    entries = [
        [
            rule.name,
            rule.mode.value,
            pack_place(rule.where, files),
            [
                [one.leaf.test, one.leaf.wanted, pack_place(one.leaf.where, files), numbers[one.field]]
                for one in several
            ],
        ]
        for rule, several in zip(rules, guards, strict=True)
    ]
    sheet: dict[str, Any] = {"files": list(files), "rules": entries}
    return sheet | {"digest": hashlib.sha256(json.dumps(sheet).encode()).hexdigest()}


def ruled_out(sheet: Mapping[str, Any], position: int, seen: Mapping[str, str]) -> RuleTrace:
    """The trace of a rule none of whose guards held; `seen` are the values of the fields by number."""
    name, mode, place, guards = sheet["rules"][position]
    files = sheet["files"]
    tests = [
        TestTrace(
            test=test,
            answer=Answer.NO,
            wanted=wanted,
            value=seen.get(str(field), "(none)"),
            where=unpack_place(where, files),
        )
        for test, wanted, where, field in guards
    ]
    where = unpack_place(place, files) or Place("", 0, 0)
    whole = tests[0] if len(tests) == 1 else TestTrace(test="any", answer=Answer.NO, children=tuple(tests))
    return RuleTrace(name=name, where=where, answer=Answer.NO, stop=False, mode=Mode(mode), test=whole)


def pack_place(place: Place | None, files: dict[str, int]) -> list[int] | None:
    """A place with its file by number."""
    if place is None:
        return None
    return [files.setdefault(place.file, len(files)), place.line, place.column]


def unpack_place(place: Sequence[int] | None, files: Sequence[str]) -> Place | None:
    """The place that was packed."""
    return None if place is None else Place(files[place[0]], place[1], place[2])
