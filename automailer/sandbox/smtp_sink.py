"""An SMTP server on 127.0.0.1 that keeps what it is given and delivers nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType

from aiosmtpd.smtp import SMTP, Envelope, Session

from automailer.sandbox.faults import SmtpFaults

__all__ = ["ReceivedMail", "SmtpSink"]

_SIZE_LIMIT = 100_000_000  # octets of one mail; samples and tests stay far below
_START_WAIT = 10.0  # seconds; a loop that has not started by then never will


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """One mail as it was handed over: the envelope and the octets, without what a server would add."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes


class SmtpSink:
    """A real SMTP server that keeps every mail, for `with`; `stop` and `start` again keep its port.

    `faults` may be replaced at any time. While it is stopped, connections are refused.
    """

    host = "127.0.0.1"

    def __init__(self, *, faults: SmtpFaults | None = None) -> None:
        self.faults = faults or SmtpFaults()
        self.port = 0
        self._lock = threading.Lock()
        self._received: list[ReceivedMail] = []
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None

    @property
    def received(self) -> tuple[ReceivedMail, ...]:
        """Every accepted mail, in the order of acceptance."""
        with self._lock:
            return tuple(self._received)

    def start(self) -> None:
        """Listen, on a free port the first time and on the same one later."""
        listener = socket.create_server((self.host, self.port))
        self.port = listener.getsockname()[1]
        started: Future[None] = Future()
        self._thread = threading.Thread(
            target=asyncio.run, args=(self._serve(listener, started),), name="sandbox-smtp", daemon=True
        )
        self._thread.start()
        started.result(_START_WAIT)

    def stop(self) -> None:
        """Close the port and every connection, and wait for the thread."""
        if self._thread is None or self._loop is None or self._stopped is None:
            return
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._thread = None

    def __enter__(self) -> SmtpSink:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def _serve(self, listener: socket.socket, started: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        protocols: list[SMTP] = []

        def connected() -> SMTP:
            protocol = SMTP(
                _Handler(self),
                loop=self._loop,
                hostname="sandbox.example.org",
                ident="sandbox",
                enable_SMTPUTF8=True,
                data_size_limit=_SIZE_LIMIT,
            )
            protocols.append(protocol)
            return protocol

        server = await self._loop.create_server(connected, sock=listener)
        started.set_result(None)
        await self._stopped.wait()
        server.close()
        for protocol in protocols:
            if protocol.transport is not None:
                protocol.transport.close()
        await server.wait_closed()

    def keep(self, mail: ReceivedMail) -> None:
        """Add a mail as if it had come by SMTP."""
        with self._lock:
            self._received.append(mail)


class _Handler:
    """What aiosmtpd calls; the names of the methods are its own."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        faults = self._sink.faults
        local = address.rpartition("@")[0]
        if local in faults.temporary:
            return "450 4.2.1 mailbox busy, try again later"
        if local in faults.permanent:
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self._sink.faults.data_reply:
            return self._sink.faults.data_reply
        content = envelope.content
        octets = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content or b""
        sender = (envelope.mail_from or "").removeprefix("<>")
        self._sink.keep(ReceivedMail(sender=sender, recipients=tuple(envelope.rcpt_tos), octets=octets))
        return "250 2.0.0 kept"
