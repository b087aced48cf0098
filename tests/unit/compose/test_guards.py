"""Who is answered by a machine, and who is not: one row each, with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from automailer.compose import ReplyFacts, may_forward, may_reply, reply_target
from automailer.message import Message, parse
from tests.unit.message.kind_mail import MAIL

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
OWN = frozenset({"ops@example.com", "Sales@Example.com"})


def mail(*fields: str, sender: str = "Ann <ann@customer.example>") -> Message:
    header = [f"From: {sender}"] if sender else []
    lines = [*header, "To: ops@example.com", "Subject: hello", "Message-ID: <1@customer.example>", *fields]
    return parse("\r\n".join([*lines, "", "text", ""]).encode())


def facts(message: Message) -> ReplyFacts:
    return ReplyFacts(own_addresses=OWN, loop_id="abc123", sender=reply_target(message), now=NOW)


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("Auto-Submitted: no",),
        ("Auto-Submitted: No (really); owner-email=x@y",),
        ("Precedence: normal",),
        ("Precedence: first-class",),
        ("Return-Path: <ann@customer.example>",),
        ("Return-Path: <bounces+123-ops=example.com@relay.example>",),
        ("Sender: noreply@forms.example",),
        ("X-Auto-Response-Suppress: None",),
        ("X-Automailer-Loop: somebody-else",),
        ("Reply-To: other@customer.example",),
        ("Reply-To: other@customer.example, OTHER@customer.example",),
        ("X-Autoreply: no",),
        ("X-Spam-Flag: NO",),
        ("Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0000",) * 49,
        ("Content-Type: text/plain; charset=utf-8",),
    ],
    ids=lambda fields: fields[0] if fields else "a plain mail",
)
def test_a_person_is_answered(fields: tuple[str, ...]) -> None:
    message = mail(*fields)
    verdict = may_reply(message, facts(message))
    assert verdict.allowed, verdict.reason
    assert verdict.reason == ""


REFUSED = [
    ("Auto-Submitted: auto-replied", "Auto-Submitted: auto-replied"),
    ("Auto-Submitted: auto-generated", "Auto-Submitted: auto-generated"),
    ("X-Auto-Response-Suppress: DR, NDR, RN, NRN", "X-Auto-Response-Suppress: DR, NDR, RN, NRN"),
    ("AUTO-SUBMITTED: Auto-Generated (rejected) ; x=no", "Auto-Submitted: auto-generated"),
    ("Auto-Submitted: (no) auto-notified", "Auto-Submitted: auto-notified"),
    ("Auto-Submitted: no\r\nAuto-Submitted: auto-replied", "Auto-Submitted: auto-replied"),
    ("Auto-Submitted:", "Auto-Submitted: ?"),
    ("Auto-Submitted: ;no", "Auto-Submitted: ?"),
    ("Precedence: bulk", "Precedence: bulk"),
    ("Precedence: LIST", "Precedence: LIST"),
    ("Precedence: junk", "Precedence: junk"),
    ("Precedence: auto_reply", "Precedence: auto_reply"),
    ("List-Id: <a.b.example>", "mailing list (List-Id)"),
    ("list-unsubscribe: <mailto:x@b.example>", "mailing list (list-unsubscribe)"),
    ("List-Something-New: x", "mailing list (List-Something-New)"),
    ("X-Mailman-Version: 3", "mailing list (X-Mailman-Version)"),
    ("X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress: All"),
    ("X-Auto-Response-Suppress: DR, OOF", "X-Auto-Response-Suppress"),
    ("X-Auto-Response-Suppress: AutoReply", "X-Auto-Response-Suppress"),
    ("X-Autoreply: yes", "X-Autoreply"),
    ("X-Failed-Recipients: x@y.example", "X-Failed-Recipients"),
    ("Delivered-To: Autoresponder", "Autoresponder"),
    ("X-POST-MessageClass: 9; Autoresponder", "X-POST-MessageClass"),
    ("X-Spam-Flag: YES", "spam"),
    ("Return-Path: <>", "Return-Path is empty"),
    ("Return-Path: < > (null)", "Return-Path is empty"),
    ("Content-Type: multipart/report; report-type=delivery-status; boundary=x", "bounce or a report"),
    ("Content-Type: multipart/report; report-type=feedback-report; boundary=x", "bounce or a report"),
    ("Content-Type: message/delivery-status", "bounce or a report"),
    ("Content-Type: text/calendar; method=REPLY", "calendar"),
    ("Content-Class: urn:content-classes:mdn", "receipt"),
    ("X-Automailer-Loop: abc123", "our own loop mark"),
    ("X-Automailer-Loop: other\r\nX-Automailer-Loop:  ABC123 ", "our own loop mark"),
    ("\r\n".join(["Received: from a by b"] * 50), "50 Received"),
    ("Return-Path: <MAILER-DAEMON@relay.example>", "MAILER-DAEMON@relay.example"),
    ("Return-Path: <news-bounces+ops=example.com@lists.example>", "it comes through news-bounces"),
    ("Sender: owner-news@lists.example", "it comes through owner-news"),
    ("Reply-To: a@b.example, c@d.example", "not exactly one address"),
    ("Reply-To: team: a@b.example, c@d.example;", "not exactly one address"),
    ("Reply-To: nonsense", "not exactly one address"),
    ("Reply-To: -oQ/tmp@b.example", "not exactly one address"),
    ("Reply-To: noreply@b.example", "nobody reads"),
    ("Reply-To: ops@example.com", "our own"),
    ("Sender: SALES+x@EXAMPLE.com", "our own"),
]


@pytest.mark.parametrize(("fields", "reason"), REFUSED, ids=[fields[:60] for fields, _ in REFUSED])
def test_a_machine_is_not_answered_by_its_header(fields: str, reason: str) -> None:
    message = mail(*fields.split("\r\n"))
    verdict = may_reply(message, facts(message))
    assert not verdict.allowed
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("mailer-daemon@a.example", "nobody reads"),
        ("Postmaster@a.example", "nobody reads"),
        ("noreply@a.example", "nobody reads"),
        ("No-Reply@a.example", "nobody reads"),
        ("do_not_reply@a.example", "nobody reads"),
        ("billing-noreply@a.example", "nobody reads"),
        ("noreply+token@a.example", "nobody reads"),
        ("noreply-dmarc@a.example", "nobody reads"),
        ("news-request@a.example", "nobody reads"),
        ("OWNER-news@a.example", "nobody reads"),
        ("news-bounces@a.example", "nobody reads"),
        ("listserv@a.example", "nobody reads"),
        ("notifications@a.example", "nobody reads"),
        ("OPS@example.com", "our own"),
        ("ops+tag@example.com", "our own"),
        ("sales@example.COM", "our own"),
        ("", "no readable From"),
        ("nobody at all", "no readable From"),
        ("a@b.example, c@d.example", "several From"),
        ("ünï@a.example", "not exactly one address"),
    ],
)
def test_a_machine_is_not_answered_by_its_address(sender: str, reason: str) -> None:
    message = mail(sender=sender)
    verdict = may_reply(message, facts(message))
    assert not verdict.allowed
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "sender",
    ["owner@a.example", "request@a.example", "reply@a.example", "alerts@a.example", "nora.replya@a.example"],
)
def test_a_person_with_a_similar_name_is_answered(sender: str) -> None:
    message = mail(sender=sender)
    assert may_reply(message, facts(message)).allowed


def test_the_same_sender_is_answered_once_in_the_time_given() -> None:
    message = mail()
    known = replace(facts(message), once_per=timedelta(days=1), last_reply_at=NOW - timedelta(hours=23))
    assert "was answered at 2026-11-22 11:00" in may_reply(message, known).reason
    assert may_reply(message, replace(known, last_reply_at=NOW - timedelta(days=1))).allowed
    assert may_reply(message, replace(known, once_per=None)).allowed
    assert may_reply(message, replace(known, once_per=timedelta(0))).allowed


def test_when_the_last_answer_was_is_said_in_the_zone_of_the_clock_and_the_limit_as_settings_write_it() -> (
    None
):
    message, there = mail(), timezone(timedelta(hours=5))
    for once_per, written in (
        (timedelta(days=2), "2d"),
        (timedelta(hours=36), "36h"),
        (timedelta(weeks=1), "1w"),
    ):
        known = replace(facts(message), once_per=once_per, last_reply_at=NOW - timedelta(hours=23))
        said = may_reply(message, replace(known, now=NOW.astimezone(there))).reason
        assert said.endswith(f"was answered at 2026-11-22 16:00: once in {written}")


def test_no_more_replies_go_out_in_an_hour_than_allowed() -> None:
    message = mail()
    assert may_reply(message, replace(facts(message), replies_last_hour=199, max_per_hour=200)).allowed
    assert (
        "max_per_hour"
        in may_reply(message, replace(facts(message), replies_last_hour=200, max_per_hour=200)).reason
    )
    assert may_reply(message, replace(facts(message), replies_last_hour=200, max_per_hour=None)).allowed


def test_the_reply_goes_where_it_was_asked_for() -> None:
    message = mail("Reply-To: Desk <desk@b.example>", "Return-Path: <bounce@c.example>")
    wanted = {to: reply_target(message, to) for to in ("reply_to", "from", "return_path")}
    assert {to: str(address) for to, address in wanted.items()} == {
        "reply_to": "Desk <desk@b.example>",
        "from": "Ann <ann@customer.example>",
        "return_path": "bounce@c.example",
    }


def test_a_reply_goes_to_one_address_at_most() -> None:
    many = ", ".join(f"victim{n}@b.example" for n in range(1000))
    assert reply_target(mail(f"Reply-To: {many}")) is None
    assert (
        reply_target(mail("Return-Path: <a@b.example>", "Return-Path: <c@d.example>"), "return_path") is None
    )
    assert reply_target(mail(), "return_path") is None
    assert reply_target(mail("Reply-To:")) == reply_target(mail())


def test_a_message_in_a_loop_is_not_forwarded() -> None:
    assert may_forward(mail(), "abc123").allowed
    assert may_forward(mail(*["Received: x"] * 49), "abc123").allowed
    assert "50 Received" in may_forward(mail(*["Received: x"] * 50), "abc123").reason
    assert "loop mark" in may_forward(mail("X-Automailer-Loop: abc123"), "abc123").reason
    assert may_forward(mail("X-Automailer-Loop: other"), "abc123").allowed


# A form hands on what a person wrote. A calendar's answer waits for none; some mailers write into
# X-Auto-Response-Suppress whatever comes to mind; and nobody knows who or what is at postmaster@ (RFC 5230 4.6).
ANSWERED_ALL_THE_SAME = {"answers: what a form sends on for a person"}
REFUSED_ALL_THE_SAME = {
    "calendar: an answer",
    "answers: a person behind Exchange, who wants no receipts",
    "bounces: who writes as postmaster is a person",
}


@pytest.mark.parametrize("name", MAIL)
def test_of_real_mail_only_that_of_people_is_answered(name: str) -> None:
    octets, kinds = MAIL[name]
    message = parse(octets)
    by_a_person = "personal" in kinds or name in ANSWERED_ALL_THE_SAME
    verdict = may_reply(message, facts(message))
    assert verdict.allowed is (by_a_person and name not in REFUSED_ALL_THE_SAME), verdict.reason
