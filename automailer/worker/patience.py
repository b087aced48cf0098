"""How long a mailbox is left in peace after a poll failed. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from automailer.errors import AuthError, BusyError
from automailer.journal import MailboxState

__all__ = ["pause_after", "still_paused"]

_LOGIN_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 45, 135, 240))
"""Between logins with a refused password: many servers lock an account after a few."""


def pause_after(error: Exception, failures: int, *, scheduled: bool = True) -> timedelta | None:
    """What the error asks for after that many failures in a row; None: whoever polls decides.

    `scheduled` polls come by themselves, and leave a locked mailbox to who has it. One that somebody asked for finds
    out whether it still is locked: to ask does no harm, unlike with a password.
    """
    if isinstance(error, AuthError):
        return _LOGIN_PAUSES[min(failures, len(_LOGIN_PAUSES) - 1)]
    if isinstance(error, BusyError) and (scheduled or error.code == "LOGIN-DELAY"):
        return error.retry_in
    return None


def still_paused(state: MailboxState, now: datetime) -> bool:
    """Whether the last poll failed in such a way that it is too early for the next."""
    return bool(state.error) and state.next_poll is not None and now < state.next_poll
