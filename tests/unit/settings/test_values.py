"""Durations, sizes, rates and comparisons, as tables and as laws."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from automailer.settings import (
    CountComparison,
    Duration,
    PositiveDuration,
    Rate,
    Size,
    format_duration,
    format_size,
    parse_age_comparison,
    parse_count_comparison,
    parse_duration,
    parse_rate,
    parse_size,
    parse_size_comparison,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("2h", 7200), ("14d", 1_209_600), ("1w", 604_800), ("0d", 0), (" 5 m ", 300)],
)
def test_a_duration_means_its_seconds(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "m",
        "-5m",
        "5M",
        "1.5h",
        "5 minutes",
        "1h30m",
        "٥m",
        "5m\nx",
        "9" * 12 + "w",
        "9" * 5000 + "s",
    ],
)
def test_what_is_no_duration_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected (a number and s, m, h, d or w|at most a hundred years)"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=3_000_000_000))
def test_a_duration_is_read_as_it_was_written(seconds: int) -> None:
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("10KB", 10_000),
        ("5MB", 5_000_000),
        ("1GB", 1_000_000_000),
        ("10KiB", 10_240),
        ("5MiB", 5_242_880),
        ("1GiB", 1_073_741_824),
        ("1.5MB", 1_500_000),
        ("10 kb", 10_000),
        ("7B", 7),
        ("7", 7),
        ("0", 0),
    ],
)
def test_a_size_means_its_octets(text: str, octets: int) -> None:
    assert parse_size(text) == octets


@pytest.mark.parametrize(
    "text", ["", "MB", "-5MB", "5TB", "5 apples", "5,5MB", "1e9", "²MB", "9" * 18 + "GB"]
)
def test_what_is_no_size_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected (a number and KB|at most)"):
        parse_size(text)


@given(st.integers(min_value=0, max_value=10**15))
def test_a_size_is_read_as_it_was_written(octets: int) -> None:
    assert parse_size(format_size(octets)) == octets


@pytest.mark.parametrize(
    ("text", "below", "at", "above"),
    [
        (">5MB", False, False, True),
        (">=5MB", False, True, True),
        ("<5MB", True, False, False),
        ("<= 5MB", True, True, False),
        ("=5MB", False, True, False),
        ("==5MB", False, True, False),
    ],
)
def test_a_comparison_holds_on_its_side_of_the_bound(text: str, below: bool, at: bool, above: bool) -> None:
    bound = parse_size_comparison(text)
    assert [bound.holds(octets) for octets in (4_999_999, 5_000_000, 5_000_001)] == [below, at, above]


def test_an_age_is_compared_as_a_time_span() -> None:
    assert parse_age_comparison(">2d").holds(timedelta(days=3))
    assert not parse_age_comparison(">2d").holds(timedelta(days=2))
    assert str(parse_age_comparison(">= 48h")) == ">=2d"


def test_a_number_alone_is_that_many_exactly() -> None:
    assert parse_count_comparison("3").holds(3)
    assert not parse_count_comparison("3").holds(4)
    assert TypeAdapter(CountComparison).validate_python(3) == parse_count_comparison("=3")


@pytest.mark.parametrize("text", ["5MB", "", ">", "> > 5MB", "=>5MB", "!5MB", ">5 apples"])
def test_what_is_no_bound_on_a_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_size_comparison(text)


@pytest.mark.parametrize("text", [">3.5", "many", ">", "-1", ">9999999999"])
def test_what_is_no_bound_on_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"whole number|expected"):
        parse_count_comparison(text)


@pytest.mark.parametrize(
    ("text", "count", "seconds"),
    [("30/min", 30, 60), ("500/hour", 500, 3600), ("2000/day", 2000, 86_400), ("5 / minute", 5, 60)],
)
def test_a_rate_is_so_many_in_a_time(text: str, count: int, seconds: int) -> None:
    assert parse_rate(text) == Rate(count, timedelta(seconds=seconds))


@pytest.mark.parametrize("text", ["30", "0/min", "30/fortnight", "/min", "-3/min", "30/min/h"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 30/min"):
        parse_rate(text)


@pytest.mark.parametrize("value", [True, 1.5, None, ["5m"], {"s": 5}])
def test_a_duration_in_a_model_is_text_or_a_timedelta(value: object) -> None:
    with pytest.raises(ValidationError, match="expected a duration"):
        TypeAdapter(Duration).validate_python(value)
    assert TypeAdapter(Duration).validate_python(timedelta(seconds=5)) == timedelta(seconds=5)


def test_a_pause_is_longer_than_nothing() -> None:
    with pytest.raises(ValidationError, match="longer than nothing"):
        TypeAdapter(PositiveDuration).validate_python("0s")


def test_a_size_in_a_model_may_be_a_number_of_octets() -> None:
    assert TypeAdapter(Size).validate_python(1000) == 1000
    with pytest.raises(ValidationError, match="'-1' is no size"):
        TypeAdapter(Size).validate_python(-1)
    with pytest.raises(ValidationError, match="expected a size"):
        TypeAdapter(Size).validate_python(True)
