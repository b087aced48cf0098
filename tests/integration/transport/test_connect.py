"""Reaching a server: addresses, errors that name it, proxies."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from automailer.errors import PermanentError, TemporaryError
from automailer.transport import connect, place


@dataclass(frozen=True)
class Server:
    """An endpoint, as settings would give it."""

    host: str
    port: int
    proxy: str | None = None
    timeout: timedelta = timedelta(seconds=2)
    tls_verify: bool = True
    ca_file: Path | None = None
    fingerprint: str | None = None
    client_cert: Path | None = None
    client_key: Path | None = None


@contextmanager
def listening(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, int]]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        yield listener, listener.getsockname()[1]


def closed_port() -> int:
    with listening() as (_, port):
        return port


def test_each_send_goes_out_at_once_and_waits_have_an_end() -> None:
    with listening() as (_, port), connect(Server("127.0.0.1", port)) as sock:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        assert sock.gettimeout() == 2


def test_every_address_of_a_name_is_tried() -> None:
    with listening() as (_, port), connect(Server("localhost", port)) as sock:
        assert sock.getpeername()[1] == port


def test_a_refused_connection_is_temporary_and_names_the_server() -> None:
    port = closed_port()
    with pytest.raises(TemporaryError, match=f"127.0.0.1:{port}: can't be reached: connection refused"):
        connect(Server("127.0.0.1", port))


def test_case_a28_a_name_that_is_none_is_temporary_and_names_the_server() -> None:
    with pytest.raises(TemporaryError, match=r"\[fe80::1%none\]:110: name can't be resolved"):
        connect(Server("fe80::1%none", 110))
    with pytest.raises(TemporaryError, match="can't be resolved"):
        connect(Server("a" * 70 + ".example", 110))


def test_case_a28_a_resolver_that_does_not_answer_is_given_up_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = threading.Event()
    ask = socket.getaddrinfo

    def dead(host: str, port: int, *, type: int = 0, flags: int = 0) -> object:
        if flags & socket.AI_NUMERICHOST:
            return ask(host, port, type=type, flags=flags)
        over.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "no name server")

    monkeypatch.setattr(socket, "getaddrinfo", dead)
    with pytest.raises(TemporaryError, match=r"pop\.example\.com:110: name not resolved within"):
        connect(Server("pop.example.com", 110, timeout=timedelta(milliseconds=200)))
    with listening() as (_, port), connect(Server("127.0.0.1", port)) as sock:
        assert sock.getpeername()[1] == port
    over.set()


def test_case_a28_a_server_that_does_not_answer_is_given_up_in_time() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        with pytest.raises(TemporaryError, match="no connection within the time-out"):
            connect(Server("127.0.0.1", port, timeout=timedelta(milliseconds=300)))
        for sock in waiting:
            sock.close()


def test_a_server_is_named_with_brackets_around_an_ipv6_address() -> None:
    assert place(Server("::1", 995)) == "[::1]:995"
    assert place(Server("pop.example.com", 995)) == "pop.example.com:995"


@contextmanager
def socks5(*, answer: int = 0) -> Iterator[tuple[int, list[tuple[str, int]]]]:
    """A SOCKS5 proxy for one connection (RFC 1928), which it answers itself with a greeting."""
    asked: list[tuple[str, int]] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(5)
            methods = connection.recv(2)[1]
            connection.recv(methods)
            connection.sendall(b"\x05\x00")
            kind = connection.recv(4)[3]
            if kind == 3:
                host = connection.recv(connection.recv(1)[0]).decode()
            else:
                host = socket.inet_ntoa(connection.recv(4))
            asked.append((host, struct.unpack(">H", connection.recv(2))[0]))
            connection.sendall(bytes([5, answer, 0, 1, 0, 0, 0, 0, 0, 0]) + b"+OK ready\r\n")

    with listening() as (listener, port):
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield port, asked
        thread.join(5)


def test_a_socks_proxy_is_gone_through_and_resolves_the_name_when_asked_to() -> None:
    with (
        socks5() as (port, asked),
        connect(Server("pop.example.com", 110, proxy=f"socks5h://127.0.0.1:{port}")) as sock,
    ):
        assert sock.recv(100) == b"+OK ready\r\n"
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    assert asked == [("pop.example.com", 110)]


def test_a_socks_proxy_that_refuses_is_a_temporary_error() -> None:
    with (
        socks5(answer=5) as (port, _),
        pytest.raises(TemporaryError, match=r"127\.0\.0\.1:110 through the proxy"),
    ):
        connect(Server("127.0.0.1", 110, proxy=f"socks5://127.0.0.1:{port}"))


def test_a_proxy_that_is_not_there_is_a_temporary_error() -> None:
    with pytest.raises(TemporaryError, match="through the proxy"):
        connect(Server("127.0.0.1", 110, proxy=f"socks5://127.0.0.1:{closed_port()}"))


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:1", "socks5://127.0.0.1", "socks5://"])
def test_a_proxy_that_is_none_says_what_one_is(proxy: str) -> None:
    with pytest.raises(PermanentError, match="socks5h://HOST:PORT"):
        connect(Server("127.0.0.1", 110, proxy=proxy))
