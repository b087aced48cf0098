"""What goes into a column comes out again, and sorts as it should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from automailer.journal.columns import Instant, Json, MailText, PackedJson

DIALECT = sqlite.dialect()
ZONES = st.integers(min_value=-14 * 60, max_value=14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
INSTANTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=ZONES,
)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
)


@given(INSTANTS, INSTANTS)
def test_instants_sort_as_time_does(one: datetime, other: datetime) -> None:
    column = Instant()
    texts = [str(column.process_bind_param(value, DIALECT)) for value in (one, other)]
    assert (texts[0] < texts[1]) == (one < other)
    assert {len(text) for text in texts} == {27}


@given(INSTANTS)
def test_an_instant_comes_back_in_utc(value: datetime) -> None:
    column = Instant()
    back = column.process_result_value(column.process_bind_param(value, DIALECT), DIALECT)
    assert back == value
    assert back is not None
    assert back.tzinfo is UTC


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        Instant().process_bind_param(datetime(2026, 1, 1), DIALECT)  # noqa: DTZ001


@given(ANY_TEXT)
def test_mail_text_is_always_storable_and_else_unchanged(value: str) -> None:
    stored = MailText().process_bind_param(value, DIALECT)
    assert stored is not None
    assert "\0" not in stored
    stored.encode("utf-8")
    assert MailText().process_bind_param(stored, DIALECT) == stored
    if value.isprintable():
        assert stored == value


@given(JSON)
def test_json_comes_back_as_it_was(value: Any) -> None:
    plain, packed = Json(), PackedJson()
    assert plain.process_result_value(plain.process_bind_param(value, DIALECT), DIALECT) == value
    assert packed.process_result_value(packed.process_bind_param(value, DIALECT), DIALECT) == value


@given(ANY_TEXT)
def test_json_is_plain_ascii_to_the_database(value: str) -> None:
    stored = Json().process_bind_param([value], DIALECT)
    assert stored is not None
    assert stored.isascii()
    assert "\0" not in stored


def test_a_long_trace_is_compressed() -> None:
    trace = [{"test": "subject", "answer": "no", "where": "rules.yaml:3:5"}] * 200
    stored = PackedJson().process_bind_param(trace, DIALECT)
    assert stored is not None
    assert len(stored) < 500
