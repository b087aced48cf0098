"""Commands and status lines as octets (RFC 1939, 2449, 3206). Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from automailer.errors import PermanentError, ProtocolError
from automailer.mailbox.limits import MAX_SERVER_TEXT

__all__ = ["Bound", "Command", "Shape", "Status", "parse_status", "printable", "serialise"]

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_CODE = re.compile(r"\[([A-Za-z0-9/_.-]{1,64})\](?: |$)")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Shape(Enum):
    """What follows when a command is answered +OK."""

    LINE = "nothing but the status line"
    LISTING = "lines up to a dot"
    MESSAGE = "a message up to a dot"
    DIALOGUE = "challenges and responses (RFC 5034)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """How long a multi-line reply may be; `drain` more octets are read and dropped before giving up."""

    octets: int
    drain: int = 0
    lines: int | None = None
    line_octets: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its line without CRLF, and what to do with the answer.

    With a `sink` the lines of the reply go there piece by piece, else the reply holds them.
    """

    line: bytes
    shape: Shape = Shape.LINE
    bound: Bound | None = None
    sink: Callable[[bytes], object] | None = None
    number: int = 0

    @property
    def verb(self) -> str:
        """The first word of the line."""
        return self.line.split(b" ", 1)[0].decode("ascii")


@dataclass(frozen=True, slots=True)
class Status:
    """A status line: +OK or not, its response code in upper case or "" (RFC 2449 8), its text, printable."""

    ok: bool
    code: str = ""
    text: str = ""

    def under(self, code: str) -> bool:
        """True for that response code and every code below it: `SYS/TEMP/DISK` is under `SYS/TEMP`."""
        return self.code == code or self.code.startswith(f"{code}/")


_PLAIN_OK = Status(ok=True)


def serialise(*words: str | bytes) -> bytes:
    """The words as a command's line; refused when one holds a control character (CVE-2025-15367)."""
    parts = [word.encode() if isinstance(word, str) else word for word in words]
    for part in parts:
        if _CONTROL.search(part):
            msg = f"an argument of {parts[0].decode('ascii', 'replace')} holds a control character"
            raise PermanentError(msg)
    return b" ".join(parts)


def parse_status(line: bytes) -> Status:
    """The status line without its CRLF; raises ProtocolError when it is none."""
    if line == b"+OK":
        return _PLAIN_OK
    head = line[:4].upper()
    if head[:3] == b"+OK" and not line[3:4].isalnum():
        ok, rest = True, line[3:]
    elif head == b"-ERR" and not line[4:5].isalnum():
        ok, rest = False, line[4:]
    else:
        msg = f"expected +OK or -ERR from the server, got {printable(line)!r}"
        raise ProtocolError(msg)
    if not rest:
        return Status(ok)
    text = printable(rest).strip()
    found = _CODE.match(text)
    return Status(ok, found[1].upper() if found else "", text)


def printable(octets: bytes) -> str:
    """A server's words for people: other octets than ASCII's printable ones escaped, cut to a limit."""
    text = octets[: MAX_SERVER_TEXT + 1].decode("ascii", "backslashreplace")
    text = _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return text if len(text) <= MAX_SERVER_TEXT else f"{text[:MAX_SERVER_TEXT]}…"
