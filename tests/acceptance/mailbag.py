"""Three hundred mails of every sort, the same at every run, each with what is to become of it."""

from __future__ import annotations

import base64
import quopri
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

__all__ = ["MAILBOXES", "RULES", "SENT_LATER", "TEMPLATE", "Letter", "letters"]

MAILBOXES = {"ops": 224, "desk": 50, "sales": 26}
"""How many mails lie in each: one mailbox is more than a window, which is a transaction."""

RULES = """
rules:
  - name: list
    when: {kind: list}
    then: [{tag: newsletter}, delete]
    stop: true
  - name: bounce
    when: {kind: bounce, subject: '/#(?P<id>\\d+)/'}
    then: [{forward: {to: bounces@example.org, as: attachment, subject: "bounce #{{ match.id }}"}}]
    stop: true
  - name: machine
    when: {kind: auto_reply}
    then: [{reply: {text: never, once_per: 0s}}, {tag: machine}]
    stop: true
  - name: alert
    when: {subject: '/^\\[CRIT\\] (?P<host>\\S+) #(?P<id>\\d+)/'}
    then:
      - set: {host: "{{ match.host }}"}
      - forward: {to: [oncall@example.com, second@example.net], subject: "{{ vars.host }} is down #{{ match.id }}"}
      - delete: sent
    stop: true
  - name: invoice
    when: {subject: '/[Ii]nvoice #(?P<id>\\d+)/'}
    then:
      - save_attachments: {to: "files/{{ match.id }}"}
      - reply: {template: ack, subject: "Received #{{ match.id }}", once_per: 0s}
      - delete
    stop: true
  - name: chinese
    when: {subject: '/[\\p{Han}]+ #(?P<id>\\d+)/'}
    then:
      - forward: {to: asia@example.org, as: attachment, subject: "中文 #{{ match.id }}"}
      - save_message: {to: "files/{{ match.id }}", name: whole.eml}
      - delete: 7d
    stop: true
  - name: files
    when: {has_attachment: true, subject: '/#(?P<id>\\d+)/'}
    then:
      - save_attachments: {to: "files/{{ match.id }}", inline: true}
      - delete
    stop: true
  - name: copies
    when: {subject: '/^copy #(?P<id>\\d+)/'}
    then:
      - send: {to: copies@example.org, subject: "copy of #{{ match.id }}", text: "{{ message.text }}"}
      - save_message: {to: copies.mbox, as: mbox}
      - delete
    stop: true
  - name: question
    when: {subject: '/#(?P<id>\\d+)/'}
    then:
      - redirect: archive@example.org
      - save_message: {to: maildir, as: maildir}
      - keep
      - delete
"""
TEMPLATE = "Thank you, {{ message.from.name }}: {{ message.subject }} came.\n"
SENT_LATER = "alert"
"""The sort that is deleted once its mail has left: at the poll after."""


@dataclass(slots=True, kw_only=True)
class Letter:
    """One mail. `sent` counts (recipient, mark in the subject), `files` are SHA-256 of what is saved in its folder."""

    number: int
    sort: str
    mailbox: str
    octets: bytes = field(default=b"", repr=False)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    files: list[str] = field(default_factory=list)
    stays: bool = False

    @property
    def mark(self) -> str:
        """What tells it apart: identical copies share it."""
        return f"#{self.number:03}"


def letters() -> Iterator[Letter]:
    """All of them, mailbox by mailbox, in the order in which they lie there."""
    chance = random.Random(20261123)
    number = 0
    for mailbox, count in MAILBOXES.items():
        letter = Letter(number=0, sort="", mailbox=mailbox)
        for place in range(count):
            sort = _SORTS[place % len(_SORTS)]
            if sort is not None:
                number += 1
                letter = Letter(number=number, sort=sort.__name__.strip("_"), mailbox=mailbox)
                sort(letter, chance)
            yield letter


