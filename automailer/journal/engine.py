"""Opens the database: SQLite made durable and private, PostgreSQL by URL. Nothing here knows the tables."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL

from automailer.errors import AutomailerError, PermanentError, TemporaryError

__all__ = [
    "BUSY_SECONDS",
    "Conflict",
    "Database",
    "begin_as_asked",
    "open_database",
    "parse_url",
    "server_database",
]

DATABASE_FILE = "automailer.db"
# How long a transaction waits for SQLite's one writer; ours hold it for milliseconds.
BUSY_SECONDS = 30.0
# The switch to WAL needs the file for itself, and SQLite doesn't always wait for that by itself.
_WAL_TRIES, _WAL_PAUSE_SECONDS = 200, 0.05
_MAY_PASS = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, sqlite3.OperationalError)
# One connection a working thread; transactions are short, so the overflow is rarely open.
_POOL_SIZE, _POOL_OVERFLOW = 8, 56


class Conflict(PermanentError):
    """What was to be written is there already: the same thing would have been done twice."""


class Database:
    """An engine, and the only two ways to use it: `reading` and `writing`, one transaction each."""

    def __init__(self, engine: Engine, place: str) -> None:
        self.engine = engine
        self.place = place
        self._writer = engine.execution_options(automailer_begin="BEGIN IMMEDIATE")

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded database, which brings its own schema up to date."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give one consistent view; nothing is written."""
        with self._translated(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that commits at the end, or leaves nothing behind when anything is raised."""
        with self._translated(), self._writer.begin() as connection:
            yield connection

    def make_durable(self) -> None:
        """Switch SQLite to its write-ahead log; the file remembers it, so once is enough."""
        if self.is_sqlite:
            with self._translated():
                _switch_to_wal(self.place)

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (exc.SQLAlchemyError, sqlite3.Error) as error:
            raise _failure(error, self.place) from error


def open_database(url: str, state: Path) -> Database:
    """Open `sqlite` (a file in the state folder) or a SQLAlchemy URL; connects only when first used."""
    _make_state_folder(state)
    target = parse_url(url, state)
    if target.get_backend_name() == "sqlite":
        return Database(_sqlite(target), str(target.database))
    return server_database(target)


def server_database(target: URL) -> Database:
    """Open a database on a server; connects only when first used."""
    place = target.render_as_string(hide_password=True)
    try:
        engine = create_engine(target, pool_size=_POOL_SIZE, max_overflow=_POOL_OVERFLOW, pool_pre_ping=True)
    except (exc.ArgumentError, ImportError) as error:
        msg = f"database {place}: {error} (PostgreSQL needs automailer[postgres])"
        raise PermanentError(msg) from error
    return Database(engine, place)


def parse_url(url: str, state: Path) -> URL:
    """Read `sqlite` or a SQLAlchemy URL; PermanentError for a database that is not supported."""
    if url == "sqlite":
        return URL.create("sqlite", database=str(state.absolute() / DATABASE_FILE))
    try:
        target = make_url(url)
    except exc.ArgumentError as error:
        # The text itself is not repeated: it may hold a password.
        msg = "database: not a SQLAlchemy URL, expected sqlite or postgresql+psycopg://…"
        raise PermanentError(msg) from error
    if target.get_backend_name() not in {"sqlite", "postgresql"}:
        msg = f"database: {target.get_backend_name()!r} is not supported, expected sqlite or postgresql"
        raise PermanentError(msg)
    if target.get_backend_name() == "sqlite" and target.database in {None, "", ":memory:"}:
        msg = "database: a journal in memory would forget what was done, expected the path of a file"
        raise PermanentError(msg)
    return target.set(drivername="postgresql+psycopg") if target.drivername == "postgresql" else target


def _make_state_folder(state: Path) -> None:
    """Keep the mail in it private; a folder with other things in it keeps the mode that its owner chose."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours = (state / DATABASE_FILE).exists() or not any(state.iterdir())
        if ours and state.stat().st_uid == os.geteuid():
            state.chmod(0o700)
    except OSError as error:
        msg = f"state folder {state}: {error.strerror}"
        raise PermanentError(msg) from error


def _sqlite(target: URL) -> Engine:
    path = Path(str(target.database))
    try:
        # SQLite gives the -wal and -shm files beside it the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        if path.stat().st_uid == os.geteuid():
            path.chmod(0o600)
    except OSError as error:
        msg = f"database {path}: {error.strerror}"
        raise PermanentError(msg) from error
    engine = create_engine(
        target, connect_args={"timeout": BUSY_SECONDS}, pool_size=_POOL_SIZE, max_overflow=_POOL_OVERFLOW
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", begin_as_asked)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver would begin transactions by its own rules: https://docs.sqlalchemy.org/dialects/sqlite.html
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _switch_to_wal(path: str) -> None:
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        for _ in range(_WAL_TRIES):
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                time.sleep(_WAL_PAUSE_SECONDS)
            else:
                return


def begin_as_asked(connection: Connection) -> None:
    """Begin a transaction as the engine's option says; for SQLAlchemy's event `begin`."""
    # A reader that turns writer half-way fails when another one wrote meanwhile; so a writer says so first.
    connection.exec_driver_sql(connection.get_execution_options().get("automailer_begin", "BEGIN"))


def _failure(error: exc.SQLAlchemyError | sqlite3.Error, place: str) -> AutomailerError:
    """Say what the caller does next: wait, or give up."""
    cause = getattr(error, "orig", None) or error
    text = f"database {place}: {' '.join(str(cause).split())}"
    if isinstance(error, exc.IntegrityError):
        return Conflict(text)
    if isinstance(cause, sqlite3.DatabaseError) and _damaged(cause):
        return PermanentError(f"{text}; it is left as it is: restore a copy, or move it away to begin anew")
    if isinstance(error, _MAY_PASS):
        return TemporaryError(text)
    return PermanentError(text)


def _damaged(cause: sqlite3.DatabaseError) -> bool:
    # The low octet is the primary result code.
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
