"""Five-field cron times as crontab(5) means them, and the schedules that people write. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from automailer.settings.values import format_duration, parse_duration, shorten

__all__ = ["Cron", "Schedule", "parse_cron", "parse_schedule"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

_ITEM = re.compile(r"(\*|[0-9a-z]{1,3})(?:-([0-9a-z]{1,3}))?(?:/([0-9]{1,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    first: int
    last: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 7, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """The minutes at which something starts; weekdays count from Sunday, 0 to 6.

    `any_day` and `any_weekday` tell which of the two fields starts with a star: when neither does, a day that
    fits one of them is enough, as crontab(5) has it.
    """

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def triggers(self) -> tuple[dict[str, str], ...]:
        """The fields for APScheduler's `CronTrigger`, weekdays by name; with two, either one starts it."""
        time = {"minute": _listed(self.minutes), "hour": _listed(self.hours), "month": _listed(self.months)}
        by_day = {**time, "day": _listed(self.days)}
        by_weekday = {**time, "day_of_week": ",".join(_WEEKDAYS[day] for day in sorted(self.weekdays))}
        if self.any_day or self.any_weekday:
            return ({**by_day, **by_weekday},)
        return (by_day, by_weekday)

    def __str__(self) -> str:
        return self.text


def _listed(numbers: frozenset[int]) -> str:
    return ",".join(str(number) for number in sorted(numbers))


def parse_cron(text: str) -> Cron:
    """The times that the five fields `minute hour day month weekday` mean; 0 and 7 are Sunday."""
    words = text.lower().split()
    if len(words) != len(_FIELDS):
        msg = f"{shorten(text)} is no cron time: expected five fields (minute hour day month weekday)"
        raise ValueError(msg)
    minutes, hours, days, months, weekdays = (
        _numbers(word, field) for word, field in zip(words, _FIELDS, strict=True)
    )
    cron = Cron(
        text=" ".join(words),
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(day % 7 for day in weekdays),
        # As in Vixie's cron, a field that starts with a star, */2 too, restricts nothing by itself.
        any_day=words[2].startswith("*"),
        any_weekday=words[4].startswith("*"),
    )
    if cron.any_weekday and not any(min(days) <= _LONGEST_MONTHS[month - 1] for month in months):
        msg = f"{shorten(text)} never comes: no such month has that day"
        raise ValueError(msg)
    return cron


def _numbers(word: str, field: _Field) -> frozenset[int]:
    numbers: set[int] = set()
    for item in word.split(","):
        found = _ITEM.fullmatch(item)
        if found is None or (found[1] == "*" and found[2]):
            raise ValueError(_wrong(item, field))
        step = int(found[3] or 1)
        if step == 0 or (found[3] and found[1] != "*" and not found[2]):
            raise ValueError(_wrong(item, field))
        first, last = _bounds(found[1], found[2], field)
        numbers.update(range(first, last + 1, step))
    return frozenset(numbers)


def _bounds(start: str, end: str | None, field: _Field) -> tuple[int, int]:
    if start == "*":
        return field.first, min(field.last, 6) if field.names is _WEEKDAYS else field.last
    first = _number(start, field)
    last = first if end is None else _number(end, field)
    if last < first and field.names is _WEEKDAYS:
        last += 7  # fri-mon goes over the week's end; Cron counts modulo 7
    if last < first:
        msg = f"{field.name} {start}-{end} goes backwards: expected the smaller one first"
        raise ValueError(msg)
    return first, last


def _number(word: str, field: _Field) -> int:
    if word in field.names:
        return field.names.index(word) + (1 if field.names is _MONTHS else 0)
    if not word.isdigit() or not field.first <= int(word) <= field.last:
        raise ValueError(_wrong(word, field))
    return int(word)


def _wrong(word: str, field: _Field) -> str:
    names = f" or {field.names[0]} to {field.names[-1]}" if field.names else ""
    expected = f"{field.first} to {field.last}{names}, a range a-b, a list or */n"
    return f"{shorten(word)} is no {field.name}: expected {expected}"


def parse_schedule(text: str) -> timedelta | Cron:
    """A pause longer than nothing such as `60s`, or a cron time such as `*/5 8-18 * * mon-fri`."""
    if len(text.split()) > 2:
        return parse_cron(text)
    pause = parse_duration(text)
    if pause <= timedelta():
        msg = "must be longer than nothing"
        raise ValueError(msg)
    return pause


def _read_schedule(value: object) -> Any:
    if isinstance(value, timedelta | Cron):
        return value
    if isinstance(value, str):
        return parse_schedule(value)
    if isinstance(value, dict) and isinstance(value.get("cron"), str) and len(value) == 1:
        return parse_cron(value["cron"])
    msg = f"expected a duration such as 60s or a cron time, found {shorten(value)}"
    raise ValueError(msg)


def _write_schedule(value: timedelta | Cron) -> str:
    return format_duration(value) if isinstance(value, timedelta) else str(value)


Schedule = Annotated[
    timedelta | Cron,
    PlainValidator(_read_schedule),
    PlainSerializer(_write_schedule),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": r"^\s*([0-9]{1,12} ?[smhdw]|\S+(\s+\S+){4})\s*$",
                    "examples": ["60s", "*/5 8-18 * * mon-fri"],
                },
                {
                    "type": "object",
                    "properties": {
                        "cron": {
                            "type": "string",
                            "pattern": r"^\s*\S+(\s+\S+){4}\s*$",
                            "description": "minute, hour, day of the month, month and day of the week",
                        }
                    },
                    "required": ["cron"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
