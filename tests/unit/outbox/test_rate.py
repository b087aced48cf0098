"""No stretch of the rate's length ever holds more mails than the rate says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from automailer.outbox.rate import allowance
from automailer.settings import Rate

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=each) for each in seconds]


def test_what_was_sent_within_the_time_is_spent() -> None:
    left = allowance(Rate(3, MINUTE), ago(10, 59, 61, 600), in_flight=0, now=NOW)
    assert (left.count, left.again_at) == (1, None)


def test_what_is_in_flight_is_spent() -> None:
    assert allowance(Rate(3, MINUTE), ago(10), in_flight=1, now=NOW).count == 1


def test_the_next_may_go_when_the_oldest_is_forgotten() -> None:
    left = allowance(Rate(2, MINUTE), ago(10, 50), in_flight=0, now=NOW)
    assert (left.count, left.again_at) == (0, NOW + timedelta(seconds=10))


def test_too_many_in_flight_wait_for_a_whole_time() -> None:
    left = allowance(Rate(2, MINUTE), [], in_flight=5, now=NOW)
    assert (left.count, left.again_at) == (0, NOW + MINUTE)


@given(st.integers(1, 5), st.lists(st.floats(0, 30), min_size=1, max_size=60))
def test_the_law_of_the_rate(count: int, gaps: list[float]) -> None:
    rate, now, sent = Rate(count, MINUTE), NOW, list[datetime]()
    for gap in gaps:
        now += timedelta(seconds=gap)
        left = allowance(rate, sent, in_flight=0, now=now)
        if not left.count:
            assert left.again_at is not None
            assert now < left.again_at <= now + MINUTE
            now = left.again_at
            assert allowance(rate, sent, in_flight=0, now=now).count
        sent.append(now)
    for at in sent:
        assert sum(at <= other < at + MINUTE for other in sent) <= count
