"""A private PostgreSQL on a free port of the loopback interface."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

__all__ = ["new_database", "private_postgres"]

START_SECONDS = 30


def private_postgres() -> Iterator[str]:
    """Start a private PostgreSQL, give its URL without a database's name, end it; skip where it is not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    account = _account()
    # Not pytest's own folder: that one is closed to other accounts.
    home = Path(tempfile.mkdtemp(prefix="automailer-pg-"))
    data = home / "data"
    if account is not None:
        shutil.chown(home, account)
    try:
        made = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "automailer", "-A", "trust", "-E", "UTF8", "--no-sync"],
            user=account,
            cwd=home,
            capture_output=True,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"initdb failed: {made.stderr.decode(errors='replace')[-300:]}")
        yield from _serve(programs, home, account)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


def _account() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), "nobody")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    engine = create_engine(url)
    end = time.monotonic() + START_SECONDS
    try:
        while True:
            try:
                with engine.connect():
                    return
            except OperationalError:
                if server.poll() is not None or time.monotonic() > end:
                    pytest.skip(f"PostgreSQL did not start: {log.read_text(errors='replace')[-300:]}")
                time.sleep(0.05)
    finally:
        engine.dispose()


def _serve(programs: Path, home: Path, account: str | None) -> Iterator[str]:
    port = _free_port()
    log = home / "log"
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
    }
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "postgres", "-D", home / "data", *settings],
            user=account,
            cwd=home,
            stdout=output,
            stderr=output,
        )
    base = f"postgresql+psycopg://automailer@127.0.0.1:{port}"
    try:
        _wait(f"{base}/postgres", server, log)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS)


def new_database(server: str, name: str) -> str:
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    finally:
        engine.dispose()
    return f"{server}/{name}"
