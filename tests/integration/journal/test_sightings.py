"""The ledger of keys that rules have seen, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import event, func, select

from automailer.journal import (
    Journal,
    MessageRecord,
    MessageState,
    SightingRecord,
    open_database,
    open_journal,
    tables,
)
from automailer.journal.schema import alembic_config, status

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def seen(key: str = "k", rule: str = "r", *, at: datetime = NOW, lasts: timedelta = HOUR) -> SightingRecord:
    return SightingRecord(rule=rule, kind="duplicate", key=key, at=at, until=at + lasts)


def write(journal: Journal, *records: MessageRecord, mailbox: str = "ops") -> list[int]:
    journal.claim_mailbox(mailbox, owner="a", now=NOW)
    with journal.window(mailbox, owner="a", now=NOW) as window:
        for one in records:
            window.add(one)
    journal.release_mailbox(mailbox, owner="a")
    return list(window.ids.values())


def message(uid: str, *sightings: SightingRecord, **fields: Any) -> MessageRecord:
    values = {"uid": uid, "received": NOW, "state": MessageState.DONE, "sightings": sightings, "trace": {}}
    return MessageRecord(**{**values, **fields})


Tally = tuple[int, datetime | None]


def asking(journal: Journal, *, but: int | None = None, mailbox: str = "ops") -> Callable[..., Tally]:
    view = journal.sightings(mailbox).apart_from(but)

    def tally(key: str = "k", rule: str = "r", kind: str = "duplicate", ago: timedelta = HOUR) -> Tally:
        return view.tally(rule, kind, key, after=NOW - ago)

    return tally


@contextmanager
def statements(journal: Journal) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        heard.append(text)

    event.listen(journal.engine, "before_cursor_execute", hear)
    yield heard
    event.remove(journal.engine, "before_cursor_execute", hear)


def count(journal: Journal) -> int:
    with journal.reading() as connection:
        return connection.scalar(select(func.count()).select_from(tables.sighting)) or 0


def test_it_tells_how_often_and_when_last(journal: Journal) -> None:
    times = [NOW - 50 * MINUTE, NOW - 10 * MINUTE, NOW - 30 * MINUTE]
    write(journal, *(message(f"u{at}", seen(at=at)) for at in times))
    tally = asking(journal)
    assert tally() == (3, NOW - 10 * MINUTE)
    assert tally(ago=30 * MINUTE) == (1, NOW - 10 * MINUTE)
    assert tally(ago=5 * MINUTE) == (0, None)


def test_mailbox_rule_kind_and_key_each_have_a_count_of_their_own(journal: Journal) -> None:
    write(journal, message("u1", seen()))
    write(journal, message("u1", seen()), mailbox="desk")
    tally = asking(journal)
    assert tally()[0] == 1
    assert [tally(key="K")[0], tally(rule="s")[0], tally(kind="frequency")[0]] == [0, 0, 0]
    assert asking(journal, mailbox="sales")()[0] == 0


def test_a_message_is_counted_once_however_often_it_is_written(journal: Journal) -> None:
    (number,) = write(journal, message("u1", seen()))
    write(journal, message("u1", seen(at=NOW + MINUTE), seen("other"), id=number))
    assert count(journal) == 2
    assert asking(journal)() == (1, NOW)


def test_a_message_never_sees_itself(journal: Journal) -> None:
    numbers = write(journal, message("u1", seen()), message("u2", seen("x")))
    assert [asking(journal, but=number)()[0] for number in numbers] == [0, 1]


def test_what_is_noted_counts_at_once_and_is_read_once(journal: Journal) -> None:
    write(journal, message("u1", seen(at=NOW - MINUTE)))
    ledger = journal.sightings("ops")
    ledger.note_all([seen()], at=NOW)
    view = ledger.apart_from(None)
    with statements(journal) as heard:
        found = [view.tally("r", "duplicate", "k", after=NOW - HOUR) for _ in range(3)]
    assert found == [(2, NOW)] * 3
    assert len([text for text in heard if text.startswith("SELECT")]) == 1
    ledger.written()
    assert view.tally("r", "duplicate", "k", after=NOW - HOUR) == (1, NOW - MINUTE)


def test_any_text_is_a_key_and_none_is_kept(journal: Journal) -> None:
    nasty = "a\0b\udc80" + "\N{PILE OF POO}" * 100_000
    write(journal, message("u1", seen(nasty)))
    assert asking(journal)(key=nasty)[0] == 1
    with journal.reading() as connection:
        (row,) = connection.execute(select(tables.sighting))
    assert [len(row.mark), row.at, row.until] == [64, NOW, NOW + HOUR]


def test_a_message_that_counts_nothing_asks_nothing_of_the_table(journal: Journal) -> None:
    with statements(journal) as heard:
        write(journal, message("u1"))
    assert not any("sighting" in text for text in heard)


def test_the_lookup_goes_by_an_index(state: Path) -> None:
    with open_journal("sqlite", state, clock=lambda: NOW) as journal, journal.reading() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT count(*), max(at) FROM sighting WHERE mark = 'x' AND at > 'y' AND message != 3"
        )
        assert [row[3] for row in plan] == [
            "SEARCH sighting USING INDEX ix_sighting_mark_at (mark=? AND at>?)"
        ]


def test_keys_are_forgotten_when_their_time_is_over_and_outlive_their_message(journal: Journal) -> None:
    write(journal, message("u1", seen(), seen("long", lasts=timedelta(days=366))))
    assert journal.forget(now=NOW + HOUR - MINUTE).sightings == 0
    assert journal.forget(now=NOW + HOUR).sightings == 1
    with journal.writing() as connection:
        connection.execute(tables.uid.delete())
    assert journal.forget(now=NOW + timedelta(days=365)).messages == 1
    assert count(journal) == 1
    assert journal.forget(now=NOW + timedelta(days=366)).sightings == 1


def test_a_database_of_the_first_version_is_brought_up_by_itself(state: Path) -> None:
    database = open_database("sqlite", state)
    config = alembic_config()
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    assert status(database).version == "0001"
    database.close()
    with open_journal("sqlite", state, clock=lambda: NOW) as journal:
        assert journal.status().current
        write(journal, message("u1", seen()))
        assert asking(journal)()[0] == 1
