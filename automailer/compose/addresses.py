"""Addresses on their way into a header or the envelope. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from automailer.compose.fields import Encoded, clean, fold
from automailer.errors import PermanentError
from automailer.message import Address

__all__ = ["address_header", "envelope_address", "is_ascii_address", "is_usable"]

MAX_LOCAL = 64
MAX_ADDRESS = 254
"""Octets (RFC 5321 4.5.3.1.1; 4.5.3.1.3 less the angle brackets)."""

MAX_NAME = 200
"""Characters of a display name; longer ones are cut."""

MAX_QUOTED = 60
"""Columns of a quoted display name; it can't be folded, so a longer one is encoded."""

# No quoted local parts: nobody has one, and the quotes are what injections are made of.
# A leading "-" is an option to a sendmail command line, "|" a pipe to some delivery agents.
_LOCAL = re.compile(r"(?![-|])[^\x00-\x20\x7f-\xa0()<>\[\]:;@\\,\"\u2028\u2029\ud800-\udfff]+")
_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LITERAL = re.compile(r"\[(?:[0-9.]{7,15}|IPv6:[0-9A-Fa-f:.]{2,45})\]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def envelope_address(text: str) -> str:
    """Give the address as SMTP may carry it, its domain in ASCII (IDNA 2008); raises PermanentError."""
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL.fullmatch(local):
        msg = f"{text[:MAX_ADDRESS]!r} is no mail address"
        raise PermanentError(msg)
    domain = domain if domain.isascii() else _to_ascii(domain)
    if not (_DOMAIN.fullmatch(domain) or _LITERAL.fullmatch(domain)):
        msg = f"{text[:MAX_ADDRESS]!r} has no domain that mail can go to"
        raise PermanentError(msg)
    if len(local.encode()) > MAX_LOCAL or len(local.encode()) + 1 + len(domain) > MAX_ADDRESS:
        msg = f"{text[:MAX_ADDRESS]!r} is longer than a mail address may be"
        raise PermanentError(msg)
    return f"{local}@{domain}"


def is_ascii_address(address: str) -> bool:
    """Tell whether a relay without SMTPUTF8 (RFC 6531) can carry the address; its domain is no obstacle."""
    return address.rpartition("@")[0].isascii()


def is_usable(address: Address) -> bool:
    """Tell whether `envelope_address` takes it."""
    try:
        envelope_address(address.address)
    except PermanentError:
        return False
    return True


def address_header(name: str, addresses: Sequence[Address], *, charset: str = "utf-8") -> str:
    """Write one address field, encoded and folded, with its CRLF (RFC 5322 3.4); raises PermanentError."""
    pieces: list[str | Encoded] = []
    for position, address in enumerate(addresses, 1):
        comma = "," if position < len(addresses) else ""
        bare = envelope_address(address.address)
        phrase = list(_phrase(clean(address.name, MAX_NAME)))
        pieces += [*phrase, f"<{bare}>{comma}" if phrase else f"{bare}{comma}"]
    return fold(name, pieces, charset=charset)


def _phrase(name: str) -> Iterator[str | Encoded]:
    if not name:
        return
    if not name.isascii() or "=?" in name or len(name) > MAX_QUOTED:
        yield Encoded(name)
    elif _ATOMS.fullmatch(name):
        yield name
    else:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        yield f'"{escaped}"'


def _to_ascii(domain: str) -> str:
    import idna

    try:
        return idna.encode(domain[:MAX_ADDRESS], uts46=True).decode("ascii")
    except idna.IDNAError as exc:
        msg = f"{domain[:MAX_ADDRESS]!r} is no domain: {exc}"
        raise PermanentError(msg) from exc
