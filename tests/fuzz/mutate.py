"""Makes hostile mail of real mail: octets, lines, fields and whole mails are broken, repeated and mixed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

__all__ = ["TOKENS", "mutant"]

MOST_OCTETS = 60_000
"""What a mutant is cut to: the limits for large mail have their own tests, and many small mails find more."""

TOKENS: Sequence[bytes] = (
    b"\r\n", b"\n", b"\r", b"\0", b"\x1b[2J", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xe2\x80\xae",
    b"\r\n\r\n", b"\r\n ", b":", b";", b",", b'"', b"\\", b"(", b")", b"<", b">", b"<>", b"@", b"[", b"=", b"%",
    b"=?utf-8?b?", b"=?utf-8?q?", b"?=", b"=?iso-2022-jp?B?GyRC?=", b"=?x-unknown?q?=FF?=", b"=?utf-7?q?+ADw-?=",
    b"=?utf-8*de?q?a?=", b"name*0*=utf-8''%ff", b"; name*1=b", b"; filename*=gb2312''%d6", b"; boundary=",
    b"Content-Type: multipart/mixed; boundary=a\r\n", b"Content-Type: message/rfc822\r\n",
    b"Content-Type: text/html; charset=utf-16\r\n", b"Content-Type: text/plain; charset=iso-2022-kr\r\n",
    b"Content-Type: text/plain; format=flowed; delsp=yes\r\n", b"Content-Type: application/ms-tnef\r\n",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n", b"Content-Disposition: attachment; filename=../../a\r\n",
    b"Content-ID: <a@b>\r\n", b"--a\r\n", b"--a--\r\n", b"begin 644 a\n", b"\nend\n", b"PK\x03\x04", b"PK\x05\x06",
    b"\x78\x9f\x3e\x22", b"From: ", b"To: a:b@c,d:;,\r\n", b"Date: Thu, 99 Foo 9999 99:99:99 +9999\r\n",
    b"Subject: ", b"Received: from a by b; \r\n", b"Auto-Submitted: auto-replied\r\n", b"Return-Path: <>\r\n",
    b"Message-ID: <", b"References: ", b"List-Id: x\r\n", b"Authentication-Results: mx.example.com; dkim=pass\r\n",
    b"DKIM-Signature: v=1; a=rsa-sha256; d=a; s=b; h=from; bh=; b=\r\n", b"{{ 7*7 }}", b"{% raw %}", b"<script>",
    b"<img src=cid:a@b>", b"<!--", b"&#x110000;", b"&#0;", b"&#" + b"9" * 4_400, b"<div>" * 40, b"(" * 40, b"> " * 40,
)  # fmt: skip
"""What parsers trip over."""


def mutant(seeds: Sequence[bytes], random: Random) -> bytes:
    """One of the seeds, changed one to eight times."""
    octets = random.choice(seeds)
    for _ in range(random.randint(1, 8)):
        change = random.choice(_CHANGES)
        octets = change(octets, seeds, random)[:MOST_OCTETS]
    return octets


def _cut(octets: bytes, random: Random) -> tuple[bytes, bytes, bytes]:
    """Before, a short piece, after; the beginning, where the header is, is hit more often."""
    reach = min(len(octets), 2_000) if random.random() < 0.6 else len(octets)
    at = random.randint(0, reach)
    end = min(len(octets), at + random.choice((1, 2, 4, 16, 64, 1_000)))
    return octets[:at], octets[at:end], octets[end:]


def _flip(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    before, piece, after = _cut(octets, random)
    return before + random.randbytes(min(len(piece), 16)) + after


def _drop(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    before, _, after = _cut(octets, random)
    return before + after


def _repeat(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    before, piece, after = _cut(octets, random)
    return before + piece * random.choice((2, 3, 50, 400)) + after


def _insert(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    before, piece, after = _cut(octets, random)
    return before + random.choice(TOKENS) * random.choice((1, 1, 1, 2, 30)) + piece + after


def _insert_line(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    lines = octets.splitlines(keepends=True)
    lines.insert(random.randint(0, min(len(lines), 60)), random.choice(TOKENS))
    return b"".join(lines)


def _swap_lines(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    lines = octets.splitlines(keepends=True)
    for _ in range(random.randint(1, 5) if lines else 0):
        one, other = random.randrange(len(lines)), random.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _splice(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    other = random.choice(seeds)
    return octets[: random.randint(0, len(octets))] + other[random.randint(0, len(other)) :]


def _nest(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    head = b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n"
    return head + random.choice((b"", b"Content-Type: message/rfc822\r\n\r\n")) + octets + b"\r\n--q--\r\n"


def _line_ends(octets: bytes, seeds: Sequence[bytes], random: Random) -> bytes:
    return octets.replace(b"\r\n", random.choice((b"\n", b"\r", b"\r\n\r\n", b"\r\r\n", b"\n\r")))


_CHANGES: Sequence[Callable[[bytes, Sequence[bytes], Random], bytes]] = (
    _flip, _flip, _drop, _repeat, _insert, _insert, _insert, _insert_line, _insert_line, _swap_lines, _splice, _nest,
    _line_ends,
)  # fmt: skip
