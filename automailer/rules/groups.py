"""`all`, `any`, `not`: Kleene's logic of yes, no and unknown over tests. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from automailer.errors import Place, TemporaryError
from automailer.rules.leaf import Rank, observed
from automailer.rules.model import NOTHING, REACHED, Answer, Subject, Test, TestTrace

__all__ = ["AllOf", "AnyOf", "Not", "spare"]

_MATCH = frozenset({"match"})
_TURN = frozenset({REACHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """YES when every test says so, NO as soon as one says NO.

    The tests are answered by rank: cheap ones first, those that read captures after those that make them. The
    groups of all are captured; where two have one name, that of the test further down counts.
    """

    tests: tuple[Test, ...]
    where: Place | None = None
    rank: int = field(init=False)
    order: tuple[tuple[int, Test], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", _highest_rank(self.tests))
        object.__setattr__(self, "order", tuple(sorted(enumerate(self.tests), key=lambda each: each[1].rank)))

    def check(self, subject: Subject, *, thorough: bool = False) -> TestTrace:
        """Answer for this message; a NO ends it unless `thorough`."""
        answer, traces = Answer.YES, {}
        for position, test in self.order:
            if answer is Answer.NO:
                if not thorough:
                    break
                traces[position] = spare(test, subject)
                continue
            trace = traces[position] = test.check(subject, thorough=thorough)
            if trace.answer is Answer.NO:
                answer = Answer.NO
                continue
            if trace.answer is Answer.UNKNOWN:
                answer = Answer.UNKNOWN
            subject = _informed(subject, trace)
        children = tuple([traces[position] for position in sorted(traces)])
        if answer is not Answer.YES:
            return _group("all", answer, self.where, children)
        captures, unsettled = _merged(children), any(child.unsettled for child in children)
        return _group("all", answer, self.where, children, captures=captures, unsettled=unsettled)

    def describe(self) -> str:
        """As in the rules file, in short."""
        return f"all: [{', '.join(test.describe() for test in self.tests)}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """YES as soon as one test says so, in the order of the file; NO when every one says NO.

    Only the groups of the first that says YES are captured.
    """

    tests: tuple[Test, ...]
    where: Place | None = None
    rank: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rank", _highest_rank(self.tests))

    def check(self, subject: Subject, *, thorough: bool = False) -> TestTrace:
        """Answer for this message; a YES ends it unless `thorough`."""
        answer, captures, unsettled = Answer.NO, NOTHING, False
        children: list[TestTrace] = []
        for test in self.tests:
            if answer is Answer.YES:
                if not thorough:
                    break
                children.append(spare(test, subject))
                continue
            trace = test.check(subject, thorough=thorough)
            children.append(trace)
            if trace.answer is Answer.YES:
                unsettled = trace.unsettled or answer is Answer.UNKNOWN
                answer, captures = Answer.YES, trace.captures
            elif trace.answer is Answer.UNKNOWN:
                answer = Answer.UNKNOWN
                subject = replace(subject, unsettled=subject.unsettled | _TURN)
        return _group("any", answer, self.where, tuple(children), captures=captures, unsettled=unsettled)

    def describe(self) -> str:
        """As in the rules file, in short."""
        return f"any: [{', '.join(test.describe() for test in self.tests)}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The opposite of its test; UNKNOWN stays UNKNOWN, and nothing is captured."""

    test: Test
    where: Place | None = None

    @property
    def rank(self) -> int:
        """That of its test."""
        return self.test.rank

    def check(self, subject: Subject, *, thorough: bool = False) -> TestTrace:
        """Answer for this message."""
        trace = self.test.check(subject, thorough=thorough)
        return _group("not", _OPPOSITE[trace.answer], self.where, (trace,))

    def describe(self) -> str:
        """As in the rules file, in short."""
        return f"not: {{{self.test.describe()}}}"


_OPPOSITE = {Answer.YES: Answer.NO, Answer.NO: Answer.YES, Answer.UNKNOWN: Answer.UNKNOWN}


def _highest_rank(tests: tuple[Test, ...]) -> int:
    return max((test.rank for test in tests), default=Rank.HEADER)


def _informed(subject: Subject, trace: TestTrace) -> Subject:
    """The subject as the next tests see it: with these captures, or knowing that some are missing."""
    if trace.answer is Answer.UNKNOWN:
        subject = replace(subject, unsettled=subject.unsettled | _MATCH | _TURN)
    elif trace.unsettled:
        subject = replace(subject, unsettled=subject.unsettled | _MATCH)
    return replace(subject, match={**subject.match, **trace.captures}) if trace.captures else subject


def _merged(traces: Iterable[TestTrace]) -> Mapping[str, str]:
    captures: dict[str, str] = {}
    for trace in traces:
        captures.update(trace.captures)
    return captures


def spare(test: Test, subject: Subject, *, thorough: bool = True) -> TestTrace:
    """Answer a test that no longer matters, and which therefore must not stop anything, nor count anything."""
    try:
        trace = test.check(subject, thorough=thorough)
        return replace(trace, sightings=()) if trace.sightings else trace
    except TemporaryError as exc:
        name, _, wanted = test.describe().partition(": ")
        return TestTrace(
            test=name, wanted=wanted, answer=Answer.UNKNOWN, value=observed(str(exc)), where=test.where
        )


def _group(
    name: str,
    answer: Answer,
    where: Place | None,
    children: tuple[TestTrace, ...],
    *,
    captures: Mapping[str, str] = NOTHING,
    unsettled: bool = False,
) -> TestTrace:
    return TestTrace(
        test=name,
        answer=answer,
        where=where,
        captures=captures,
        children=children,
        unsettled=unsettled,
        sightings=tuple([one for child in children for one in child.sightings]),
    )
