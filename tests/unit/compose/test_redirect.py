"""The same message on to someone else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from automailer.compose import redirect
from automailer.errors import PermanentError
from automailer.message import Address, parse

HEADER = b"Return-Path: <a@b.example>\r\nFrom: =?broken?=\r\nSubject:  two  blanks \r\n\tfolded\r\n"
MAIL = HEADER + b"\r\n\xff\xfe body\r\n.\r\n"


def redirected(octets: bytes) -> bytes:
    return redirect(
        octets,
        resent_from=Address("Ops", "ops@example.com"),
        resent_to=[Address("", "a@x.example"), Address("Bé", "b@x.example")],
        date=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
        message_id="<r1@example.com>",
        loop_id="abc",
    )


def test_resent_fields_come_first_and_the_rest_is_untouched() -> None:
    assert redirected(MAIL) == (
        b"Resent-From: Ops <ops@example.com>\r\n"
        b"Resent-To: a@x.example, =?utf-8?b?QsOp?= <b@x.example>\r\n"
        b"Resent-Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
        b"Resent-Message-ID: <r1@example.com>\r\n"
        b"X-Automailer-Loop: abc\r\n" + MAIL
    )


def test_a_memoryview_will_do() -> None:
    assert redirected(MAIL) == redirected(memoryview(MAIL))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "end", [b"\n.\nMAIL FROM:<x>", b"\r.\rMAIL", b"\n.\r\nMAIL", b"\r\n.\nMAIL", b"\r\r\nx", b"\n\n.\n"]
)
def test_no_bare_line_end_is_left_to_smuggle_with(end: bytes) -> None:
    written = redirected(b"Subject: x\r\n\r\ntext" + end)
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert b"\r" not in written.replace(b"\r\n", b"")
    assert written.endswith(b"\r\n")


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_our_own_mark_stops_it(line_end: bytes) -> None:
    with pytest.raises(PermanentError, match="loop mark"):
        redirected(line_end.join([b"Subject: x", b"x-automailer-LOOP:  ABC ", b"", b"text"]))
    once = redirected(MAIL)
    with pytest.raises(PermanentError, match="loop mark"):
        redirected(once)


def test_a_mark_in_the_text_or_of_another_does_not() -> None:
    assert redirected(b"Subject: x\r\nX-Automailer-Loop: other\r\n\r\nX-Automailer-Loop: abc\r\n")


def test_fifty_received_headers_stop_it() -> None:
    assert redirected(b"Received: x\r\n" * 49 + b"\r\n")
    with pytest.raises(PermanentError, match="50 Received"):
        redirected(b"Received: x\r\n" * 50 + b"\r\n")


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"no header here\r\nat all\r\n", "no header here"),
        (b"\r\ntext\r\n", "text"),
        (b"", ""),
        (b"From ann Mon\r\nSubject: x\r\n\r\nhi", "hi"),
    ],
)
def test_what_has_no_proper_header_gets_one(octets: bytes, text: str) -> None:
    message = parse(redirected(octets))
    assert message.header("Resent-Message-ID") == "<r1@example.com>"
    assert text in message.text
    assert not any(" " in header.name for header in message.headers)


TOPS = [
    b"\xef\xbb\xbf",
    b"   \t \r\n  \n",
    b">From ann Mon\n",
    b"\xef\xbb\xbfFrom ann\r\n",
    b"From  : x@y\r\n",
]


@pytest.mark.parametrize("top", TOPS)
def test_what_stands_on_top_does_not_hide_the_header_or_our_mark(top: bytes) -> None:
    written = redirected(top + b"Subject: x\r\n\r\ntext\r\n")
    assert parse(written).subject == "x"
    assert parse(written).header("X-Automailer-Loop") == "abc"
    with pytest.raises(PermanentError, match="loop mark"):
        redirected(written)
