"""What rules would have done with past mail, against what was done. Writes nothing, connects nowhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from automailer.actions import Mail
from automailer.errors import ConfigError, TemporaryError
from automailer.journal import (
    EffectState,
    Journal,
    Past,
    PastMessage,
    ReplyLedger,
    past_messages,
    survey_past,
)
from automailer.message import Message, Remembered, parse
from automailer.rules import Untold, recall, restore
from automailer.worker.assembly import Assembly
from automailer.worker.compare import Change, Mark, compare
from automailer.worker.decide import Decided, Decider, History
from automailer.worker.job import guarded
from automailer.worker.spool import Spool

__all__ = ["Replayed", "Replayer"]

_A_QUERY = 200
"""Messages read from the journal at once, so that memory does not grow with their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One past message: the rules that matched then and would now, and what is different.

    `raw`: its octets were kept, so that every test has an answer. `error`: nothing could be decided.
    """

    past: PastMessage
    raw: bool
    rules: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    error: str = ""

    @property
    def mark(self) -> Mark:
        """The message as a whole: unchanged, changed, or open where something can't be told."""
        marks = {change.mark for change in self.changes} - {Mark.SAME}
        if self.error or Mark.OPEN in marks:
            return Mark.OPEN
        return Mark.CHANGED if marks or self.rules != self.past.rules else Mark.SAME

    @property
    def same(self) -> bool:
        """Whether nothing at all is different."""
        return self.mark is Mark.SAME

    def document(self) -> dict[str, Any]:
        """As `replay --json` prints it."""
        past = self.past
        return {
            "id": past.id,
            "uidl": past.uidl,
            "subject": past.subject,
            "from": past.from_,
            "received": past.received.isoformat(),
            "state": past.state.value,
            "source": "raw" if self.raw else "journal",
            "mark": self.mark.value,
            "rules_then": list(past.rules),
            "rules_now": list(self.rules),
            "changes": [change.document() for change in self.changes],
            "error": self.error or None,
        }


class Replayer:
    """Replays the past mail of one mailbox that came since a time; with a limit, the newest of it."""

    def __init__(
        self, assembly: Assembly, mailbox: str, journal: Journal, *, since: datetime, limit: int | None = None
    ) -> None:
        self._assembly = assembly
        self._mailbox = mailbox
        self._journal = journal
        self._since = since
        self._spool = Spool(Path(assembly.settings.state) / "spool")
        with journal.reading() as connection:
            self.past: Past = survey_past(connection, mailbox, since=since, limit=limit)

    def messages(self, progress: Callable[[int], None] | None = None) -> Iterator[Replayed]:
        """Each message, oldest first, since an answer of then may forbid a later one; `progress` hears how many."""
        decider, replies = None, None
        for number, past in enumerate(self._past_messages(), start=1):
            if decider is None or replies is None:
                replies = _Replies(self._journal.replies(self._mailbox, before=past.decided_at))
                loop_id = self._journal.loop_id()
                decider = Decider(self._assembly, self._mailbox, loop_id=loop_id, replies=replies, asks=False)
            yield self._replay(past, decider, replies)
            if progress is not None:
                progress(number)

    def _past_messages(self) -> Iterator[PastMessage]:
        first = self.past.first
        while True:
            with self._journal.reading() as connection:
                found = past_messages(
                    connection, self._mailbox, since=self._since, first=first, limit=_A_QUERY
                )
            yield from found
            if len(found) < _A_QUERY:
                return
            first = found[-1].id + 1

    def _replay(self, past: PastMessage, decider: Decider, replies: _Replies) -> Replayed:
        octets = self._spool.read(past.spool) if past.spool else None
        raw = octets is not None
        message = _remembered(past) if octets is None else parse(octets, size=past.size)

        def decide() -> Decided | Exception:
            # Even of a whole message some things are not known again: what a key had counted by then.
            recalled = recall(restore(past.trace or {}), same_rules=self._same(past))
            history = History(sightings=Untold(), recalled=recalled)
            try:
                return decider.decide(message, uidl=past.uidl, now=past.decided_at, history=history)
            except (TemporaryError, ConfigError) as exc:  # a template, or a list in a file, that broke
                return exc

        decided = guarded(decide, name=f"replay {self._mailbox} {past.id}", failed=lambda exc: exc)
        if isinstance(decided, Exception):
            return Replayed(past=past, raw=raw, error=str(decided) or repr(decided))
        replies.note(past, decided, raw=raw)
        return Replayed(
            past=past,
            raw=raw,
            rules=tuple(match.rule.name for match in decided.decision.matches),
            changes=compare(past.effects, decided, self._assembly.rules[self._mailbox]),
        )

    def _same(self, past: PastMessage) -> bool:
        return past.rules_digest == self._assembly.rules_digest[self._mailbox]


def _remembered(past: PastMessage) -> Message:
    found = Remembered(subject=past.subject, sender=past.from_, size=past.size, message_id=past.message_id)
    return cast("Message", found)


class _Replies:
    """The answers that would have been given: those of the journal before the first message, then those replayed."""

    def __init__(self, before: ReplyLedger) -> None:
        self._before = before
        self._last: dict[tuple[str, str], datetime] = {}
        self._times: deque[datetime] = deque(maxlen=10_000)

    def last(self, rule: str, sender: str) -> datetime | None:
        """When this rule last answered this address (letter case aside)."""
        return self._last.get((rule, sender.casefold())) or self._before.last(rule, sender)

    def count(self, *, now: datetime, within: timedelta) -> int:
        """How many replies this mailbox gave in the time before `now`."""
        recent = sum(1 for at in self._times if at > now - within)
        return self._before.count(now=now, within=within) + recent

    def note(self, past: PastMessage, decided: Decided, *, raw: bool) -> None:
        """Count the answers to one message; where it is only remembered, those that were given."""
        for rule, sender in _answers(decided) if raw else _given(past):
            self._last[rule, sender.casefold()] = past.decided_at
            self._times.append(past.decided_at)


def _answers(decided: Decided) -> Iterator[tuple[str, str]]:
    for planned in decided.planned:
        for effect in () if planned.shadow else planned.plan.effects:
            if isinstance(effect, Mail) and effect.answered:
                yield planned.rule, effect.answered


def _given(past: PastMessage) -> Iterator[tuple[str, str]]:
    for effect in past.effects:
        if effect.action == "reply" and effect.state is EffectState.DONE:
            for sender in effect.fields.get("to", ()):
                yield effect.rule, str(sender)
