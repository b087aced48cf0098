"""What was decided and done in the past, message by message in the order of time: for `replay`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from automailer.journal import recall
from automailer.journal.model import EffectRecord, MessageState
from automailer.journal.sheets import read_sheets, with_sheet
from automailer.journal.tables import effect, message

__all__ = ["Past", "PastMessage", "past_messages", "survey_past"]

_NEVER_DECIDED = (MessageState.HELD, MessageState.SEEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How much there is: messages that were decided, the first one's number, and those that never were."""

    decided: int
    first: int
    undecided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMessage:
    """A message as the journal knows it, what was decided for it, and what was done."""

    id: int
    uidl: str
    message_id: str
    subject: str
    from_: str
    size: int
    received: datetime
    state: MessageState
    rules: tuple[str, ...]
    rules_digest: str
    trace: Any
    spool: str
    effects: tuple[EffectRecord, ...]

    @property
    def decided_at(self) -> datetime:
        """When its actions were planned, or, where there were none, when it came."""
        return max((one.at for one in self.effects), default=self.received)


def survey_past(connection: Connection, mailbox: str, *, since: datetime, limit: int | None) -> Past:
    """Count the messages of this mailbox that came since then; with a limit, the newest that were decided."""
    decided = _decided(mailbox, since)
    newest = select(message.c.id).where(*decided).order_by(message.c.id.desc()).limit(limit).subquery()
    count, first = connection.execute(select(func.count(), func.min(newest.c.id))).one()
    left_out = select(func.count()).where(
        message.c.mailbox == mailbox, message.c.received >= since, message.c.state.in_(_NEVER_DECIDED)
    )
    return Past(decided=count, first=first or 0, undecided=connection.scalar(left_out) or 0)


def past_messages(
    connection: Connection, mailbox: str, *, since: datetime, first: int, limit: int
) -> Sequence[PastMessage]:
    """Give so many of them from this number on, oldest first, with everything that was done."""
    wanted = select(message).where(*_decided(mailbox, since), message.c.id >= first)
    rows = connection.execute(wanted.order_by(message.c.id).limit(limit)).all()
    done: dict[int, list[EffectRecord]] = {row.id: [] for row in rows}
    effects = select(effect).where(effect.c.message.in_(done)).order_by(effect.c.id)
    for row in connection.execute(effects):
        done[row.message].append(recall.effect_record(row))
    sheets = read_sheets(connection, {row.sheet for row in rows})
    return [_past(row, tuple(done[row.id]), sheets) for row in rows]


def _decided(mailbox: str, since: datetime) -> list[ColumnElement[bool]]:
    return [
        message.c.mailbox == mailbox,
        message.c.received >= since,
        message.c.state.not_in(_NEVER_DECIDED),
    ]


def _past(row: Row[Any], effects: tuple[EffectRecord, ...], sheets: Mapping[str, Any]) -> PastMessage:
    return PastMessage(
        id=row.id,
        uidl=row.uid,
        message_id=row.message_id,
        subject=row.subject,
        from_=row.from_,
        size=row.size,
        received=row.received,
        state=row.state,
        rules=tuple(row.rules),
        rules_digest=row.rules_digest,
        trace=with_sheet(row.trace, row.sheet, sheets),
        spool=row.spool,
        effects=effects,
    )
