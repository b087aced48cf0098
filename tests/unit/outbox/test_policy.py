"""When an entry is tried again, where it goes, and when it is given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.journal import EntryState
from automailer.outbox import Policy, RelayHealth, Summary
from automailer.outbox.model import Claimed
from automailer.outbox.policy import JITTER
from automailer.settings import OnUnknown, OutboxSettings
from automailer.smtp import Outcome, Result

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = Policy.of(OutboxSettings())
ENTRY = Claimed(
    id=1,
    kind="send",
    sender="ops@example.org",
    recipients=("ann@x.example", "bob@x.example"),
    attempts=0,
    created=NOW,
    expires=None,
    owner="me",
    lease_until=NOW + MINUTE,
)


def results(ann: Outcome | None, bob: Outcome | None) -> dict[str, Result]:
    pairs = zip(ENTRY.recipients, (ann, bob), strict=True)
    return {name: Result(outcome=outcome, reason=outcome.value) for name, outcome in pairs if outcome}


@pytest.mark.parametrize(
    ("ann", "bob", "state"),
    [
        (Outcome.DELIVERED, Outcome.DELIVERED, EntryState.SENT),
        (Outcome.DELIVERED, Outcome.DEFERRED, EntryState.QUEUED),
        (Outcome.DELIVERED, None, EntryState.QUEUED),
        (Outcome.DELIVERED, Outcome.REFUSED, EntryState.FAILED),
        (Outcome.REFUSED, Outcome.DEFERRED, EntryState.QUEUED),
        (Outcome.REFUSED, Outcome.REFUSED, EntryState.FAILED),
        (Outcome.UNKNOWN, Outcome.DELIVERED, EntryState.QUEUED),
        (Outcome.UNKNOWN, Outcome.REFUSED, EntryState.QUEUED),
        (None, None, EntryState.QUEUED),
    ],
)
def test_an_entry_goes_where_its_recipients_say(
    ann: Outcome | None, bob: Outcome | None, state: EntryState
) -> None:
    verdict = POLICY.judge(ENTRY, results(ann, bob), now=NOW, jitter=0)
    assert verdict.state is state
    assert (verdict.next_attempt is not None) == (state is EntryState.QUEUED)


def test_what_may_have_arrived_is_held_if_that_was_asked_for() -> None:
    policy = Policy.of(OutboxSettings(on_unknown=OnUnknown.HOLD))
    verdict = policy.judge(ENTRY, results(Outcome.UNKNOWN, Outcome.DEFERRED), now=NOW, jitter=0)
    assert (verdict.state, verdict.reason) == (EntryState.HELD, "ann@x.example: unknown")


def test_a_refusal_of_an_earlier_attempt_is_not_forgotten() -> None:
    entry = replace(ENTRY, recipients=("bob@x.example",), refused="ann@x.example: 550 no")
    verdict = POLICY.judge(entry, results(None, Outcome.DELIVERED), now=NOW, jitter=0)
    assert (verdict.state, verdict.reason) == (EntryState.FAILED, "ann@x.example: 550 no")


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 5), (2, 15), (3, 60), (4, 240), (50, 240)])
def test_pauses_follow_the_schedule_and_its_last_one_repeats(attempts: int, minutes: int) -> None:
    verdict = POLICY.wait(replace(ENTRY, attempts=attempts), "later", now=NOW, jitter=0)
    assert verdict.next_attempt == NOW + minutes * MINUTE


def test_the_last_attempt_falls_on_the_end_and_then_it_is_over() -> None:
    entry = replace(ENTRY, attempts=9, created=NOW - timedelta(days=3) + MINUTE)
    verdict = POLICY.wait(entry, "later", now=NOW, jitter=1)
    assert verdict.next_attempt == NOW + MINUTE
    late = POLICY.wait(entry, "later", now=NOW + MINUTE, jitter=1)
    assert (late.state, late.next_attempt) == (EntryState.EXPIRED, None)


def test_an_entry_may_have_an_end_of_its_own() -> None:
    entry = replace(ENTRY, expires=NOW + timedelta(seconds=5))
    assert POLICY.wait(entry, "later", now=NOW, jitter=0).next_attempt == NOW + timedelta(seconds=5)


@given(
    st.lists(st.timedeltas(timedelta(seconds=1), timedelta(days=1)), min_size=1, max_size=6),
    st.integers(0, 40),
    st.floats(0, 1),
)
def test_a_pause_is_never_shorter_than_written_nor_much_longer(
    retry: list[timedelta], attempts: int, jitter: float
) -> None:
    policy = Policy(retry=tuple(retry), expire=timedelta(days=30))
    pause = policy.pause(attempts, jitter=jitter)
    assert min(retry) <= pause <= max(retry) * (1 + JITTER) + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("failed", "seconds"),
    [
        (Summary(error="down"), [5, 10, 20, 40, 80, 160, 300, 300]),
        (Summary(error="535", login_refused=True), [60, 300, 900, 3600]),
    ],
    ids=["down", "login-refused"],
)
def test_a_relay_that_fails_is_left_alone_for_longer_and_longer(failed: Summary, seconds: list[int]) -> None:
    health, pauses = RelayHealth(), []
    for _ in seconds:
        health = health.after(failed, POLICY, now=NOW, jitter=0)
        assert health.closed_until is not None
        assert not health.is_open(NOW)
        pauses.append((health.closed_until - NOW).total_seconds())
    assert pauses == seconds
    assert health.is_open(NOW + timedelta(seconds=pauses[-1]))
    assert health.after(Summary(), POLICY, now=NOW, jitter=0).is_open(NOW)
