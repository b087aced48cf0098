"""TCP to a server, straight or through a SOCKS proxy, every address of it tried in time (RFC 8305)."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import time
from collections.abc import Iterable
from itertools import chain, zip_longest
from typing import cast

from automailer.errors import PermanentError, TemporaryError
from automailer.transport.endpoint import Endpoint, place
from automailer.transport.resolve import Address, resolve

__all__ = ["connect"]

# RFC 8305 5: the head start of an address before the next one is tried beside it.
HEAD_START_SECONDS = 0.25


def connect(endpoint: Endpoint) -> socket.socket:
    """A connected socket without Nagle's delay, its time-out set to `endpoint.timeout`.

    Resolving the name and connecting to its addresses are given that time together.
    """
    seconds = endpoint.timeout.total_seconds()
    until = time.monotonic() + seconds
    sock = _through_proxy(endpoint, until) if endpoint.proxy else _straight(endpoint, until)
    # Each group of commands is one send; Nagle's algorithm would hold the next one back for 40 ms.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(seconds)
    return sock


def _straight(endpoint: Endpoint, until: float) -> socket.socket:
    where = place(endpoint)
    try:
        addresses = resolve(endpoint.host, endpoint.port, seconds=until - time.monotonic())
    except TimeoutError as exc:
        msg = f"{where}: name not resolved within the time-out"
        raise TemporaryError(msg) from exc
    except (OSError, UnicodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc)
        msg = f"{where}: name can't be resolved: {reason}"
        raise TemporaryError(msg) from exc
    race = _Race(_alternate(addresses))
    try:
        return race.run(until)
    except OSError as exc:
        msg = f"{where}: {_wording(exc)}"
        raise TemporaryError(msg) from exc
    finally:
        race.close()


def _alternate(addresses: Iterable[Address]) -> list[Address]:
    """The resolver's order with the families taking turns: a dead IPv6 costs a quarter of a second."""
    addresses = list(addresses)
    first = [address for address in addresses if address[0] == addresses[0][0]]
    others = [address for address in addresses if address[0] != addresses[0][0]]
    turns = chain.from_iterable(zip_longest(first, others))
    return [address for address in turns if address is not None]


class _Race:
    """Connects to every address, each with a head start before the next; the first that answers wins."""

    def __init__(self, addresses: list[Address]) -> None:
        self._waiting = addresses[::-1]
        self._selector = selectors.DefaultSelector()
        self._running: set[socket.socket] = set()
        self._error: OSError = TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))

    def run(self, until: float) -> socket.socket:
        while self._waiting or self._running:
            remaining = until - time.monotonic()
            if remaining <= 0:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            if self._waiting:
                self._start(self._waiting.pop())
                remaining = min(remaining, HEAD_START_SECONDS) if self._waiting else remaining
            winner = self._wait(remaining)
            if winner is not None:
                return winner
        raise self._error

    def _start(self, address: Address) -> None:
        family, kind, proto, name = address
        try:
            sock = socket.socket(family, kind, proto)
        except OSError as exc:  # a family that this machine does not have
            self._error = exc
            return
        sock.setblocking(False)
        self._running.add(sock)
        code = sock.connect_ex(name)
        if code in {0, errno.EINPROGRESS}:
            self._selector.register(sock, selectors.EVENT_WRITE)
        else:
            self._lost(sock, code)

    def _wait(self, seconds: float) -> socket.socket | None:
        if not self._running:
            return None
        for key, _ in self._selector.select(seconds):
            sock = cast(socket.socket, key.fileobj)
            self._selector.unregister(sock)
            code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0:
                self._running.discard(sock)
                return sock
            self._lost(sock, code)
        return None

    def _lost(self, sock: socket.socket, code: int) -> None:
        self._error = OSError(code, os.strerror(code))
        self._running.discard(sock)
        sock.close()

    def close(self) -> None:
        for sock in self._running:
            sock.close()
        self._selector.close()


def _wording(exc: OSError) -> str:
    if isinstance(exc, TimeoutError):
        return "no connection within the time-out"
    return f"can't be reached: {(exc.strerror or str(exc)).lower()}"


def _through_proxy(endpoint: Endpoint, until: float) -> socket.socket:
    from python_socks import ProxyError
    from python_socks.sync import Proxy

    url = endpoint.proxy or ""
    # python-socks has no scheme socks5h: there it is socks5 with `rdns`, the name resolved by the proxy.
    scheme, _, rest = url.partition("://")
    remote = scheme.lower() == "socks5h" or None
    where = f"{place(endpoint)} through the proxy"
    try:
        proxy = Proxy.from_url(f"{scheme.lower().removesuffix('h')}://{rest}", rdns=remote)
        sock: socket.socket = proxy.connect(
            endpoint.host, endpoint.port, timeout=max(0.001, until - time.monotonic())
        )
    except ValueError as exc:
        msg = f"{where}: proxy must be socks4://, socks5:// or socks5h://HOST:PORT"
        raise PermanentError(msg) from exc
    except TimeoutError as exc:
        msg = f"{where}: no connection within the time-out"
        raise TemporaryError(msg) from exc
    except (ProxyError, OSError) as exc:
        msg = f"{where}: {exc}"
        raise TemporaryError(msg) from exc
    return sock
