"""Replies, retries by hand, and what is forgotten when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from automailer.errors import PermanentError
from automailer.journal import (
    EntryState,
    FileClaim,
    Journal,
    MessageRecord,
    MessageState,
    OutboxRecord,
    RemoveAfter,
    ReplyRecord,
    Retention,
    UidKey,
    queries,
    tables,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def record(uid: str, **fields: Any) -> MessageRecord:
    return MessageRecord(**{"uid": uid, "received": NOW, "state": MessageState.DONE, **fields})


def mail(key: str, **fields: Any) -> OutboxRecord:
    values = {"key": key, "kind": "send", "octets": b"x", "created": NOW, "recipients": ("a@example.com",)}
    return OutboxRecord(**{**values, **fields})


def write(journal: Journal, *records: MessageRecord, vanished: tuple[str, ...] = ()) -> dict[str, int]:
    journal.claim_mailbox("ops", owner="a", now=NOW)
    with journal.window("ops", owner="a", now=NOW) as window:
        for one in records:
            window.add(one)
    with journal.window("ops", owner="a", now=NOW) as later:
        later.vanished(UidKey(uid) for uid in vanished)
    journal.release_mailbox("ops", owner="a")
    return {key.uid: number for key, number in window.ids.items()}


def count(journal: Journal, table: Any) -> int:
    with journal.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_the_ledger_sees_replies_that_are_not_written_yet(journal: Journal) -> None:
    ledger = journal.replies("ops")
    assert ledger.last("ack", "a@example.com") is None
    ledger.note("ack", "A@example.com", NOW)
    assert ledger.last("ack", "a@example.com") == NOW
    assert ledger.last("other", "a@example.com") is None
    assert ledger.count(now=NOW, within=HOUR) == 1
    write(journal, record("u1", replies=(ReplyRecord(rule="ack", sender="a@EXAMPLE.com", at=NOW),)))
    ledger.written()
    assert ledger.last("ack", "a@example.com") == NOW
    assert ledger.count(now=NOW, within=HOUR) == 1
    assert ledger.count(now=NOW + 2 * HOUR, within=HOUR) == 0
    assert journal.replies("other").count(now=NOW, within=HOUR) == 0


@pytest.mark.parametrize(
    "waiting", [MessageState.RETRY, MessageState.FAILED, MessageState.HELD, MessageState.SEEN]
)
def test_retry_by_hand_makes_a_message_due_at_once(journal: Journal, waiting: MessageState) -> None:
    numbers = write(journal, record("u1", state=waiting, attempts=9, next_attempt=NOW + HOUR))
    journal.retry(numbers["u1"], now=NOW)
    assert [(due.uid, due.attempts) for due in journal.due_retries("ops", now=NOW)] == [("u1", 0)]


def test_retry_by_hand_says_why_it_can_not_be_done(journal: Journal) -> None:
    numbers = write(
        journal,
        record("u1"),
        record("u2", state=MessageState.FAILED),
        record("u3", state=MessageState.FAILED, spool="spool/3"),
        vanished=("u2", "u3"),
    )
    with pytest.raises(PermanentError, match="is done"):
        journal.retry(numbers["u1"], now=NOW)
    with pytest.raises(PermanentError, match="left the server"):
        journal.retry(numbers["u2"], now=NOW)
    with pytest.raises(PermanentError, match="none of this number"):
        journal.retry(10**9, now=NOW)
    journal.retry(numbers["u3"], now=NOW)
    assert [due.listed for due in journal.due_retries("ops", now=NOW)] == [False]


def test_lists_are_filtered_and_limited(journal: Journal) -> None:
    write(journal, record("u1", outbox=(mail("k1"),)), record("u2", state=MessageState.FAILED))
    journal.enqueue([mail("k2", state=EntryState.HELD)])
    with journal.reading() as connection:
        assert [one.uidl for one in queries.messages(connection, limit=1)] == ["u2"]
        assert [one.uidl for one in queries.messages(connection, state=MessageState.DONE)] == ["u1"]
        assert queries.messages(connection, of_mailbox="other") == []
        assert [one.state for one in queries.entries(connection, state=EntryState.HELD)] == [EntryState.HELD]
        assert len(queries.entries(connection, of_mailbox="ops")) == 1
        assert len(queries.entries(connection, limit=1)) == 1
        assert queries.entry(connection, 10**9) is None
        assert queries.message_detail(connection, 10**9) is None


def test_documents_have_the_keys_of_the_reference(journal: Journal) -> None:
    numbers = write(journal, record("u1", outbox=(mail("k1"),), tags=("t",), state=MessageState.RETRY))
    with journal.reading() as connection:
        listed = queries.messages(connection)[0].document()
        entry = queries.entries(connection)[0].document()
        detail = queries.message_detail(connection, numbers["u1"])
        waiting = queries.mailboxes(connection)["ops"].waiting
    assert {
        "id",
        "mailbox",
        "uidl",
        "subject",
        "from",
        "received",
        "state",
        "rules",
        "actions",
        "tags",
    } <= set(listed)
    assert (listed["received"], listed["state"], listed["tags"]) == (NOW.isoformat(), "retry", ["t"])
    keys = {"id", "kind", "state", "from", "to", "subject", "message_id", "attempts", "next_attempt", "error"}
    assert keys <= set(entry)
    assert entry["to"] == ["a@example.com"]
    assert detail is not None
    assert detail.document()["outbox"] == [entry]
    assert waiting == 1


def test_what_is_waited_for_is_never_forgotten(journal: Journal) -> None:
    write(
        journal,
        record("listed"),
        record("spooled", state=MessageState.RETRY, spool="spool/1"),
        record("queued", outbox=(mail("k1"),)),
        record("raw", spool="spool/2", keep_raw_until=NOW + timedelta(days=9999)),
        vanished=("spooled", "queued", "raw"),
    )
    journal.forget(now=NOW + timedelta(days=1000))
    assert count(journal, tables.message) == 4
    assert count(journal, tables.outbox_content) == 1
    assert set(journal.known("ops")) == {UidKey("listed")}


def test_a_vanished_uid_is_remembered_for_45_days(journal: Journal) -> None:
    write(journal, record("u1"), vanished=("u1",))
    assert journal.forget(now=NOW + timedelta(days=45)).uids == 0
    assert journal.forget(now=NOW + timedelta(days=45, seconds=1)).uids == 1
    assert count(journal, tables.message) == 1


def test_everything_that_is_over_is_forgotten_in_the_end(journal: Journal) -> None:
    reply = ReplyRecord(rule="r", sender="a@example.com", at=NOW)
    write(journal, record("u1", outbox=(mail("k1"),), replies=(reply,)), vanished=("u1",))
    claim = FileClaim(folder="out", name="a", key="a", sha256="", size=0)
    journal.claim_files([claim], exists=lambda path: False)
    with journal.writing() as connection:
        connection.execute(tables.outbox.update().values(state=EntryState.SENT, finished_at=NOW))
    keep = Retention()

    journal.forget(now=NOW + keep.sent_content + HOUR)
    assert count(journal, tables.outbox_content) == 0
    assert count(journal, tables.outbox) == 1

    journal.forget(now=NOW + keep.history + HOUR)
    emptied = (table for table in tables.metadata.sorted_tables if table.name not in {"meta", "mailbox"})
    assert {table.name: count(journal, table) for table in emptied} == dict.fromkeys(
        (table.name for table in tables.metadata.sorted_tables if table.name not in {"meta", "mailbox"}), 0
    )


def test_spooled_octets_are_given_up_when_nobody_needs_them(journal: Journal) -> None:
    numbers = write(
        journal,
        record("done", spool="spool/1"),
        record("kept", spool="spool/2", keep_raw_until=NOW + HOUR),
        record("retry", spool="spool/3", state=MessageState.RETRY),
        record("failed", spool="spool/4", state=MessageState.FAILED),
    )
    assert journal.expired_spool(now=NOW) == {numbers["done"]: "spool/1"}
    journal.spool_removed([numbers["done"]])
    assert journal.expired_spool(now=NOW) == {}
    later = journal.expired_spool(now=NOW + timedelta(days=365))
    assert set(later) == {numbers["kept"], numbers["failed"]}


def test_of_all_who_ask_one_is_told_to_forget_once_in_a_while(journal: Journal) -> None:
    day = timedelta(days=1)
    later = NOW + day * 400  # the database is shared, and others have asked before
    assert [journal.time_to_forget(now=later, every=day) for _ in range(3)] == [True, False, False]
    assert journal.time_to_forget(now=later + day, every=day)
    assert not journal.time_to_forget(now=later + day * 1.5, every=day)


@pytest.mark.parametrize("end", [EntryState.FAILED, EntryState.EXPIRED, EntryState.CANCELLED])
def test_a_mail_that_was_never_sent_keeps_its_message_however_long_ago(
    journal: Journal, end: EntryState
) -> None:
    waits = record("u1", remove_after=RemoveAfter.SENT, outbox=(mail("k1", state=end),))
    write(journal, waits)
    later = NOW + timedelta(days=400)
    journal.forget(now=later)
    assert journal.settle_removals("ops", now=later) == 0
    assert journal.due_removals("ops", now=later) == []
    write(journal, vanished=("u1",))
    journal.forget(now=later)
    assert count(journal, tables.outbox) == 0
