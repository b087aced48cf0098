"""One window is one transaction: fenced, whole, cheap, and never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from automailer.journal import (
    Conflict,
    EffectKey,
    EffectRecord,
    EffectState,
    EntryState,
    Journal,
    LeaseLost,
    MessageRecord,
    MessageState,
    OutboxRecord,
    RemoveAfter,
    ReplyRecord,
    SeenRecord,
    UidKey,
    queries,
    tables,
)

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
OWNER = "a"


def record(uid: str, **fields: Any) -> MessageRecord:
    values = {"uid": uid, "received": NOW, "state": MessageState.DONE, "header_digest": f"digest of {uid}"}
    return MessageRecord(**{**values, **fields})


def effect(rule: str = "rule", position: int = 0, state: EffectState = EffectState.DONE) -> EffectRecord:
    return EffectRecord(rule=rule, position=position, action="forward", state=state, at=NOW)


def mail(key: str, *recipients: str) -> OutboxRecord:
    return OutboxRecord(
        key=key, kind="forward", octets=b"Subject: x\r\n\r\ny\r\n", created=NOW, recipients=recipients
    )


def write(journal: Journal, *records: MessageRecord, now: datetime = NOW) -> dict[UidKey, int]:
    journal.claim_mailbox("ops", owner=OWNER, now=now)
    with journal.window("ops", owner=OWNER, now=now) as window:
        for one in records:
            window.add(one)
    journal.release_mailbox("ops", owner=OWNER)
    return dict(window.ids)


def count(journal: Journal, table: Any) -> int:
    with journal.reading() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_a_window_writes_messages_effects_mail_and_replies_together(journal: Journal) -> None:
    ids = write(
        journal,
        record(
            "u1",
            subject="disk full",
            from_="a@example.com",
            rules=("alert",),
            tags=("urgent",),
            trace={"why": ["x" * 2000]},
            effects=(effect("alert"), effect("alert", 1, EffectState.REFUSED)),
            outbox=(mail("k1", "b@example.com", "c@example.com", "b@example.com"),),
            replies=(ReplyRecord(rule="alert", sender="A@Example.com", at=NOW),),
        ),
        record("u2", state=MessageState.FAILED, error="no"),
    )

    with journal.reading() as connection:
        newest, oldest = queries.messages(connection)
        entry = queries.entries(connection)[0]
        detail = queries.message_detail(connection, ids[UidKey("u1")])
        assert queries.content(connection, entry.id) == b"Subject: x\r\n\r\ny\r\n"
        shown = queries.entry(connection, entry.id)
    assert (newest.id, newest.state, newest.error) == (ids[UidKey("u2")], MessageState.FAILED, "no")
    assert (oldest.subject, oldest.rules, oldest.tags) == ("disk full", ("alert",), ("urgent",))
    assert oldest.actions == ("forward", "forward")
    assert detail is not None
    assert detail.trace == {"why": ["x" * 2000]}
    assert [one.id for one in detail.outbox] == [entry.id]
    assert (entry.message, entry.state, entry.to) == (
        oldest.id,
        EntryState.QUEUED,
        ("b@example.com", "c@example.com"),
    )
    assert shown is not None
    assert [one.what for one in shown.events] == ["queued"]
    assert journal.replies("ops").last("alert", "a@example.COM") == NOW


def test_an_exception_in_the_block_leaves_nothing_behind(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner=OWNER, now=NOW)

    def broken() -> None:
        with journal.window("ops", owner=OWNER, now=NOW) as window:
            window.add(record("u1", outbox=(mail("k1", "b@example.com"),)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert journal.known("ops") == {}
    assert count(journal, tables.outbox) == 0


def test_a_window_without_the_lease_writes_nothing(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner="slow", now=NOW, lasts=timedelta(minutes=1))
    assert journal.claim_mailbox("ops", owner="quick", now=SOON)
    with pytest.raises(LeaseLost, match="ops"), journal.window("ops", owner="slow", now=SOON) as window:
        window.add(record("u1", effects=(effect(),), outbox=(mail("k1", "b@example.com"),)))
    assert [count(journal, table) for table in (tables.message, tables.uid, tables.outbox)] == [0, 0, 0]


def test_a_window_extends_its_lease(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner=OWNER, now=NOW, lasts=timedelta(minutes=1))
    with journal.window("ops", owner=OWNER, now=NOW, lasts=timedelta(hours=1)) as window:
        window.listed("digest")
    assert not journal.claim_mailbox("ops", owner="b", now=NOW + timedelta(minutes=59))


def test_an_effect_that_is_done_can_not_be_done_twice(journal: Journal) -> None:
    first = record("u1", state=MessageState.RETRY, next_attempt=NOW, effects=(effect("a"),))
    number = write(journal, first)[UidKey("u1")]
    again = replace(first, id=number, outbox=(mail("k2", "b@example.com"),))
    with pytest.raises(Conflict):
        write(journal, again)
    assert count(journal, tables.outbox) == 0


def test_a_retry_replaces_what_failed_and_keeps_what_is_done(journal: Journal) -> None:
    first = record(
        "u1",
        state=MessageState.RETRY,
        next_attempt=NOW,
        attempts=1,
        spool="spool/1",
        effects=(effect("a"), effect("b", 0, EffectState.FAILED)),
    )
    number = write(journal, first)[UidKey("u1")]
    (due,) = journal.due_retries("ops", now=NOW)
    assert (due.message, due.uid, due.attempts, due.spool, due.listed) == (number, "u1", 1, "spool/1", True)
    assert set(journal.settled_effects([number])[number]) == {EffectKey("a", 0)}

    write(journal, record("u1", id=number, effects=(effect("b"),), remove_at=NOW))

    assert journal.due_retries("ops", now=SOON) == []
    assert set(journal.settled_effects([number])[number]) == {EffectKey("a", 0), EffectKey("b", 0)}
    assert journal.due_removals("ops", now=NOW) == [UidKey("u1")]


def test_a_try_that_could_not_fetch_the_mail_forgets_nothing_of_it(journal: Journal) -> None:
    first = record("u1", subject="s", rules=("a",), tags=("t",), trace=["why"], state=MessageState.RETRY)
    number = write(journal, replace(first, next_attempt=NOW))[UidKey("u1")]
    unfetched = record("u1", id=number, header_digest="", attempts=2, error="gone", state=MessageState.FAILED)
    write(journal, unfetched)
    with journal.reading() as connection:
        (shown,) = queries.messages(connection)
        detail = queries.message_detail(connection, number)
    assert (shown.subject, shown.rules, shown.tags) == ("s", ("a",), ("t",))
    assert (shown.state, shown.attempts, shown.error) == (MessageState.FAILED, 2, "gone")
    assert detail is not None
    assert detail.trace == ["why"]
    assert journal.known("ops")[UidKey("u1")].header_digest == "digest of u1"


def test_the_same_key_is_queued_once(journal: Journal) -> None:
    first = journal.enqueue([mail("k1", "b@example.com")])
    assert journal.enqueue([mail("k1", "b@example.com"), mail("k2", "c@example.com")])["k1"] == first["k1"]
    assert count(journal, tables.outbox) == 2
    assert count(journal, tables.recipient) == 2


def test_a_reused_uid_is_a_new_message_and_the_old_one_stays(journal: Journal) -> None:
    old = write(journal, record("u1", remove_at=NOW))[UidKey("u1")]
    new = write(journal, record("u1", header_digest="other", received=SOON), now=SOON)[UidKey("u1")]
    known = journal.known("ops")[UidKey("u1")]
    assert new != old
    assert (known.message, known.header_digest, known.remove_at, known.first_seen) == (
        new,
        "other",
        None,
        SOON,
    )
    assert count(journal, tables.message) == 2


def test_identical_uids_of_one_listing_are_separate_messages(journal: Journal) -> None:
    ids = write(journal, record("u1"), record("u1", occurrence=1))
    assert len({ids[UidKey("u1", 0)], ids[UidKey("u1", 1)]}) == 2


def test_the_same_line_twice_in_a_window_is_refused(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner=OWNER, now=NOW)
    with journal.window("ops", owner=OWNER, now=NOW) as window:
        window.add(record("u1"))
        with pytest.raises(ValueError, match="twice"):
            window.add(record("u1"))


def test_what_was_there_before_the_first_poll_is_seen_and_left_alone(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner=OWNER, now=NOW)
    with journal.window("ops", owner=OWNER, now=NOW) as window:
        window.seen(SeenRecord(uid=f"u{n}", size=n, at=NOW) for n in range(300))
        window.listed("digest")
    with journal.reading() as connection:
        assert len(queries.messages(connection, state=MessageState.SEEN)) == 300
    assert {known.state for known in journal.known("ops").values()} == {MessageState.SEEN}
    assert journal.mailbox_state("ops").first_polled_at == NOW
    with journal.window("ops", owner=OWNER, now=SOON) as window:
        window.listed("other")
    assert journal.mailbox_state("ops").first_polled_at == NOW
    assert journal.mailbox_state("ops").listing_digest == "other"


def test_vanished_uids_are_remembered_and_may_come_back(journal: Journal) -> None:
    write(journal, record("u1"), record("u2"))
    journal.claim_mailbox("ops", owner=OWNER, now=NOW)
    with journal.window("ops", owner=OWNER, now=SOON) as window:
        window.vanished([UidKey("u1")])
    assert journal.known("ops")[UidKey("u1")].vanished_at == SOON
    assert journal.known("ops")[UidKey("u2")].vanished_at is None
    back = SeenRecord(uid="u1", at=SOON, known=journal.known("ops")[UidKey("u1")])
    with journal.window("ops", owner=OWNER, now=SOON) as window:
        window.seen([back])
    assert journal.known("ops")[UidKey("u1")].vanished_at is None


def test_keep_wins_over_every_wish_to_remove(journal: Journal) -> None:
    kept = record("u1", state=MessageState.RETRY, next_attempt=NOW, keep=True)
    number = write(journal, kept)[UidKey("u1")]
    write(journal, record("u1", id=number, keep=False, remove_at=NOW))
    assert journal.known("ops")[UidKey("u1")].keep
    assert journal.due_removals("ops", now=SOON) == []


@pytest.mark.parametrize("unfinished", [MessageState.RETRY, MessageState.FAILED, MessageState.HELD])
def test_a_message_that_is_not_finished_stays_on_the_server(
    journal: Journal, unfinished: MessageState
) -> None:
    write(journal, record("u1", state=unfinished, remove_at=NOW))
    assert journal.due_removals("ops", now=SOON) == []


def test_removal_waits_for_its_time(journal: Journal) -> None:
    write(journal, record("u1", remove_at=SOON))
    assert journal.due_removals("ops", now=NOW) == []
    assert journal.due_removals("ops", now=SOON) == [UidKey("u1")]


def test_delete_after_sent_waits_for_every_mail_of_the_message(journal: Journal) -> None:
    write(
        journal,
        record("u1", remove_after=RemoveAfter.SENT, outbox=(mail("k1", "a@x.org"), mail("k2", "b@x.org"))),
        record("u2", remove_after=RemoveAfter.SENT, outbox=(mail("k3", "a@x.org"),)),
    )
    assert journal.settle_removals("ops", now=NOW) == 0
    _set_states(journal, {"k1": EntryState.SENT, "k3": EntryState.FAILED})
    assert journal.settle_removals("ops", now=NOW) == 0
    _set_states(journal, {"k2": EntryState.SENT})
    assert journal.settle_removals("ops", now=SOON) == 1
    assert journal.due_removals("ops", now=SOON) == [UidKey("u1")]
    assert journal.settle_removals("ops", now=SOON) == 0


def _set_states(journal: Journal, states: dict[str, EntryState]) -> None:
    outbox = tables.outbox
    with journal.writing() as connection:
        for key, state in states.items():
            connection.execute(outbox.update().where(outbox.c.key == key).values(state=state))


def test_after_a_migration_known_mail_is_recognised_and_the_rest_is_held(journal: Journal) -> None:
    write(journal, record("old1", message_id="<1@x>", header_digest="d1", remove_at=SOON, keep=False))
    pairs = [("<1@x>", "d1"), ("<1@x>", "other"), ("", "")]
    found = journal.recognise("ops", pairs)
    assert set(found) == {("<1@x>", "d1")}

    journal.claim_mailbox("ops", owner=OWNER, now=NOW)
    with journal.window("ops", owner=OWNER, now=NOW) as window:
        window.hold()
        window.vanished([UidKey("old1")])
        window.seen([SeenRecord(uid="new1", at=NOW, header_digest="d1", known=found["<1@x>", "d1"])])
        window.add(record("new2", state=MessageState.HELD))
    known = journal.known("ops")
    assert known[UidKey("new1")].message == known[UidKey("old1")].message
    assert known[UidKey("new1")].remove_at == SOON
    assert known[UidKey("new1")].leaving
    assert journal.mailbox_state("ops").held_since == NOW
    assert journal.due_retries("ops", now=SOON) == []

    assert journal.release("ops", now=SOON) == 1
    assert [due.uid for due in journal.due_retries("ops", now=SOON)] == ["new2"]
    assert not journal.mailbox_state("ops").held


def test_a_retry_after_a_migration_names_the_uid_of_today(journal: Journal) -> None:
    write(
        journal,
        record("old", message_id="<1@x>", header_digest="d", state=MessageState.RETRY, next_attempt=NOW),
    )
    known = journal.recognise("ops", [("<1@x>", "d")])["<1@x>", "d"]
    journal.claim_mailbox("ops", owner=OWNER, now=NOW)
    with journal.window("ops", owner=OWNER, now=NOW) as window:
        window.vanished([UidKey("old")])
        window.seen([SeenRecord(uid="new", at=NOW, header_digest="d", known=known)])
    assert [(due.uid, due.listed) for due in journal.due_retries("ops", now=NOW)] == [("new", True)]


def test_whatever_a_mail_contains_can_be_written(journal: Journal) -> None:
    nasty = "a\0b\udc80c\U0001f600"
    one = EffectRecord(
        rule="r",
        position=0,
        action="reply",
        state=EffectState.DONE,
        at=NOW,
        fields={"text": nasty},
        error=nasty,
    )
    write(
        journal,
        record("u1", subject=nasty, from_=nasty, error=nasty, trace=nasty, tags=(nasty,), effects=(one,)),
    )
    with journal.reading() as connection:
        (shown,) = queries.messages(connection)
        detail = queries.message_detail(connection, shown.id)
    assert shown.subject == "a\ufffdb\ufffdc\U0001f600"
    assert shown.tags == (nasty,)
    assert detail is not None
    assert detail.effects[0].fields == {"text": nasty}


def test_a_window_of_a_hundred_messages_costs_few_statements(journal: Journal) -> None:
    journal.claim_mailbox("ops", owner=OWNER, now=NOW)
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(journal.engine, "before_cursor_execute", note)
    with journal.window("ops", owner=OWNER, now=NOW) as window:
        for n in range(100):
            window.add(
                record(
                    f"u{n}",
                    effects=(effect("a"), effect("b")),
                    outbox=(mail(f"k{n}", "a@x.org", "b@x.org"),),
                    replies=(ReplyRecord(rule="a", sender="s@x.org", at=NOW),),
                )
            )
        window.listed("digest")
    event.remove(journal.engine, "before_cursor_execute", note)
    assert len(statements) <= 15
    assert count(journal, tables.recipient) == 200


def test_a_poll_with_nothing_new_writes_to_no_table_but_the_mailbox(journal: Journal) -> None:
    written: set[str] = set()

    def note(*arguments: Any) -> None:
        words = arguments[2].split()
        if words[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.add(words[2] if words[0] != "UPDATE" else words[1])

    event.listen(journal.engine, "before_cursor_execute", note)
    journal.claim_mailbox("ops", owner=OWNER, now=NOW)
    journal.known("ops")
    journal.due_retries("ops", now=NOW)
    journal.settle_removals("ops", now=NOW)
    with journal.window("ops", owner=OWNER, now=NOW):
        pass
    journal.release_mailbox("ops", owner=OWNER)
    event.remove(journal.engine, "before_cursor_execute", note)
    assert written == {"mailbox"}
