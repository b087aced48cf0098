"""The journal over both databases: files of SQLite, and a private PostgreSQL where it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete

from automailer.journal import Journal, open_journal, tables
from tests.postgres import new_database


def _clock() -> datetime:
    return datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def empty_postgres(postgres_server: str, request: pytest.FixtureRequest) -> str:
    """Give the URL of a database of its own, without any table."""
    return new_database(postgres_server, f"empty-{abs(hash(request.node.nodeid)) % 10**8}")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Give the URL of an empty journal on each database in turn."""
    if request.param == "sqlite":
        return "sqlite"
    found: str = request.getfixturevalue("migrated_postgres")
    engine = create_engine(found)
    with engine.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table is not tables.meta:
                connection.execute(delete(table))
    engine.dispose()
    return found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def journal(url: str, state: Path) -> Iterator[Journal]:
    with open_journal(url, state, clock=_clock) as opened:
        yield opened
