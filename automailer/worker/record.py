"""What is written down about one arrival, in one transaction. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from automailer.actions import Keep, Mail, Planned, Removal, Tags
from automailer.journal import (
    EffectKey,
    EffectRecord,
    EffectState,
    MessageRecord,
    MessageState,
    OutboxRecord,
    RemoveAfter,
    ReplyRecord,
    SightingRecord,
)
from automailer.outbox import Policy
from automailer.rules import compact
from automailer.settings import Remove
from automailer.worker.arrival import Arrival, Outcome
from automailer.worker.assembly import Assembly
from automailer.worker.depth import Depth
from automailer.worker.fetch import Unfetched

__all__ = ["RecordPolicy", "cut", "record", "record_broken", "record_unfetched"]

MAX_SHOWN = 2_000
"""Characters of a field in the journal: it may hold a whole text, which is in the outbox for as long as it matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPolicy:
    """What the settings say of when a message comes again, when it leaves, and how long its mail is tried."""

    mailbox: str
    retry: Policy
    remove: Remove | timedelta
    keep_raw: timedelta
    rules_digest: str

    @classmethod
    def of(cls, assembly: Assembly, mailbox: str) -> RecordPolicy:
        """As the settings have it for this mailbox."""
        box = assembly.settings.mailboxes[mailbox]
        return cls(
            mailbox=mailbox,
            retry=Policy.of(assembly.settings.outbox),
            remove=box.remove,
            keep_raw=box.keep_raw,
            rules_digest=assembly.rules_digest[mailbox],
        )


def record(outcome: Outcome, policy: RecordPolicy, *, now: datetime, spool: str) -> MessageRecord:
    """Everything about one arrival that is written down in one transaction. `spool` is where its octets are kept."""
    arrival, message, problems = outcome.arrival, outcome.arrival.message, outcome.problems
    attempts = arrival.attempts + 1
    state = _state(arrival, policy, problems, now)
    after, remove_at = (None, None) if problems else _removal(outcome, policy, now)
    retry = state is MessageState.RETRY
    return MessageRecord(
        uid=arrival.uid,
        occurrence=arrival.occurrence,
        id=arrival.id,
        header_digest=message.header_digest,
        message_id=message.message_id,
        subject=message.subject,
        from_=message.from_.address or message.from_.name,
        size=message.size,
        received=arrival.received,
        state=state,
        attempts=attempts,
        next_attempt=now + policy.retry.pause(attempts, jitter=0.0) if retry else None,
        error=cut("\n".join(problems)),
        tags=_tags(outcome),
        rules=tuple(match.rule.name for match in outcome.decided.decision.matches) if outcome.decided else (),
        rules_digest=policy.rules_digest,
        trace=_trace(outcome),
        spool=spool,
        keep_raw_until=arrival.received + policy.keep_raw if policy.keep_raw and spool else None,
        keep=any(isinstance(effect, Keep) for planned in _live(outcome) for effect in planned.plan.effects),
        remove_after=after,
        remove_at=remove_at,
        effects=tuple(_effects(outcome, now)),
        outbox=tuple(_entries(outcome, policy, now)),
        replies=tuple(_replies(outcome, now)),
        sightings=tuple(_sightings(outcome, now)),
    )


def record_unfetched(unfetched: Unfetched, policy: RecordPolicy, *, now: datetime) -> MessageRecord:
    """A message that the server would not give: shown, and tried again."""
    entry, retry = unfetched.order.entry, unfetched.order.retry
    received = retry.received if retry else now
    attempts = (retry.attempts if retry else 0) + 1
    lost = entry is None or now - received >= policy.retry.expire
    return MessageRecord(
        uid=entry.uid if entry else retry.uid if retry else "",
        occurrence=entry.occurrence if entry else retry.occurrence if retry else 0,
        id=retry.message if retry else None,
        header_digest=retry.header_digest if retry else "",
        size=(entry.size if entry else retry.size if retry else 0) or 0,
        received=received,
        state=MessageState.FAILED if lost else MessageState.RETRY,
        attempts=attempts,
        next_attempt=None if lost else now + policy.retry.pause(attempts, jitter=0.0),
        error=unfetched.reason,
        rules_digest=policy.rules_digest,
    )


def record_broken(
    arrival: Arrival, error: Exception, policy: RecordPolicy, *, now: datetime, spool: str = ""
) -> MessageRecord:
    """A message whose outcome can't be written down: shown, and tried again. Nothing that may be at fault is in it."""
    state = _state(arrival, policy, (repr(error),), now)
    attempts = arrival.attempts + 1
    retry = state is MessageState.RETRY
    return MessageRecord(
        uid=arrival.uid,
        occurrence=arrival.occurrence,
        id=arrival.id,
        size=arrival.message.size,
        received=arrival.received,
        state=state,
        attempts=attempts,
        next_attempt=now + policy.retry.pause(attempts, jitter=0.0) if retry else None,
        error=cut(str(error) or repr(error)),
        rules_digest=policy.rules_digest,
        spool=spool,
    )


def _state(arrival: Arrival, policy: RecordPolicy, problems: tuple[str, ...], now: datetime) -> MessageState:
    if problems:
        given_up = now - arrival.received >= policy.retry.expire
        return MessageState.FAILED if given_up else MessageState.RETRY
    return MessageState.OVERSIZE if arrival.oversize else MessageState.DONE


