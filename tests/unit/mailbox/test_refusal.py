"""What -ERR means for the caller."""

from __future__ import annotations

from datetime import timedelta

import pytest

from automailer.errors import AuthError, BusyError, PermanentError, TemporaryError
from automailer.mailbox.refusal import LOCK_PAUSE, login_refused, refused, session_refused
from automailer.mailbox.wire import parse_status


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"-ERR [IN-USE] Mailbox is locked by another POP3 session.", BusyError),
        (b"-ERR [in-use] x", BusyError),
        (b"-ERR [LOGIN-DELAY] too soon", BusyError),
        (b"-ERR [SYS/TEMP] x", BusyError),
        (b"-ERR [SYS/TEMP/FULL] x", BusyError),
        (b"-ERR [SYS/PERM] account closed", PermanentError),
        (b"-ERR [AUTH] Authentication failed.", AuthError),
        (b"-ERR [AUTH] mailbox locked by your administrator", AuthError),
        (b"-ERR [WHATEVER] Bad login", AuthError),
        (b"-ERR Authentication failed (bad password?)", AuthError),
        (b"-ERR Login failed.", AuthError),
        (b"-ERR", AuthError),
    ],
    ids=repr,
)
def test_case_5_3_21_and_a16_a_refused_login_is_told_by_its_code(line: bytes, kind: type[Exception]) -> None:
    assert type(login_refused(parse_status(line), "host:110")) is kind


@pytest.mark.parametrize(
    "text",
    [
        b"Unable to lock mailbox",
        b"maildrop already locked",
        b"server busy",
        b"Mailbox in use",
        b"please wait",
        b"service unavailable",
        b"Temporary failure",
        b"try again later",
        b"too many connections",
        b"maintenance",
    ],
)
def test_case_5_3_22_a_lock_in_words_never_counts_as_a_wrong_password(text: bytes) -> None:
    error = login_refused(parse_status(b"-ERR " + text), "host:110")
    assert isinstance(error, BusyError)
    assert error.code == "IN-USE"


def test_case_5_3_23_a_lock_waits_longer_than_the_server_keeps_it() -> None:
    error = login_refused(parse_status(b"-ERR [IN-USE] x"), "host:110")
    assert isinstance(error, BusyError)
    assert error.retry_in == LOCK_PAUSE >= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("seconds", "pause"),
    [(300, timedelta(minutes=5)), (None, None), (10**8, timedelta(days=1))],
    ids=["announced", "unknown", "absurd"],
)
def test_a_login_delay_waits_as_long_as_was_announced(seconds: int | None, pause: timedelta | None) -> None:
    error = login_refused(parse_status(b"-ERR [LOGIN-DELAY] x"), "host:110", delay_seconds=seconds)
    assert isinstance(error, BusyError)
    assert (error.code, error.retry_in) == ("LOGIN-DELAY", pause)


def test_a_refused_command_without_code_is_temporary() -> None:
    error = session_refused(parse_status(b"-ERR what"), "host:110", "STAT")
    assert type(error) is TemporaryError
    assert str(error) == "host:110: STAT refused: what"
    assert type(session_refused(parse_status(b"-ERR [AUTH] token expired"), "h", "STAT")) is AuthError
    assert type(session_refused(parse_status(b"-ERR [SYS/PERM] x"), "h", "STAT")) is PermanentError


def test_case_5_3_24_a_refused_message_keeps_number_code_and_words() -> None:
    found = refused(10, parse_status(b"-ERR [SYS/TEMP] Download exceed. msg=10"))
    assert (found.number, found.code, found.oversize) == (10, "SYS/TEMP", False)
    assert "msg=10" in found.text
    assert refused(1, parse_status(b"-ERR")).text
