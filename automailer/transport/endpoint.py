"""What a server's settings must tell so that it can be reached. Pure."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Protocol

__all__ = ["Endpoint", "place"]


class Endpoint(Protocol):
    """Where a server is and how to trust it; the settings of a mailbox and of an SMTP server both are one.

    `fingerprint` is the SHA-256 of the certificate in hexadecimal, colons allowed; `proxy` a URL of scheme
    socks4, socks5 or socks5h; `timeout` holds for each wait.
    """

    @property
    def host(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def tls_verify(self) -> bool: ...

    @property
    def ca_file(self) -> Path | None: ...

    @property
    def fingerprint(self) -> str | None: ...

    @property
    def client_cert(self) -> Path | None: ...

    @property
    def client_key(self) -> Path | None: ...

    @property
    def proxy(self) -> str | None: ...

    @property
    def timeout(self) -> timedelta: ...


def place(endpoint: Endpoint) -> str:
    """The server as errors name it: `host:port`, an IPv6 address in brackets."""
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    return f"{host}:{endpoint.port}"
