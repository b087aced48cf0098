"""How long a failing mailbox is left in peace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from automailer.errors import AuthError, BusyError, ProtocolError, TemporaryError
from automailer.journal import MailboxState
from automailer.worker.patience import pause_after, still_paused

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 5), (1, 15), (2, 45), (3, 135), (4, 240), (5, 240), (1_000, 240)]
)
def test_a_refused_password_is_tried_ever_more_rarely(failures: int, minutes: int) -> None:
    assert pause_after(AuthError("no"), failures) == timedelta(minutes=minutes)


def test_a_server_that_names_a_pause_gets_it() -> None:
    busy = BusyError("locked", code="IN-USE", retry_in=timedelta(minutes=10))
    assert pause_after(busy, 3) == timedelta(minutes=10)


def test_who_asks_for_a_poll_need_not_wait_for_a_lock_but_for_a_pause_between_logins() -> None:
    pause = timedelta(minutes=10)
    assert pause_after(BusyError("locked", code="IN-USE", retry_in=pause), 0, scheduled=False) is None
    delay = BusyError("too often", code="LOGIN-DELAY", retry_in=pause)
    assert pause_after(delay, 0, scheduled=False) == pause
    assert pause_after(AuthError("no"), 0, scheduled=False) == timedelta(minutes=5)


@pytest.mark.parametrize("error", [TemporaryError("down"), ProtocolError("odd"), ValueError("bug")])
def test_the_schedule_decides_after_any_other_error(error: Exception) -> None:
    assert pause_after(error, 0) is None


@pytest.mark.parametrize(
    ("error", "minutes", "paused"), [("refused", 5, True), ("refused", -5, False), ("", 5, False)]
)
def test_only_a_failed_mailbox_is_paused_until_its_time(error: str, minutes: int, paused: bool) -> None:
    state = MailboxState(name="ops", error=error, next_poll=NOW + timedelta(minutes=minutes))
    assert still_paused(state, NOW) is paused
