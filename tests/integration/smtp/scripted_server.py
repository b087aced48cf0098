"""A real SMTP server on 127.0.0.1 that follows a script: what it offers, answers, and where it hangs up."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

USER, PASSWORD = "ops", "s3cret pässword"
USUAL = ("PIPELINING", "8BITMIME", "SIZE 1000000", "SMTPUTF8", "DSN")
DROP_POINTS = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "mid-data", "dot", "accepted")


@dataclass(frozen=True)
class Script:
    """What one connection sees. `drop_at` hangs up in place of the answer at that step.

    `dot` loses the mail; `accepted` keeps it, and loses the answer. `answers` replaces the reply to a
    command, or to one whose line starts so (`RCPT TO:<a@`); `.` is the end of the mail, `mid-data` an answer
    that does not wait for it, `connect` the greeting.
    """

    extensions: tuple[str, ...] = USUAL
    drop_at: str = ""
    answers: Mapping[str, bytes] = field(default_factory=dict)
    auth: tuple[str, ...] = ()
    challenge: bytes = b""
    """Asked again and again, whatever the answer."""


@dataclass(frozen=True)
class Mail:
    """One mail as it was accepted, dot-stuffing undone."""

    mail_from: str
    recipients: tuple[str, ...]
    octets: bytes


class ScriptedServer:
    """Serves each connection by the next of `scripts`; the last one stays. `mails` and `commands` record."""

    host = "127.0.0.1"

    def __init__(
        self,
        *scripts: Script,
        certificate: Path | None = None,
        implicit_tls: bool = False,
        on_hang_up: Callable[[], object] = lambda: None,
        on_data: Callable[[], object] = lambda: None,
        on_mail: Callable[[], object] = lambda: None,
    ) -> None:
        self.on_hang_up = on_hang_up
        self.on_data = on_data
        self.on_mail = on_mail
        self.scripts = list(scripts) or [Script()]
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.connections = 0
        self.lock = threading.Lock()
        self.implicit_tls = implicit_tls
        self.context: ssl.SSLContext | None = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)
        self._live: set[_Connection] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    @property
    def deliveries(self) -> list[tuple[str, bytes]]:
        """Every (recipient, mail) that was accepted, in order."""
        with self.lock:
            return [(to, mail.octets) for mail in self.mails for to in mail.recipients]

    def next_script(self) -> Script:
        with self.lock:
            self.connections += 1
            return self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]

    def change_mind(self, script: Script) -> None:
        """Have every connection that stands already go on by another script."""
        with self.lock:
            for connection in self._live:
                connection.script = script

    def __enter__(self) -> ScriptedServer:
        self._accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        with self.lock:
            live = list(self._live)
        for connection in live:
            connection.interrupt()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        connection = _Connection(self, sock, self.next_script())
        with self.lock:
            self._live.add(connection)
        try:
            connection.run()
        except (OSError, _Dropped):
            pass
        finally:
            with self.lock:
                self._live.discard(connection)
            connection.close()
            self.on_hang_up()


class _Dropped(Exception):
    """The script says to hang up here."""


class _Connection:
    def __init__(self, server: ScriptedServer, sock: socket.socket, script: Script) -> None:
        self.server = server
        self.sock = sock
        self.script = script
        self.buffer = b""
        self.secured = False
        self.mail_from = ""
        self.recipients: list[str] = []

    def run(self) -> None:
        if self.server.implicit_tls:
            self.secure()
        self.answer("connect", "220 scripted ESMTP")
        while True:
            line = self.read_line().decode()
            with self.server.lock:
                self.server.commands.append(line)
            verb = line.split(" ")[0].split(":")[0].upper()
            handler = getattr(self, f"on_{verb.lower()}", None)
            if handler is None:
                self.answer(line, "502 5.5.1 unknown command")
            else:
                handler(line)

    def on_ehlo(self, line: str) -> None:
        offers = [*self.script.extensions]
        if self.server.context and not self.secured:
            offers.append("STARTTLS")
        if self.script.auth:
            offers.append(f"AUTH {' '.join(self.script.auth)}")
        offers = [offer for offer in offers if not (self.secured and offer == "STARTTLS")]
        lines = ["scripted", *offers]
        reply = "\r\n".join(f"250-{each}" for each in lines[:-1])
        self.answer(line, f"{reply}\r\n250 {lines[-1]}" if offers else "250 scripted")

    def on_helo(self, line: str) -> None:
        self.answer(line, "250 scripted")

    def on_starttls(self, line: str) -> None:
        self.answer(line, "220 2.0.0 go ahead")
        self.secure()

    def on_auth(self, line: str) -> None:
        while self.script.challenge:
            self.say(self.script.challenge)
            self.read_line()
        _, mechanism, *rest = line.split(" ")
        ok = False
        if mechanism == "PLAIN":
            ok = base64.b64decode(rest[0]) == f"\0{USER}\0{PASSWORD}".encode()
        elif mechanism == "LOGIN":
            ok = self.ask(b"Username:") == USER.encode() and self.ask(b"Password:") == PASSWORD.encode()
        elif mechanism == "CRAM-MD5":
            challenge = b"<1.2@scripted>"
            digest = hmac.new(PASSWORD.encode(), challenge, hashlib.md5).hexdigest()
            ok = self.ask(challenge) == f"{USER} {digest}".encode()
        elif mechanism == "XOAUTH2":
            ok = base64.b64decode(rest[0]) == f"user={USER}\1auth=Bearer {PASSWORD}\1\1".encode()
        self.answer(line, "235 2.7.0 welcome" if ok else f"535 5.7.8 no: {PASSWORD}")

    def ask(self, challenge: bytes) -> bytes:
        self.say(b"334 " + base64.b64encode(challenge) + b"\r\n")
        return base64.b64decode(self.read_line())

    def on_mail(self, line: str) -> None:
        self.mail_from = line.removeprefix("MAIL FROM:")
        self.recipients = []
        self.answer(line, "250 2.1.0 sender ok")

    def on_rcpt(self, line: str) -> None:
        if self.answer(line, "250 2.1.5 recipient ok"):
            self.recipients.append(line.removeprefix("RCPT TO:<").split(">")[0])

    def on_data(self, line: str) -> None:
        if not self.recipients:
            self.answer(line, "554 5.5.1 no valid recipients")
            return
        self.server.on_data()
        if not self.answer(line, "354 go ahead"):
            return
        octets = self.read_text()
        self.drop_if("dot")
        if b"250" in self.script.answers.get(".", b"250"):
            with self.server.lock:
                self.server.mails.append(Mail(self.mail_from, tuple(self.recipients), octets))
            self.server.on_mail()
        self.drop_if("accepted")
        self.answer(".", "250 2.0.0 kept")
        self.recipients = []

    def on_rset(self, line: str) -> None:
        self.recipients = []
        self.answer(line, "250 2.0.0 ok")

    def on_vrfy(self, line: str) -> None:
        self.answer(line, "252 2.5.1 try it")

    def on_quit(self, line: str) -> None:
        self.answer(line, "221 2.0.0 bye")
        raise _Dropped

    def answer(self, line: str, usual: str) -> bool:
        """Say the script's answer, or the usual one; True when it is a go-ahead."""
        step = line.split(" ")[0]
        self.drop_if(step)
        reply = usual.encode() + b"\r\n"
        for start, scripted in self.script.answers.items():
            if line.startswith(start):
                reply = scripted
        self.say(reply)
        if reply.startswith(b"421"):
            raise _Dropped
        return reply[:1] in {b"2", b"3"}

    def drop_if(self, step: str) -> None:
        if self.script.drop_at == step:
            raise _Dropped

    def read_line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            self.receive()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def read_text(self) -> bytes:
        lines: list[bytes] = []
        while (line := self.read_line()) != b".":
            lines.append(line[1:] if line.startswith(b".") else line)
            self.drop_if("mid-data")
            if reply := self.script.answers.get("mid-data"):
                self.say(reply)
                raise _Dropped
        return b"".join(line + b"\r\n" for line in lines)

    def receive(self) -> None:
        octets = self.sock.recv(65536)
        if not octets:
            raise _Dropped
        self.buffer += octets

    def say(self, octets: bytes) -> None:
        self.sock.sendall(octets)

    def secure(self) -> None:
        assert self.server.context is not None
        self.sock = self.server.context.wrap_socket(self.sock, server_side=True)
        self.secured = True

    def interrupt(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        # Closing at once would throw away what the client has not read yet.
        self.interrupt()
        self.sock.close()
