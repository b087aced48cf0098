"""Tests of time: `age`, `date`, `received`, and `now` itself. Pure: the clock is the subject's `now`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from itertools import combinations
from typing import Protocol

from automailer.rules.circumstances import Circumstances
from automailer.rules.leaf import Seen, answer
from automailer.rules.matcher import read_each
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.overlap import apart
from automailer.rules.ranges import DayRange, read_days, read_hours, read_instant, read_weekdays
from automailer.rules.refusal import Fault, Refusals, Refused, one_of, refuse_unknown_keys, short
from automailer.rules.scope import Scope
from automailer.rules.site import Site
from automailer.settings import Comparison, parse_age_comparison

__all__ = ["MOMENT_FIELDS", "AgeTest", "MomentTest", "read_date", "read_now", "read_received"]

Clock = Callable[[Subject], datetime | None]


class Condition(Protocol):
    """Something that a moment in its zone meets or not."""

    def holds(self, moment: datetime) -> bool: ...

    def excludes(self, other: object) -> bool:
        """Tell whether no moment meets both; it need not know of all that knows of it."""

    def over(self, now: datetime) -> bool:
        """Tell whether no moment from now on meets it."""


@dataclass(frozen=True, slots=True)
class AnyOfThese:
    """Any of several conditions."""

    conditions: tuple[Condition, ...]

    def holds(self, moment: datetime) -> bool:
        """Tell whether one of them holds."""
        return any(condition.holds(moment) for condition in self.conditions)

    def excludes(self, other: object) -> bool:
        """Ask each of them."""
        return all(apart(condition, other) for condition in self.conditions)

    def over(self, now: datetime) -> bool:
        """Ask each of them."""
        return all(condition.over(now) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class After:
    """At the instant or later: `after: 2026-01-01` has the whole of that day."""

    instant: datetime

    def holds(self, moment: datetime) -> bool:
        """Compare; an instant written without an offset is in the moment's zone."""
        return moment >= _in_zone(self.instant, moment.tzinfo)

    def excludes(self, other: object) -> bool:
        """Compare with an end, where both are written with an offset or both without."""
        match other:
            case Before(end):
                return (end.tzinfo is None) is (self.instant.tzinfo is None) and end <= self.instant
            case DayRange(last=last):
                return self.instant.tzinfo is None and last < self.instant.date()
            case _:
                return False

    def over(self, now: datetime) -> bool:
        """It never ends."""
        return False


@dataclass(frozen=True, slots=True)
class Before:
    """Earlier than the instant: `before: 2026-01-01` has nothing of that day."""

    instant: datetime

    def holds(self, moment: datetime) -> bool:
        """Compare; an instant written without an offset is in the moment's zone."""
        return moment < _in_zone(self.instant, moment.tzinfo)

    def excludes(self, other: object) -> bool:
        """Compare with days that begin no earlier; `After` compares with this."""
        if not isinstance(other, DayRange) or self.instant.tzinfo is not None:
            return False
        return self.instant <= datetime.combine(other.first, time())

    def over(self, now: datetime) -> bool:
        """Compare with the end."""
        return not self.holds(now)


