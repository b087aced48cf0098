"""What the servers need of the machine: programs, root, free ports, a folder that their users may enter."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack

_SYSTEM_PATH = "/usr/sbin:/sbin:/usr/local/sbin"
_START_SECONDS = 20.0  # a loaded machine with two cores takes three


def program(name: str) -> str | None:
    """The path of a server program; they often lie outside a user's PATH."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SYSTEM_PATH}")


def missing(*names: str) -> str:
    """Why these servers can't be started here, or "" when they can."""
    absent = [name for name in names if program(name) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    return "" if os.geteuid() == 0 else f"only root can start {', '.join(names)}"


def free_ports(count: int) -> tuple[int, ...]:
    """Ports of 127.0.0.1 that nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return tuple(each.getsockname()[1] for each in sockets)


def wait_for_port(port: int, log: Callable[[], str]) -> None:
    """Return once something accepts connections there; fail with the log when nothing does."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"nothing listens on port {port}\n{log()}"
    raise RuntimeError(message)


def wait_for_end(pid: int) -> None:
    """Return once the process is gone."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    message = f"process {pid} does not end"
    raise RuntimeError(message)
