"""What a POP3 server and an account are like, step by step, without touching any mail."""

from __future__ import annotations

import hashlib
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from automailer.errors import AutomailerError
from automailer.mailbox.client import Pop3Client
from automailer.mailbox.listing import Entry
from automailer.mailbox.opening import Opening
from automailer.mailbox.refusal import Refused
from automailer.mailbox.replies import Capabilities
from automailer.mailbox.transcript import WireHook
from automailer.settings import MailboxSettings, Tls
from automailer.transport import certificate_end, certificate_of

__all__ = ["Finding", "Verdict", "doctor"]

# A certificate that ends sooner deserves a word: renewals run weeks before.
EXPIRY_WARNING = timedelta(days=14)
# Clocks differ a little; mail that comes from further ahead breaks rules on age and date.
CLOCK_TOLERANCE = timedelta(minutes=2)
_RECEIVED_DATE = re.compile(rb"^Received:(?:[^\n]|\n[ \t])*?;([^;\n]*(?:\n[ \t][^;\n]*)*)$", re.I | re.M)


class Verdict(Enum):
    """How good a finding is; FAILED ends the examination."""

    GOOD = "good"
    NOTE = "note"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its name, what was found, and how good that is."""

    name: str
    verdict: Verdict
    text: str


def doctor(
    settings: MailboxSettings,
    *,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    wire: WireHook | None = None,
) -> list[Finding]:
    """Everything that can be learnt of a mailbox; a step that fails is the last finding, not an exception."""
    findings: list[Finding] = []
    opening = Opening(settings, clock=clock, wire=wire)
    try:
        findings.extend(_examine(opening, now))  # what was found before an error stays in the list
    except AutomailerError as exc:
        name = f"after {findings[-1].name}" if findings else "connection"
        findings.append(Finding(name, Verdict.FAILED, str(exc)))
    return findings


def _examine(opening: Opening, now: Callable[[], datetime]) -> Iterator[Finding]:
    opening.introduce()
    try:
        yield Finding("greeting", Verdict.GOOD, opening.greeting or "+OK")
        if opening.settings.tls is Tls.STARTTLS:
            yield _capabilities("capabilities before TLS", opening.before_tls)
        yield from _encryption(opening.dialogue.connection.tls, opening.settings, now())
        yield _capabilities("capabilities before login", opening.before_login)
        opening.finish()
        yield Finding("login", Verdict.GOOD, f"{opening.settings.username} by {opening.login}")
        with Pop3Client(opening.dialogue, opening, spool=None) as client:
            yield from _mailbox(client, now)
    finally:
        opening.dialogue.close()


def _capabilities(name: str, found: Capabilities | None) -> Finding:
    if found is None:
        return Finding(name, Verdict.NOTE, "the server has no CAPA")
    words = (" ".join((tag, *arguments)) for tag, arguments in found.arguments.items())
    return Finding(name, Verdict.GOOD, ", ".join(words) or "none")


def _encryption(sock: ssl.SSLSocket | None, settings: MailboxSettings, now: datetime) -> Iterator[Finding]:
    if sock is None:
        yield Finding("tls", Verdict.WARNING, "none: everything goes in clear, as `tls: none` asks")
        return
    cipher = sock.cipher()
    yield Finding("tls", Verdict.GOOD, f"{sock.version()}, {cipher[0] if cipher else 'cipher unknown'}")
    yield _certificate(sock, settings, now)


def _certificate(sock: ssl.SSLSocket, settings: MailboxSettings, now: datetime) -> Finding:
    octets = certificate_of(sock)
    ends = certificate_end(octets)
    if settings.fingerprint:
        verdict, trust = Verdict.GOOD, "pinned"
    elif not settings.tls_verify:
        verdict, trust = Verdict.WARNING, "not checked (`tls_verify: false`)"
    else:
        verdict, trust = Verdict.GOOD, _subject(sock)
    if ends is None or ends - now < EXPIRY_WARNING:
        verdict = Verdict.WARNING
    until = f"until {ends:%Y-%m-%d}" if ends is not None else "with an end that can't be read"
    return Finding("certificate", verdict, f"{trust}, {until}, SHA-256 {hashlib.sha256(octets).hexdigest()}")


def _subject(sock: ssl.SSLSocket) -> str:
    subject: Any = (sock.getpeercert() or {}).get("subject", ())
    return ", ".join(f"{key}={value}" for part in subject for key, value in part) or "no subject"


def _mailbox(client: Pop3Client, now: Callable[[], datetime]) -> Iterator[Finding]:
    stat = client.stat()
    yield Finding("stat", Verdict.GOOD, f"{stat.messages} messages, {stat.octets} octets")
    entries = client.listing()
    yield _capabilities("capabilities after login", client.capabilities)
    yield _uids(entries)
    pipelining = client.capabilities is not None and "PIPELINING" in client.capabilities
    text = "announced: commands go in windows" if pipelining else "not announced: one command at a time"
    yield Finding("pipelining", Verdict.GOOD if pipelining else Verdict.NOTE, text)
    if client.takes_retrieved:
        yield Finding("expire", Verdict.NOTE, "EXPIRE 0: what was fetched may be gone from the next listing")
    if entries:
        yield from _last_message(client, entries[-1], now)


def _uids(entries: tuple[Entry, ...]) -> Finding:
    without = sum(not entry.uid for entry in entries)
    shared = sum(entry.occurrence > 0 for entry in entries)
    if without:
        return Finding("uidl", Verdict.WARNING, f"{without} of {len(entries)} messages have no UID")
    if shared:
        return Finding("uidl", Verdict.NOTE, f"{shared} messages share the UID of another one")
    return Finding("uidl", Verdict.GOOD, f"{len(entries)} messages, each with its own UID")


def _last_message(client: Pop3Client, entry: Entry, now: Callable[[], datetime]) -> Iterator[Finding]:
    found = client.top(entry.number, 0)
    if isinstance(found, Refused):
        yield Finding("top", Verdict.NOTE, f"refused, messages are fetched whole: {found.text}")
        return
    yield Finding("top", Verdict.GOOD, f"{len(found)} octets of header for message {entry.number}")
    received = _received_at(found)
    if received is None:
        yield Finding("clock", Verdict.NOTE, "can't be told: the last message has no Received header")
        return
    ahead = received - now()
    if ahead > CLOCK_TOLERANCE:
        yield Finding(
            "clock", Verdict.WARNING, f"the last message comes from the future: {ahead} ahead of us"
        )
    else:
        yield Finding(
            "clock", Verdict.GOOD, f"the last message was received at {received:%Y-%m-%d %H:%M:%S %z}"
        )


def _received_at(header: bytes) -> datetime | None:
    from email.utils import parsedate_to_datetime  # a poll has no use for it

    found = _RECEIVED_DATE.search(header.replace(b"\r\n", b"\n"))
    if found is None:
        return None
    try:
        date = parsedate_to_datetime(found[1].decode("ascii", "replace").strip())
    except ValueError:
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
