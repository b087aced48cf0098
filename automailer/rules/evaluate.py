"""Puts rules to a message and collects what they decide. Pure: nothing is done here."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from automailer.errors import TemplateError
from automailer.message import NotKnown
from automailer.rules.glimpse import watched
from automailer.rules.groups import spare
from automailer.rules.model import (
    NOTHING,
    UNSURE,
    Action,
    Answer,
    Decision,
    Match,
    Mode,
    Rule,
    RuleTrace,
    Sighting,
    Subject,
    TestTrace,
)
from automailer.rules.prefilter import RuleList
from automailer.rules.trail import Trail

__all__ = ["evaluate"]

_VARS = frozenset({"vars"})


def evaluate(rules: Sequence[Rule], subject: Subject, *, thorough: bool = False) -> Decision:
    """Try every rule in order until one that matches says `stop`.

    `thorough` has every test answered, for a person to read; without it a rule is left as soon as its answer is
    certain, and those of a `RuleList` that can't match are not even asked. The decision is the same.

    Raises:
        TemporaryError: an `if` or a `set` broke on this message, or a list can't be read now.
    """
    listed = rules if isinstance(rules, RuleList) and not thorough else None
    course, gone_through = _Course(base=subject), len(rules)
    for position in range(len(rules)) if listed is None else listed.prefilter.tried(subject):
        if course.take(position, rules[position], thorough=thorough):
            gone_through = position + 1
            break
    trace: Sequence[RuleTrace] = tuple(course.tried.values())
    if listed is not None:
        later = _Later(listed, subject, course.bases)
        trace = Trail(listed, subject, course.tried, length=gone_through, ask=later)
    return Decision(
        matches=tuple(course.matches),
        trace=trace,
        doubtful=course.doubtful,
        unsettled=course.unsettled,
        sightings=_longest(course.sightings),
    )


@dataclass(slots=True)
class _Course:
    """One message on its way through the rules. `tried` and `bases`, what later rules saw, are by position."""

    base: Subject
    matches: list[Match] = field(default_factory=list)
    tried: dict[int, RuleTrace] = field(default_factory=dict)
    bases: dict[int, Subject] = field(default_factory=dict)
    assigned: dict[str, Any] = field(default_factory=dict)
    doubtful: bool = False
    unsettled: bool = False
    sightings: list[Sighting] = field(default_factory=list)

    def take(self, position: int, rule: Rule, *, thorough: bool) -> bool:
        """Try one rule; True when it is the last."""
        note = _idle(rule, self.base.now.date())
        if note:
            self.tried[position] = _recorded(rule, Answer.NO, note=note)
            return False
        subject = _subject(rule, self.base, self._vars(rule))
        test = None if rule.when is None else rule.when.check(subject, thorough=thorough)
        answer = Answer.YES if test is None else test.answer
        stops = answer is Answer.YES and rule.stop and rule.mode is Mode.ENFORCE
        self.tried[position] = _recorded(rule, answer, stop=stops, test=test)
        if test is not None and test.sightings:
            self._count(test.sightings)
        if answer is Answer.YES:
            self._match(rule, subject, test)
            self.bases[position + 1] = self.base
        elif answer is Answer.UNKNOWN:
            self._doubt(rule)
            self.bases[position + 1] = self.base
        return stops

    def _count(self, sightings: tuple[Sighting, ...]) -> None:
        """Keep what is to be counted; where that is not certain, neither is what is done about later messages."""
        self.sightings += [one for one in sightings if one is not UNSURE]
        self.unsettled |= UNSURE in sightings

    def _vars(self, rule: Rule) -> Mapping[str, Any]:
        """The settings' below the rules file's below what earlier rules have `set`."""
        if not rule.vars and not self.assigned:
            return self.base.vars
        return {**self.base.vars, **rule.vars, **self.assigned}

    def _match(self, rule: Rule, subject: Subject, test: TestTrace | None) -> None:
        match = subject.match if test is None else {**subject.match, **test.captures}
        if test is not None and test.unsettled and rule.captures:
            self.unsettled = True
            subject = replace(subject, unsettled=subject.unsettled | {"match"})
        subject = self._assign(rule, replace(subject, match=match))
        self.matches.append(Match(rule=rule, subject=subject))
        self.base = replace(self.base, matched=(*self.base.matched, rule.name))

    def _assign(self, rule: Rule, subject: Subject) -> Subject:
        """The subject with what the rule's own `set` gives; later rules see it too unless the rule is a shadow."""
        for call in rule.then:
            values, certain = _assigned(call.action, subject)
            if not certain:
                self.unsettled = True
                self._unsettle_vars()
            if values:
                subject = replace(subject, vars={**subject.vars, **values})
                if rule.mode is Mode.ENFORCE:
                    self.assigned.update(values)
        return subject

    def _doubt(self, rule: Rule) -> None:
        self.doubtful = True
        self.base = replace(self.base, unsure=(*self.base.unsure, rule.name))
        if rule.mode is Mode.ENFORCE and any(call.action.name == "set" for call in rule.then):
            self._unsettle_vars()

    def _unsettle_vars(self) -> None:
        self.base = replace(self.base, unsettled=self.base.unsettled | _VARS)


