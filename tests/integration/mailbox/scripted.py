"""A POP3 server that says what a script tells it, on a port of its own, and remembers what it heard."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from automailer.settings import MailboxSettings

__all__ = ["CLOSE", "HANG", "START_TLS", "Drip", "Script", "ScriptedServer", "login", "mailbox"]


@dataclass(frozen=True)
class _Sign:
    name: str


CLOSE = _Sign("close the connection")
HANG = _Sign("say nothing more")
START_TLS = _Sign("begin TLS")


@dataclass(frozen=True)
class Drip:
    """Octets one by one, a pause before each."""

    octets: bytes
    seconds: float


Said = bytes | Drip | _Sign
Step = tuple[bytes | None, Said | Sequence[Said]]
Script = Sequence[Step]
"""What is heard (None: nothing, as before the greeting; a prefix that ends with `*`) and what is said to it."""


def login(capabilities: bytes = b"", *, greeting: bytes = b"+OK ready\r\n") -> list[Step]:
    """The usual beginning: greeting, CAPA, USER and PASS, CAPA once more where nothing is pipelined."""
    capa = b"+OK\r\nUSER\r\n" + capabilities + b".\r\n"
    steps: list[Step] = [
        (None, greeting),
        (b"CAPA", capa),
        (b"USER me", b"+OK\r\n"),
        (b"PASS secret", b"+OK\r\n"),
    ]
    return [*steps, (b"CAPA", capa)]


def mailbox(server: ScriptedServer, **settings: Any) -> MailboxSettings:
    """The settings of a mailbox on that server."""
    written: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "tls": "none",
        "username": "me",
        "password": "secret",
        "poll": "60s",
        "rules": [],
        "timeout": "5s",
    }
    return MailboxSettings.model_validate(written | settings)


@dataclass
class ScriptedServer:
    """Plays one script for each connection, in order; `heard` are all lines, `wrong` those out of place."""

    scripts: Sequence[Script]
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    one_by_one: bool = False
    heard: list[bytes] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        if kind is None:
            assert self.wrong == []

    def _serve(self) -> None:
        for script in self.scripts:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(10)
            with contextlib.suppress(OSError):
                self._play(connection, script)

    def _play(self, connection: socket.socket, script: Script) -> None:
        try:
            if self.implicit:
                connection = self._encrypted(connection)
            rest = b""
            for expected, said in script:
                if expected is not None:
                    line, rest = self._line(connection, rest)
                    if line is None:
                        return
                    self.heard.append(line)
                    if not _fits(line, expected):
                        self.wrong.append(f"heard {line!r}, expected {expected!r}")
                        return
                for part in [said] if isinstance(said, bytes | Drip | _Sign) else said:
                    if part is CLOSE:
                        return
                    if part is HANG:
                        self._listen_on(connection, rest)
                        return
                    if part is START_TLS:
                        connection = self._encrypted(connection)
                    else:
                        assert isinstance(part, bytes | Drip)
                        self._say(connection, part)
            self._listen_on(connection, rest)
        finally:
            connection.close()

    def _encrypted(self, connection: socket.socket) -> ssl.SSLSocket:
        assert self.tls is not None
        return self.tls.wrap_socket(connection, server_side=True)

    def _say(self, connection: socket.socket, said: bytes | Drip) -> None:
        if isinstance(said, Drip):
            for octet in said.octets:
                if self._over.wait(said.seconds):
                    return
                connection.sendall(bytes([octet]))
        elif self.one_by_one:
            for octet in said:
                connection.sendall(bytes([octet]))
                time.sleep(0.0001)
        else:
            connection.sendall(said)

    def _line(self, connection: socket.socket, rest: bytes) -> tuple[bytes | None, bytes]:
        while b"\r\n" not in rest:
            piece = connection.recv(65536)
            if not piece:
                return None, b""
            rest += piece
        line, _, rest = rest.partition(b"\r\n")
        return line, rest

    def _listen_on(self, connection: socket.socket, rest: bytes) -> None:
        """Everything that is still said, up to the end of the connection."""
        while True:
            line, rest = self._line(connection, rest)
            if line is None:
                return
            self.heard.append(line)


def _fits(line: bytes, expected: bytes) -> bool:
    return line.startswith(expected[:-1]) if expected.endswith(b"*") else line == expected
