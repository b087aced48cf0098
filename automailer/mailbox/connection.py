"""The octets of one connection, every error translated. The only module of this part that has a socket."""

from __future__ import annotations

import ssl

from automailer.errors import ProtocolError, TemporaryError
from automailer.settings import MailboxSettings
from automailer.transport import connect, secure

__all__ = ["Connection"]

# Loopback and fast lines fill this; TLS gives 16 kB at a time whatever is asked for.
RECEIVE_OCTETS = 256 * 1024


class Connection:
    """A connected socket, encrypted from the start or from `encrypt` on."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        self._socket = connect(settings)

    def encrypt(self) -> None:
        """Do the TLS handshake; on failure the connection is closed."""
        self._socket = secure(self._socket, self._settings)

    @property
    def tls(self) -> ssl.SSLSocket | None:
        """The socket, when TLS stands."""
        return self._socket if isinstance(self._socket, ssl.SSLSocket) else None

    def send(self, octets: bytes) -> None:
        """Write everything, within the time-out of the settings."""
        try:
            self._socket.settimeout(self._settings.timeout.total_seconds())
            self._socket.sendall(octets)
        except TimeoutError as exc:
            msg = "server does not read what is sent to it"
            raise TemporaryError(msg) from exc
        except OSError as exc:
            raise _translated(exc) from exc

    def receive(self, seconds: float) -> bytes:
        """What the server sent; empty when nothing came within that time."""
        try:
            self._socket.settimeout(seconds)
            octets = self._socket.recv(RECEIVE_OCTETS)
        except TimeoutError:
            return b""
        except OSError as exc:
            raise _translated(exc) from exc
        if not octets:
            msg = "server closed the connection"
            raise TemporaryError(msg)
        return octets

    def close(self) -> None:
        """Close at once: without QUIT nothing is deleted (RFC 1939 6)."""
        self._socket.close()


def _translated(exc: OSError) -> ProtocolError | TemporaryError:
    if isinstance(exc, ssl.SSLError) and not isinstance(exc, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return ProtocolError(f"TLS failed: {exc.reason or exc}")
    return TemporaryError(f"connection lost: {(exc.strerror or str(exc)).lower()}")
