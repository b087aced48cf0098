"""Whatever a stranger writes: every test and every action of ours gives an answer, and says only what it should."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automailer.actions import Mail, Planned, SavedFile
from automailer.compose import envelope_address
from automailer.message import parse
from automailer.rules import explain
from automailer.worker.assembly import assemble
from automailer.worker.decide import Decided, Decider

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus" / "mail"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file()) if CORPUS.is_dir() else []
SMALL = 20_000
SOURCES = [path.read_bytes() for path in FILES if path.stat().st_size < SMALL]
SOURCES = SOURCES or [b"From: Ann <a@b.example>\r\nTo: ops@example.com\r\nSubject: x\r\n\r\ntext\r\n"]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

SETTINGS = """
state: state/
templates: templates/
timezone: Europe/Berlin
lists: {vips: [boss@example.com, "*@board.example.com"]}
mailboxes:
  ops: {host: 127.0.0.1, tls: none, username: ops@example.com, password: secret, poll: 60s, rules: rules.yaml}
smtp:
  default: {host: 127.0.0.1, tls: none, from: "Ops Desk <ops@example.com>", charset: gb2312}
"""
TEMPLATES = {
    "all.txt.j2": """\
{% set subject %}{{ message.subject }} {{ message.from.name }}{% endset %}
{{ message.from }} {{ message.to }} {{ message.cc }} {{ message.date | date }} {{ message.size | filesize }}
{{ message.id }} {{ message.uidl }} {{ match }} {{ rule.name }} {{ message.text | quote }}
{{ message.html | striptags }}
{% for name in message.headers %}{{ name }}: {{ message.headers[name] }}
{% endfor %}{% for file in message.attachments %}{{ file.name }} {{ file.type }} {{ file.size }}{% endfor %}
{{ [{"a": message.subject, "b": message.text}] | table }}
""",
    "page.html.j2": """\
<html><style>p {color: red}</style><body><p>{{ message.subject }}</p>{{ message.text | markdown }}
<pre>{{ message.html }}</pre><a href="http://x.example/{{ message.subject | urlencode }}">{{ message.id }}</a>
{{ [{"a": message.subject, "b": message.text}] | table }}</body></html>
""",
    "note.md.j2": """\
# {{ message.subject }}

{{ message.text | quote }}

[{{ message.from }}]({{ message.subject }})
""",
}
RULES = r"""
rules:
  - name: addresses
    when:
      any:
        - from: ["*@*.com", '/(?P<who>\w+)@/', {name: a}, {domain: org}, {in: vips}]
        - {to: "*", cc: "*", bcc: {exists: false}}
        - {reply_to: {exists: true}, sender: "*", return_path: "*", recipient: "*"}
    then:
      - set: {who: "{{ match.who }}", all: ["{{ message.text }}"]}
      - tag: ["{{ message.subject }}", "{{ vars.who }}"]
      - forward: "{{ match.who }}@example.com"
      - send: {to: "{{ message.to }}", cc: "{{ message.cc }}", text: "{{ vars.all }}", from: "{{ message.from }}"}
  - name: texts
    when:
      any:
        - subject: ['/(?P<word>\w+)$/i', {is: ""}, {glob: "*[a-z]?"}, {in: vips}]
        - body: {regex: "(?P<first>[a-z]+) the", ends_with: "x"}
        - html: /<a href=(?P<link>\S+)/i
        - header: {Received: /by (?P<by>\S+)/, X-Mailer: {exists: true}}
        - mailbox: ops
        - authenticated: {by: [mx.example.com, mx.google.com], dkim: [pass, fail], spf: none, domain: com}
    then:
      - save_attachments:
          to: "in/{{ message.subject }}/{{ match.word }}"
          as: "{{ attachment.type }}{{ attachment.name }}"
          inline: true
      - save_attachments:
          {to: "{{ message.from.name }}", name: "*", type: "*/*", size: ">0B", exists: replace, unzip: true}
      - save_message: {to: "msg/{{ message.from.address }}", name: "{{ message.subject }}"}
      - save_message: {to: "maildir/{{ message.subject }}", as: maildir}
      - save_message: {to: "mbox/{{ message.from.address }}", as: mbox}
  - name: times and files
    when:
      any:
        - {age: ">1w", date: {weekday: mon-fri, time: "22:00-06:00"}}
        - received: {after: 2001-01-01}
        - attachment: {name: '/\.(?P<ext>\w+)$/', size: ">1KB", type: "*/*"}
        - {has_attachment: true, size: ">1MB"}
        - {now: {weekday: mon-sun}}
    then:
      - send: {to: a@example.com, template: all, attachments: true}
      - send: {to: a@example.com, template: page, subject: "{{ message.text }}", attach: "{{ message.subject }}"}
      - forward: {to: a@example.com, template: note}
      - forward: {to: a@example.com, as: attachment, template: page, subject: "{{ message.subject }}"}
      - redirect: b@example.com
  - name: kinds
    when:
      any: [{kind: [auto_reply, bounce, list, calendar, signed, encrypted, personal]}, {matched: texts}]
      if: "message.text or message.attachments or message.headers or 1"
    then:
      - reply: {text: "Dear {{ message.from.name }}", quote: true}
      - reply: {template: page, to: from, quote: true, subject: "{{ message.subject }}"}
      - reply: {template: all, to: return_path}
      - delete
      - keep
