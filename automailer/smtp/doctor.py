"""What a relay says of itself, found out without sending any mail."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from automailer.settings import SmtpSettings
from automailer.smtp.addresses import to_path
from automailer.smtp.client import Relay
from automailer.smtp.model import Reply, WireHook
from automailer.smtp.replies import escape

__all__ = ["RelayFindings", "examine", "verify_address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayFindings:
    """What a relay offers once the connection is secured and logged in.

    `extensions` are EHLO's keywords in lower case with their parameters; `tls` is the protocol's version, ""
    in clear; `login` the mechanism used, "" without one; `size_limit` in octets, 0 for none announced.
    """

    extensions: Mapping[str, str]
    tls: str
    cipher: str
    login: str
    size_limit: int


def examine(settings: SmtpSettings, *, wire: WireHook | None = None) -> RelayFindings:
    """Connect, secure, log in and hang up; raises as `Relay.deliver` does when one of these fails."""
    with Relay(settings, wire=wire) as relay:
        dialogue = relay.open()
        sock = dialogue.sock
        secured = sock if isinstance(sock, ssl.SSLSocket) else None
        cipher = secured.cipher() if secured else None
        return RelayFindings(
            extensions={name: escape(value) for name, value in dialogue.esmtp_features.items()},
            tls=(secured.version() or "") if secured else "",
            cipher=cipher[0] if cipher else "",
            login=relay.mechanism,
            size_limit=dialogue.size_limit,
        )


def verify_address(settings: SmtpSettings, address: str, *, wire: WireHook | None = None) -> Reply:
    """Ask whether the relay knows an address (VRFY, RFC 5321 3.5); most answer 252, which says nothing."""
    path = to_path(address)
    with Relay(settings, wire=wire) as relay:
        return relay.open().command("VRFY", path.strip("<>"))
