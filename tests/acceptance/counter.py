"""A small office on the sandbox servers: quick, and able to go wrong on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automailer.sandbox import Pop3Server, SmtpSink
from tests.acceptance.program import Program

__all__ = ["Counter", "letter", "open_counter"]

USERS = {"ops": "secret", "desk": "secret", "sales": "secret"}


@dataclass(slots=True, kw_only=True)
class Counter:
    """The servers and the program."""

    program: Program
    pop3: Pop3Server
    smtp: SmtpSink

    def configure(
        self,
        *names: str,
        more: Mapping[str, object] | None = None,
        one: Mapping[str, Mapping[str, object]] | None = None,
        **every: object,
    ) -> None:
        """Write settings for these mailboxes; `every` and, by name, `one` are laid over them, `more` over it all."""
        settings: dict[str, Any] = {
            "state": "state/",
            "mailboxes": {
                name: {
                    "host": self.pop3.host,
                    "port": self.pop3.port,
                    "tls": "none",
                    "username": name,
                    "password": "secret",
                    "poll": "1h",
                    "rules": "rules.yaml",
                    **every,
                    **(one or {}).get(name, {}),
                }
                for name in names
            },
            "smtp": {
                "default": {
                    "host": self.smtp.host,
                    "port": self.smtp.port,
                    "tls": "none",
                    "from": "ops@example.com",
                }
            },
        }
        self.program.settings({**settings, **(more or {})})

    def rules(self, text: str) -> None:
        self.program.write("rules.yaml", text)

    def deliver(self, *subjects: str, user: str = "ops") -> None:
        for subject in subjects:
            self.pop3.maildrop(user).deliver(letter(subject))

    def left(self, user: str = "ops") -> int:
        """How many mails lie on the server."""
        return len(self.pop3.maildrop(user).mails())

    def sent(self) -> list[str]:
        """The subjects of what was sent, in the order of acceptance."""
        lines = (line for mail in self.smtp.received for line in mail.octets.splitlines())
        return [line[9:].decode() for line in lines if line.startswith(b"Subject: ")]


@contextmanager
def open_counter(folder: Path) -> Iterator[Counter]:
    """Servers that run, nothing configured yet."""
    with Pop3Server(USERS) as pop3, SmtpSink() as smtp:
        yield Counter(program=Program(folder=folder), pop3=pop3, smtp=smtp)


def letter(subject: str) -> bytes:
    """A mail from a person."""
    return (
        f"From: Ann <ann@example.net>\r\nTo: ops@example.com\r\nSubject: {subject}\r\n"
        f"Message-ID: <{subject.encode().hex()}@example.net>\r\n"
        "Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n\r\nhello\r\n"
    ).encode()