@dataclass(frozen=True, slots=True)
class _Later:
    """Asks a rule that was not tried, as it would have been answered then; `bases` by the rules that they are for."""

    rules: Sequence[Rule]
    subject: Subject
    bases: Mapping[int, Subject]

    def __call__(self, position: int) -> RuleTrace:
        rule, changes = self.rules[position], tuple(self.bases)
        before = bisect(changes, position)
        base = self.bases[changes[before - 1]] if before else self.subject
        subject = _subject(rule, base, base.vars)
        test = None if rule.when is None else spare(rule.when, subject, thorough=False)
        return _recorded(rule, Answer.NO, test=test)


def _subject(rule: Rule, base: Subject, values: Mapping[str, Any]) -> Subject:
    """The message as this rule sees it; written out, for `replace` would take half the time of a decision."""
    return Subject(
        message=base.message,
        mailbox=base.mailbox,
        uidl=base.uidl,
        now=base.now,
        vars=values,
        match=dict.fromkeys(rule.captures, "") if rule.captures else NOTHING,
        matched=base.matched,
        lists=base.lists,
        rule=rule.name,
        unsure=base.unsure,
        unsettled=base.unsettled,
        sightings=base.sightings,
        outside=base.outside,
        recalled=base.recalled,
    )


def _recorded(
    rule: Rule, answer: Answer, *, stop: bool = False, test: TestTrace | None = None, note: str = ""
) -> RuleTrace:
    return RuleTrace(
        name=rule.name, where=rule.where, answer=answer, stop=stop, mode=rule.mode, test=test, note=note
    )


def _assigned(action: Action, subject: Subject) -> tuple[Mapping[str, Any], bool]:
    """What an action assigns, and whether that is certain."""
    glimpse, watch = watched(subject)
    try:
        values = action.assigns(glimpse)
    except (TemplateError, NotKnown):
        if not watch.touched:
            raise
        values = NOTHING
    return values, not watch.touched


def _longest(sightings: Iterable[Sighting]) -> tuple[Sighting, ...]:
    """Each key once, for as long as any test asks for it."""
    found: dict[tuple[str, str, str], Sighting] = {}
    for one in sorted(sightings, key=lambda one: one.within):
        found[one.rule, one.kind, one.key] = one
    return tuple(found.values())


def _idle(rule: Rule, today: date) -> str:
    """Why a rule is not tried, or ""."""
    if not rule.enabled:
        return "disabled"
    if rule.until is not None and today > rule.until:
        return f"ended on {rule.until.isoformat()}"
    return ""
