"""What a poll would do, mailbox by mailbox. Nothing changes: not here, not on the server."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from automailer.actions import Mail
from automailer.errors import ConfigError, TemporaryError
from automailer.journal import Journal, UidKey, existing_journal
from automailer.mailbox import Pop3Client, open_mailbox
from automailer.worker.arrival import Arrival, Outcome
from automailer.worker.assembly import Assembly
from automailer.worker.decide import Decided, Decider, History
from automailer.worker.depth import needed
from automailer.worker.explained import Explained, explained
from automailer.worker.fetch import Fetcher
from automailer.worker.job import guarded
from automailer.worker.poll import LEAVES, MailboxResult, orders_of
from automailer.worker.record import RecordPolicy, record
from automailer.worker.round import MAX_POLLERS
from automailer.worker.shop import Shop, WireHook, utc_now
from automailer.worker.spool import Spool
from automailer.worker.survey import Agenda, Surveyor

__all__ = ["DryMailbox", "DryRun", "dry_run"]


@dataclass(slots=True, kw_only=True)
class DryMailbox:
    """What a poll of one mailbox would come to: its counts, its messages, how many mails would be queued."""

    result: MailboxResult
    messages: list[Explained] = field(default_factory=list)
    mails: int = 0

    def document(self) -> dict[str, Any]:
        """As `poll --dry-run --json` prints it."""
        return {**self.result.document(), "messages": [one.document() for one in self.messages]}


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What one round would come to."""

    mailboxes: tuple[DryMailbox, ...]

    @property
    def failed(self) -> bool:
        """Whether anything would go wrong that a person should look at."""
        return any(one.result.error or one.result.failed for one in self.mailboxes)

    @property
    def nothing_polled(self) -> bool:
        """Whether not one mailbox could be looked at, for reasons that may pass."""
        results = [one.result for one in self.mailboxes]
        return bool(results) and all(one.error and one.may_pass for one in results)

    def document(self) -> dict[str, Any]:
        """As `poll --dry-run --json` prints it."""
        queued = sum(one.mails for one in self.mailboxes)
        return {
            "mailboxes": [one.document() for one in self.mailboxes],
            "outbox": {"sent": 0, "queued": queued, "failed": 0},
        }


def dry_run(assembly: Assembly, names: Collection[str], *, wire: WireHook | None = None) -> DryRun:
    """Look at each mailbox and decide about its mail, as `poll_round` would, and leave it at that."""
    if not names:
        return DryRun(mailboxes=())
    with ThreadPoolExecutor(min(len(names), MAX_POLLERS), thread_name_prefix="dry-run") as pool:
        return DryRun(mailboxes=tuple(pool.map(lambda name: _dry_mailbox(assembly, name, wire), names)))


def _dry_mailbox(assembly: Assembly, name: str, wire: WireHook | None) -> DryMailbox:
    dry = DryMailbox(result=MailboxResult(name=name))

    def look() -> None:
        settings = assembly.settings
        state = Path(settings.state)
        with existing_journal(settings.database_url(), state, clock=utc_now) as journal:
            shop = Shop(assembly=assembly, journal=journal, spool=Spool(state / "spool"), wire=wire)
            _DryPoll(shop, dry).run()

    guarded(look, name=f"dry run {name}", failed=dry.result.fail)
    return dry