def _in_zone(instant: datetime, zone: tzinfo | None) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentTest:
    """YES when a moment meets every condition, seen in the time zone of the settings."""

    clock: Clock
    conditions: tuple[Condition, ...]

    def observe(self, subject: Subject) -> Seen:
        """Look at the moment; a mail without it meets nothing."""
        moment = _moment(self.clock, subject)
        if moment is None:
            return Seen(Answer.NO, "(none)")
        value = f"{moment:%a} {moment.isoformat(sep=' ', timespec='minutes')}"
        return Seen(answer(all(condition.holds(moment) for condition in self.conditions)), value)

    def implies(self, other: object) -> bool:
        """Tell whether all that the other asks of the same moment is asked here."""
        if not isinstance(other, MomentTest) or other.clock is not self.clock:
            return False
        return set(other.conditions) <= set(self.conditions)

    def excludes(self, other: object) -> bool:
        """Tell whether the same moment can't meet both."""
        if not isinstance(other, MomentTest) or other.clock is not self.clock:
            return False
        return any(apart(one, another) for one in self.conditions for another in other.conditions)

    def impossible(self, around: Circumstances) -> str:
        """Tell why no moment meets all conditions, or none from now on."""
        if any(apart(one, another) for one, another in combinations(self.conditions, 2)):
            return "no moment is like that"
        past = self.clock is _now_of and any(condition.over(around.now) for condition in self.conditions)
        return "that time is over" if past else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeTest:
    """YES when the time that has passed since a moment is within the bound."""

    clock: Clock
    bound: Comparison[timedelta]

    def observe(self, subject: Subject) -> Seen:
        """Compare with the clock; a moment to come has a negative age."""
        moment = _moment(self.clock, subject)
        if moment is None:
            return Seen(Answer.NO, "(none)")
        age = subject.now - moment
        return Seen(answer(self.bound.holds(age)), _rounded(age))

    def implies(self, other: object) -> bool:
        """Compare bounds on the same moment."""
        if not isinstance(other, AgeTest) or other.clock is not self.clock:
            return False
        return self.bound.implies(other.bound)

    def excludes(self, other: object) -> bool:
        """Compare bounds on the same moment."""
        if not isinstance(other, AgeTest) or other.clock is not self.clock:
            return False
        return self.bound.excludes(other.bound)


def _moment(clock: Clock, subject: Subject) -> datetime | None:
    moment = clock(subject)
    try:
        return None if moment is None else moment.astimezone(subject.now.tzinfo)
    except OverflowError:  # the first or last day of all, moved by a time zone
        return None


def _rounded(age: timedelta) -> str:
    seconds = abs(int(age.total_seconds()))
    unit, length = next(((unit, length) for unit, length in _UNITS if seconds >= 2 * length), ("s", 1))
    return f"{'-' * (age < timedelta())}{seconds // length}{unit}"


_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60))


def _date_of(subject: Subject) -> datetime | None:
    return subject.message.date


def _received_of(subject: Subject) -> datetime | None:
    return subject.message.received_at


def _now_of(subject: Subject) -> datetime:
    return subject.now


def _read_after(value: object) -> Condition:
    return After(read_instant(value))


def _read_before(value: object) -> Condition:
    return Before(read_instant(value))


MOMENT_FIELDS: Mapping[str, Callable[[object], Condition]] = {
    "after": _read_after,
    "before": _read_before,
    "date": read_days,
    "weekday": read_weekdays,
    "time": read_hours,
}


def _read_conditions(value: object, scope: Scope) -> tuple[Condition, ...]:
    if not isinstance(value, dict) or not value:
        message = f"expected a mapping of {one_of(MOMENT_FIELDS)}, found {short(value)!r}"
        raise Refused(Fault(message=message))
    refusals, conditions = Refusals(), []
    with refusals.inside():
        refuse_unknown_keys(value, MOMENT_FIELDS)
    for name, wanted in value.items():
        if name in MOMENT_FIELDS:
            with refusals.inside(name):
                conditions.append(AnyOfThese(read_each(wanted, MOMENT_FIELDS[name])))
    refusals.settle()
    return tuple(conditions)


def _read_bound(value: object, scope: Scope) -> Comparison[timedelta]:
    if not isinstance(value, str):
        message = (
            f'expected a bound such as ">2d", or a mapping of {one_of(MOMENT_FIELDS)}, found {short(value)!r}'
        )
        raise Refused(Fault(message=message))
    try:
        return parse_age_comparison(value)
    except ValueError as exc:
        raise Refused(Fault(message=str(exc))) from exc


def _read_moment(clock: Clock, value: object, site: Site) -> Test:
    if isinstance(value, dict):
        return site.leaf(value, MomentTest(clock=clock, conditions=site.read(_read_conditions, value)))
    return site.leaf(value, AgeTest(clock=clock, bound=site.read(_read_bound, value)))


read_date = partial(_read_moment, _date_of)
"""`age` and `date`: the Date header, as a bound on the time since, or as days and hours."""

read_received = partial(_read_moment, _received_of)
"""`received`: the newest Received header, in the same ways."""


def read_now(value: object, site: Site) -> Test:
    """`now`: the clock."""
    return site.leaf(value, MomentTest(clock=_now_of, conditions=site.read(_read_conditions, value)))
