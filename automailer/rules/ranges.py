"""Ranges of days, weekdays and hours, as rules write them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from automailer.rules.refusal import Fault, Refused, short
from automailer.settings import nearest

__all__ = [
    "DAY_NAMES",
    "DayRange",
    "HourRange",
    "Weekdays",
    "read_date",
    "read_days",
    "read_hours",
    "read_instant",
    "read_weekdays",
]

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?- ?([0-9]{1,2}):([0-9]{2})", re.ASCII)
MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class DayRange:
    """From the first day to the last, both counted."""

    first: date
    last: date

    def holds(self, moment: datetime) -> bool:
        """Tell whether the moment's day, in its own zone, lies in it."""
        return self.first <= moment.date() <= self.last

    def excludes(self, other: object) -> bool:
        """Tell whether no day is in both, or none is one of the weekdays."""
        match other:
            case DayRange(first, last):
                return last < self.first or self.last < first
            case Weekdays(days):
                return days.isdisjoint(self._weekdays())
            case _:
                return False

    def over(self, now: datetime) -> bool:
        """Tell whether the last day is past."""
        return self.last < now.date()

    def _weekdays(self) -> Iterator[int]:
        length = (self.last - self.first).days + 1
        return ((self.first.weekday() + offset) % 7 for offset in range(min(length, 7)))


@dataclass(frozen=True, slots=True)
class HourRange:
    """Minutes of the day, the last not counted; across midnight when it ends before it begins."""

    first: int
    last: int

    def holds(self, moment: datetime) -> bool:
        """Tell whether the moment's time of day, in its own zone, lies in it."""
        minute = moment.hour * 60 + moment.minute
        if self.first < self.last:
            return self.first <= minute < self.last
        return minute >= self.first or minute < self.last

    def excludes(self, other: object) -> bool:
        """Tell whether the two have no minute in common."""
        return isinstance(other, HourRange) and self._minutes().isdisjoint(other._minutes())

    def over(self, now: datetime) -> bool:
        """It comes again every day."""
        return False

    def _minutes(self) -> frozenset[int]:
        if self.first < self.last:
            return frozenset(range(self.first, self.last))
        return frozenset(range(MIDNIGHT)) - frozenset(range(self.last, self.first))


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Days of the week, Monday being 0."""

    days: frozenset[int]

    def holds(self, moment: datetime) -> bool:
        """Tell whether the moment's day of the week, in its own zone, is one of them."""
        return moment.weekday() in self.days

    def excludes(self, other: object) -> bool:
        """Tell whether the two have no day in common."""
        return isinstance(other, Weekdays) and self.days.isdisjoint(other.days)

    def over(self, now: datetime) -> bool:
        """It comes again every week."""
        return False


def read_weekdays(value: object) -> Weekdays:
    """The days that `mon-fri`, `fri-mon` or `sat, sun` means."""
    text = _text(value, "days such as mon-fri")
    days: set[int] = set()
    for piece in text.split(","):
        first, dash, last = piece.partition("-")
        start = _day(first)
        days.update(_run(start, _day(last)) if dash else (start,))
    return Weekdays(frozenset(days))


def _day(name: str) -> int:
    word = name.strip().lower()
    if word[:3] in DAYS and DAY_NAMES[DAYS.index(word[:3])].startswith(word):
        return DAYS.index(word[:3])
    message = f"unknown day {short(name.strip())!r}: expected mon, tue, wed, thu, fri, sat or sun"
    raise Refused(Fault(message=message, hint=nearest(word[:3], DAYS)))


DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _run(first: int, last: int) -> tuple[int, ...]:
    return tuple(day % 7 for day in range(first, last + 1 if first <= last else last + 8))


def read_hours(value: object) -> HourRange:
    """The times that `08:00-18:00` or, across midnight, `22:00-06:00` means; `24:00` ends a day."""
    text = _text(value, 'times such as "08:00-18:00"')
    found = _HOURS.fullmatch(text)
    if found is None:
        raise Refused(
            Fault(message=f'{short(text)!r} is no range of times: expected one such as "08:00-18:00"')
        )
    hours, minutes = (int(found[1]), int(found[3])), (int(found[2]), int(found[4]))
    first, last = (60 * hour + minute for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or first >= MIDNIGHT or last > MIDNIGHT:
        raise Refused(Fault(message=f"{short(text)!r} names a time that no day has"))
    if first == last:
        raise Refused(Fault(message=f"{short(text)!r} ends when it begins: for a whole day leave it out"))
    return HourRange(first, last)


def read_days(value: object) -> DayRange:
    """The days that `2026-12-24` or `2026-12-24..2026-12-26` means."""
    text = _text(value, "a date such as 2026-12-24")
    first, dots, last = text.partition("..")
    days = DayRange(read_date(first), read_date(last if dots else first))
    if days.last < days.first:
        raise Refused(Fault(message=f"{short(text)!r} ends before it begins"))
    return days


def read_date(value: object) -> date:
    """The day that `2026-12-24` means."""
    text = _text(value, "a date such as 2026-12-24")
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise Refused(Fault(message=f"{short(text)!r} is no date: expected one such as 2026-12-24")) from exc


def read_instant(value: object) -> datetime:
    """The start of a day, or a time of it (`2026-12-24T18:00`); aware only when it is written with an offset."""
    text = _text(value, "a date such as 2026-12-24")
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        message = f"{short(text)!r} is no date: expected one such as 2026-12-24 or 2026-12-24T18:00"
        raise Refused(Fault(message=message)) from exc


def _text(value: object, expected: str) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip()
    raise Refused(Fault(message=f"expected {expected}, found {short(value)!r}"))
