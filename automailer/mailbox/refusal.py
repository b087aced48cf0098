"""What -ERR means for the caller: wait, stop knocking, or give up (RFC 2449 8, RFC 3206). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from automailer.errors import AuthError, AutomailerError, BusyError, PermanentError, TemporaryError
from automailer.mailbox.wire import Status

__all__ = ["Refused", "login_refused", "refused", "session_refused"]

_WAITING = ("IN-USE", "LOGIN-DELAY", "SYS/TEMP")
# What servers without response codes say of a mailbox that is locked or a moment that is bad. Such words
# never count as a wrong password: an operator who "mends" a right one makes it worse.
_BUSY_WORDS = re.compile(
    r"\block|locked|busy|in use|\bwait|unavailable|temporar|later\b|too many|overload|maintenance|time.?out",
    re.IGNORECASE,
)
# A pause for a server that names none: its own lock may outlive a dropped session by ten minutes.
LOCK_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A command on one message that was answered -ERR; the others are not concerned.

    `oversize` tells that the message is larger than was allowed (the server said nothing wrong then).
    """

    number: int
    text: str
    code: str = ""
    oversize: bool = False


def refused(number: int, status: Status) -> Refused:
    """The refusal of a command on that message."""
    return Refused(number=number, text=status.text or "refused without a word", code=status.code)


def login_refused(status: Status, where: str, *, delay_seconds: int | None = None) -> AutomailerError:
    """What a refused login is: only what can't be anything passing counts as a wrong password."""
    if error := _passing(status, where, delay_seconds):
        return error
    text = f"{where}: login refused: {status.text or 'without a word'}"
    if status.under("SYS/PERM"):
        return PermanentError(text)
    return AuthError(text)


def session_refused(status: Status, where: str, doing: str) -> AutomailerError:
    """What -ERR to a command on the whole mailbox, or to the connection itself, is."""
    if error := _passing(status, where, None):
        return error
    text = f"{where}: {doing} refused: {status.text or 'without a word'}"
    if status.under("AUTH"):
        return AuthError(text)
    if status.under("SYS/PERM"):
        return PermanentError(text)
    return TemporaryError(text)


def _passing(status: Status, where: str, delay_seconds: int | None) -> BusyError | None:
    code = next((code for code in _WAITING if status.under(code)), "")
    if not code and (status.under("AUTH") or status.under("SYS/PERM")):
        return None
    if not code and not _BUSY_WORDS.search(status.text):
        return None
    retry_in = None
    if code == "LOGIN-DELAY" and delay_seconds is not None:
        retry_in = min(timedelta(seconds=delay_seconds), timedelta(days=1))
    elif code != "LOGIN-DELAY" and code != "SYS/TEMP":
        retry_in = LOCK_PAUSE
    return BusyError(f"{where}: {status.text}", code=code or "IN-USE", retry_in=retry_in)
