"""What stands in the replies to CAPA, STAT, UIDL and LIST, read as forgivingly as servers need. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from automailer.errors import ProtocolError
from automailer.mailbox.limits import MAX_LISTING_LINE_OCTETS, MAX_UID_CHARACTERS
from automailer.mailbox.wire import Status, printable

__all__ = [
    "Capabilities",
    "Stat",
    "parse_capabilities",
    "parse_size",
    "parse_sizes",
    "parse_stat",
    "parse_uid",
    "parse_uids",
]

# `+OK` before each line (K-9 #1237), several spaces behind the number (Maillennium): both seen.
_LINE = re.compile(rb"(?:\+OK)?[ \t]*([0-9]{1,10})(?:[ \t]+(.*))?", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(rb"[0-9]{1,18}(?![0-9])")
_STAT = re.compile(r"([0-9]{1,10})(?:\s+([0-9]{1,18}))?(?:\s|$)")
_SECONDS = re.compile(r"[0-9]{1,9}")

# A UID stays text that prints, keeps apart what differs and holds no NUL (PostgreSQL refuses one): control
# characters become signs that no octet stands for.
_VISIBLE = {
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **{code: 0x100 + code for code in range(0x80, 0xA0)},
}


@dataclass(frozen=True, slots=True)
class Stat:
    """How many messages there are, and their octets together as the server counts them (RFC 1939 5)."""

    messages: int
    octets: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server says it can (RFC 2449 5): names in upper case with their arguments."""

    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __contains__(self, name: object) -> bool:
        return name in self.arguments

    @property
    def sasl(self) -> frozenset[str]:
        """SASL mechanisms, in upper case."""
        return frozenset(name.upper() for name in self.arguments.get("SASL", ()))

    @property
    def login_delay_seconds(self) -> int | None:
        """The pause between logins that the server asks for (RFC 2449 6.5)."""
        words = self.arguments.get("LOGIN-DELAY", ())
        return int(words[0]) if words and _SECONDS.fullmatch(words[0]) else None

    @property
    def takes_retrieved(self) -> bool:
        """True when the server may take away what was fetched, DELE or not: EXPIRE 0 (RFC 2449 6.7)."""
        return self.arguments.get("EXPIRE", ())[:1] == ("0",)


def parse_capabilities(data: bytes) -> Capabilities:
    """The lines of CAPA's reply; a name that comes twice has the arguments of both."""
    arguments: dict[str, tuple[str, ...]] = {}
    for line in data.split(b"\n"):
        words = printable(line.rstrip(b"\r")).split()
        if words:
            name = words[0].upper()
            arguments[name] = (*arguments.get(name, ()), *words[1:])
    return Capabilities(arguments)


def parse_stat(status: Status) -> Stat:
    """The two numbers of STAT's reply; octets are 0 when they make no sense."""
    found = _STAT.match(status.text)
    if found is None:
        msg = f"expected two numbers in answer to STAT, got {status.text!r}"
        raise ProtocolError(msg)
    return Stat(int(found[1]), int(found[2] or 0))


def parse_uids(data: bytes) -> dict[int, str]:
    """UIDs by message number in the order of the lines; "" where the server gives none.

    A number that comes again and a line without number are left out; a listing of nothing but such lines is
    none and raises ProtocolError.
    """
    return {number: _uid(rest) for number, rest in _lines(data, "UIDL")}


def parse_sizes(data: bytes) -> dict[int, int | None]:
    """Octets by message number, None where the server's count is no number."""
    return {number: _size(rest) for number, rest in _lines(data, "LIST")}


def parse_uid(status: Status) -> str:
    """The UID in the reply to UIDL with a number."""
    found = _LINE.fullmatch(status.text.encode("latin-1", "replace"))
    return _uid(found[2] or b"") if found else ""


def parse_size(status: Status) -> int | None:
    """The octets in the reply to LIST with a number."""
    found = _LINE.fullmatch(status.text.encode("latin-1", "replace"))
    return _size(found[2] or b"") if found else None


def _lines(data: bytes, verb: str) -> Iterator[tuple[int, bytes]]:
    seen: set[int] = set()
    odd = b""
    for line in data.split(b"\n"):
        found = _LINE.fullmatch(line.rstrip(b"\r"))
        if found is None:
            odd = odd or line.strip()
            continue
        if len(line) > MAX_LISTING_LINE_OCTETS:
            msg = f"line too long in answer to {verb}: {len(line)} octets"
            raise ProtocolError(msg)
        number = int(found[1])
        if number and number not in seen:
            seen.add(number)
            yield number, found[2] or b""
    if odd and not seen:
        msg = f"expected numbered lines in answer to {verb}, got {printable(odd)!r}"
        raise ProtocolError(msg)


def _uid(rest: bytes) -> str:
    uid = rest.strip(b" \t").decode("latin-1")
    if not uid.isprintable():
        uid = uid.translate(_VISIBLE)
    if len(uid) > MAX_UID_CHARACTERS:
        return f"sha256:{hashlib.sha256(uid.encode()).hexdigest()}"
    return uid


def _size(rest: bytes) -> int | None:
    found = _NUMBER.match(rest)
    return int(found[0]) if found else None
