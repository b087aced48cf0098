"""Dates are aware, or they are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message.dates import parse_date, received_date

TEN = datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        pytest.param("Mon, 23 Nov 2026 10:00:00 +0100", TEN, id="RFC 5322"),
        pytest.param("23 Nov 2026 10:00 +0100", TEN, id="no day, no seconds"),
        pytest.param("Mon, 23 Nov 2026 10:00:00 +0100 (Central European Time)", TEN, id="comment"),
        pytest.param("Mon,  23   Nov 2026 10:00:00\t+0100", TEN, id="blanks"),
        pytest.param("Mon, 23 Nov 26 10:00:00 +0100", TEN, id="two-digit year"),
        pytest.param("Mon, 23 Nov 2026 09:00:00 GMT", TEN, id="GMT"),
        pytest.param("Mon, 23 Nov 2026 04:00:00 EST", TEN, id="zone by name"),
        pytest.param("Mon, 23 Nov 2026 09:00:00 -0000", TEN, id="unknown zone"),
        pytest.param("Mon, 23 Nov 2026 09:00:00", TEN, id="no zone"),
        pytest.param("Mon Nov 23 09:00:00 2026", TEN, id="ctime"),
        pytest.param("2026-11-23T10:00:00+01:00", TEN, id="RFC 3339"),
        pytest.param("2026-11-23 09:00:00", TEN, id="ISO without zone"),
        pytest.param(
            "31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC), id="leap second"
        ),
    ],
)
def test_a_date_is_read_tolerantly(text: str, date: datetime) -> None:
    assert parse_date(text) == date


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "yesterday",
        "32 Jan 2026 10:00:00 +0000",
        "1 Foo 2026 10:00:00",
        "1 Jan 0 10:00:00",
        "1 Jan 9999 10:00:00",
        "1 Jan 99999 10:00:00",
        "1 Jan 2026 25:00:00",
        "1 Jan 2026 10:00:00 +9999",
        "1 13 2026",
        "1 Jan 1904 10:00:00 +0000",
        "9" * 5_000,
        " " * 100_000,
        "(" * 5_000,
        "2026-13-01T00:00:00Z",
    ],
)
def test_an_impossible_date_is_none(text: str) -> None:
    """docs/pop3-cases.md, B22."""
    assert parse_date(text) is None


def test_the_date_of_a_received_field_stands_behind_its_last_semicolon() -> None:
    value = "from a (b; c) by d with ESMTP id 1; Mon, 23 Nov 2026 10:00:00 +0100"
    assert received_date(value) == TEN
    assert received_date("from a by b") is None


@given(st.text("0123456789 :+-/,JanFebMonTZ()", max_size=40) | st.text(max_size=40))
def test_any_text_gives_an_aware_date_or_none(text: str) -> None:
    date = parse_date(text)
    assert date is None or date.astimezone(UTC) == date
