"""Tells systemd how the service is (sd_notify(3)): a datagram to $NOTIFY_SOCKET, nothing where there is none."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

__all__ = ["notify", "watchdog_interval"]


def notify(*states: str) -> bool:
    """Send states such as `READY=1`; False when no service manager listens."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return False
    address = "\0" + path[1:] if path.startswith("@") else path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
        try:
            sender.connect(address)
            sender.send("\n".join(states).encode())
        except OSError:
            return False  # the manager went away: nothing that a worker could mend
    return True


def watchdog_interval() -> timedelta | None:
    """Half of the time in which systemd wants to hear of us, None when it does not watch."""
    micros = os.environ.get("WATCHDOG_USEC", "")
    pid = os.environ.get("WATCHDOG_PID", "")
    if not micros.isdecimal() or (pid and pid != str(os.getpid())):
        return None
    return timedelta(microseconds=int(micros) / 2)
