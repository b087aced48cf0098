"""Servers that are reached in ways that others can listen to, or that this version can't use."""

from __future__ import annotations

from collections.abc import Iterator

from automailer.cautions.model import Material
from automailer.errors import Problem
from automailer.settings import ServerSettings, Tls

__all__ = ["risky_servers"]

_LOOPBACK = ("localhost", "127.", "::1")


def risky_servers(material: Material) -> Iterator[Problem]:
    """Certificates that are not checked, passwords in the open, sign-ins that nobody does."""
    settings = material.settings
    for part, servers in (("mailboxes", settings.mailboxes), ("smtp", settings.smtp)):
        for name, server in servers.items():
            for key, message in _of_server(server):
                yield settings.problem((part, name, key), message)


def _of_server(server: ServerSettings) -> Iterator[tuple[str, str]]:
    encrypted = server.tls is not Tls.NONE
    if encrypted and not server.tls_verify and server.fingerprint is None:
        yield "tls_verify", "the server's certificate is not checked: whoever sits between reads all"
    if not encrypted and server.password is not None and not server.host.startswith(_LOOPBACK):
        yield "tls", "nothing is encrypted: mail, and the password with some logins, can be read on the way"
    if server.oauth is not None and server.oauth.token is None:
        yield "oauth", "signing in by itself is not in this version: give an access token as `token`"
