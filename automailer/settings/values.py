"""Durations, sizes, rates and comparisons: what people write, as values. Pure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, PlainSerializer, PlainValidator, WithJsonSchema

__all__ = [
    "AgeComparison",
    "Comparison",
    "CountComparison",
    "Duration",
    "PositiveDuration",
    "Rate",
    "RatePerTime",
    "Size",
    "SizeComparison",
    "format_duration",
    "format_size",
    "parse_age_comparison",
    "parse_count_comparison",
    "parse_duration",
    "parse_rate",
    "parse_size",
    "parse_size_comparison",
    "shorten",
]

T = TypeVar("T", int, timedelta)

# A hundred years: any date of a mail minus this is still a date.
MAX_DURATION = timedelta(days=36_525)
# An exabyte: no message, file or disk of these years is larger.
MAX_SIZE = 10**18

_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_OCTETS = {
    "": 1,
    "b": 1,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "kib": 1024,
    "mib": 1024**2,
    "gib": 1024**3,
}
_UNIT_NAMES = ("GiB", "GB", "MiB", "MB", "KiB", "KB", "B")
_PERIODS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "h": 3_600,
    "hour": 3_600,
    "d": 86_400,
    "day": 86_400,
}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}

_DURATION = re.compile(r"([0-9]{1,12}) ?([smhdw])", re.ASCII)
_SIZE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?) ?([KMG]i?B|B|)", re.ASCII | re.IGNORECASE)
_RATE = re.compile(r"([0-9]{1,9}) ?/ ?([a-z]+)", re.ASCII)
_COMPARISON = re.compile(r"(>=|<=|==|>|<|=)? *(.*)", re.ASCII | re.DOTALL)


def shorten(value: object, limit: int = 60) -> str:
    """The value by repr, cut to a length that fits an error line."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def parse_duration(text: str) -> timedelta:
    """The time that `90s`, `5m`, `2h`, `14d` or `1w` means."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        msg = f"{shorten(text)} is no duration: expected a number and s, m, h, d or w, such as 90s, 5m or 14d"
        raise ValueError(msg)
    seconds = int(found[1]) * _SECONDS[found[2]]
    if seconds > MAX_DURATION.total_seconds():
        msg = f"{shorten(text)} is too long: expected at most a hundred years"
        raise ValueError(msg)
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """The duration in its largest whole unit, as `parse_duration` reads it; parts of a second are dropped."""
    seconds = int(duration.total_seconds())
    for unit, length in _SECONDS.items():
        if seconds and seconds % length == 0:
            return f"{seconds // length}{unit}"
    return "0s"


def parse_size(text: str) -> int:
    """The octets that `10KB`, `1.5GB` (powers of 1000) or `1MiB` (of 1024) means; a bare number is octets."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        msg = f"{shorten(text)} is no size: expected a number and KB, MB, GB, KiB, MiB or GiB, such as 5MB"
        raise ValueError(msg)
    octets = int(Decimal(found[1]) * _OCTETS[found[2].lower()])
    if octets > MAX_SIZE:
        msg = f"{shorten(text)} is too large: expected at most a thousand million GB"
        raise ValueError(msg)
    return octets


def format_size(octets: int) -> str:
    """The size in its largest unit that leaves a whole number, as `parse_size` reads it."""
    for unit in _UNIT_NAMES:
        if octets and octets % _OCTETS[unit.lower()] == 0:
            return f"{octets // _OCTETS[unit.lower()]}{unit}"
    return "0B"


@dataclass(frozen=True, slots=True)
class Comparison(Generic[T]):
    """A bound such as `>5MB`: an operator (`> >= < <= =`) and the value on its right."""

    operator: str
    value: T

    def holds(self, x: T) -> bool:
        """True when `x` stands in this relation to the value."""
        return _OPERATORS[self.operator](x, self.value)

    def implies(self, other: Comparison[T]) -> bool:
        """True when whatever this holds for, the other holds for too."""
        alike = self.operator == "=" or self.operator[0] == other.operator[0]
        return self == other or (alike and other.holds(self.value))

    def excludes(self, other: Comparison[T]) -> bool:
        """True when there is nothing that both hold for."""
        if "=" in (self.operator, other.operator):
            return not other.holds(self.value) if self.operator == "=" else not self.holds(other.value)
        opposed = self.operator[0] != other.operator[0]
        return opposed and not (self.holds(other.value) and other.holds(self.value))

    def __str__(self) -> str:
        value = format_duration(self.value) if isinstance(self.value, timedelta) else str(self.value)
        return f"{self.operator}{value}"


