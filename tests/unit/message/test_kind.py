"""Which sort of message it is, by its header."""

from __future__ import annotations

import pytest

from automailer.message import KINDS, parse


def kinds(header: str, body: str = "") -> set[str]:
    return set(parse(f"{header}\r\n\r\n{body}".encode()).kinds)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("From: bob@x.example", {"personal"}),
        ("From: bob@x.example\r\nAuto-Submitted: no", {"personal"}),
        ("From: bob@x.example\r\nAuto-Submitted: No (a person); x=y", {"personal"}),
        ("From: bob@x.example\r\nPrecedence: normal", {"personal"}),
        ("From: bob@x.example\r\nX-Auto-Response-Suppress: DR, RN", {"personal"}),
        ("From: bob@x.example\r\nReturn-Path: <bob@x.example>", {"personal"}),
        ("From: postmaster@x.example", {"personal"}),
        ("From: alerts@x.example", {"personal"}),
        ("From: bob@x.example\r\nSubject: Automatic reply: hello", {"personal"}),
        ("Auto-Submitted: auto-generated", {"automatic"}),
        ("Auto-Submitted: auto-notified; owner-email=x", {"automatic"}),
        ("Auto-Submitted: no\r\nAuto-Submitted: auto-generated", {"automatic"}),
        ("Auto-Submitted: \x01?", {"automatic"}),
        ("Auto-Submitted: (vacation) auto-replied; x=y", {"automatic", "auto_reply"}),
        ("Auto-Submitted: AUTO-REPLIED", {"automatic", "auto_reply"}),
        ("Auto-Submitted: auto-generated\r\nSubject: Automatic reply: hi", {"automatic", "auto_reply"}),
        ("X-Auto-Response-Suppress: All\r\nSubject: 自动答复: 你好", {"automatic", "auto_reply"}),
        ("X-Autoreply: yes", {"automatic", "auto_reply"}),
        ("Precedence: auto_reply", {"automatic", "auto_reply"}),
        ("Delivered-To: Autoresponder", {"automatic", "auto_reply"}),
        ("X-POST-MessageClass: 9; Autoresponder", {"automatic", "auto_reply"}),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", {"automatic"}),
        ("Precedence: bulk", {"automatic"}),
        ("Precedence: Junk", {"automatic"}),
        ("Return-Path: <>\r\nFrom: bob@x.example", {"automatic"}),
        ("From: noreply@x.example", {"automatic"}),
        ("From: No-Reply+123@x.example", {"automatic"}),
        ("From: news-noreply@x.example", {"automatic"}),
        ("From: owner-list@x.example", {"automatic"}),
        ("From: list-request@x.example", {"automatic"}),
        ("From: a@x\r\nSender: list-bounces@x.example", {"automatic", "list"}),
        ("Precedence: list", {"list"}),
        ("List-Id: <x.example>", {"list"}),
        ("List-Unsubscribe: <mailto:x@y>", {"list"}),
        ("X-Mailing-List: x", {"list"}),
        ("List-Id: <x>\r\nPrecedence: bulk", {"list", "automatic"}),
        (
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            {"automatic", "bounce", "report"},
        ),
        (
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
            {"automatic", "report"},
        ),
        (
            "Content-Type: multipart/report; boundary=b\r\nFrom: MAILER-DAEMON@x",
            {"automatic", "bounce", "report"},
        ),
        ("X-Failed-Recipients: a@b", {"automatic", "bounce"}),
        ("From: Mail Delivery System <MAILER-DAEMON@x.example>", {"automatic", "bounce"}),
        ("From: postmaster@x.example\r\nReturn-Path: <>", {"automatic", "bounce"}),
        ("Content-Type: text/calendar; method=REQUEST", {"personal", "calendar"}),
        ("Content-Class: urn:content-classes:calendarmessage", {"personal", "calendar"}),
        ("Content-Type: multipart/signed; boundary=b", {"personal", "signed"}),
        ("Content-Type: multipart/encrypted; boundary=b", {"personal", "encrypted"}),
        ("Content-Type: application/pkcs7-mime; smime-type=signed-data", {"personal", "signed"}),
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", {"personal", "encrypted"}),
        ("Content-Type: application/x-pkcs7-mime; name=smime.p7m", {"personal", "encrypted"}),
    ],
)
def test_the_header_tells_the_kinds(header: str, expected: set[str]) -> None:
    assert kinds(header) == expected
    assert expected <= set(KINDS)


def test_an_invitation_in_a_part_is_found() -> None:
    header = "Content-Type: multipart/alternative; boundary=b"
    body = "--b\r\n\r\nhi\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n"
    assert "calendar" in kinds(header, body)