def _live(outcome: Outcome) -> Iterator[Planned]:
    """The actions that are done: planned, allowed, not in shadow, not failed."""
    for planned in outcome.planned:
        if not (planned.shadow or planned.plan.refused or outcome.error_of(planned)):
            yield planned


def _removal(
    outcome: Outcome, policy: RecordPolicy, now: datetime
) -> tuple[RemoveAfter | None, datetime | None]:
    """What the message's leaving waits for; the most patient wish wins."""
    stays = any(planned.plan.keeps and not planned.shadow for planned in outcome.planned)
    unsure = outcome.decided is not None and outcome.decided.decision.undecided
    if stays or unsure or outcome.arrival.keeps:
        return None, None
    received = outcome.arrival.received
    wishes = [
        effect.after
        for planned in _live(outcome)
        for effect in planned.plan.effects
        if isinstance(effect, Removal)
    ]
    spans = [received + wish for wish in wishes if isinstance(wish, timedelta)]
    if "sent" in wishes:
        return RemoveAfter.SENT, max(spans, default=None)
    if wishes:
        return RemoveAfter.PROCESSED, max(spans, default=now)
    if isinstance(policy.remove, timedelta):
        return RemoveAfter.PROCESSED, received + policy.remove
    if policy.remove is Remove.PROCESSED and not outcome.arrival.oversize:
        return RemoveAfter.PROCESSED, now
    return None, None


def _trace(outcome: Outcome) -> dict[str, Any] | None:
    """How it was decided, and by how much of the message when that was not all of it."""
    if outcome.decided is None:
        return None
    fetched = {} if outcome.arrival.message.complete else {"fetched": Depth.HEADERS.value}
    return compact(outcome.decided.decision) | fetched


def _tags(outcome: Outcome) -> tuple[str, ...]:
    words = (
        word
        for planned in _live(outcome)
        for effect in planned.plan.effects
        if isinstance(effect, Tags)
        for word in effect.words
    )
    return tuple(dict.fromkeys(map(cut, words)))


def _effects(outcome: Outcome, now: datetime) -> Iterator[EffectRecord]:
    """One row for each action. While another action fails, what touches only our own books is left to the next try."""
    for planned in outcome.planned:
        error = outcome.error_of(planned)
        if outcome.problems and not error and _touches_nothing(planned):
            continue
        yield EffectRecord(
            rule=planned.rule,
            position=planned.position,
            action=planned.action,
            state=_effect_state(planned, error),
            at=now,
            fields=_fields(outcome, planned),
            refused=planned.plan.refused or "",
            error=cut(error),
        )


def _touches_nothing(planned: Planned) -> bool:
    return not planned.shadow and all(isinstance(e, Removal | Keep | Tags) for e in planned.plan.effects)


def _effect_state(planned: Planned, error: str) -> EffectState:
    if planned.shadow:
        return EffectState.SHADOW
    if error:
        return EffectState.FAILED
    return EffectState.DONE if planned.plan.refused is None else EffectState.REFUSED


def _fields(outcome: Outcome, planned: Planned) -> dict[str, Any]:
    fields: dict[str, Any] = {name: cut(value) for name, value in planned.plan.fields.items()}
    saved = outcome.saved.get(EffectKey(planned.rule, planned.position))
    return fields if saved is None else {**fields, "saved": list(saved)}


def cut(value: Any) -> Any:
    """A field as the journal has it: long texts, however deep, are cut."""
    if isinstance(value, str):
        return value if len(value) <= MAX_SHOWN else f"{value[: MAX_SHOWN - 1]}…"
    if isinstance(value, Mapping):
        return {key: cut(entry) for key, entry in value.items()}
    return [cut(entry) for entry in value] if isinstance(value, list | tuple) else value


def _mails(outcome: Outcome) -> Iterator[tuple[Planned, int, Mail]]:
    for planned in _live(outcome):
        mails = (effect for effect in planned.plan.effects if isinstance(effect, Mail))
        for index, mail in enumerate(mails):
            yield planned, index, mail


def _entries(outcome: Outcome, policy: RecordPolicy, now: datetime) -> Iterator[OutboxRecord]:
    for planned, index, mail in _mails(outcome):
        yield OutboxRecord(
            key=outcome.arrival.token(EffectKey(planned.rule, planned.position), index),
            kind=mail.kind,
            octets=mail.octets,
            created=now,
            recipients=mail.recipients,
            smtp=mail.relay,
            envelope_from=mail.sender,
            from_=mail.from_,
            to=mail.to,
            subject=mail.subject,
            message_id=mail.message_id,
            rule=planned.rule,
            position=planned.position,
            expires=now + policy.retry.expire,
        )


def _replies(outcome: Outcome, now: datetime) -> Iterator[ReplyRecord]:
    for planned, _, mail in _mails(outcome):
        if mail.answered:
            yield ReplyRecord(rule=planned.rule, sender=mail.answered, at=now)


def _sightings(outcome: Outcome, now: datetime) -> Iterator[SightingRecord]:
    """What is counted: nothing of a message that has to be tried again (RFC 7352, section 3)."""
    if outcome.decided is None or outcome.problems:
        return
    for one in outcome.decided.decision.sightings:
        yield SightingRecord(rule=one.rule, kind=one.kind, key=one.key, at=now, until=now + one.within)
