"""Appends a message to an mbox file (RFC 4155, quoted as mboxrd), exactly once.

The separator line carries the token of the effect, so that a repeat after a crash finds what it wrote: a whole entry
is left as it is, a torn one at the end is cut off and written again.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO

__all__ = ["append_to_mbox"]

_FILE_MODE = 0o640
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
_EPOCH = (
    "Thu Jan  1 00:00:00 1970"  # readers take the date from the message; a constant keeps a repeat identical
)


def append_to_mbox(path: Path, chunks: Iterable[bytes], *, token: str) -> None:
    """Append one message under an exclusive lock, synced."""
    entry = _entry(b"".join(chunks), token)
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
    with os.fdopen(descriptor, "r+b") as handle:
        fcntl.lockf(handle, fcntl.LOCK_EX)
        start = _earlier_try(handle, entry)
        if start is None:
            return
        handle.seek(start)
        handle.truncate()
        handle.write(entry)
        handle.flush()
        os.fsync(handle.fileno())


def _entry(octets: bytes, token: str) -> bytes:
    body = _FROM_LINE.sub(rb">\1", octets.replace(b"\r\n", b"\n"))
    end = b"\n" if body.endswith(b"\n") else b"\n\n"
    return b"From %s@automailer %s\n" % (token.encode("ascii"), _EPOCH.encode("ascii")) + body + end


def _earlier_try(handle: IO[bytes], entry: bytes) -> int | None:
    """Where to write: the end, or the start of our own torn entry; None when it is there whole."""
    size = os.fstat(handle.fileno()).st_size
    if size == 0:
        return 0
    separator = entry[: entry.index(b"\n") + 1]
    with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        start = mapped.find(separator)
        if start < 0:
            return _torn_separator(mapped, separator)
        found = mapped[start : start + len(entry)]
        if found == entry:
            return None
        torn_at_the_end = start + len(found) == size and entry.startswith(found)
        return start if torn_at_the_end else size


def _torn_separator(mapped: mmap.mmap, separator: bytes) -> int:
    """Where the file ends, but for the first octets of our separator line when it ends in the midst of it."""
    last_line = mapped.rfind(b"\n") + 1
    tail = mapped[last_line : last_line + len(separator)]
    return last_line if separator.startswith(tail) else len(mapped)
