"""Who holds a lease: a process of this machine in this boot, so that a killed one is known to be dead."""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

__all__ = ["is_dead", "this_owner"]

_PROC = Path("/proc")
_SEPARATOR = "/"
# Field 22 of /proc/PID/stat (proc(5)), counted behind the command's closing parenthesis: state is field 3.
_STATE, _START = 0, 19


class _Owner(NamedTuple):
    host: str
    machine: str
    boot: str
    space: str
    pid: str
    start: str
    job: str


def this_owner(job: str = "") -> str:
    """Name this process, and within it one job; the text is only for leases and `is_dead`."""
    return _SEPARATOR.join(_here(os.getpid())._replace(job=job.replace(_SEPARATOR, " ")))


def is_dead(owner: str) -> bool:
    """Say True only when it is certain that this owner's process is gone."""
    theirs = _parse(owner)
    if theirs is None:
        return False
    ours = _here(os.getpid())
    if (theirs.host, theirs.machine) != (ours.host, ours.machine) or not ours.boot or not theirs.boot:
        return False
    if theirs.boot != ours.boot:
        # Without a machine id, two containers of one name on two machines look like one.
        return ours.machine != ""
    if theirs.space != ours.space:
        # A process id of another container means nothing here.
        return False
    return _start(theirs.pid) != theirs.start


def _parse(owner: str) -> _Owner | None:
    parts = owner.split(_SEPARATOR)
    if len(parts) != len(_Owner._fields) or not parts[4].isdecimal():
        return None
    return _Owner(*parts)


@lru_cache(maxsize=1)
def _here(pid: int) -> _Owner:
    """Keyed by the process id, so that a forked child is not taken for its parent."""
    host = socket.gethostname().replace(_SEPARATOR, " ")
    machine = _first_line(Path("/etc/machine-id"))
    boot = _first_line(_PROC / "sys/kernel/random/boot_id")
    return _Owner(host, machine, boot, _namespace(), str(pid), _start(str(pid)), "")


def _namespace() -> str:
    try:
        return (_PROC / "self/ns/pid").readlink().name
    except OSError:
        return ""


def _start(pid: str) -> str:
    """Give the start time in clock ticks since boot; "" for no such process, or only its remains."""
    fields = _first_line(_PROC / pid / "stat").rpartition(")")[2].split()
    if len(fields) <= _START or fields[_STATE] in {"Z", "X"}:
        return ""
    return fields[_START]


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").partition("\n")[0].strip()
    except OSError:
        return ""
