"""The lines of a multi-line reply: where they end, dots removed, in pieces as they come (RFC 1939 3). Pure.

Work is done on whole pieces with `find` and `replace`, never line by line. Only CRLF.CRLF ends a reply: were
a dot between bare LFs an end, a mail holding one could forge replies. A server that has shown nothing but
bare LF since its greeting is taken at its word, until the first CRLF.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from automailer.errors import ProtocolError
from automailer.mailbox.wire import Bound

__all__ = ["DataReader"]

_END = b"\r\n.\r\n"
# Longest first: what may be the beginning of the end, and waits for the next piece.
_PARTIAL_ENDS = (b"\r\n.\r", b"\r\n.", b"\r\n", b"\r")
_BARE_END_OR_CRLF = re.compile(rb"\n\.\r?\n|\r\n")
_PARTIAL_BARE_ENDS = (b"\n.\r", b"\n.", b"\n", b"\r")


class DataReader:
    """Reads one multi-line reply, beginning with the line end of its status line.

    Starting there makes the end of an empty reply look like every other end.
    """

    __slots__ = (
        "_bound",
        "_line_octets",
        "_lines",
        "_missing_cr",
        "_sink",
        "_skip",
        "crlf",
        "octets",
        "oversize",
    )

    def __init__(
        self, sink: Callable[[bytes], object], bound: Bound, *, crlf: bool, missing_cr: bool = False
    ) -> None:
        """`crlf`: the server has shown CRLF; `missing_cr`: and yet ended this status line with a bare LF."""
        self._sink = sink
        self._bound = bound
        self._skip = 2 if crlf else 1
        self._missing_cr = missing_cr and crlf
        self._lines = 0
        self._line_octets = 0
        self.crlf = crlf
        self.octets = 0
        self.oversize = False

    def feed(self, buffer: bytes, start: int) -> tuple[int, bool]:
        """Take what is there from `start` on; the position of what is left, and whether the end was seen."""
        if self._missing_cr:
            position, done = self._feed(b"\r" + buffer[start:], 0)
            self._missing_cr = position == 0
            return start + max(position - 1, 0), done
        return self._feed(buffer, start)

    def _feed(self, buffer: bytes, start: int) -> tuple[int, bool]:
        if not self.crlf:
            start, done = self._feed_bare(buffer, start)
            if done or not self.crlf:
                return start, done
        end = buffer.find(_END, start)
        if end >= 0:
            self._deliver(buffer[start : end + 2], b"\r\n")
            return end + 5, True
        stop = _before(buffer, start, _PARTIAL_ENDS)
        self._deliver(buffer[start:stop], b"\r\n")
        return stop, False

    def _feed_bare(self, buffer: bytes, start: int) -> tuple[int, bool]:
        found = _BARE_END_OR_CRLF.search(buffer, start)
        if found is None:
            stop = _before(buffer, start, _PARTIAL_BARE_ENDS)
            self._deliver(buffer[start:stop], b"\n")
            return stop, False
        if found[0] == b"\r\n":
            self._deliver(buffer[start : found.start()], b"\n")
            self.crlf = True
            return found.start(), False
        self._deliver(buffer[start : found.start() + 1], b"\n")
        return found.end(), True

    def _deliver(self, piece: bytes, line_end: bytes) -> None:
        if not piece:
            return
        stuffed = line_end + b"."
        if stuffed in piece:
            piece = piece.replace(stuffed, line_end)
        if self._skip:
            piece = piece[self._skip :]
            self._skip = 0
        self.octets += len(piece)
        if self._bound.lines is not None:
            self._count_lines(piece, self._bound.lines)
        if self.octets > self._bound.octets:
            self._exceed()
        elif piece:
            self._sink(piece)

    def _exceed(self) -> None:
        self.oversize = True
        if self.octets > self._bound.octets + self._bound.drain:
            msg = f"reply does not end: more than {self.octets} octets, expected at most {self._bound.octets}"
            raise ProtocolError(msg)

    def _count_lines(self, piece: bytes, most: int) -> None:
        count = piece.count(b"\n")
        self._lines += count
        last = piece.rfind(b"\n")
        self._line_octets = len(piece) - last - 1 if count else self._line_octets + len(piece)
        if self._lines > most:
            msg = f"reply does not end: more than {most} lines"
            raise ProtocolError(msg)
        if self._bound.line_octets is not None and self._line_octets > self._bound.line_octets:
            msg = f"line too long in a listing: more than {self._bound.line_octets} octets"
            raise ProtocolError(msg)


def _before(buffer: bytes, start: int, partial_ends: tuple[bytes, ...]) -> int:
    for partial in partial_ends:
        if buffer.endswith(partial, start):
            return len(buffer) - len(partial)
    return len(buffer)
