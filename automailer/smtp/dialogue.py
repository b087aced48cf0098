"""The commands and replies of one connection: smtplib's grammar over our own socket, within limits.

`smtplib.SMTP` caps the length of a reply's lines but not their number, waits for each octet anew, and keeps
what was read ahead of STARTTLS out of sight; reading and sending are ours for these reasons.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from automailer.errors import ProtocolError, TemporaryError
from automailer.smtp.model import Reply, WireHook
from automailer.smtp.replies import escape, parse_reply

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["ConnectionLostError", "Dialogue"]

MAX_LINE = 8192
"""Octets of a reply line: RFC 5321 4.5.3.1.5 has 512, some relays exceed it by far."""
MAX_LINES = 200
"""Lines of one reply: EHLO answers have some twenty."""
MAX_REPLY_SECONDS = 300.0
"""For a reply as a whole, however steadily its lines trickle in (RFC 5321 4.5.3.2)."""
WINDOW = 50
"""Commands in flight: they and their answers fit the sockets' buffers, so that no side waits on the other."""
STOP_SECONDS = 3.0
"""For an answer that is still to come once we are asked to end."""
READ_SIZE = 4096
HIDDEN = b"****"
SHORTEST_SECRET = 4
"""Octets; a shorter one would be hidden in half of all words, and is no secret."""


class ConnectionLostError(TemporaryError):
    """The relay hung up, or said nothing within the time it has."""