class _DryPoll:
    """The steps of a poll that only look."""

    def __init__(self, shop: Shop, dry: DryMailbox) -> None:
        self._shop = shop
        self._dry = dry
        self._now = shop.clock()
        name = dry.result.name
        self._box = shop.assembly.settings.mailboxes[name]
        self._replies = shop.journal.replies(name)
        self._sightings = shop.journal.sightings(name)
        loop_id = shop.journal.loop_id()
        self._decider = Decider(shop.assembly, name, loop_id=loop_id, replies=self._replies)
        self._policy = RecordPolicy.of(shop.assembly, name)

    def run(self) -> None:
        """Connect, look, decide, take back whatever was asked for, leave."""
        journal, result = self._shop.journal, self._dry.result
        with open_mailbox(self._box, wire=self._shop.wire) as client:
            surveyor = Surveyor(client, journal, self._box, now=self._now)
            entries = surveyor.listing()
            agenda = surveyor.survey(entries, journal.mailbox_state(result.name))
            result.listed = len(entries)
            result.new = len(agenda.fetch) + len(agenda.oversize)
            result.held = len(agenda.held)
            self._look_at_all(client, agenda, journal)
            result.deleted += self._due(agenda, journal)
            client.leave()

    def _look_at_all(self, client: Pop3Client, agenda: Agenda, journal: Journal) -> None:
        result = self._dry.result
        orders = orders_of(agenda, journal.due_retries(result.name, now=self._now))
        fetcher = Fetcher(self._shop, client, self._box, suffices=self._suffices)
        for fetched in fetcher.windows(orders):
            for place, arrival in enumerate(fetched.arrivals):
                decided = self._decided(arrival)
                if _outcome(arrival, decided).lacks_body:
                    fetched.put_back(place)
                    break
                self._look_at(arrival, decided)
            for missing in fetched.unfetched:
                result.failed += 1
                result.troubles.append(missing.reason)
            if fetched.broken:
                raise fetched.broken

    def _suffices(self, arrival: Arrival) -> bool:
        return not _outcome(arrival, self._decided(arrival)).lacks_body

    def _decided(self, arrival: Arrival) -> Decided | Exception:
        name = f"dry run {self._box.name} {arrival.uid}"
        return guarded(lambda: self._decide(arrival), name=name, failed=lambda exc: exc)

    def _look_at(self, arrival: Arrival, decided: Decided | Exception) -> None:
        depth = None
        if not isinstance(decided, Exception):
            depth = needed(self._deciding(arrival), arrival.message)  # before it is among what came before
            self._count_mails(decided)
            if not any(planned.error for planned in decided.planned):
                self._sightings.note_all(decided.decision.sightings, at=self._now)
        self._count(_outcome(arrival, decided))
        self._dry.messages.append(explained(arrival.message, decided, uidl=arrival.uid, needed=depth))

    def _decide(self, arrival: Arrival) -> Decided | Exception:
        try:
            return self._deciding(arrival)(arrival.message, thorough=True)
        except (TemporaryError, ConfigError) as exc:  # a template, or a list in a file, that broke
            return exc

    def _deciding(self, arrival: Arrival) -> partial[Decided]:
        history = History(sightings=self._sightings.apart_from(arrival.id))
        return partial(
            self._decider.decide, uidl=arrival.uid, now=self._now, done=arrival.done, history=history
        )

    def _count_mails(self, decided: Decided) -> None:
        """Count what would be queued; a reply counts against the limits of the next one, as in a poll."""
        for planned in decided.planned:
            mails = [effect for effect in planned.plan.effects if isinstance(effect, Mail)]
            if planned.shadow or planned.error:
                continue
            self._dry.mails += len(mails)
            for mail in mails:
                if mail.answered:
                    self._replies.note(planned.rule, mail.answered, self._now)

    def _count(self, outcome: Outcome) -> None:
        result = self._dry.result
        if outcome.problems:
            result.failed += 1
            message = outcome.arrival.message
            result.troubles.append(
                f"{outcome.arrival.uid} {message.subject!r}: {'; '.join(outcome.problems)}"
            )
            return
        result.processed += 1
        if outcome.arrival.number is not None and self._leaves(outcome, self._now):
            result.deleted += 1

    def _leaves(self, outcome: Outcome, now: datetime) -> bool:
        would_be = record(outcome, self._policy, now=now, spool="")
        due = would_be.remove_at is not None and would_be.remove_at <= now
        return due and not would_be.keep and would_be.state in LEAVES

    def _due(self, agenda: Agenda, journal: Journal) -> int:
        """How many of those that an earlier poll finished are still here and would be deleted."""
        listed = {UidKey(*entry.key) for entry in agenda.entries}
        return len(listed.intersection(journal.due_removals(self._dry.result.name, now=self._now)))


def _outcome(arrival: Arrival, decided: Decided | Exception) -> Outcome:
    if isinstance(decided, Exception):
        return Outcome(arrival=arrival, decided=None, error=str(decided) or repr(decided))
    return Outcome(arrival=arrival, decided=decided)
