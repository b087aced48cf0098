"""What matchers of one text, or of one address, have in common: which imply, which exclude one another. Pure.

Sound, not complete: what is told holds for everything that a mail may contain; where that is not certain, no is told.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence, Set
from dataclasses import fields, is_dataclass
from itertools import combinations
from typing import Protocol, runtime_checkable

from automailer.rules.matcher import Every, Matcher, OneOf
from automailer.rules.presence import SOME, Presence

__all__ = [
    "apart",
    "asked_lists",
    "every_excludes",
    "every_implies",
    "implies_by_itself",
    "may_fit",
    "why_none_fits",
]

Alternatives = Sequence[object]


@runtime_checkable
class _Listing(Protocol):
    """A matcher that looks into named lists, whose entries may change."""

    def lists(self) -> Collection[str]: ...


def every_implies(ours: Alternatives, others: Alternatives, *, blank: bool = False) -> bool:
    """Tell whether each alternative needs one of the others; `blank`: where nothing is, the empty text is compared."""
    return all(any(_alternative_implies(one, other, blank) for other in others) for one in ours)


def every_excludes(
    ours: Alternatives, others: Alternatives, *, blank: bool = False, single: bool = False
) -> bool:
    """Tell whether no alternative goes with any of the others; `single`: both look at the very same thing."""
    pairs = ((one, other) for one in ours for other in others)
    return all(_alternative_excludes(one, other, blank, single) for one, other in pairs)


def why_none_fits(alternatives: Alternatives, empty: Set[str]) -> str:
    """Why nothing ever fits any of the alternatives, or ""."""
    reasons = [_why_impossible(each, empty) for each in alternatives]
    return reasons[0] if all(reasons) else ""


def may_fit(alternative: object, text: str) -> bool:
    """Tell whether a text that is known fits, or may once a list has other entries."""
    if isinstance(alternative, Presence):
        return alternative.holds(1)
    return bool(asked_lists(alternative)) or _fits(alternative, text)


def asked_lists(thing: object) -> frozenset[str]:
    """The lists that a matcher looks into."""
    if isinstance(thing, _Listing):
        return frozenset(thing.lists())
    if isinstance(thing, tuple):
        return frozenset().union(*map(asked_lists, thing))
    if is_dataclass(thing):
        return frozenset().union(*(asked_lists(getattr(thing, field.name)) for field in fields(thing)))
    return frozenset()


def _fits(matcher: object, text: str) -> bool:
    found: Matcher[str] = matcher  # type: ignore[assignment]
    return found.match(text) is not None


def _alternative_implies(one: object, other: object, blank: bool) -> bool:
    if isinstance(one, Presence):
        return isinstance(other, Presence) and one.count.implies(other.count)
    if not isinstance(other, Presence):
        return _implies(one, other)
    return SOME.count.implies(other.count) and not (blank and may_fit(one, ""))


def _alternative_excludes(one: object, other: object, blank: bool, single: bool) -> bool:
    if isinstance(other, Presence) and not isinstance(one, Presence):
        one, other = other, one
    if not isinstance(one, Presence):
        return single and _excludes(one, other)
    if isinstance(other, Presence):
        return one.count.excludes(other.count)
    return one.count.excludes(SOME.count) and not (blank and may_fit(other, ""))


def _implies(one: object, other: object) -> bool:
    match one, other:
        case _ if one == other:
            return True
        case OneOf(parts), _:
            return all(_implies(part, other) for part in parts)
        case _, Every(parts):
            return all(_implies(one, part) for part in parts)
        case _, OneOf(parts) if any(_implies(one, part) for part in parts):
            return True
        case Every(parts), _:
            return any(_implies(part, other) for part in parts)
        case _:
            return implies_by_itself(one, other)


def _excludes(one: object, other: object) -> bool:
    match one, other:
        case (OneOf(parts), whole) | (whole, OneOf(parts)):
            return all(_excludes(part, whole) for part in parts)
        case (Every(parts), whole) | (whole, Every(parts)):
            return any(_excludes(part, whole) for part in parts)
        case _:
            return apart(one, other)


def apart(one: object, other: object) -> bool:
    """Tell whether the two can't hold together, as far as either knows."""
    return _excludes_by_itself(one, other) or _excludes_by_itself(other, one)


def implies_by_itself(one: object, other: object) -> bool:
    """Ask `one`, where it knows what it implies."""
    implies = getattr(one, "implies", None)  # to ask for a protocol would take most of the time
    return implies is not None and bool(implies(other))


def _excludes_by_itself(one: object, other: object) -> bool:
    excludes = getattr(one, "excludes", None)
    return excludes is not None and bool(excludes(other))


def _why_impossible(matcher: object, empty: Set[str]) -> str:
    match matcher:
        case Presence():
            return ""
        case OneOf(parts):
            return why_none_fits(parts, empty)
        case Every(parts):
            if any(_excludes(one, other) for one, other in combinations(parts, 2)):
                return "what it asks for can't be true at once"
            return next(filter(None, (_why_impossible(part, empty) for part in parts)), "")
        case _Listing() if set(matcher.lists()) <= empty:
            return f"list {next(iter(matcher.lists()))!r} has no entry"
        case _:
            return ""
