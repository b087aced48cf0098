"""Which login to use: the strongest offered, and no password in clear unless that was asked for. Pure.

`auto` takes, with TLS: SCRAM-SHA-256, PLAIN, LOGIN, USER and PASS, CRAM-MD5 (inside TLS the password is
safe, and CRAM-MD5 needs a server that keeps it readable). Without TLS, which `tls: none` asked for:
SCRAM-SHA-256, CRAM-MD5, APOP when the greeting has a well-formed stamp, then the password in clear. APOP is
the only one with a second choice behind it, since a stamp in the greeting promises nothing; every other
refusal is final, so that a wrong password knocks once.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from automailer.errors import AuthError, PermanentError, ProtocolError
from automailer.mailbox.replies import Capabilities

__all__ = ["APOP", "USER", "Offer", "apop_digest", "apop_stamp", "logins"]

USER = "USER"
APOP = "APOP"

# An RFC 822 msg-id and nothing looser: CVE-2007-1558 needs octets that none can hold. No backslash either:
# the greeting's odd octets are escaped with it.
_STAMP = re.compile(r"<[!-;=?A-Z\[\]-~]{1,120}@[!-;=?A-Z\[\]-~]{1,120}>")

_STRONG = ("SCRAM-SHA-256",)
_CLEAR = ("PLAIN", "LOGIN")
_DIGEST = ("CRAM-MD5",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the server offers: CAPA's answer (None without one), APOP's stamp or "", whether TLS stands."""

    capabilities: Capabilities | None
    stamp: str = ""
    encrypted: bool = False

    @property
    def sasl(self) -> frozenset[str]:
        return self.capabilities.sasl if self.capabilities is not None else frozenset()

    @property
    def user(self) -> bool:
        """USER and PASS: announced, or nothing said about logins at all."""
        return self.capabilities is None or "USER" in self.capabilities or not self.sasl


def logins(wanted: str, offer: Offer, *, clear_allowed: bool) -> tuple[str, ...]:
    """The logins to try in order: SASL mechanisms, USER or APOP; raises when there is none.

    `wanted` is a mechanism of the settings or `auto`; `clear_allowed` says that the user gave up on TLS.
    """
    name = wanted.upper()
    if name == "AUTO":
        found = _automatic(offer, clear=offer.encrypted or clear_allowed)
        if not found:
            raise AuthError(_nothing_usable(offer))
        return found
    if name == APOP:
        if not offer.stamp:
            msg = "auth: apop, but the server's greeting has no usable APOP stamp"
            raise ProtocolError(msg)
        return (APOP,)
    if name in {*_CLEAR, "XOAUTH2"} and not (offer.encrypted or clear_allowed):
        msg = f"auth: {wanted} would send a secret in clear, and the connection has no TLS"
        raise PermanentError(msg)
    if name in _CLEAR and name not in offer.sasl and offer.user:
        return (USER,)
    return (name,)


def apop_stamp(greeting: str) -> str:
    """The timestamp of the greeting when it is a well-formed msg-id (RFC 1939 7), else ""."""
    found = _STAMP.findall(greeting)
    return found[-1] if found else ""


def apop_digest(stamp: str, password: str) -> str:
    """The second argument of APOP (RFC 1939 7)."""
    return hashlib.md5(f"{stamp}{password}".encode(), usedforsecurity=False).hexdigest()


def _automatic(offer: Offer, *, clear: bool) -> tuple[str, ...]:
    in_clear = [*(name for name in _CLEAR if name in offer.sasl), *([USER] if offer.user else [])]
    strong = [name for name in _STRONG if name in offer.sasl]
    digest = [name for name in _DIGEST if name in offer.sasl]
    if offer.encrypted:
        return tuple((strong + in_clear + digest)[:1])
    in_clear = in_clear[:1] if clear else []
    if strong or digest:
        return tuple((strong + digest)[:1])
    return (*((APOP,) if offer.stamp else ()), *in_clear)


def _nothing_usable(offer: Offer) -> str:
    offered = ", ".join(sorted(offer.sasl)) or "nothing"
    return f"the server offers no login that can be used here: {offered}"
