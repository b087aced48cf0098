"""Deals with a window of messages: decide, save, write down in one transaction. Only then may anything be deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from automailer.actions import Mail
from automailer.errors import ConfigError, TemporaryError
from automailer.journal import MessageRecord, SeenRecord
from automailer.worker.arrival import Arrival, Outcome
from automailer.worker.decide import Decider, History
from automailer.worker.fetch import Fetched
from automailer.worker.job import guarded
from automailer.worker.record import RecordPolicy, record, record_broken, record_unfetched
from automailer.worker.saving import save_files
from automailer.worker.shop import Shop

__all__ = ["WindowDealer"]

T = TypeVar("T")


class WindowDealer:
    """Deals with the messages of one mailbox, window by window, while `owner` holds its lease.

    `alive` is called before each message and each program that a rule runs, to hold it.
    """

    def __init__(self, shop: Shop, mailbox: str, *, owner: str, alive: Callable[[], None]) -> None:
        self._shop = shop
        self._mailbox = mailbox
        self._owner = owner
        self._alive = alive
        self._replies = shop.journal.replies(mailbox)
        self._sightings = shop.journal.sightings(mailbox)
        self._decider = Decider(
            shop.assembly, mailbox, loop_id=shop.journal.loop_id(), replies=self._replies, alive=alive
        )
        self._policy = RecordPolicy.of(shop.assembly, mailbox)

    def deal(self, fetched: Fetched) -> list[MessageRecord]:
        """Decide, save and write down; gives what was written, in the arrivals' order, then what could not be had.

        Raises:
            LeaseLost: another process has this mailbox by now, and nothing was written down.
        """
        now = self._shop.clock()
        try:
            outcomes = save_files(self._decide_all(fetched, now), self._shop.journal)
            records = [self._record(outcome, now) for outcome in outcomes]
            missing = [record_unfetched(one, self._policy, now=now) for one in fetched.unfetched]
            if self._failed_to_write([*records, *missing], passed_over=fetched.passed_over):
                records = [self._write_alone(*pair, now) for pair in zip(outcomes, records, strict=True)]
                self._failed_to_write(missing, passed_over=fetched.passed_over)
        finally:
            self._replies.written()
            self._sightings.written()
        self._forget_spooled(outcomes, records)
        return [*records, *missing]

    def suffices(self, arrival: Arrival) -> bool:
        """Whether what is at hand of a message is enough, as far as can be told before those in front of it."""
        return not self._decided(arrival, self._shop.clock()).lacks_body

    def _decide_all(self, fetched: Fetched, now: datetime) -> list[Outcome]:
        """Decide in order; ends the window before a message of which more is needed than was thought."""
        outcomes: list[Outcome] = []
        for place, arrival in enumerate(fetched.arrivals):
            self._alive()
            outcome = self._decided(arrival, now)
            if outcome.lacks_body:
                fetched.put_back(place)
                break
            outcomes.append(self._noted(outcome, now))
        return outcomes

    def _noted(self, outcome: Outcome, now: datetime) -> Outcome:
        """Have the messages behind it see what this one used up, and the keys that it counts.

        Keys of a message that fails are not counted, so its files are saved before the others are decided.
        """
        for planned in outcome.planned:
            for effect in planned.plan.effects:
                if isinstance(effect, Mail) and effect.answered and not planned.shadow:
                    self._replies.note(planned.rule, effect.answered, now)
        sightings = outcome.decided.decision.sightings if outcome.decided else ()
        if sightings:
            (outcome,) = save_files([outcome], self._shop.journal)
        if not outcome.problems:
            self._sightings.note_all(sightings, at=now)
        return outcome

    def _decided(self, arrival: Arrival, now: datetime) -> Outcome:
        def undecided(exc: Exception) -> Outcome:
            return Outcome(arrival=arrival, decided=None, error=str(exc) or repr(exc))

        def decide() -> Outcome:
            try:
                history = History(sightings=self._sightings.apart_from(arrival.id))
                decided = self._decider.decide(
                    arrival.message, uidl=arrival.uid, now=now, done=arrival.done, history=history
                )
                return Outcome(arrival=arrival, decided=decided)
            except (TemporaryError, ConfigError) as exc:  # a template, or a list in a file, that broke
                return undecided(exc)

        # Guarded by itself: a mail that meets a bug of ours must not keep the mailbox behind it waiting for ever.
        return guarded(decide, name=f"decide {self._mailbox} {arrival.uid}", failed=undecided)

    def _record(self, outcome: Outcome, now: datetime) -> MessageRecord:
        found = self._guarded(lambda: self._whole_record(outcome, now), f"record {outcome.arrival.uid}")
        if isinstance(found, Exception):
            return record_broken(outcome.arrival, found, self._policy, now=now)
        return found

    def _whole_record(self, outcome: Outcome, now: datetime) -> MessageRecord:
        wanted = bool(outcome.problems) or self._policy.keep_raw
        spool = ""
        if wanted and outcome.arrival.message.complete:
            spool = self._shop.spool.keep(outcome.arrival.key, outcome.arrival.message.octets)
        return record(outcome, self._policy, now=now, spool=spool)

    def _failed_to_write(
        self, records: Sequence[MessageRecord], *, passed_over: Sequence[SeenRecord] = ()
    ) -> Exception | None:
        """Write down together, or not at all and say why."""

        def write() -> None:
            now = self._shop.clock()  # the lease is held from here on, not from when the first was decided
            with self._shop.journal.window(self._mailbox, owner=self._owner, now=now) as window:
                window.seen(passed_over)
                for one in records:
                    window.add(one)

        return self._guarded(write, "write")

    def _write_alone(self, outcome: Outcome, one: MessageRecord, now: datetime) -> MessageRecord:
        """Write down one message; where that can't be done, that it is tried again."""
        failure = self._failed_to_write([one])
        if failure is None:
            return one
        instead = record_broken(outcome.arrival, failure, self._policy, now=now, spool=one.spool)
        if (failure := self._failed_to_write([instead])) is not None:
            raise failure
        return instead

    def _guarded(self, job: Callable[[], T], name: str) -> T | Exception:
        """What the job gives, or why it failed for good; what may pass concerns every message, and is raised."""

        def do() -> T | Exception:
            try:
                return job()
            except TemporaryError as exc:
                return exc

        found = guarded(do, name=f"{name} {self._mailbox}", failed=lambda exc: exc)
        if isinstance(found, TemporaryError):
            raise found
        return found

    def _forget_spooled(self, outcomes: Sequence[Outcome], records: Sequence[MessageRecord]) -> None:
        """Copies of earlier tries that are of no more use, since no row knows of them any more."""
        for outcome, one in zip(outcomes, records, strict=True):
            if outcome.arrival.spool not in ("", one.spool):
                self._shop.spool.drop(outcome.arrival.spool)
