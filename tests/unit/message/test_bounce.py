"""What a delivery report says: whom it is about, and what became of the mail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import Bounce, parse
from tests.unit.message.kind_mail import MAIL

REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\n"


def bounce(status: str, type_: str = "message/delivery-status") -> Bounce:
    return parse(f"{REPORT}Content-Type: {type_}\r\n\r\n{status}\r\n--b--\r\n".encode()).bounce


FAILED = (
    "Final-Recipient: rfc822; pat@example.net\nAction: failed\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550 no such user"
)


def test_what_a_server_says_is_read() -> None:
    assert bounce("Reporting-MTA: dns; mx.example.com\n\n" + FAILED) == Bounce(
        recipients=("pat@example.net",), action="failed", status="5.1.1", reason="550 no such user"
    )


@pytest.mark.parametrize(
    "status",
    [
        FAILED,
        FAILED.replace("\n", "\r\n"),
        FAILED.upper()
        .replace("PAT@EXAMPLE.NET", "pat@example.net")
        .replace("550 NO SUCH USER", "550 no such user"),
        FAILED.replace("pat@example.net", "<pat@example.net>"),
        FAILED.replace("Final", "Original"),
        FAILED.replace("550 no", "550\n no"),
        FAILED.replace("5.1.1", "5.1.1 (bad destination mailbox address)").replace(
            "failed", "Failed (for good)"
        ),
        "Reporting-MTA: dns; mx\n\n\n \n" + FAILED,
        "X-Mta: x\n\nX-Other: y\n\n" + FAILED + "\n\nX-Trailer: z",
    ],
)
def test_it_is_read_however_it_is_written(status: str) -> None:
    assert bounce(status) == Bounce(
        recipients=("pat@example.net",), action="failed", status="5.1.1", reason="550 no such user"
    )


def test_of_several_recipients_the_gravest_counts() -> None:
    blocks = [
        ("a@x", "delivered", "2.0.0"),
        ("b@x", "failed", "5.2.2"),
        ("c@x", "delayed", "4.0.0"),
        ("d@x", "failed", "5.1.1"),
    ]
    status = "\n\n".join(
        f"Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {code}" for who, action, code in blocks
    )
    assert bounce(status) == Bounce(recipients=("b@x", "d@x"), action="failed", status="5.2.2")


def test_international_reports_are_read() -> None:
    assert bounce(
        "Final-Recipient: utf-8; jörg@example.net\nAction: delayed", "message/global-delivery-status"
    ) == Bounce(recipients=("jörg@example.net",), action="delayed")


def test_exim_names_the_recipients_in_the_header() -> None:
    found = parse(b"X-Failed-Recipients: a@example.net,\r\n b@example.net\r\n\r\n").bounce
    assert found == Bounce(recipients=("a@example.net", "b@example.net"), action="failed")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bounces: Postfix", Bounce(recipients=("nobody@example.net",), action="failed", status="5.1.1")),
        (
            "bounces: Exim before 4.90, plain text",
            Bounce(recipients=("nobody@example.net",), action="failed"),
        ),
        ("bounces: a success", Bounce(recipients=("pat@example.net",), action="delivered", status="2.0.0")),
        ("bounces: qmail", Bounce()),
        ("bounces: who forwards a bounce as an attachment", Bounce()),
        ("sealed: who sends a key", Bounce()),
    ],
)
def test_real_mail_is_read(name: str, expected: Bounce) -> None:
    assert parse(MAIL[name][0]).bounce == expected


@given(st.text(alphabet="Final-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\r\t", max_size=200))
def test_any_text_is_a_report(status: str) -> None:
    found = bounce(status)
    assert all(found.recipients)


def test_a_long_report_is_cut() -> None:
    found = bounce(
        "\n\n".join(f"Final-Recipient: rfc822; {n}@example.net\nAction: failed" for n in range(5_000))
    )
    assert len(found.recipients) == 1_000