"""
ONCE = {
    *("from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references"),
    *("auto-submitted", "x-auto-response-suppress", "mime-version", "content-type"),
    *("content-transfer-encoding", "content-disposition"),
}
MANY = {"x-automailer-loop"}
FIELD = re.compile(rb"[A-Za-z-]+: ?[ -~\x80-\xff]*(?:\r\n[ \t][ -~\x80-\xff]*)*\r\n")
PIECES = [
    *(b"=?utf-8?q?=0D=0ABcc=3A_eve=40x.example?=", b"=?utf-8?b?//79/f8=?=", b"=?utf-7?q?+2AA-?=", b"\x00"),
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b".\r\n",
        b"{{ 7*7 }}",
    ),
    *(b"charset=utf-16", b"charset=utf-7", b"charset=idna", b"charset=undefined", b"charset=unicode_escape"),
    *(b"Date: Fri, 31 Dec 9999 23:59:59 -1200\r\n", b"Date: Mon, 01 Jan 0001 00:00:00 +1400\r\n"),
    *(b'From: "" <@>\r\n', b"From: a@b.example, eve@x.example\r\n", b"Reply-To: <a@xn--a.example>\r\n"),
    *(b"To: a@\xc3\xa4\xc3\xb6.example, x:;, <>\r\n", b"Message-ID: <[\r\n", b"Return-Path: <>\r\n"),
    *(
        b"Subject: **\r\n",
        b"Subject: a/../../b\\..\r\n",
        b"Subject: /etc/pass[w]d\r\n",
        b"Subject: ../x*\r\n",
    ),
    *(b"Content-Type: multipart/mixed; boundary=x\r\n", b"\r\n--x\r\n", b"--x--\r\n", b"From eve\n"),
    *(b"Content-Type: message/rfc822\r\n", b"Content-Transfer-Encoding: base64\r\n", b"begin 644 x\n"),
    *(b"Content-Disposition: attachment; filename*=utf-16''%ff%fe%00%d8\r\n", b"Content-ID: <a>\r\n"),
    *(b"Content-Disposition: attachment; filename*0*=utf-8''..%2F%0d%0a; filename*1=b\r\n", b"cid:a"),
    *(b"&#xD800;&#x110000;&#0;", b"<table><tr><td>", b"<style>a{b:c}", b"<!--", b"<img src=cid:a>"),
]


class NothingSaid:
    """A ledger of replies in which there is none."""

    def last(self, rule: str, sender: str) -> datetime | None:
        return None

    def count(self, *, now: datetime, within: timedelta) -> int:
        return 0


@pytest.fixture(scope="module")
def decider(tmp_path_factory: pytest.TempPathFactory) -> Decider:
    folder = tmp_path_factory.mktemp("strangers")
    (folder / "templates").mkdir()
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text, encoding="utf-8")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "automailer.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "automailer.yaml").chmod(0o600)
    return Decider(assemble(folder / "automailer.yaml"), "ops", loop_id="loop", replies=NothingSaid())


def decided(decider: Decider, octets: bytes) -> Iterator[Decided]:
    """The decisions on a mail as it is, for a person to read, and by its header alone."""
    message = parse(octets)
    yield decider.decide(message, uidl="1", now=NOW)
    yield decider.decide(message, uidl="1", now=NOW, thorough=True)
    end = octets.find(b"\n\r\n") if b"\n\r\n" in octets else octets.find(b"\n\n")
    head = octets[: end + 1] + b"\r\n"
    yield decider.decide(parse(head, size=len(octets), complete=False), uidl="1", now=NOW)


def check(planned: Planned) -> None:
    assert planned.error is None or re.match(r"\S*(rules\.yaml|\.j2):\d+", planned.error), planned.error
    for effect in planned.plan.effects:
        if isinstance(effect, Mail):
            check_mail(effect)
        elif isinstance(effect, SavedFile):
            check_file(effect)


def check_mail(mail: Mail) -> None:
    assert mail.sender in ("", "ops@example.com")
    assert mail.recipients
    assert all(envelope_address(one).isprintable() for one in mail.recipients)
    assert mail.octets.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", mail.octets)
    if mail.kind == "redirect":
        return
    header = mail.octets[: mail.octets.index(b"\r\n\r\n") + 2]
    fields = FIELD.findall(header)
    assert b"".join(fields) == header
    names = [field.partition(b":")[0].decode().lower() for field in fields]
    assert set(names) <= ONCE | MANY
    assert len([name for name in names if name in ONCE]) == len(ONCE.intersection(names))
    assert all(len(line) <= 998 for line in header.split(b"\r\n"))


def check_file(file: SavedFile) -> None:
    assert os.path.normpath(file.folder) == file.folder
    assert os.path.commonpath([file.root, file.folder]) == file.root
    assert file.name not in (".", "..")
    assert file.name or file.form == "maildir"
    assert not set("/\0\r\n") & set(file.name)


@pytest.mark.skipif(not FILES, reason="the corpus is not beside the repository")
def test_every_mail_of_the_corpus_is_answered(decider: Decider) -> None:
    for octets in SOURCES:
        for one in decided(decider, octets):
            assert explain(one.decision)["rules"]
            for planned in one.planned:
                check(planned)


CHANGE = st.tuples(st.floats(0, 1), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=3))


@given(st.sampled_from(SOURCES), st.lists(CHANGE, max_size=12), st.sampled_from([200, 1_000, SMALL]))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
def test_every_mail_that_was_tampered_with_is_answered(
    decider: Decider, source: bytes, changes: list[tuple[float, int, bytes]], within: int
) -> None:
    octets = bytearray(source)
    for place, gone, piece in changes:
        at = int(place * min(len(octets), within))
        octets[at : at + gone] = piece
    for one in decided(decider, bytes(octets)):
        for planned in one.planned:
            check(planned)