class Dialogue(smtplib.SMTP):
    """One connection to a relay; every reply is a `Reply`, every failure one of our errors."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        our_name: str,
        timeout: float,
        wire: WireHook | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        super().__init__(local_hostname=our_name, timeout=timeout)
        self.sock = sock
        self.timeout: float = timeout
        self._wire = wire
        self._stop = stop or threading.Event()
        self._buffer = bytearray()
        self._secrets: list[bytes] = []
        self.last_text = b""

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Send one line; smtplib's own commands come through here."""
        self.issue(cmd.upper(), args)

    def command(self, verb: str, args: str = "", *, shown: str = "") -> Reply:
        """Send one line and read its answer; `shown` takes the line's place in a transcript."""
        self.issue(verb, args, shown=shown)
        return self.reply()

    def issue(self, verb: str, args: str = "", *, shown: str = "") -> None:
        """Send one line; its answer is read later, in turn (RFC 2920)."""
        line = self._line(verb, args)
        self._show("C", shown.encode() or line)
        self.send(line + b"\r\n")

    def commands(self, lines: Sequence[tuple[str, str]]) -> Iterator[Reply]:
        """Send several lines and yield their answers in turn; at once where PIPELINING is offered (RFC 2920).

        The caller reads every answer, or drops the connection.
        """
        ahead = WINDOW if self.has_extn("pipelining") else 1
        for start in range(0, len(lines), ahead):
            window = lines[start : start + ahead]
            written = [self._line(verb, args) for verb, args in window]
            for line in written:
                self._show("C", line)
            self.send(b"".join(line + b"\r\n" for line in written))
            for _ in written:
                yield self.reply()

    def reply(self, *, timeout: float | None = None) -> Reply:
        """Read one answer; `timeout` is for each of its lines, in seconds."""
        code, text = self._read_reply(timeout or self.timeout)
        return parse_reply(code, self._clean(text))

    def greet(self) -> Reply:
        """Say EHLO, or HELO to a server that knows nothing else, and learn what is offered."""
        reply = parse_reply(*self.ehlo())
        return parse_reply(*self.helo()) if reply.code // 100 == 5 else reply

    def send(self, s: ReadableBuffer | str) -> None:
        """Send octets."""
        octets = s.encode() if isinstance(s, str) else s
        sock = self._connected()
        try:
            sock.settimeout(self.timeout)
            sock.sendall(octets)
        except OSError as exc:
            self.close()
            msg = f"connection lost while sending: {exc}"
            raise ConnectionLostError(msg) from exc

    def hide(self, secret: bytes) -> None:
        """From now on this never shows: some servers quote in a refusal what they were given."""
        if len(secret) >= SHORTEST_SECRET:
            self._secrets.append(secret)

    def show_data(self, octets: int) -> None:
        """Note in the transcript that a mail's text went out."""
        self._show("C", b"(%d octets) ." % octets)

    @property
    def size_limit(self) -> int:
        """Octets that SIZE announced, 0 for no limit (RFC 1870 4)."""
        words = self.esmtp_features.get("size", "").split()
        return int(words[0]) if words and words[0].isdecimal() and len(words[0]) <= 20 else 0

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer within the limits, as smtplib's own commands want it."""
        return self._read_reply(self.timeout)

    @property
    def has_unread(self) -> bool:
        """Whether octets came that no command asked for."""
        return bool(self._buffer)

    def _read_reply(self, timeout: float) -> tuple[int, bytes]:
        deadline = time.monotonic() + max(MAX_REPLY_SECONDS, timeout)
        code = b""
        texts: list[bytes] = []
        for _ in range(MAX_LINES):
            line = self._read_line(min(deadline, time.monotonic() + timeout))
            self._show("S", self._clean(line))
            if not _is_reply_line(line) or code not in {b"", line[:3]}:
                msg = f"not a reply: {escape(line.decode('latin-1'), limit=80)!r}"
                raise self._distrust(msg)
            code = line[:3]
            texts.append(line[4:].strip())
            if line[3:4] != b"-":
                self.last_text = b"\n".join(texts)
                return int(code), self.last_text
        msg = f"a reply of more than {MAX_LINES} lines"
        raise self._distrust(msg)

    def _read_line(self, deadline: float) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_LINE:
                break
            self._buffer += self._receive(deadline)
        if not 0 <= end <= MAX_LINE:
            msg = f"a reply line longer than {MAX_LINE} octets"
            raise self._distrust(msg)
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        return line

    def _receive(self, deadline: float) -> bytes:
        return self._checked(lambda: self._wait_for_octets(self._connected(), deadline))

    def _checked(self, receive: Callable[[], bytes]) -> bytes:
        try:
            octets = receive()
        except (BlockingIOError, ssl.SSLWantReadError) as exc:
            raise BlockingIOError from exc
        except OSError as exc:
            self.close()
            msg = "no answer in time" if isinstance(exc, TimeoutError) else f"connection lost: {exc}"
            raise ConnectionLostError(msg) from exc
        if not octets:
            self.close()
            msg = "the server hung up"
            raise ConnectionLostError(msg)
        return octets

    def spoke_early(self) -> bool:
        """Whether the server said something, or hung up, before we were done."""
        self._connected().settimeout(0)
        try:
            self._buffer += self._checked(lambda: self._connected().recv(READ_SIZE))
        except BlockingIOError:
            return False
        return True

    def _wait_for_octets(self, sock: socket.socket, deadline: float) -> bytes:
        while True:
            if self._stop.is_set():
                deadline = min(deadline, time.monotonic() + STOP_SECONDS)
            left = deadline - time.monotonic()
            # A timeout of 0 would mean "don't block", and answer with another error.
            sock.settimeout(min(max(left, 0.001), STOP_SECONDS))
            try:
                return sock.recv(READ_SIZE)
            except TimeoutError:
                if left <= STOP_SECONDS:
                    raise

    def give_up_socket(self) -> socket.socket:
        """Hand the socket on; this dialogue is over."""
        sock = self._connected()
        self.sock = None
        return sock

    def close(self) -> None:
        """Drop the connection without a word."""
        with contextlib.suppress(OSError):
            super().close()

    def _line(self, verb: str, args: str) -> bytes:
        line = f"{verb} {args}" if args else verb
        if not line.isprintable():
            msg = f"a command can't hold control characters: {escape(verb)!r}"
            raise self._distrust(msg)
        return line.encode()

    def _connected(self) -> socket.socket:
        if self.sock is None:
            msg = "not connected"
            raise ConnectionLostError(msg)
        return self.sock

    def _distrust(self, problem: str) -> ProtocolError:
        self.close()
        return ProtocolError(problem)

    def _clean(self, octets: bytes) -> bytes:
        for secret in self._secrets:
            octets = octets.replace(secret, HIDDEN)
        return octets

    def _show(self, direction: str, line: bytes) -> None:
        if self._wire is not None:
            self._wire(direction, line)


def _is_reply_line(line: bytes) -> bool:
    return line[:3].isdigit() and line[3:4] in {b"", b" ", b"-"} and b"2" <= line[:1] <= b"5"
