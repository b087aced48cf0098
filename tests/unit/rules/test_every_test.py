"""Every test of the language, put to mails: what it answers and what it saw."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest

from automailer.errors import TemplateError
from automailer.message import Message, parse
from automailer.rules import TESTS, Answer
from automailer.rules.content import MAX_SEARCHED_OCTETS
from tests.unit.rules.build import BERLIN, NOW, Answers, ask, mail, mail_with, subject

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
PDF = ("a%20b.pdf", "application/pdf", "content")
LOG = ("db.log", "text/plain", "x" * 2000)
LOGO = ("inline:logo.png", "image/png", "picture")
DIGEST = hashlib.sha256(b"content").hexdigest()
LISTS = {"vips": ("*@mail.example.com",), "subjects": ("[[]CRIT]*",)}


def bounce() -> Message:
    return mail(From="mailer-daemon@example.com", Return_Path="<>")


def late(**times: Any) -> dict[str, Any]:
    return {"now": datetime(2026, 11, 23, 10, 30, tzinfo=BERLIN) + timedelta(**times)}


# what is asked, of which mail, the answer, what was seen
CASES: dict[str, tuple[str, Message | None, Answer, str]] = {
    "from": ('from: "*@mail.example.com"', None, YES, "Ann Example <ann@mail.example.com>"),
    "from, another": ("from: bob@example.net", None, NO, "Ann Example <ann@mail.example.com>"),
    "from, none there": ('from: "*"', mail(From=None), NO, "(none)"),
    "from, a list": ("from: {in: vips}", None, YES, "Ann Example <ann@mail.example.com>"),
    "to, in a group": ("to: carol@example.net", None, YES, "carol@example.net"),
    "to, any of a list": ("to: [x@example.com, bob@*]", None, YES, "bob@example.net"),
    "to, none there": ("to: {exists: false}", mail(To=None), YES, "(none)"),
    "cc": ("cc: {domain: example.com}", mail(Cc="x@a.example.com"), YES, "x@a.example.com"),
    "cc, there is one": ("cc: {exists: true}", None, NO, "(none)"),
    "bcc": ('bcc: "x@*"', mail(Bcc="x@a.example"), YES, "x@a.example"),
    "reply_to": ('reply_to: "x@*"', mail(Reply_To="x@a.example"), YES, "x@a.example"),
    "sender": ('sender: "x@*"', mail(Sender="x@a.example"), YES, "x@a.example"),
    "return_path": ('return_path: "x@*"', mail(Return_Path="<x@a.example>"), YES, "x@a.example"),
    "return_path, the empty one": ("return_path: {exists: true}", mail(Return_Path="<>"), NO, "(none)"),
    "recipient, To": ("recipient: ops@example.org", None, YES, "ops@example.org"),
    "recipient, Delivered-To": (
        "recipient: d@x.example",
        mail(Delivered_To="d@x.example"),
        YES,
        "d@x.example",
    ),
    "recipient, X-Original-To": (
        "recipient: d@x.example",
        mail(X_Original_To="d@x.example"),
        YES,
        "d@x.example",
    ),
    "recipient, Envelope-To": ("recipient: d@x.example", mail(Envelope_To="d@x.example"), YES, "d@x.example"),
    "recipient, Resent-Cc": ("recipient: d@x.example", mail(Resent_Cc="d@x.example"), YES, "d@x.example"),
    "recipient, not From": ("recipient: {name: Ann}", mail(To="x@y.example"), NO, "x@y.example"),
    "subject, unfolded": ('subject: "db1 is down"', None, YES, "[CRIT] db1   is down"),
    "subject, decoded": ("subject: 发票", mail(Subject="=?utf-8?b?5Y+R56Wo?="), YES, "发票"),
    "subject, a list": ("subject: {in: subjects}", None, YES, "[CRIT] db1   is down"),
    "subject, missing is empty": ('subject: {is: ""}', mail(Subject=None), YES, "(empty)"),
    "subject, missing": ("subject: {exists: false}", mail(Subject=None), YES, "(none)"),
    "subject, there but empty": ("subject: {exists: true}", mail(Subject=""), YES, "(empty)"),
    "body": ("body: disk of DB1", None, YES, "Hello, the disk of db1 is full."),
    "body, from HTML": ("body: see", mail_with(PDF), YES, "see"),
    "body, none": ("body: {exists: false}", mail(" \n"), YES, "(none)"),
    "html": ('html: "<p>see"', mail_with(PDF), YES, "<p>see <img src='cid:pic'></p>"),
    "html, none": ("html: {exists: true}", None, NO, "(none)"),
    "header": ("header: {x-prio: high}", mail(X_Prio="very high"), YES, "very high"),
    "header, every occurrence": ("header: {X: two}", mail(X=["one", "two"]), YES, "two"),
    "header, several at once": ("header: {X: one, Subject: nothing}", mail(X="one"), NO, ""),
    "header, any of a list": ("header: [{X: nothing}, {X: one}]", mail(X="one"), YES, ""),
    "header, a number": ("header: {X-Priority: 1}", mail(X_Priority="1 (Highest)"), YES, "1 (Highest)"),
    "header, not there": ("header: {List-Id: {exists: false}}", None, YES, "(none)"),
    "header, there": ("header: {Date: {exists: true}}", None, YES, "Mon, 23 Nov 2026 10:30:00 +0100"),
    "header, not there is not empty": ('header: {X: {is: ""}}', None, NO, "(none)"),
    "header, how many": ('header: {X: {count: ">=2"}}', mail(X=["one", "two"]), YES, "2: one | two"),
    "header, too few": ("header: {X: {count: 2}}", mail(X="one"), NO, "1: one"),
    "header, none of them": ("header: {X: {count: 0}}", None, YES, "(none)"),
    "to, how many": (
        'to: {count: ">2"}',
        None,
        YES,
        "3: ops@example.org, bob@example.net, carol@example.net",
    ),
    "recipient, how many in all": (
        'recipient: {count: "<4"}',
        mail(To="a@b.example", Cc="c@d.example"),
        YES,
        "2: a@b.example, c@d.example",
    ),
    "size, larger": ('size: ">1KB"', mail(size=1001), YES, "1001 octets"),
    "size, the bound itself": ('size: ">1KB"', mail(size=1000), NO, "1000 octets"),
    "size, at most": ('size: "<=1KiB"', mail(size=1024), YES, "1024 octets"),
    "size, any of a list": ('size: ["<1KB", ">2KB"]', mail(size=3000), YES, ""),
    "age, older": ('age: ">1d"', None, YES, "2d"),
    "age, not older": ('age: ">2d"', None, NO, "2d"),
    "age, without a date": ('age: ">1d"', mail(Date=None), NO, "(none)"),
    "age, of a date that is none": ('age: ">1d"', mail(Date="yesterday"), NO, "(none)"),
    "age, of mail from the future": ('age: "<1h"', mail(Date="Wed, 25 Nov 2026 11:31:00 +0100"), YES, "-61m"),
    "date, as an age": ('date: "<=3d"', None, YES, "2d"),
    "date, after has the day": ("date: {after: 2026-11-23}", None, YES, "Mon 2026-11-23 10:30+01:00"),
    "date, after a time": ("date: {after: '2026-11-23T10:31'}", None, NO, "Mon 2026-11-23 10:30+01:00"),
    "date, before has not the day": ("date: {before: 2026-11-23}", None, NO, "Mon 2026-11-23 10:30+01:00"),
    "date, before a time elsewhere": (
        "date: {before: '2026-11-23T09:31:00+00:00'}",
        None,
        YES,
        "Mon 2026-11-23 10:30+01:00",
    ),
    "date, weekday": ("date: {weekday: mon-tue}", None, YES, "Mon 2026-11-23 10:30+01:00"),
    "date, weekday in our zone": (
        "date: {weekday: tue}",
        mail(Date="Mon, 23 Nov 2026 23:30:00 +0000"),
        YES,
        "Tue 2026-11-24 00:30+01:00",
    ),
    "date, time": ("date: {time: 10:00-11:00}", None, YES, "Mon 2026-11-23 10:30+01:00"),
    "date, any of some times": (
        "date: {time: [08:00-09:00, 10:00-11:00]}",
        None,
        YES,
        "Mon 2026-11-23 10:30+01:00",
    ),
    "date, days": ("date: {date: 2026-11-20..2026-11-23}", None, YES, "Mon 2026-11-23 10:30+01:00"),
    "date, all of it": ("date: {weekday: mon, time: 11:00-12:00}", None, NO, "Mon 2026-11-23 10:30+01:00"),
    "date, none": ("date: {weekday: mon-sun}", mail(Date=None), NO, "(none)"),
    "date, the last day of all": (
        "date: {after: 2026-01-01}",
        mail(Date="Fri, 31 Dec 9999 23:59:59 -0000"),
        NO,
        "(none)",
    ),
    "received": (
        "received: {weekday: wed}",
        mail(Received="from a by b; Wed, 25 Nov 2026 10:00:00 +0100"),
        YES,
        "Wed 2026-11-25 10:00+01:00",
    ),
    "received, as an age": (
        'received: ">20m"',
        mail(Received="from a by b; Wed, 25 Nov 2026 10:00:00 +0100"),
        YES,
        "30m",
    ),
    "received, none": ('received: ">0s"', None, NO, "(none)"),
    "now, weekday and time": (
        "now: {weekday: mon-fri, time: 08:00-18:00}",
        None,
        YES,
        "Wed 2026-11-25 10:30+01:00",
    ),
    "now, days": ("now: {date: 2026-12-24..2026-12-26}", None, NO, "Wed 2026-11-25 10:30+01:00"),
    "now, any of a list": ("now: [{weekday: sat}, {weekday: wed}]", None, YES, ""),
    "has_attachment": ("has_attachment: true", mail_with(PDF), YES, "a b.pdf (application/pdf)"),
    "has_attachment, only a picture in the text": ("has_attachment: true", mail_with(LOGO), NO, "(none)"),
    "has_attachment, none wanted": ("has_attachment: false", None, YES, "(none)"),
    "attachment, name": (
        'attachment: {name: "*.PDF"}',
        mail_with(LOG, PDF),
        YES,
        "a b.pdf (application/pdf)",
    ),
    "attachment, part of the name": ("attachment: {name: db}", mail_with(LOG), YES, "db.log (text/plain)"),
    "attachment, a pattern": ("attachment: {name: /^db/}", mail_with(LOG), YES, "db.log (text/plain)"),
    "attachment, any of some names": (
        "attachment: {name: ['*.x', '*.log']}",
        mail_with(LOG),
        YES,
        "db.log (text/plain)",
    ),
    "attachment, type": (
        "attachment: {type: application/*}",
        mail_with(PDF),
        YES,
        "a b.pdf (application/pdf)",
    ),
    "attachment, size": (
        'attachment: {size: ">1KB"}',
        mail_with(PDF, LOG),
        YES,
        "db.log (text/plain, 2,000 octets)",
    ),
    "attachment, digest": (
        f"attachment: {{sha256: {DIGEST.upper()}}}",
        mail_with(PDF),
        YES,
        f"a b.pdf (application/pdf, sha256 {DIGEST[:8]}…)",
    ),
    "attachment, one that meets all": (
        'attachment: {name: "*.pdf", size: ">1KB"}',
        mail_with(PDF, LOG),
        NO,
        "a b.pdf (application/pdf, 7 octets), db.log (text/plain)",
    ),
    "attachment, how many": (
        'attachment: {count: ">1"}',
        mail_with(PDF, LOG, LOGO),
        YES,
        "a b.pdf (application/pdf), db.log (text/plain)",
    ),
    "attachment, how many of such": (
        "attachment: {type: text/*, count: 1}",
        mail_with(PDF, LOG),
        YES,
        "db.log (text/plain)",
    ),
    "attachment, none of such": ('attachment: {name: "*.exe", count: 0}', mail_with(PDF), YES, "(none)"),
    "attachment, any of a list": (
        "attachment: [{type: image/*}, {type: application/*}]",
        mail_with(PDF),
        YES,
        "",
    ),
    "kind": ("kind: bounce", bounce(), YES, "automatic, bounce"),
    "kind, any of a list": ("kind: [list, automatic]", bounce(), YES, "automatic, bounce"),
    "kind, another": ("kind: personal", bounce(), NO, "automatic, bounce"),
    "duplicate, without a history": (
        "duplicate: true",
        mail(Message_ID="<a@b>"),
        NO,
        "key '<a@b>', not seen in 1w (no history is at hand)",
    ),
    "duplicate, a key": (
        "duplicate: '{{ message.subject[:6] }}'",
        None,
        NO,
        "key '[CRIT]', not seen in 1w (no history is at hand)",
    ),
    "duplicate, all of it": (
        "duplicate: {key: 1, within: 1h, since: first}",
        None,
        NO,
        "key '1', not seen in 1h (no history is at hand)",
    ),
    "duplicate, any of a list": ("duplicate: [true, {key: x}]", None, NO, ""),
    "frequency": (
        "frequency: {key: x, over: 10, within: 5m}",
        None,
        NO,
        "key 'x', 1st in 5m (no history is at hand)",
    ),
    "frequency, of all messages": (
        "frequency: {over: 1, within: 1d}",
        None,
        NO,
        "key 'any message', 1st in 1d (no history is at hand)",
    ),
    "frequency, an empty key": (
        "frequency: {key: '{{ message.cc }}', over: 1, within: 1d}",
        None,
        NO,
        "the key is empty",
    ),
    "authenticated, reported": (
        "authenticated: {by: mx.example.com, dkim: pass, spf: [pass, softfail]}",
        mail(Authentication_Results="mx.example.com; dkim=pass header.d=example.com; spf=softfail"),
        YES,
        "mx.example.com: dkim=pass (example.com), spf=softfail",
    ),
    "authenticated, by nobody": (
        "authenticated: {by: mx.example.com, dmarc: pass}",
        mail(Authentication_Results="mx.evil.example; dmarc=pass"),
        NO,
        "no Authentication-Results by mx.example.com",
    ),
    "authenticated, not signed": ("authenticated: {dkim: pass, domain: example.com}", None, NO, "dkim=none"),
    "authenticated, any of a list": ("authenticated: [{dkim: pass}, {dkim: none}]", None, YES, ""),
    "command": ("command: {run: [spamcheck]}", None, YES, "exit 0"),
    "command, another status": (
        "command: {run: [spamcheck, --strict]}",
        None,
        NO,
        "exit 2: unknown option --strict",
    ),
    "mailbox": ("mailbox: OPS", None, YES, "ops"),
    "mailbox, whole": ("mailbox: {is: op}", None, NO, "ops"),
    "matched": ("matched: an earlier one", None, YES, "an earlier one"),
    "matched, any of a list": ("matched: [nobody, an earlier one]", None, YES, "an earlier one"),
    "matched, another": ("matched: nobody", None, NO, "an earlier one"),
    "if": ("if: message.subject.startswith('[CRIT]') and vars.limit > 3", None, YES, "True"),
    "if, false": ("if: 'vars.limit > 4'", None, NO, "False"),
    "if, what counts as false": ("if: vars.nothing", None, NO, "[]"),
}


@pytest.mark.parametrize(("text", "message", "answer", "value"), CASES.values(), ids=CASES)
def test_an_answer_and_what_it_was_given_for(
    text: str, message: Message | None, answer: Answer, value: str
) -> None:
    around = {"matched": ("an earlier one",), "vars": {"limit": 4, "nothing": []}, "outside": Answers()}
    trace = ask(text, message, lists=LISTS, **around)
    assert (trace.answer, trace.value) == (answer, value)
    assert trace.test == text.partition(":")[0] or trace.children


def test_the_table_has_every_test() -> None:
    asked = {text.partition(":")[0] for text, *_ in CASES.values()}
    assert asked == set(TESTS)


NEED_THE_BODY = [
    "body: x",
    "html: x",
    "has_attachment: true",
    "attachment: {type: image/*}",
    "kind: encrypted",
    "if: message.text",
    "if: message.attachments",
    "command: {run: [spamcheck]}",
    "if: message.html is defined and 'x' in message.html",
    "duplicate: '{{ message.text }}'",
    "frequency: {key: '{{ message.attachments | length }}', over: 1, within: 1h}",
]


@pytest.mark.parametrize("text", NEED_THE_BODY)
def test_what_is_in_the_body_is_unknown_before_it_is_fetched(text: str) -> None:
    assert ask(text, mail(complete=False)).answer is UNKNOWN


KNOWN_FROM_THE_HEADER = [
    ("subject: crit", YES),
    ('from: "*@mail.example.com"', YES),
    ('age: ">1d"', YES),
    ('size: ">1GB"', NO),
    ("kind: list", NO),
    ("kind: calendar", NO),
    ("kind: personal", YES),
    ("if: message.subject", YES),
    ("if: message.headers['Subject']", YES),
    ("if: \"message.subject == 'x' and message.text\"", NO),
]


@pytest.mark.parametrize(("text", "answer"), KNOWN_FROM_THE_HEADER)
def test_what_is_in_the_header_is_known_before_the_body(text: str, answer: Answer) -> None:
    assert ask(text, mail(complete=False)).answer is answer


def test_matched_is_unknown_while_the_rule_that_it_names_is() -> None:
    assert ask("matched: first", unsure=("first",)).answer is UNKNOWN
    assert ask("matched: [first, second]", unsure=("first",), matched=("second",)).answer is YES


def test_an_if_that_breaks_says_where() -> None:
    with pytest.raises(TemplateError) as caught:
        ask("subject: crit\nif: vars.missing > 3\n")
    assert str(caught.value).startswith("rules.yaml:2: ")
    assert "missing" in str(caught.value)


def test_an_if_that_breaks_for_want_of_the_body_is_unknown() -> None:
    assert ask("if: message.attachments[0].size > 3", mail(complete=False)).answer is UNKNOWN
    with pytest.raises(TemplateError):
        ask("if: message.attachments[0].size > 3")


def test_an_if_sees_what_other_tests_of_its_rule_captured_wherever_it_stands() -> None:
    trace = ask("if: match.host == 'db1'\nsubject: '/\\] (?P<host>\\w+)/'")
    assert trace.answer is YES
    assert [child.test for child in trace.children] == ["if", "subject"]


def test_the_text_that_is_searched_is_limited_and_the_trace_says_so() -> None:
    long = mail("x" * MAX_SEARCHED_OCTETS + " needle\n")
    trace = ask("body: needle", long)
    assert trace.answer is NO
    assert trace.value.endswith("(only the first 1048576 octets searched)")
    assert ask("body: /x$/", long).value.endswith("(only the first 1048576 octets searched)")


def test_a_value_can_do_nothing_to_a_terminal() -> None:
    trace = ask("mailbox: evil", mailbox="evil \u202egpj.exe \x1b]0;x\x07")
    assert trace.answer is YES
    assert trace.value == r"evil \u202egpj.exe \x1b]0;x\x07"


def test_a_long_value_is_cut() -> None:
    trace = ask("subject: nothing", mail(Subject="word " * 500))
    assert len(trace.value) <= 80
    assert trace.value.endswith("…")


def test_of_a_long_body_the_spot_is_shown() -> None:
    trace = ask("body: needle", mail("straw\n" * 500 + "the needle here\n" + "straw\n" * 500))
    assert "the needle here" in trace.value


def test_the_groups_of_names_of_attachments_are_captured() -> None:
    trace = ask(r"attachment: {name: '/(?P<stem>\w+)\.log$/', count: '>0'}", mail_with(PDF, LOG))
    assert trace.captures == {"stem": "db"}


def test_a_trace_knows_its_place_and_what_was_wanted() -> None:
    trace = ask("subject: crit\nheader:\n  X-A: {is: one}\n")
    assert [(child.test, child.wanted, str(child.where)) for child in trace.children] == [
        ("subject", "crit", "rules.yaml:1:1"),
        ("header", "X-A: {is: one}", "rules.yaml:3:3"),
    ]


def test_the_clock_is_that_of_the_subject() -> None:
    assert subject().now is NOW
    assert ask('age: ">3d"', **late(days=4)).answer is YES


def test_an_impossible_mail_breaks_no_test() -> None:
    broken = parse(
        b"\x00\xff: \r\nFrom: <<<>>>,@,;:\r\nDate: 99 Foo\r\nContent-Type: multipart/mixed\r\n\r\n\xff"
    )
    for text, *_ in CASES.values():
        if not text.startswith("if"):
            ask(text, broken, lists=LISTS)
