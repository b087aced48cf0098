"""Opens a journal to look into it: nothing is created, brought up to date or written."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, event, insert
from sqlalchemy.pool import QueuePool, StaticPool

from automailer.errors import PermanentError
from automailer.journal import schema, tables
from automailer.journal.engine import BUSY_SECONDS, Database, begin_as_asked, parse_url, server_database
from automailer.journal.schema import SchemaStatus
from automailer.journal.store import Journal

__all__ = ["existing_journal", "is_there", "schema_of"]


def is_there(url: str, state: Path) -> bool:
    """Whether there is a database: a SQLite file that holds something; a server's is said to be there."""
    target = parse_url(url, state)
    if target.get_backend_name() != "sqlite":
        return True
    try:
        return Path(str(target.database)).stat().st_size > 0
    except FileNotFoundError:
        return False
    except OSError as error:
        msg = f"database {target.database}: {error.strerror}"
        raise PermanentError(msg) from error


def existing_journal(url: str, state: Path, *, clock: Callable[[], datetime]) -> Journal:
    """The journal as it is, for reading alone; an empty one in memory where nothing was written yet.

    A database that is damaged, another program's or of another version is refused with `PermanentError`.
    """
    if not is_there(url, state):
        return _empty(clock)
    database = _existing(url, state)
    try:
        found = schema.status(database)
    except BaseException:
        database.close()
        raise
    if found.current:
        return Journal(database, clock=clock)
    database.close()
    if not found.version:
        return _empty(clock)
    msg = f"database {found.place}: version {found.version}, {found.head} is needed: run `automailer db upgrade`"
    raise PermanentError(msg)


def schema_of(url: str, state: Path) -> SchemaStatus:
    """Which version the tables of a database have; "" where there are none, or no database."""
    if not is_there(url, state):
        return SchemaStatus(place=str(parse_url(url, state).database), version="", head=schema.HEAD)
    with closing(_existing(url, state)) as database:
        return schema.status(database)


def _existing(url: str, state: Path) -> Database:
    target = parse_url(url, state)
    return _file(str(target.database)) if target.get_backend_name() == "sqlite" else server_database(target)


def _file(path: str) -> Database:
    def connect() -> sqlite3.Connection:
        # Read-write, with every write forbidden: a connection that may only read leaves -wal and -shm files behind.
        uri = f"{Path(path).absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)
        connection.isolation_level = None
        connection.execute("PRAGMA query_only=ON")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "begin", begin_as_asked)
    return Database(engine, path)


def _empty(clock: Callable[[], datetime]) -> Journal:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(tables.meta).values(key=schema.LOOP_ID, value=""))
    return Journal(Database(engine, "in memory"), clock=clock)
