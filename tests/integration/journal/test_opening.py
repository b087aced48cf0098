"""Opening: private, durable, brought up to date once, and never what is not ours."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

import automailer
from automailer.errors import PermanentError, TemporaryError
from automailer.journal import Journal, open_database, open_journal, status, tables, upgrade
from automailer.journal.schema import HEAD, VERSION_TABLE, alembic_config

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

OPEN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from automailer.journal import open_journal

sys.stdin.readline()
with open_journal(sys.argv[1], Path(sys.argv[2]), clock=lambda: datetime.now(UTC)) as journal:
    print(journal.loop_id(), journal.status().version, "alembic" in sys.modules, flush=True)
"""


def clock() -> datetime:
    return NOW


def start(url: str, state: Path) -> subprocess.Popen[str]:
    root = Path(automailer.__file__).resolve().parent.parent
    return subprocess.Popen(
        [sys.executable, "-c", OPEN, url, str(state)],
        env=os.environ | {"PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_migrations_make_exactly_the_tables(journal: Journal) -> None:
    with journal.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, tables.metadata) == []


def test_the_newest_migration_is_the_version_that_the_program_wants() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [HEAD]


def test_the_state_folder_and_the_database_are_private(state: Path) -> None:
    with open_journal("sqlite", state, clock=clock) as journal:
        journal.claim_mailbox("ops", owner="a", now=NOW)
        assert state.stat().st_mode & 0o777 == 0o700
        modes = {path.name: path.stat().st_mode & 0o777 for path in state.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"automailer.db", "automailer.db-wal"} <= set(modes)


def test_a_folder_with_other_things_in_it_keeps_its_mode(state: Path) -> None:
    state.mkdir(mode=0o755)
    (state / "automailer.yaml").touch()
    open_journal("sqlite", state, clock=clock).close()
    assert state.stat().st_mode & 0o777 == 0o755


def test_sqlite_is_durable(state: Path) -> None:
    with open_journal("sqlite", state, clock=clock) as journal, journal.reading() as connection:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    assert found == ["wal", 2, 1]


def test_the_loop_id_is_made_once(url: str, state: Path) -> None:
    with open_journal(url, state, clock=clock) as journal:
        first = journal.loop_id()
    with open_journal(url, state, clock=clock) as journal:
        assert journal.loop_id() == first
    assert len(first) == 16


def test_processes_that_start_at_once_share_one_new_database(state: Path) -> None:
    processes = [start("sqlite", state) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    assert len({tuple(answer[:2]) for answer in answers}) == 1


def test_an_up_to_date_database_opens_without_alembic(state: Path) -> None:
    open_journal("sqlite", state, clock=clock).close()
    assert start("sqlite", state).communicate("\n")[0].split()[2] == "False"


def test_postgresql_asks_for_the_upgrade(empty_postgres: str, state: Path) -> None:
    with pytest.raises(PermanentError, match="no tables, 0003 is needed: run `automailer db upgrade`"):
        open_journal(empty_postgres, state, clock=clock)
    database = open_database(empty_postgres, state)
    assert not status(database).current
    assert upgrade(database).current
    assert upgrade(database).current
    database.close()
    open_journal(empty_postgres, state, clock=clock).close()


def test_another_programs_tables_on_postgresql_are_refused(empty_postgres: str, state: Path) -> None:
    database = open_database(empty_postgres, state)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE message (id integer)"))
    with pytest.raises(PermanentError, match=r"not made by Automailer \(it has message\)"):
        upgrade(database)
    database.close()


def test_a_server_that_is_not_there_may_come_back(state: Path) -> None:
    with pytest.raises(TemporaryError):
        open_journal("postgresql+psycopg://nobody@127.0.0.1:1/nothing", state, clock=clock)


@pytest.mark.parametrize("octets", [b"this is no database\n" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_refused_and_left_as_it_is(state: Path, octets: bytes) -> None:
    state.mkdir()
    (state / "automailer.db").write_bytes(octets)
    with pytest.raises(PermanentError, match="left as it is"):
        open_journal("sqlite", state, clock=clock)
    assert (state / "automailer.db").read_bytes() == octets


def test_another_programs_database_is_refused_and_left_as_it_is(state: Path) -> None:
    state.mkdir()
    with closing(sqlite3.connect(state / "automailer.db")) as other:
        other.execute("CREATE TABLE songs (id integer)")
    before = (state / "automailer.db").read_bytes()
    with pytest.raises(PermanentError, match=r"not made by Automailer \(it has songs\)"):
        open_journal("sqlite", state, clock=clock)
    assert (state / "automailer.db").read_bytes() == before


def test_the_database_of_a_newer_version_is_refused(state: Path) -> None:
    open_journal("sqlite", state, clock=clock).close()
    with closing(sqlite3.connect(state / "automailer.db")) as other, other:
        other.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(PermanentError, match="version '9999' is of a newer Automailer, this one knows 0003"):
        open_journal("sqlite", state, clock=clock)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("nonsense", "not a SQLAlchemy URL"),
        ("mysql://root:secret@localhost/x", "'mysql' is not supported"),
        ("sqlite://", "would forget"),
    ],
)
def test_a_url_that_can_not_be_used_is_refused_without_its_password(state: Path, bad: str, why: str) -> None:
    with pytest.raises(PermanentError, match=why) as caught:
        open_journal(bad, state, clock=clock)
    assert "secret" not in str(caught.value)


def test_postgresql_means_the_driver_that_comes_with_the_program(state: Path) -> None:
    assert open_database("postgresql://a@127.0.0.1/b", state).engine.driver == "psycopg"


def test_a_folder_that_can_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PermanentError, match="state folder"):
        open_journal("sqlite", tmp_path / "file" / "state", clock=clock)


def test_sqlite_at_a_path_of_ones_own_is_private_too(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.db"
    open_journal(f"sqlite:///{path}", tmp_path / "state", clock=clock).close()
    assert path.stat().st_mode & 0o777 == 0o600
