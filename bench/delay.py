"""A TCP proxy on 127.0.0.1 that adds a round trip time, for kernels and users without netem, and counts octets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType

_PIECE = 65536  # octets read at once
_START_WAIT = 10.0  # seconds


class DelayProxy:
    """Forwards connections to a local port, each direction late by half of `round_trip_ms`; for `with`.

    `received` counts the octets that the server sent, `sent` those of its clients, in so many `pieces`.
    """

    host = "127.0.0.1"

    def __init__(self, target_port: int, *, round_trip_ms: float) -> None:
        self.port = 0
        self.received = 0
        self.sent = 0
        self.pieces = 0
        self._target_port = target_port
        self._one_way = round_trip_ms / 2000  # seconds
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None

    def __enter__(self) -> DelayProxy:
        started: Future[None] = Future()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(started),), daemon=True)
        self._thread.start()
        started.result(_START_WAIT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread and self._loop and self._stopped:
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join()

    async def _serve(self, started: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        server = await asyncio.start_server(self._connected, self.host, 0)
        self.port = server.sockets[0].getsockname()[1]
        started.set_result(None)
        await self._stopped.wait()
        server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            server_reader, server_writer = await asyncio.open_connection(self.host, self._target_port)
            writers.append(server_writer)
            await asyncio.gather(
                self._pass_on(reader, server_writer, self._count_sent),
                self._pass_on(server_reader, writer, self._count_received),
            )
        except OSError:
            writer.close()
        except asyncio.CancelledError:  # the proxy ends while they talk
            for each in writers:
                each.transport.abort()
            raise

    def _count_sent(self, octets: int) -> None:
        self.sent += octets
        self.pieces += 1

    def _count_received(self, octets: int) -> None:
        self.received += octets

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: Callable[[int], None]
    ) -> None:
        """Move one direction: what came at t leaves at t + delay, in order, and so does the end."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sending = asyncio.create_task(_send_late(pieces, writer))
        clock = asyncio.get_running_loop().time
        try:
            while piece := await reader.read(_PIECE):
                count(len(piece))
                pieces.put_nowait((clock() + self._one_way, piece))
        except ConnectionError:
            pass  # a reset ends this direction like a close
        pieces.put_nowait((clock() + self._one_way, b""))
        await sending


async def _send_late(pieces: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    clock = asyncio.get_running_loop().time
    while True:
        due, piece = await pieces.get()
        await asyncio.sleep(max(0.0, due - clock()))
        if not piece:
            writer.close()
            return
        writer.write(piece)
