"""The mails that are fetched: small, all different, the same at every run."""

from __future__ import annotations

import random
from collections.abc import Iterator

_SEED = 1939
_WORDS = (
    "disk",
    "host",
    "load",
    "invoice",
    "ticket",
    "build",
    "release",
    "backup",
    "report",
    "order",
    "answer",
)


def small_mails(count: int, octets: int = 2000) -> Iterator[bytes]:
    """Plain mails of about that many octets, one in ten an alert."""
    chance = random.Random(_SEED)
    for number in range(count):
        yield _mail(number, octets, chance)


def _mail(number: int, octets: int, chance: random.Random) -> bytes:
    words = [chance.choice(_WORDS) for _ in range(6)]
    subject = f"[CRIT] db{number % 7} {words[0]}" if number % 10 == 0 else " ".join(words)
    head = (
        f"Return-Path: <sender{number % 50}@example.com>\r\n"
        f"Received: from mail.example.com by mx.example.org with ESMTPS id {number:08x};\r\n"
        f"\tMon, 23 Nov 2026 08:{number // 60 % 60:02}:{number % 60:02} +0100\r\n"
        f"Date: Mon, 23 Nov 2026 08:{number // 60 % 60:02}:{number % 60:02} +0100\r\n"
        f"From: Sender {number % 50} <sender{number % 50}@example.com>\r\n"
        "To: ops@example.org\r\n"
        f"Subject: {subject}\r\n"
        f"Message-ID: <{number}.bench@example.com>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "\r\n"
    )
    lines = []
    size = len(head)
    while size < octets:
        line = " ".join(chance.choice(_WORDS) for _ in range(10)) + "\r\n"
        lines.append(line)
        size += len(line)
    return (head + "".join(lines)).encode()
