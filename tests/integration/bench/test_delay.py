"""The delaying proxy changes when octets arrive, and nothing else."""

from __future__ import annotations

import socket
import threading
import time

from automailer.sandbox import SmtpSink
from bench.delay import DelayProxy


def test_octets_come_through_in_order_and_late() -> None:
    sent = bytes(range(256)) * 4000
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        DelayProxy(listener.getsockname()[1], round_trip_ms=60) as proxy,
        socket.create_connection((proxy.host, proxy.port), timeout=10) as client,
        listener.accept()[0] as server,
        server.makefile("rb") as received,
        client.makefile("rb") as answers,
    ):
        start = time.monotonic()
        sender = threading.Thread(target=client.sendall, args=(sent,))
        sender.start()
        assert received.read(len(sent)) == sent
        sender.join()
        server.sendall(b"done\n")
        assert answers.readline() == b"done\n"
        assert time.monotonic() - start >= 0.06
        client.shutdown(socket.SHUT_WR)
        assert received.read() == b""


def test_it_ends_while_a_connection_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with DelayProxy(listener.getsockname()[1], round_trip_ms=1) as proxy:
            client = socket.create_connection((proxy.host, proxy.port), timeout=10)
            server, _ = listener.accept()
        with client, server, client.makefile("rb") as answers:
            assert answers.read() == b""


def test_a_server_that_is_away_looks_like_a_closed_connection() -> None:
    with SmtpSink() as sink:
        port = sink.port
    with (
        DelayProxy(port, round_trip_ms=1) as proxy,
        socket.create_connection((proxy.host, proxy.port), timeout=10) as client,
    ):
        assert client.recv(1) == b""
