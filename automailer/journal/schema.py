"""Which version of the tables a database has, and bringing it to ours; imports Alembic only for work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, func, insert, inspect, select

from automailer.errors import PermanentError, TemporaryError
from automailer.journal import tables
from automailer.journal.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = [
    "HEAD",
    "LOOP_ID",
    "VERSION_TABLE",
    "SchemaStatus",
    "alembic_config",
    "require",
    "status",
    "upgrade",
]

# The newest file in migrations/versions; a test compares the two.
HEAD = "0003"
# Not Alembic's own name for it, so that another program's database is not taken for ours.
VERSION_TABLE = "automailer_schema"
LOOP_ID = "loop_id"

_LOOP_ID_OCTETS = 8
# Any number that nobody else locks on PostgreSQL: "automail" as octets.
_UPGRADE_LOCK = 0x6175746F6D61696C

_version = Table(VERSION_TABLE, MetaData(), Column("version_num", String(32)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaStatus:
    """The version that a database has ("" for none), and the one that is needed."""

    place: str
    version: str
    head: str

    @property
    def current(self) -> bool:
        """True when nothing is to be done."""
        return self.version == self.head


def status(database: Database) -> SchemaStatus:
    """Read the version; a database of another program or a newer Automailer is refused."""
    with database.reading() as connection:
        return SchemaStatus(place=database.place, version=_read(connection, database), head=HEAD)


def require(database: Database) -> None:
    """Make sure that the tables are ours: SQLite is brought up to date, PostgreSQL asks for `db upgrade`."""
    if _is_current(database):
        return
    if database.is_sqlite:
        upgrade(database)
        return
    found = status(database)
    have = f"version {found.version}" if found.version else "no tables"
    msg = f"database {database.place}: {have}, {HEAD} is needed: run `automailer db upgrade`"
    raise PermanentError(msg)


def upgrade(database: Database) -> SchemaStatus:
    """Run the migrations that are missing, in one transaction that a second process waits for."""
    # A database that is not ours is refused before anything in it changes.
    status(database)
    database.make_durable()
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
        if _read(connection, database) != HEAD:
            _migrate(connection)
        _make_loop_id(connection)
    return status(database)


def alembic_config() -> Config:
    """Configure Alembic for the migrations that travel with the program."""
    from alembic.config import Config

    from automailer.shipped import shipped

    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    return config


def _is_current(database: Database) -> bool:
    """One query; whatever is unusual is looked at with more care by the caller."""
    try:
        with database.reading() as connection:
            return list(connection.scalars(select(_version.c.version_num))) == [HEAD]
    except TemporaryError:
        # On SQLite a missing table is an operational error, as are real ones: the next look tells them apart.
        return False
    except PermanentError as error:
        if _is_missing_table(error):
            return False
        raise


def _is_missing_table(error: PermanentError) -> bool:
    from sqlalchemy.exc import ProgrammingError

    return isinstance(error.__cause__, ProgrammingError)


def _read(connection: Connection, database: Database) -> str:
    inspector = inspect(connection)
    names = set(inspector.get_table_names())
    if VERSION_TABLE not in names:
        strangers = names if database.is_sqlite else names & set(tables.metadata.tables)
        if strangers:
            first = ", ".join(sorted(strangers)[:3])
            msg = f"database {database.place}: not made by Automailer (it has {first}), expected an empty one"
            raise PermanentError(msg)
        return ""
    version = connection.scalar(select(_version.c.version_num)) or ""
    if not version.isdecimal() or version > HEAD:
        msg = (
            f"database {database.place}: version {version!r} is of a newer Automailer, this one knows {HEAD}"
        )
        raise PermanentError(msg)
    return version


def _migrate(connection: Connection) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _make_loop_id(connection: Connection) -> None:
    meta = tables.meta
    if connection.scalar(select(meta.c.value).where(meta.c.key == LOOP_ID)) is None:
        connection.execute(insert(meta).values(key=LOOP_ID, value=secrets.token_hex(_LOOP_ID_OCTETS)))
