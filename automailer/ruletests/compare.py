"""What came of a message beside what was expected of it: each difference with its reason, for a person. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from automailer.rules import Mode, Rule, RuleTrace, short
from automailer.ruletests.expected import Expectation, missing_fields
from automailer.ruletests.model import Expected
from automailer.ruletests.planned import Did
from automailer.ruletests.reasons import why_not
from automailer.ruletests.wanted import Lists, Same, Wanted, plain

__all__ = ["Came", "differences"]

SHOWN = 200
"""Characters of a value that a line shows."""

MOST_LINES = 20
"""Lines that are shown of a text that does not fit a pattern."""

MOST_REASONS = 3
"""Rules of which it is told why they did not match, when nobody said which should have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a message: the rules that matched, the trace of all, every action of those that matched."""

    matched: Sequence[str]
    trace: Sequence[RuleTrace]
    actions: Sequence[Did]
    lists: Lists
    rules: Mapping[str, Rule]


def differences(expected: Expected, came: Came) -> list[str]:
    """One text for each difference; its first line says what, the others why."""
    return [
        *_broken(came),
        *_matched(expected.matched, came),
        *(text for one in expected.actions for text in _missing(one, expected, came)),
        *(text for one in expected.not_ for text in _unwanted(one, came)),
        *(text for one in expected.refused for text in _not_refused(one, expected, came)),
    ]


def _broken(came: Came) -> Iterator[str]:
    for one in came.actions:
        if one.error:
            yield _lines(f"{_named(one, came)} fails", [one.error])


def _matched(wanted: Sequence[str] | None, came: Came) -> Iterator[str]:
    if wanted is None or list(wanted) == list(came.matched):
        return
    missing = [name for name in wanted if name not in came.matched]
    reasons = [why_not(name, came.trace) for name in missing]
    surplus = [name for name in came.matched if name not in wanted]
    reasons += [f"rule {name!r} matched ({came.rules[name].where})" for name in surplus]
    head = f"matched: expected {_listed(wanted)}, found {_listed(came.matched)}"
    yield _lines(head, reasons or ["the order is another"])


def _missing(one: Expectation, expected: Expected, came: Came) -> Iterator[str]:
    of_that_name = [each for each in came.actions if each.action == one.action]
    planned = [each for each in of_that_name if each.planned]
    if any(not missing_fields(one, each.fields, came.lists) for each in planned):
        return
    head = f"actions: {one.written} is not planned"
    nearest = min(planned, key=lambda each: len(missing_fields(one, each.fields, came.lists)), default=None)
    if nearest is not None:
        yield _lines(head, [f"{_named(nearest, came)} has", *_unlike(one, nearest, came.lists)])
    elif of_that_name:
        yield _lines(head, [_why_not_planned(each, came) for each in of_that_name])
    else:
        yield _lines(head, list(_who_would(one.action, expected, came)))


def _unwanted(one: Expectation, came: Came) -> Iterator[str]:
    for each in came.actions:
        if each.action == one.action and each.planned and not missing_fields(one, each.fields, came.lists):
            yield _lines(f"not: {one.written} is planned", [f"{_named(each, came)}: {_summary(each)}"])


def _not_refused(one: Expectation, expected: Expected, came: Came) -> Iterator[str]:
    of_that_name = [each for each in came.actions if each.action == one.action]
    refused = [each for each in of_that_name if each.refused]
    if any(not missing_fields(one, each.fields, came.lists) for each in refused):
        return
    head = f"refused: {one.written} is not refused"
    if refused:
        yield _lines(head, [f"{_named(refused[0], came)} has", *_unlike(one, refused[0], came.lists)])
    elif of_that_name:
        yield _lines(head, [f"{_named(each, came)} is planned" for each in of_that_name])
    else:
        yield _lines(head, list(_who_would(one.action, expected, came)))


def _why_not_planned(each: Did, came: Came) -> str:
    return (
        f"{_named(each, came)} is refused: {each.refused}" if each.refused else f"{_named(each, came)} fails"
    )


def _who_would(action: str, expected: Expected, came: Came) -> Iterator[str]:
    """The rules that have such an action, and why they did not come to it."""
    having = [
        rule.name
        for rule in came.rules.values()
        if any(call.action.name == action for call in rule.then) and rule.name not in came.matched
    ]
    if expected.matched is None:
        yield from (why_not(name, came.trace) for name in having[:MOST_REASONS])
        if len(having) > MOST_REASONS:
            yield f"{len(having) - MOST_REASONS} more rules have {action}, and did not match"
    else:  # why these did not match is told already
        having = [name for name in having if name in expected.matched]
        yield from (f"rule {name!r} has {action}, and did not match" for name in having)
    if not having:
        yield f"no rule {'that is to match' if expected.matched else 'of the mailbox'} has {action}"


def _named(each: Did, came: Came) -> str:
    rule = came.rules[each.rule]
    shadow = " in shadow mode" if rule.mode is Mode.SHADOW else ""
    where = next((call.where for call in rule.then if call.position == each.position), rule.where)
    return f"{each.action} of rule {each.rule!r}{shadow} ({where})"


def _summary(each: Did) -> str:
    shown = {name: each.fields[name] for name in ("to", "subject") if name in each.fields}
    return short(shown, SHOWN) if shown else "as it stands there"


def _unlike(one: Expectation, found: Did, lists: Lists) -> Iterator[str]:
    for name in missing_fields(one, found.fields, lists):
        yield from _field(name, one.fields[name], found.fields.get(name), there=name in found.fields)


def _field(name: str, wanted: Wanted, found: Any, *, there: bool) -> Iterator[str]:
    if not there:
        yield f"  no {name}: expected {_shown(wanted.written)}"
        return
    if isinstance(found, str) and "\n" in f"{found.strip()}{wanted.written}":
        yield from _lines_of(name, wanted, found)
        return
    yield f"  {name}: expected {_shown(wanted.written)}"
    yield f"  {' ' * len(name)}  found    {_shown(found)}"


def _lines_of(name: str, wanted: Wanted, found: str) -> Iterator[str]:
    """A text of several lines: what is other in it, or the text itself where a pattern was expected."""
    if isinstance(wanted, Same):
        yield f"  {name}:"
        yield from (f"    {line}" for line in _diff(str(plain(wanted.written)), str(plain(found))))
        return
    lines = found.strip().splitlines()
    yield f"  {name}: expected {_shown(wanted.written)}, found"
    yield from (f"    {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"    … and {len(lines) - MOST_LINES} lines more"


def _diff(wanted: str, found: str) -> Iterator[str]:
    """The two texts as `diff -u` has them: - is what was expected, + what is there."""
    lines = difflib.unified_diff(wanted.splitlines(), found.splitlines(), lineterm="", n=2)
    return islice(lines, 2, None)  # but for the names of the files


def _shown(value: object) -> str:
    return f"'{short(value, SHOWN)}'" if isinstance(value, str) else short(value, SHOWN)


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def _lines(head: str, more: Iterable[str]) -> str:
    return "\n".join([head, *(f"  {line}" for line in more)])
