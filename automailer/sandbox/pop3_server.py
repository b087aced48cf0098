"""The POP3 server's sockets and threads, on 127.0.0.1: one thread for each connection."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType

from automailer.sandbox.faults import Pop3Faults
from automailer.sandbox.maildrop import Maildrop
from automailer.sandbox.pop3_dialogue import Account, Dialogue, Then

__all__ = ["Pop3Server"]

_LINE_LIMIT = 1024  # octets; RFC 2449, section 4 asks for 255
_RECEIVE = 65536  # octets at once
_LINGER = 1.0  # seconds; what a client may take to close when it was told good-bye


class Pop3Server:
    """A real POP3 server with its mail in memory, for `with`; every user has a maildrop of their own.

    `tls` offers STLS, or TLS from the first octet with `implicit_tls`. `faults` may be replaced at any time;
    `stop` and `start` again keep the port.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        users: Mapping[str, str],
        *,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        faults: Pop3Faults | None = None,
    ) -> None:
        self.faults = faults or Pop3Faults()
        self.port = 0
        self._accounts = {name: Account(password=word, maildrop=Maildrop()) for name, word in users.items()}
        self._tls = tls
        self._implicit_tls = implicit_tls
        self._lock = threading.Lock()
        self._commands: list[str] = []
        self._open: dict[_Wire, threading.Thread] = {}
        self._acceptor: threading.Thread | None = None
        self._closing = threading.Event()
        self._listener: socket.socket | None = None

    @property
    def commands(self) -> tuple[str, ...]:
        """Every command line so far, of all sessions, passwords masked."""
        with self._lock:
            return tuple(self._commands)

    def maildrop(self, user: str) -> Maildrop:
        """The mail of one user."""
        return self._accounts[user].maildrop

    def start(self) -> None:
        """Listen, on a free port the first time and on the same one later."""
        self._closing.clear()
        self._listener = socket.create_server((self.host, self.port))
        self.port = self._listener.getsockname()[1]
        self._acceptor = _thread(partial(self._accept, self._listener))

    def stop(self) -> None:
        """Close the port and every connection, and wait for the threads."""
        if self._listener is None or self._acceptor is None:
            return
        self._closing.set()
        socket.create_connection((self.host, self.port)).close()  # wakes accept() on every system
        self._acceptor.join()
        self._listener.close()
        self._listener = None
        with self._lock:
            open_now = dict(self._open)
        for wire, thread in open_now.items():
            wire.shut()
            thread.join()

    def __enter__(self) -> Pop3Server:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            if self._closing.is_set():
                connection.close()
                return
            wire = _Wire(connection)
            with self._lock:
                self._open[wire] = _thread(partial(self._serve, wire))

    def _serve(self, wire: _Wire) -> None:
        try:
            self._talk(wire)
        except OSError:
            pass  # the client went, or stop() closed the socket: nobody is there to be told
        finally:
            wire.close()
            with self._lock:
                del self._open[wire]

    def _talk(self, wire: _Wire) -> None:
        if self._tls and self._implicit_tls:
            wire.start_tls(self._tls)
        offers_tls = self._tls is not None and not self._implicit_tls
        dialogue = Dialogue(self._accounts, lambda: self.faults, offers_tls=offers_tls)
        reply = dialogue.greeting()
        while True:
            self._closing.wait(self.faults.pause_seconds)
            wire.send(reply.octets)
            if reply.then is Then.CLOSE:
                return
            if reply.then is Then.START_TLS and self._tls:
                wire.start_tls(self._tls)
            line = wire.line()
            if line is None:
                return
            self._record(line)
            reply = dialogue.answer(line)

    def _record(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace")
        with self._lock:
            self._commands.append("PASS ***" if text.upper().startswith("PASS") else text)


class _Wire:
    """One connection: lines in, octets out, TLS on the way."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._buffer = bytearray()

    def line(self) -> bytes | None:
        """The next line without its end; None when the client closed or sends an endless one."""
        while (end := self._buffer.find(b"\n")) < 0:
            piece = self._socket.recv(_RECEIVE)
            if not piece or len(self._buffer) > _LINE_LIMIT:
                return None
            self._buffer += piece
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.rstrip(b"\r")

    def send(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def start_tls(self, context: ssl.SSLContext) -> None:
        self._buffer.clear()  # what was sent in clear before the handshake is not believed after it
        secured = context.wrap_socket(self._socket, server_side=True, do_handshake_on_connect=False)
        self._socket = secured  # before the handshake, so that shut() reaches it
        secured.do_handshake()

    def shut(self) -> None:
        """End both directions, which wakes the thread that reads."""
        _shut(self._socket)

    def close(self) -> None:
        """Close once the client did: closing over unread commands would reset the last reply away."""
        try:
            self._socket.shutdown(socket.SHUT_WR)
            self._socket.settimeout(_LINGER)
            while self._socket.recv(_RECEIVE):
                pass
        except OSError:
            pass  # gone already, or it lingers too long
        self._socket.close()


def _thread(run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, name="sandbox-pop3", daemon=True)
    thread.start()
    return thread


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was not connected any more
