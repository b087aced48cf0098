"""Ranges of days, weekdays and hours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.rules import Refused
from automailer.rules.ranges import HourRange, read_days, read_hours, read_instant, read_weekdays

ALL = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS = {
    "mon-fri": [0, 1, 2, 3, 4],
    "sat": [5],
    "fri-mon": [4, 5, 6, 0],
    "mon, wed , fri": [0, 2, 4],
    "Sat-Sun": [5, 6],
    "monday-tuesday": [0, 1],
    "sun-sun": [6],
    "mon-sun": [0, 1, 2, 3, 4, 5, 6],
}


@pytest.mark.parametrize(("text", "days"), WEEKDAYS.items())
def test_weekdays(text: str, days: list[int]) -> None:
    assert read_weekdays(text).days == set(days)


@given(st.sampled_from(range(7)), st.sampled_from(range(7)))
def test_a_run_of_days_begins_and_ends_where_it_says(first: int, last: int) -> None:
    days = read_weekdays(f"{ALL[first]}-{ALL[last]}").days
    assert {first, last} <= days
    assert len(days) == (last - first) % 7 + 1


HOURS = {
    "08:00-18:00": ({"08:00": True, "17:59": True, "18:00": False, "07:59": False}),
    "22:00-06:00": (
        {"22:00": True, "23:59": True, "00:00": True, "05:59": True, "06:00": False, "12:00": False}
    ),
    "0:00-24:00": ({"00:00": True, "23:59": True}),
    "18:00 - 24:00": ({"18:00": True, "23:59": True, "00:00": False}),
    "22:00-00:00": ({"22:00": True, "23:59": True, "00:00": False}),
}


@pytest.mark.parametrize(("text", "moments"), HOURS.items())
def test_hours(text: str, moments: dict[str, bool]) -> None:
    hours = read_hours(text)
    day = "2026-11-25T"
    assert {at: hours.holds(datetime.fromisoformat(day + at)) for at in moments} == moments


@given(st.times(), st.integers(0, 1439), st.integers(0, 1439))
def test_a_range_of_hours_and_the_rest_of_the_day_are_the_day(at: object, first: int, last: int) -> None:
    moment = datetime.fromisoformat(f"2026-11-25T{at}")
    if first != last:
        assert HourRange(first, last).holds(moment) is not HourRange(last, first).holds(moment)


def test_a_range_of_days_has_both_its_ends() -> None:
    days = read_days("2026-12-24..2026-12-26")
    zone = timezone(timedelta(hours=1))
    held = [day for day in range(20, 31) if days.holds(datetime(2026, 12, day, 23, 59, tzinfo=zone))]
    assert held == [24, 25, 26]
    assert read_days("2026-12-24").first == read_days("2026-12-24").last == date(2026, 12, 24)


def test_an_instant_is_a_day_or_a_time_of_it() -> None:
    assert read_instant("2026-12-24").isoformat() == "2026-12-24T00:00:00"
    assert read_instant("2026-12-24 18:00+01:00").isoformat() == "2026-12-24T18:00:00+01:00"


REFUSED: dict[str, tuple[Callable[[object], object], object, str]] = {
    "no day": (read_weekdays, "mon-xyz", "unknown day 'xyz': expected mon, tue, wed, thu, fri, sat or sun"),
    "half a day's name and more": (
        read_weekdays,
        "monkey",
        "unknown day 'monkey': expected mon, tue, wed, thu, fri, sat or sun",
    ),
    "half a run": (read_weekdays, "mon-", "unknown day '': expected mon, tue, wed, thu, fri, sat or sun"),
    "a number": (read_weekdays, 1, "expected days such as mon-fri, found '1'"),
    "no range": (read_hours, "08:00", "'08:00' is no range of times: expected one such as \"08:00-18:00\""),
    "a time too late": (read_hours, "08:00-24:01", "'08:00-24:01' names a time that no day has"),
    "minutes too many": (read_hours, "08:60-09:00", "'08:60-09:00' names a time that no day has"),
    "nothing between": (
        read_hours,
        "08:00-8:00",
        "'08:00-8:00' ends when it begins: for a whole day leave it out",
    ),
    "a day that is none": (
        read_days,
        "2026-02-30",
        "'2026-02-30' is no date: expected one such as 2026-12-24",
    ),
    "days backwards": (read_days, "2026-12-26..2026-12-24", "'2026-12-26..2026-12-24' ends before it begins"),
    "an instant that is none": (
        read_instant,
        "soon",
        "'soon' is no date: expected one such as 2026-12-24 or 2026-12-24T18:00",
    ),
}


@pytest.mark.parametrize(("read", "value", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_range_is_refused(read: Callable[[object], object], value: object, message: str) -> None:
    with pytest.raises(Refused) as caught:
        read(value)
    assert str(caught.value) == message
