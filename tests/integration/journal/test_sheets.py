"""What the traces of many messages have in common is kept once, and given back with each of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from automailer.journal import Journal, MessageRecord, MessageState, Retention, UidKey
from automailer.journal.past import past_messages
from automailer.journal.queries import message_detail
from automailer.journal.retention import forget
from automailer.journal.tables import message, sheet

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SHEET = {"digest": "d1", "rules": ["a rule", "another"]}
OTHER = {"digest": "d2", "rules": ["a rule"]}


def record(uid: str, trace: Any) -> MessageRecord:
    return MessageRecord(uid=uid, received=NOW, state=MessageState.DONE, trace=trace)


def write(journal: Journal, *records: MessageRecord) -> list[int]:
    journal.claim_mailbox("ops", owner="us", now=NOW)
    with journal.window("ops", owner="us", now=NOW) as window:
        for each in records:
            window.add(each)
    journal.release_mailbox("ops", owner="us")
    return [window.ids[UidKey(each.uid)] for each in records]


def kept(journal: Journal) -> list[str]:
    with journal.reading() as connection:
        return sorted(connection.scalars(select(sheet.c.digest)))


def test_it_is_kept_once_and_comes_back_with_every_trace(journal: Journal) -> None:
    traces = [{"seen": "x", "sheet": SHEET}, {"seen": "y", "sheet": SHEET}, {"seen": "z"}, None]
    numbers = write(journal, *[record(f"u{at}", trace) for at, trace in enumerate(traces)])
    write(journal, record("later", {"seen": "x", "sheet": SHEET}))
    assert kept(journal) == ["d1"]
    with journal.reading() as connection:
        stored = connection.scalars(select(message.c.trace).where(message.c.id == numbers[0])).one()
        assert stored == {"seen": "x"}
        details = [message_detail(connection, number) for number in numbers]
        past = past_messages(connection, "ops", since=NOW - timedelta(days=1), first=0, limit=9)
    assert [detail.trace for detail in details if detail] == traces
    assert [one.trace for one in past][:4] == traces


def test_it_is_forgotten_with_the_last_message_that_it_belongs_to(journal: Journal) -> None:
    write(journal, record("u1", {"sheet": SHEET}), record("u2", {"sheet": OTHER}))
    with journal.writing() as connection:
        connection.execute(update(message).where(message.c.sheet == "d2").values(sheet="d1"))
        assert forget(connection, now=NOW, keep=Retention()).sheets == 1
    assert kept(journal) == ["d1"]
