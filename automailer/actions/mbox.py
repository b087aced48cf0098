"""Appends a message to an mbox file (RFC 4155, quoted as mboxrd), exactly once.

The separator line carries the token of the effect, so that a repeat after a crash finds what it wrote: a whole entry
is left as it is, a torn one at the end is cut off and written again, and one that something else follows is left to
the reader. Looking takes one pass over the file, which is mapped. Memory doesn't grow with the message.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import IO

from automailer.actions.directory import Directory
from automailer.errors import TemporaryError

__all__ = ["append_to_mbox"]

MAX_LINE = 1 << 16
"""Octets of a line that are held back until its end comes."""

LOCK_TRIES, LOCK_PAUSE = 50, 0.2
"""How often, and how many seconds apart, a lock is asked for that another program holds."""

_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
# readers take the date from the message; a constant keeps a repeat identical
_EPOCH = b"Thu Jan  1 00:00:00 1970"

# POSIX locks are the process's: between our own threads they hold nothing, and closing one file gives all of them up.
_ONE_AT_A_TIME = Lock()

Pieces = Callable[[], Iterable[bytes]]


def append_to_mbox(directory: Directory, name: str, chunks: Pieces, *, token: str) -> None:
    """Append one message under an exclusive lock, synced."""
    separator = b"From %s@automailer %s\n" % (token.encode("ascii"), _EPOCH)
    with _ONE_AT_A_TIME, directory.update(name) as file:
        _lock(file, f"{directory.path}/{name}")
        start = _start(file, separator, chunks)
        if start is None:
            return
        file.truncate(start)
        file.seek(start)
        file.write(_gap(file, start))
        file.writelines(_entry(separator, chunks))
        file.flush()
        os.fsync(file.fileno())
    directory.sync()


def _lock(file: IO[bytes], path: str) -> None:
    for _ in range(LOCK_TRIES):
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            time.sleep(LOCK_PAUSE)
        else:
            return
    reason = f"{path}: another program keeps it locked"
    raise TemporaryError(reason)


def _start(file: IO[bytes], separator: bytes, chunks: Pieces) -> int | None:
    """Where to write: the end, or the start of our own torn entry there; None when it is in the file whole."""
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        return 0
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        for at in _lines(mapped, separator):
            end = _agreement(mapped, at, _entry(separator, chunks))
            if end is None:
                return None
            if end == size:
                return at
        last_line = mapped.rfind(b"\n") + 1
        return last_line if separator.startswith(mapped[last_line : last_line + len(separator)]) else size


def _lines(mapped: mmap.mmap, line: bytes) -> Iterator[int]:
    """Where the line stands in the file."""
    at = mapped.find(line)
    while at >= 0:
        if at == 0 or mapped[at - 1 : at] == b"\n":
            yield at
        at = mapped.find(line, at + 1)


def _agreement(mapped: mmap.mmap, at: int, entry: Iterable[bytes]) -> int | None:
    """Where the file stops to be what the entry is, or ends; None when it has all of the entry."""
    for piece in entry:
        found = mapped[at : at + len(piece)]
        if found != piece:
            return at + len(found) if piece.startswith(found) else at
        at += len(piece)
    return None


def _gap(file: IO[bytes], start: int) -> bytes:
    """What keeps our separator apart from an entry of another program that ends without an empty line."""
    end = os.pread(file.fileno(), 2, max(0, start - 2))
    if not end or end == b"\n\n":
        return b""
    return b"\n" if end.endswith(b"\n") else b"\n\n"


def _entry(separator: bytes, chunks: Pieces) -> Iterator[bytes]:
    yield separator
    last = b""
    for block in _quoted(chunks()):
        last = block[-1:]
        yield block
    yield b"\n" if last == b"\n" else b"\n\n"


def _quoted(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The octets with lines that end with LF, and one more `>` before each that looks like a separator."""
    held, fresh = b"", True
    for chunk in chunks:
        block = held + chunk
        cut = block.rfind(b"\n") + 1
        if not cut and len(block) > MAX_LINE:
            cut = len(block) - 1  # the last octet may be the CR of a CRLF
        held = block[cut:]
        if cut:
            yield _quoted_block(block[:cut], fresh=fresh)
            fresh = block[cut - 1 : cut] == b"\n"
    if held:
        yield _quoted_block(held, fresh=fresh)


def _quoted_block(block: bytes, *, fresh: bool) -> bytes:
    """Whole lines; the first one has begun before where the block is not `fresh`."""
    block = block.replace(b"\r\n", b"\n")
    if fresh:
        return _FROM_LINE.sub(rb">\1", block)
    head, end, rest = block.partition(b"\n")
    return head + end + _FROM_LINE.sub(rb">\1", rest)
