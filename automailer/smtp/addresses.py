"""From an addr-spec to the path of MAIL and RCPT (RFC 5321 4.1.2, RFC 6531). Pure.

Nothing that could end the path, add a parameter or start a command gets through.
"""

from __future__ import annotations

import re

__all__ = ["needs_smtputf8", "to_path"]

MAX_PATH = 254
"""Octets (RFC 5321 4.5.3.1.3). The 64 of a local part are no limit in practice: reply addresses exceed them."""

# Empty atoms ("a..b", "a.") break RFC 5321 and are real mailboxes of some providers: the relay decides.
_ATOMS = r"[^\s\x00-\x20\x7f()<>\[\]:;@\\,\"]+"
_QUOTED = r'"(?:[^\x00-\x1f\x7f"\\]|\\[\x20-\x7e])*"'
_LOCAL = re.compile(rf"{_ATOMS}|{_QUOTED}")
_DOMAIN = re.compile(r"\[[0-9A-Za-z.:-]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?")


def to_path(address: str) -> str:
    """Return the address as a path in angle brackets, its domain in ASCII; ValueError says what is wrong."""
    if not address:
        return "<>"
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not local.isprintable():
        msg = f"not a mail address: {address[:MAX_PATH]!r}"
        raise ValueError(msg)
    ascii_domain = _to_ascii(domain)
    if not _DOMAIN.fullmatch(ascii_domain):
        msg = f"not a domain: {domain[:MAX_PATH]!r}"
        raise ValueError(msg)
    if len(local.encode()) + 1 + len(ascii_domain) > MAX_PATH:
        msg = f"longer than a mail address may be: {address[:MAX_PATH]!r}"
        raise ValueError(msg)
    return f"<{local}@{ascii_domain}>"


def needs_smtputf8(path: str) -> bool:
    """Say whether the relay must offer SMTPUTF8 to take this path."""
    return not path.isascii()


def _to_ascii(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as exc:
        msg = f"not a domain: {domain[:MAX_PATH]!r}"
        raise ValueError(msg) from exc
