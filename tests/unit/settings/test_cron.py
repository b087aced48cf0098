"""Cron times mean what crontab(5) says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from apscheduler.triggers.cron import CronTrigger
from pydantic import TypeAdapter, ValidationError

from automailer.settings import Cron, Schedule, parse_cron, parse_schedule

SUNDAY = 0


@pytest.mark.parametrize(
    ("weekday", "days"),
    [
        ("0", {0}),
        ("7", {0}),
        ("sun", {0}),
        ("SUN", {0}),
        ("1-5", {1, 2, 3, 4, 5}),
        ("mon-fri", {1, 2, 3, 4, 5}),
        ("mon-sun", {0, 1, 2, 3, 4, 5, 6}),
        ("5-7", {0, 5, 6}),
        ("fri-mon", {0, 1, 5, 6}),
        ("sat,1", {1, 6}),
        ("*", {0, 1, 2, 3, 4, 5, 6}),
        ("1-5/2", {1, 3, 5}),
    ],
)
def test_weekdays_count_from_sunday(weekday: str, days: set[int]) -> None:
    assert parse_cron(f"0 8 * * {weekday}").weekdays == days


@pytest.mark.parametrize("weekday", ["0", "7", "sun"])
def test_the_scheduler_hears_of_sunday_by_name(weekday: str) -> None:
    [fields] = parse_cron(f"0 8 * * {weekday}").triggers()
    next_one = CronTrigger(timezone=UTC, **fields).get_next_fire_time(
        None, datetime(2026, 11, 23, tzinfo=UTC)
    )
    assert next_one == datetime(2026, 11, 29, 8, tzinfo=UTC)


def test_lists_ranges_and_steps_are_counted_out() -> None:
    cron = parse_cron("*/20,5 8-18/5 1,15 jan,6-8 *")
    assert cron.minutes == {0, 5, 20, 40}
    assert cron.hours == {8, 13, 18}
    assert cron.days == {1, 15}
    assert cron.months == {1, 6, 7, 8}


def test_a_day_that_fits_either_of_two_restricted_fields_is_enough() -> None:
    by_day, by_weekday = parse_cron("0 0 13 * fri").triggers()
    assert by_day["day"] == "13"
    assert "day_of_week" not in by_day
    assert by_weekday["day_of_week"] == "fri"
    assert "day" not in by_weekday


def test_a_starred_step_restricts_together_with_the_other_field() -> None:
    [fields] = parse_cron("0 0 */2 * fri").triggers()
    assert fields["day_of_week"] == "fri"
    assert fields["day"].startswith("1,3,5")


@pytest.mark.parametrize(
    "text",
    [
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "* * * * mo",
        "*/0 * * * *",
        "5/10 * * * *",
        "10-5 * * * *",
        "*-5 * * * *",
        ", * * * *",
        "1, * * * *",
        "-1 * * * *",
        "@hourly",
    ],
)
def test_what_is_no_cron_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_cron(text)


@pytest.mark.parametrize("text", ["0 0 31 2 *", "0 0 30 feb *", "0 0 31 4,6 *"])
def test_a_day_that_no_month_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="never comes"):
        parse_cron(text)


def test_the_29th_of_february_comes() -> None:
    assert parse_cron("0 0 29 2 *").days == {29}


def test_a_schedule_is_a_pause_or_a_cron_time() -> None:
    assert parse_schedule("60s") == timedelta(seconds=60)
    assert isinstance(parse_schedule("*/5 8-18 * * mon-fri"), Cron)
    with pytest.raises(ValueError, match="longer than nothing"):
        parse_schedule("0s")


@pytest.mark.parametrize("text", ['"*/5 8-18 * * mon-fri"', '{cron: "*/5 8-18 * * mon-fri"}'])
def test_a_cron_time_may_be_called_so(text: str) -> None:
    schedule = read_schedule(text)
    assert str(schedule) == "*/5 8-18 * * mon-fri"


@pytest.mark.parametrize(
    "text", ["{cron: 60s}", "{cron: 5}", "{crn: 0 8 * * *}", "{cron: 0 8 * * *, x: 1}", "5"]
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read_schedule(text)


def read_schedule(text: str) -> object:
    """The schedule that a value in YAML means."""
    return TypeAdapter(Schedule).validate_python(yaml.safe_load(text))
