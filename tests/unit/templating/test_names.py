"""What templates see of a message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from automailer.errors import TemplateError
from automailer.message import parse
from automailer.templating import names, render_text

MAIL = (
    b"From: =?utf-8?q?Ann_M=C3=BCller?= <ann@a.example>\r\n"
    b"To: Ops <ops@example.com>, b@c.example\r\nCc: d@e.example\r\n"
    b"Date: Mon, 23 Nov 2026 08:00:00 +0100\r\nSubject: {{ 7*7 }}\r\nMessage-ID: <1@a.example>\r\n"
    b"X-Foo: first\r\nx-foo: second\r\n"
    b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\nHello\r\n"
    b"--m\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n1,2\r\n--m--\r\n"
)


def seen(source: str, mail: bytes = MAIL, **more: Any) -> str:
    view = names(
        parse(mail),
        mailbox="ops",
        uidl="u1",
        match={"host": "db1", "items": "x"},
        vars={"desk": "+49", "hosts": {"db1": "Berlin"}},
        rule="alert",
        now=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
        **more,
    )
    return render_text(source, view)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ message.subject }}", "{{ 7*7 }}"),
        ("{{ message.from.name }} {{ message.from.address }}", "Ann Müller ann@a.example"),
        ("{{ message.from }}", "Ann Müller <ann@a.example>"),
        ("{{ message.from.domain }}", "a.example"),
        ("{{ message.to[0].name }} {{ message.to | length }}", "Ops 2"),
        ("{{ message.to }}", "Ops <ops@example.com>, b@c.example"),
        ("{{ message.cc }}", "d@e.example"),
        ("{{ message.date | date('%d.%m.%Y %H:%M') }}", "23.11.2026 08:00"),
        ("{{ message.text.strip() }}", "Hello"),
        ("[{{ message.html }}]", "[]"),
        ("{{ message.headers['X-FOO'] }}", "first"),
        ("{{ message.headers['X-Bar'] | default('none') }}", "none"),
        ("{{ 'x-foo' in message.headers }} {{ 'x-bar' in message.headers }}", "True False"),
        ("{{ message.attachments[0].name }} {{ message.attachments[0].type }}", "a.csv text/csv"),
        ("{{ message.attachments[0].size | filesize }}", "3 B"),
        ("{{ message.id }} {{ message.uidl }} {{ message.mailbox }}", "<1@a.example> u1 ops"),
        ("{{ message.size }}", str(len(MAIL))),
        ("{{ match.host }} {{ match.items }} {{ match['host'] }}", "db1 x db1"),
        ("{{ vars.desk }} {{ vars.hosts[match.host] }}", "+49 Berlin"),
        ("{{ rule.name }} {{ now | date('%H:%M') }}", "alert 10:00"),
        ("{{ extra }}", "more"),
    ],
)
def test_every_name_of_the_reference_is_there(source: str, expected: str) -> None:
    assert seen(source, extra="more") == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ message.subjekt }}", "'message.subjekt' is undefined"),
        ("{{ match.what }}", "'match.what' is undefined"),
        ("{{ vars.nope }}", "'vars.nope' is undefined"),
        ("{{ message.headers['X-Bar'] }}", "'message.headers.X-Bar' is undefined"),
        ("{{ message._label }}", "unsafe"),
        ("{{ message.from.__class__ }}", "unsafe"),
        ("{{ message.attachments[0].content() }}", "'attachment.content' is undefined"),
        ("{{ message.octets }}", "'message.octets' is undefined"),
    ],
)
def test_nothing_else_is_there(source: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        seen(source)
    assert message in caught.value.message


def test_a_message_without_a_date_prints_none() -> None:
    assert seen("[{{ message.date | date }}]", b"Subject: x\r\n\r\n") == "[]"


def test_a_very_long_text_breaks_no_template() -> None:
    assert (
        800_000 < len(seen("{{ message.text }}", b"Subject: x\r\n\r\n" + b"<text>\r\n" * 500_000)) < 1_000_000
    )
