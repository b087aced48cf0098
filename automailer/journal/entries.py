"""Puts mail into the outbox's tables; what happens to it there is `automailer.outbox`'s business."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from automailer.journal.model import EntryState, OutboxRecord, RecipientState
from automailer.journal.tables import outbox, outbox_content, outbox_event, recipient

__all__ = ["enqueue"]

# Well under the bound parameters that either database takes in one statement.
_KEYS_A_QUERY = 500


def enqueue(connection: Connection, records: Iterable[OutboxRecord]) -> Mapping[str, int]:
    """Queue mail inside the caller's transaction and give the entry's id for every key.

    A key that is there already is the same mail: it is left as it is.
    """
    wanted = {record.key: record for record in records}
    there = _ids(connection, list(wanted))
    fresh = [record for key, record in wanted.items() if key not in there]
    if not fresh:
        return there
    connection.execute(insert(outbox), [_entry(record) for record in fresh])
    ids = _ids(connection, [record.key for record in fresh])
    recipients = [
        {"entry": ids[record.key], "address": address, "state": RecipientState.PENDING}
        for record in fresh
        for address in dict.fromkeys(record.recipients)
    ]
    if recipients:
        connection.execute(insert(recipient), recipients)
    connection.execute(
        insert(outbox_content), [{"entry": ids[record.key], "octets": record.octets} for record in fresh]
    )
    connection.execute(
        insert(outbox_event),
        [{"entry": ids[record.key], "at": record.created, "what": record.state.value} for record in fresh],
    )
    return {**there, **ids}


def _ids(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), _KEYS_A_QUERY):
        some = keys[start : start + _KEYS_A_QUERY]
        rows = connection.execute(select(outbox.c.key, outbox.c.id).where(outbox.c.key.in_(some)))
        found.update({row.key: row.id for row in rows})
    return found


def _entry(record: OutboxRecord) -> dict[str, Any]:
    return {
        "key": record.key,
        "message": record.message,
        "rule": record.rule,
        "position": record.position,
        "kind": record.kind,
        "state": record.state,
        "smtp": record.smtp,
        "envelope_from": record.envelope_from,
        "from_": record.from_,
        "to": record.to,
        "subject": record.subject,
        "message_id": record.message_id,
        "size": len(record.octets),
        "next_attempt": record.created if record.state is EntryState.QUEUED else None,
        "created": record.created,
        "expires": record.expires,
    }
