"""What can be said of tests before any mail comes: which never hold, always hold, imply one another. Pure.

Sound, not complete: what is told holds for every message; where that is not certain, nothing is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Protocol, runtime_checkable

from automailer.errors import Place
from automailer.rules.circumstances import Circumstances
from automailer.rules.groups import AllOf, AnyOf, Not
from automailer.rules.leaf import Leaf, Rank
from automailer.rules.model import Test
from automailer.rules.overlap import apart, implies_by_itself

__all__ = ["Impossible", "Logic", "conjuncts", "leaf_implies", "leaves"]


MAX_QUESTIONS = 10_000
"""Pairs of tests that are compared for one answer, some ten milliseconds' work; past it nothing is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible:
    """A test that never holds: where it stands, what it asks for, and why that is never so.

    `beside` is the place of another test that it contradicts.
    """

    where: Place | None
    test: str
    why: str
    beside: Place | None = None


@runtime_checkable
class _Hopeless(Protocol):
    """The content of a test that knows when it can't hold."""

    def impossible(self, around: Circumstances) -> str: ...


@runtime_checkable
class _Certain(Protocol):
    """The content of a test that knows when it always holds."""

    def inevitable(self) -> bool: ...


@dataclass(slots=True)
class Logic:
    """Finds one answer about tests, which it must not outlive; whatever it asks itself is thought over once."""

    _known: dict[tuple[str, int, int], bool] = field(default_factory=dict)

    def implies(self, one: Test, other: Test) -> bool:
        """Tell whether `other` holds whenever `one` does."""
        return self._remembered("implies", self._implies, one, other)

    def excludes(self, one: Test, other: Test) -> bool:
        """Tell whether the two never hold together."""
        return self._remembered("excludes", self._excludes, one, other)

    def never(self, test: Test, around: Circumstances) -> Impossible | None:
        """Why the test never holds in these circumstances, None when it may."""
        match test:
            case AllOf(tests=tests):
                found = next(filter(None, (self.never(each, around) for each in tests)), None)
                return found or self._contradiction(tests)
            case AnyOf(tests=tests):
                hopeless = [self.never(each, around) for each in tests]
                return hopeless[0] if all(hopeless) else None
            case Not(test=inner) if self.always(inner):
                return _impossible(test, "what it denies holds for every message")
            case Leaf(content=_Hopeless() as content) if why := content.impossible(around):
                return _impossible(test, why)
            case _:
                return None

    def always(self, test: Test) -> bool:
        """Tell whether the test holds for every message."""
        match test:
            case AllOf(tests=tests):
                return all(map(self.always, tests))
            case AnyOf(tests=tests):
                pairs = combinations(tests, 2)
                return any(map(self.always, tests)) or any(self._cover(*pair) for pair in pairs)
            case Not(test=inner):
                return isinstance(inner, AllOf) and self._contradiction(inner.tests) is not None
            case Leaf(content=_Certain() as content):
                return content.inevitable()
            case _:
                return False

    def _cover(self, one: Test, other: Test) -> bool:
        """Tell whether one of the two holds whatever comes, and that without the body, which may never be fetched."""
        return max(one.rank, other.rank) == Rank.HEADER and any(
            isinstance(this, Not) and self.implies(this.test, that)
            for this, that in ((one, other), (other, one))
        )

    def _contradiction(self, tests: Iterable[Test]) -> Impossible | None:
        parts = tuple(part for test in tests for part in conjuncts(test))
        for one, other in combinations(parts, 2):
            if self.excludes(one, other):
                why = f"contradicts {one.describe()}"
                return Impossible(where=other.where, test=other.describe(), why=why, beside=one.where)
        return None

    def _remembered(self, what: str, find: Callable[[Test, Test], bool], one: Test, other: Test) -> bool:
        key = what, id(one), id(other)
        if key not in self._known:
            if len(self._known) >= MAX_QUESTIONS:
                return False
            self._known[key] = find(one, other)
        return self._known[key]

    def _implies(self, one: Test, other: Test) -> bool:
        match one, other:
            case AnyOf(tests=tests), _:
                return all(self.implies(each, other) for each in tests)
            case _, AllOf(tests=tests):
                return all(self.implies(one, each) for each in tests)
            case _, Not(test=denied):
                return self.excludes(one, denied)
            case _:
                return self._part_implies(one, other) or leaf_implies(one, other)

    def _part_implies(self, one: Test, other: Test) -> bool:
        """Tell whether a part of one is enough, or enough for a part of the other."""
        narrower = one.tests if isinstance(one, AllOf) else ()
        wider = other.tests if isinstance(other, AnyOf) else ()
        return any(self.implies(each, other) for each in narrower) or any(
            self.implies(one, each) for each in wider
        )

    def _excludes(self, one: Test, other: Test) -> bool:
        match one, other:
            case (AnyOf(tests=tests), whole) | (whole, AnyOf(tests=tests)):
                return all(self.excludes(each, whole) for each in tests)
            case (AllOf(tests=tests), whole) | (whole, AllOf(tests=tests)):
                return any(self.excludes(each, whole) for each in tests)
            case (Not(test=denied), whole) | (whole, Not(test=denied)):
                return self.implies(whole, denied)
            case Leaf() as this, Leaf() as that:
                return apart(this.content, that.content)
            case _:
                return False


def leaves(test: Test, *, positive: bool = True) -> Iterator[tuple[Leaf, bool]]:
    """Every test that holds no others, and whether it is to hold (or, under a `not`, to fail)."""
    match test:
        case Leaf():
            yield test, positive
        case Not(test=inner):
            yield from leaves(inner, positive=not positive)
        case AllOf(tests=tests) | AnyOf(tests=tests):
            for each in tests:
                yield from leaves(each, positive=positive)
        case _:
            return


def conjuncts(test: Test) -> Iterator[Test]:
    """The tests that must all hold, those inside `all` too; the test itself where it is no `all`."""
    if not isinstance(test, AllOf):
        yield test
        return
    for each in test.tests:
        yield from conjuncts(each)


def leaf_implies(one: Test, other: Test) -> bool:
    """Tell whether a test that holds no others implies another such."""
    if not isinstance(one, Leaf) or not isinstance(other, Leaf):
        return False
    # One that reads captures, or asks the world, may not answer the same the second time.
    if one.test == other.test and one.rank <= Rank.BODY and one.content == other.content:
        return True
    return implies_by_itself(one.content, other.content)


def _impossible(test: Test, why: str) -> Impossible:
    return Impossible(where=test.where, test=test.describe(), why=why)
