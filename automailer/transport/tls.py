"""TLS on a connected socket: certificate checks, pinned fingerprints, client certificates, a deadline."""

from __future__ import annotations

import hashlib
import hmac
import select
import socket
import ssl
import time
from typing import Any

from automailer.errors import PermanentError, ProtocolError, TemporaryError
from automailer.transport.endpoint import Endpoint, place

__all__ = ["certificate_of", "secure"]


def secure(sock: socket.socket, endpoint: Endpoint) -> ssl.SSLSocket:
    """TLS 1.2 or newer over `sock`, which it takes over and closes on failure.

    The whole handshake is given `endpoint.timeout`, not each octet of it (CVE-2011-1947).
    """
    where = place(endpoint)
    try:
        context = _context(endpoint)
        # A trailing dot is right in DNS and wrong in certificates and SNI.
        wrapped = context.wrap_socket(
            sock, server_hostname=endpoint.host.rstrip("."), do_handshake_on_connect=False
        )
    except (OSError, ValueError) as exc:
        sock.close()
        msg = f"{where}: TLS can't be started: {exc}"
        raise TemporaryError(msg) from exc
    except PermanentError:
        sock.close()
        raise
    try:
        _shake_hands(wrapped, endpoint)
        _check_pin(wrapped, endpoint)
    except BaseException:
        wrapped.close()
        raise
    wrapped.settimeout(endpoint.timeout.total_seconds())
    return wrapped


def certificate_of(sock: ssl.SSLSocket) -> bytes:
    """The server's certificate as DER; empty when there is none."""
    return sock.getpeercert(binary_form=True) or b""


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if endpoint.fingerprint or not endpoint.tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif endpoint.ca_file is not None:
        _load("ca_file", endpoint.ca_file, lambda: context.load_verify_locations(cafile=endpoint.ca_file))
    else:
        context.load_default_certs()
    if endpoint.client_cert is not None:
        cert, key = endpoint.client_cert, endpoint.client_key
        # An encrypted key would make OpenSSL ask at the terminal.
        _load("client_cert", cert, lambda: context.load_cert_chain(cert, key, password=lambda: b""))
    return context


def _load(key: str, path: Any, load: Any) -> None:
    try:
        load()
    except (OSError, ValueError) as exc:
        msg = f"{key}: {str(path)!r} can't be used: {exc}"
        raise PermanentError(msg) from exc


def _shake_hands(sock: ssl.SSLSocket, endpoint: Endpoint) -> None:
    where = place(endpoint)
    limit = endpoint.timeout.total_seconds()
    deadline = time.monotonic() + limit
    sock.setblocking(False)
    try:
        while not _step(sock, deadline):
            pass
    except TimeoutError as exc:
        msg = f"{where}: TLS handshake not finished within {limit:g} s"
        raise TemporaryError(msg) from exc
    except ssl.SSLCertVerificationError as exc:
        msg = f"{where}: certificate refused: {_reason(exc)}"
        raise ProtocolError(msg) from exc
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError) as exc:
        msg = f"{where}: connection closed during the TLS handshake"
        raise TemporaryError(msg) from exc
    except ssl.SSLError as exc:
        msg = f"{where}: TLS handshake failed: {exc.reason or exc}{_hint(exc)}"
        raise ProtocolError(msg) from exc
    except OSError as exc:
        msg = f"{where}: TLS handshake failed: {exc.strerror or exc}"
        raise TemporaryError(msg) from exc


def _step(sock: ssl.SSLSocket, deadline: float) -> bool:
    """Carry the handshake on until it is done (True) or has waited for the peer once."""
    remaining = deadline - time.monotonic()
    if remaining <= 0:
        raise TimeoutError
    try:
        sock.do_handshake()
    except ssl.SSLWantReadError:
        _wait_for(sock, read=True, seconds=remaining)
    except ssl.SSLWantWriteError:
        _wait_for(sock, read=False, seconds=remaining)
    else:
        return True
    return False


def _wait_for(sock: socket.socket, *, read: bool, seconds: float) -> None:
    """Wait until the socket can be read (or written), at most so many seconds."""
    poller = select.poll()
    poller.register(sock, select.POLLIN if read else select.POLLOUT)
    poller.poll(max(0, int(seconds * 1000) + 1))


def _reason(exc: ssl.SSLCertVerificationError) -> str:
    """Which check failed and what a person can do about it."""
    hints = {
        10: "the server's operator must renew it",
        18: "set `ca_file` to it, or `fingerprint` to its SHA-256",
        19: "set `ca_file` to the CA that signed it, or `fingerprint` to its SHA-256",
        20: "set `ca_file` to the CA that signed it, or `fingerprint` to its SHA-256",
        62: "set `host` to a name that the certificate has",
        64: "set `host` to a name that the certificate has",
    }
    hint = hints.get(exc.verify_code)
    return f"{exc.verify_message} ({hint})" if hint else exc.verify_message


def _hint(exc: ssl.SSLError) -> str:
    if exc.reason in {"WRONG_VERSION_NUMBER", "UNEXPECTED_MESSAGE"}:
        return " (the port does not begin with TLS: `tls: starttls` may be meant)"
    return ""


def _check_pin(sock: ssl.SSLSocket, endpoint: Endpoint) -> None:
    if not endpoint.fingerprint:
        return
    wanted = endpoint.fingerprint.replace(":", "").strip().lower()
    found = hashlib.sha256(certificate_of(sock)).hexdigest()
    if not hmac.compare_digest(wanted.encode(), found.encode()):
        msg = (
            f"{place(endpoint)}: certificate refused: its SHA-256 is {found}, "
            f"`fingerprint` expects {wanted} (change it if the server's certificate was renewed)"
        )
        raise ProtocolError(msg)
