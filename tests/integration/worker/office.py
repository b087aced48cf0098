"""A whole program on the sandbox servers: settings and rules in a folder, a clock to turn, rounds to run."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import yaml

from automailer.journal import EntrySummary, MessageDetail, MessageSummary, queries
from automailer.sandbox import Maildrop, Pop3Server, ReceivedMail, SmtpSink
from automailer.worker import Shop, assemble, open_shop
from automailer.worker.poll import MailboxResult, poll_mailbox
from automailer.worker.round import RoundResult, poll_round

USERS = {"ops": "secret", "desk": "secret"}
BEGIN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Office:
    """`settings` and `mailboxes` are laid over the defaults; every round is a program opened anew."""

    folder: Path
    pop3: Pop3Server
    smtp: SmtpSink
    now: datetime = BEGIN
    settings: dict[str, object] = field(default_factory=dict)
    mailboxes: dict[str, dict[str, object]] = field(default_factory=lambda: {"ops": {}})

    def rules(self, text: str, *, file: str = "rules.yaml") -> None:
        """Write the rules of every mailbox."""
        (self.folder / file).write_text(text, encoding="utf-8")

    def write(self, path: Path, text: str) -> None:
        """Write a file by the office's clock."""
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        os.utime(path, (self.now.timestamp(), self.now.timestamp()))

    def maildrop(self, user: str = "ops") -> Maildrop:
        return self.pop3.maildrop(user)

    def deliver(self, octets: bytes | None = None, *, user: str = "ops", uid: str | None = None) -> str:
        return self.maildrop(user).deliver(mail() if octets is None else octets, uid=uid)

    def uids(self, user: str = "ops") -> list[str]:
        """What lies on the server."""
        return [each.uid for each in self.maildrop(user).mails()]

    def wait(self, **time: float) -> None:
        """Turn the clock."""
        self.now += timedelta(**time)

    @contextmanager
    def shop(self) -> Iterator[Shop]:
        """The program, open."""
        shop = replace(open_shop(assemble(self._write_settings())), clock=lambda: self.now)
        try:
            yield shop
        finally:
            shop.journal.close()

    def round(self) -> RoundResult:
        """One round over every mailbox."""
        with self.shop() as shop:
            return poll_round(shop, list(shop.assembly.mailboxes))

    def poll(self) -> MailboxResult:
        """One round of an office with one mailbox."""
        return self.round().mailboxes[0]

    def poll_without_commit(self) -> MailboxResult:
        """A poll that does everything but its last transaction: its lease is taken away after the first contact."""
        theft = (
            "UPDATE mailbox SET lease_owner='thief', lease_until='2000-01-01T00:00:00.000000Z'"
            " WHERE first_polled_at IS NOT NULL"
        )

        def clock() -> datetime:
            with closing(sqlite3.connect(self.folder / "state" / "automailer.db", timeout=10)) as database:
                database.execute(theft)
                database.commit()
            return self.now

        with self.shop() as shop:
            result = poll_mailbox(replace(shop, clock=clock), "ops")
        assert "lease" in result.error
        return result

    def messages(self, mailbox: str = "ops") -> list[MessageSummary]:
        """The journal's messages, oldest first."""
        with self.shop() as shop, shop.journal.reading() as connection:
            return list(reversed(queries.messages(connection, of_mailbox=mailbox)))

    def states(self, mailbox: str = "ops") -> list[str]:
        return [one.state.value for one in self.messages(mailbox)]

    def detail(self, number: int) -> MessageDetail:
        with self.shop() as shop, shop.journal.reading() as connection:
            found = queries.message_detail(connection, number)
        assert found is not None
        return found

    def outbox(self) -> list[EntrySummary]:
        with self.shop() as shop, shop.journal.reading() as connection:
            return list(reversed(queries.entries(connection)))

    def sent(self) -> list[ReceivedMail]:
        return list(self.smtp.received)

    def subjects_sent(self) -> list[str]:
        """The Subject lines of what was sent, sorted."""
        lines = (line for one in self.sent() for line in one.octets.splitlines())
        return sorted(line[9:].decode() for line in lines if line.startswith(b"Subject: "))

    def saved(self, folder: str = "in") -> Mapping[str, bytes]:
        """Every file below a folder, hidden ones too."""
        root = self.folder / folder
        files = (path for path in sorted(root.rglob("*")) if path.is_file())
        return {str(path.relative_to(root)): path.read_bytes() for path in files}

    def _write_settings(self) -> Path:
        settings = {
            "state": "state/",
            "timezone": "UTC",
            "mailboxes": {name: self._mailbox(name) | more for name, more in self.mailboxes.items()},
            "smtp": {
                "default": {
                    "host": self.smtp.host,
                    "port": self.smtp.port,
                    "tls": "none",
                    "from": "Ops Desk <ops@example.com>",
                }
            },
            "log": {"level": "error"},
        } | self.settings
        path = self.folder / "automailer.yaml"
        text = yaml.safe_dump(settings, allow_unicode=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            self.write(path, text)
        return path

    def _mailbox(self, name: str) -> dict[str, object]:
        return {
            "host": self.pop3.host,
            "port": self.pop3.port,
            "tls": "none",
            "username": name,
            "password": USERS.get(name, "secret"),
            "poll": "60s",
            "rules": "rules.yaml",
            "timeout": "5s",
        }


def mail(
    subject: str = "hello",
    body: str = "body\n",
    *,
    from_: str = "Ann <ann@example.net>",
    files: Mapping[str, bytes] | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """A mail with CRLF line ends."""
    message = EmailMessage()
    message["From"] = from_
    message["To"] = "ops@example.com"
    message["Subject"] = subject
    message["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    message["Message-ID"] = f"<{sha256(f'{subject}{body}{from_}'.encode()).hexdigest()[:16]}@example.net>"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(body)
    for name, octets in (files or {}).items():
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