def _alert(letter: Letter, chance: random.Random) -> None:
    host = f"db{chance.randrange(90)}"
    letter.octets = _mail(letter, f"[CRIT] {host} {letter.mark} disk full", b"text/plain", b"full\r\n")
    letter.sent.update([("oncall@example.com", letter.mark), ("second@example.net", letter.mark)])


def _invoice(letter: Letter, chance: random.Random) -> None:
    parts = [_text(), *(_attachment(letter, chance, index) for index in range(chance.randrange(1, 4)))]
    letter.octets = _multipart(letter, f"Invoice {letter.mark}", parts)
    letter.sent[(f"person{letter.number}@example.net", letter.mark)] += 1


def _chinese(letter: Letter, chance: random.Random) -> None:
    words = base64.b64encode("上海服务器无法访问".encode("gb2312")).decode()
    body = "服务器\r\n".encode("gb2312") * chance.randrange(1, 40)
    letter.octets = _mail(
        letter, f"=?gb2312?B?{words}?= {letter.mark}", b"text/plain; charset=gb2312", body, encoding=b"8bit"
    )
    letter.sent[("asia@example.org", letter.mark)] += 1
    letter.files.append(sha256(letter.octets).hexdigest())
    letter.stays = True


def _machine(letter: Letter, chance: random.Random) -> None:
    letter.octets = _mail(
        letter,
        f"Out of office {letter.mark}",
        b"text/plain",
        b"away\r\n",
        more=b"Auto-Submitted: auto-replied\r\n",
    )
    letter.stays = True


def _list(letter: Letter, chance: random.Random) -> None:
    letter.octets = _mail(
        letter,
        f"News {letter.mark}",
        b"text/html",
        b"<p>" + b"news " * chance.randrange(400) + b"</p>\r\n",
        more=b"List-Id: <news.example.net>\r\nPrecedence: bulk\r\n",
    )