def _parse_comparison(text: str, parse: Callable[[str], T], example: str) -> Comparison[T]:
    found = _COMPARISON.fullmatch(text.strip())
    if found is None or found[1] is None:
        msg = f"{shorten(text)} is no comparison: expected >, >=, <, <= or = and a value, such as {example}"
        raise ValueError(msg)
    return Comparison("=" if found[1] == "==" else found[1], parse(found[2]))


def parse_size_comparison(text: str) -> Comparison[int]:
    """The bound on octets that `>5MB` or `<=10KB` means."""
    return _parse_comparison(text, parse_size, '">5MB"')


def parse_age_comparison(text: str) -> Comparison[timedelta]:
    """The bound on a time span that `>2d` means."""
    return _parse_comparison(text, parse_duration, '">2d"')


def parse_count_comparison(text: str) -> Comparison[int]:
    """The bound on a number that `>3` means; a number alone is that many exactly."""
    text = text.strip()
    return _parse_comparison(f"={text}" if text[:1].isdigit() else text, _parse_count, '">3"')


def _parse_count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        msg = f"{shorten(text)} is no whole number"
        raise ValueError(msg)
    return int(text)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` in each `per`."""

    count: int
    per: timedelta

    def __str__(self) -> str:
        return f"{self.count}/{format_duration(self.per)}"


def parse_rate(text: str) -> Rate:
    """The rate that `30/min`, `500/hour` or `2000/day` means."""
    found = _RATE.fullmatch(text.strip())
    if found is None or found[2] not in _PERIODS or int(found[1]) == 0:
        msg = f"{shorten(text)} is no rate: expected a number of mails per min, hour or day, such as 30/min"
        raise ValueError(msg)
    return Rate(int(found[1]), timedelta(seconds=_PERIODS[found[2]]))


def _read(kind: type, parse: Callable[[str], Any], expected: str) -> PlainValidator:
    """Reads text with `parse`; a value of the kind itself passes, so that models can be built in code."""

    def read(value: object) -> Any:
        if isinstance(value, str) or type(value) is int:
            return parse(str(value))
        if isinstance(value, kind) and not isinstance(value, bool):
            return value
        msg = f"expected {expected}, found {shorten(value)}"
        raise ValueError(msg)

    return PlainValidator(read)


def _schema(pattern: str, *examples: str, number: bool = False) -> WithJsonSchema:
    text = {"type": "string", "pattern": rf"^\s*{pattern}\s*$", "examples": list(examples)}
    return WithJsonSchema({"anyOf": [text, {"type": "integer", "minimum": 0}]} if number else text)


def _positive(duration: timedelta) -> timedelta:
    if duration <= timedelta():
        msg = "must be longer than nothing"
        raise ValueError(msg)
    return duration


_SIZE_PATTERN = r"[0-9]{1,18}(\.[0-9]{1,9})? ?([KkMmGg][Ii]?[Bb]|[Bb]|)"
_DURATION_PATTERN = r"[0-9]{1,12} ?[smhdw]"
_OPERATOR_PATTERN = r"(>=|<=|==|>|<|=) *"

Duration = Annotated[
    timedelta,
    _read(timedelta, parse_duration, "a duration such as 90s, 5m or 14d"),
    PlainSerializer(format_duration),
    _schema(_DURATION_PATTERN, "90s", "5m", "14d"),
]
PositiveDuration = Annotated[Duration, AfterValidator(_positive)]
Size = Annotated[
    int,
    _read(int, parse_size, "a size such as 10KB or 5MB"),
    _schema(_SIZE_PATTERN, "10KB", "5MB", number=True),
]
RatePerTime = Annotated[
    Rate,
    _read(Rate, parse_rate, "a rate such as 30/min"),
    PlainSerializer(str),
    _schema(rf"[0-9]{{1,9}} ?/ ?({'|'.join(_PERIODS)})", "30/min", "2000/day"),
]
SizeComparison = Annotated[
    Comparison[int],
    _read(Comparison, parse_size_comparison, 'a bound such as ">5MB"'),
    PlainSerializer(str),
    _schema(_OPERATOR_PATTERN + _SIZE_PATTERN, ">5MB", "<=10KB"),
]
AgeComparison = Annotated[
    Comparison[timedelta],
    _read(Comparison, parse_age_comparison, 'a bound such as ">2d"'),
    PlainSerializer(str),
    _schema(_OPERATOR_PATTERN + _DURATION_PATTERN, ">2d", "<=12h"),
]
CountComparison = Annotated[
    Comparison[int],
    _read(Comparison, parse_count_comparison, 'a bound such as ">3", or a number'),
    PlainSerializer(str),
    _schema(rf"({_OPERATOR_PATTERN})?[0-9]{{1,9}}", ">3", number=True),
]
