"""The commands of POP3 as values (RFC 1939 5 to 7, RFC 2449, RFC 5034). Pure."""

from __future__ import annotations

from collections.abc import Callable

from automailer.mailbox.limits import (
    DRAIN_OCTETS,
    MAX_CAPABILITY_LINES,
    MAX_LISTING_LINE_OCTETS,
    MAX_LISTING_LINES,
    MAX_LISTING_OCTETS,
    MAX_TOP_OCTETS,
)
from automailer.mailbox.wire import Bound, Command, Shape, serialise

__all__ = ["CAPA", "LIST", "NOOP", "QUIT", "RSET", "STAT", "STLS", "UIDL"]

_LISTING = Bound(octets=MAX_LISTING_OCTETS, lines=MAX_LISTING_LINES, line_octets=MAX_LISTING_LINE_OCTETS)
_CAPABILITIES = Bound(
    octets=MAX_CAPABILITY_LINES * 512, lines=MAX_CAPABILITY_LINES, line_octets=MAX_LISTING_LINE_OCTETS
)
_TOP = Bound(octets=MAX_TOP_OCTETS, drain=DRAIN_OCTETS)

CAPA = Command(b"CAPA", Shape.LISTING, _CAPABILITIES)
UIDL = Command(b"UIDL", Shape.LISTING, _LISTING)
LIST = Command(b"LIST", Shape.LISTING, _LISTING)
STLS = Command(b"STLS")
STAT = Command(b"STAT")
NOOP = Command(b"NOOP")
RSET = Command(b"RSET")
QUIT = Command(b"QUIT")


def user(name: str) -> Command:
    return Command(serialise("USER", name))


def password(secret: str) -> Command:
    """PASS takes the rest of the line: spaces are part of the password."""
    return Command(serialise("PASS", secret))


def apop(name: str, digest: str) -> Command:
    return Command(serialise("APOP", name, digest))


def auth(mechanism: str, initial: bytes | None) -> Command:
    """AUTH, with the initial response in base64 where there is one."""
    words = ("AUTH", mechanism) if initial is None else ("AUTH", mechanism, initial)
    return Command(serialise(*words), Shape.DIALOGUE)


def one_uid(number: int) -> Command:
    return Command(b"UIDL %d" % number, number=number)


def one_size(number: int) -> Command:
    return Command(b"LIST %d" % number, number=number)


def delete(number: int) -> Command:
    return Command(b"DELE %d" % number, number=number)


def top(number: int, lines: int) -> Command:
    """The header section and so many lines of the body; what is longer than a header can be is cut."""
    return Command(b"TOP %d %d" % (number, lines), Shape.MESSAGE, _TOP, number=number)


def retrieve(number: int, sink: Callable[[bytes], object], *, max_octets: int) -> Command:
    """A whole message; of one larger than that, the rest is read and dropped."""
    bound = Bound(octets=max_octets, drain=DRAIN_OCTETS)
    return Command(b"RETR %d" % number, Shape.MESSAGE, bound, sink, number)