def _bounce(letter: Letter, chance: random.Random) -> None:
    kind = b'multipart/report; report-type=delivery-status; boundary="b"'
    body = (
        b"--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        b"Final-Recipient: rfc822; nobody@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    letter.octets = _mail(
        letter,
        f"Undelivered {letter.mark}",
        kind,
        body,
        more=b"Return-Path: <>\r\nAuto-Submitted: auto-replied\r\n",
    )
    letter.sent[("bounces@example.org", letter.mark)] += 1
    letter.stays = True


def _hostile(letter: Letter, chance: random.Random) -> None:
    names = [
        "../../../../etc/cron.d/x",
        "/etc/passwd",
        "..",
        "C:\\x\\..\\y.exe",
        "a\x00b.txt",
        "n" * 300 + ".pdf",
    ]
    names += ["same.txt", "same.txt", ".bashrc", "-rf", "CON.txt", "\u202egpj.exe", ""]
    parts = [_text()]
    for index, name in enumerate(chance.sample(names, 4)):
        content = b"%d %d" % (letter.number, index)
        letter.files.append(sha256(content).hexdigest())
        raw = name.replace("\\", "\\\\").encode("utf-8")
        head = b'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="' + raw
        parts.append(head + b'"\r\nContent-Transfer-Encoding: base64\r\n\r\n' + base64.b64encode(content))
    letter.octets = _multipart(letter, f"files {letter.mark}", parts)


def _copy(letter: Letter, chance: random.Random) -> None:
    letter.octets = _mail(letter, f"copy {letter.mark}", b"text/plain", b"From here on\r\n>From there\r\n")
    letter.sent[("copies@example.org", letter.mark)] += 1


def _question(letter: Letter, chance: random.Random) -> None:
    body = (
        b"".join(b".%d\r\n" % chance.randrange(10) for _ in range(chance.randrange(300)))
        + b"\xff\xfe raw\r\n"
    )
    letter.octets = _mail(letter, f"Question {letter.mark}", b"text/plain", body, encoding=b"8bit")
    letter.sent[("archive@example.org", letter.mark)] += 1
    letter.stays = True


_SORTS: tuple[Callable[[Letter, random.Random], None] | None, ...] = (
    *(_alert, _invoice, _chinese, _machine, _list, _invoice, _bounce),
    *(_hostile, _question, _copy, None, _alert, _question),
)
"""None is the one before once more: identical to the octet, and a message of its own all the same."""


def _mail(
    letter: Letter, subject: str, kind: bytes, body: bytes, *, more: bytes = b"", encoding: bytes = b"7bit"
) -> bytes:
    number = letter.number
    return (
        b"Received: from a by b; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
        + b'From: "Person %d" <person%d@example.net>\r\nTo: ops@example.com\r\n' % (number, number)
        + b"Subject: %s\r\nMessage-ID: <letter-%d@example.net>\r\n" % (subject.encode("ascii"), number)
        + b"Date: Mon, 23 Nov 2026 08:59:59 +0000\r\nMIME-Version: 1.0\r\n"
        + more
        + b"Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n" % (kind, encoding)
        + body
    )


def _multipart(letter: Letter, subject: str, parts: list[bytes]) -> bytes:
    body = b"".join(b"--limit\r\n" + part + b"\r\n" for part in parts) + b"--limit--\r\n"
    return _mail(letter, subject, b'multipart/mixed; boundary="limit"', body, encoding=b"8bit")


def _text() -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n"


def _attachment(letter: Letter, chance: random.Random, index: int) -> bytes:
    """One of many kinds, encodings and ways to write a name."""
    kind, encode, content = chance.choice(_CONTENTS)
    octets = content(chance)
    letter.files.append(sha256(octets).hexdigest())
    name = chance.choice(_NAMES).replace(b"INDEX", b"%d" % index)
    encoding, encoded = encode(octets)
    return (
        b"Content-Type: %s\r\nContent-Disposition: attachment%s\r\n" % (kind, name)
        + b"Content-Transfer-Encoding: %s\r\n\r\n" % encoding
        + encoded
    )


def _base64(octets: bytes) -> tuple[bytes, bytes]:
    return b"base64", base64.encodebytes(octets).replace(b"\n", b"\r\n")


def _odd_base64(octets: bytes) -> tuple[bytes, bytes]:
    """Lines of 61 characters with a blank here and there: what some mailers make."""
    text = base64.b64encode(octets)
    return b"BASE64", b" \r\n".join(text[start : start + 61] for start in range(0, len(text), 61))


def _quoted(octets: bytes) -> tuple[bytes, bytes]:
    return b"quoted-printable", quopri.encodestring(octets.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")


def _plain(octets: bytes) -> tuple[bytes, bytes]:
    return b"8bit", octets


def _binary(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 30_000))


def _large(chance: random.Random) -> bytes:
    return b"%PDF-1.7\n" + chance.randbytes(chance.randrange(200_000, 400_000))


def _words(chance: random.Random) -> bytes:
    return "".join(
        f"Zeile {chance.randrange(99)} für dich\r\n" for _ in range(chance.randrange(1, 99))
    ).encode()


def _empty(chance: random.Random) -> bytes:
    return b""


_CONTENTS: tuple[
    tuple[bytes, Callable[[bytes], tuple[bytes, bytes]], Callable[[random.Random], bytes]], ...
] = (
    (b"application/pdf", _base64, _large),
    (b"application/pdf", _odd_base64, _binary),
    (b"image/png", _base64, _binary),
    (b"text/csv; charset=utf-8", _quoted, _words),
    (b"text/plain; charset=utf-8", _plain, _words),
    (b"application/octet-stream", _base64, _empty),
    (b"application/zip", _base64, _binary),
)
_NAMES = (
    b'; filename="invoice-INDEX.pdf"',
    b"; filename=invoice-INDEX.pdf",
    b"; filename*=utf-8''%E5%8F%91%E7%A5%A8-INDEX.pdf",
    b"; filename*0*=utf-8''%E5%8F%91; filename*1=\"-INDEX.pdf\"",
    b'; filename="=?gb2312?B?t6LGsQ==?=-INDEX.pdf"',
    b'; filename="Rechnung f\xc3\xbcr INDEX.pdf"',
    b"",
)
