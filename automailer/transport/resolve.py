"""Names to addresses, within a time limit that the system's resolver does not have."""

from __future__ import annotations

import errno
import os
import queue
import socket
import threading
from contextlib import suppress
from typing import Any

__all__ = ["Address", "resolve"]

Address = tuple[int, int, int, Any]
"""Family, kind, protocol and socket address, as `socket.socket` and `connect` want them."""


def resolve(host: str, port: int, *, seconds: float) -> list[Address]:
    """Every address of the host, in the resolver's order; raises OSError, TimeoutError when it takes too long.

    A dead name server makes `getaddrinfo` wait for minutes, and nothing can interrupt it: it is asked in a thread
    of its own, which is left behind when the time is over and ends by itself.
    """
    with suppress(socket.gaierror):
        return _ask(host, port, socket.AI_NUMERICHOST)
    answers: queue.SimpleQueue[list[Address] | OSError | UnicodeError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_ask(host, port, 0))
        except (OSError, UnicodeError) as exc:
            answers.put(exc)

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, seconds))
    except queue.Empty:
        raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from None
    if isinstance(answer, OSError | UnicodeError):
        raise answer
    return answer


def _ask(host: str, port: int, flags: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, kind, proto, address) for family, kind, proto, _, address in found]
