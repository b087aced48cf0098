"""One poll of one mailbox: fetch, decide, commit, then delete. The whole story is on this page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from automailer.errors import ConfigError, TemporaryError
from automailer.journal import (
    MessageRecord,
    MessageState,
    PollOutcome,
    RemoveAfter,
    RetryDue,
    UidKey,
    Window,
)
from automailer.mailbox import Pop3Client, listing_digest, open_mailbox
from automailer.worker.fetch import Fetcher
from automailer.worker.heartbeat import Heartbeat
from automailer.worker.job import guarded
from automailer.worker.log import logger
from automailer.worker.mended import mended_since
from automailer.worker.order import Order
from automailer.worker.patience import pause_after, still_paused
from automailer.worker.shop import Shop
from automailer.worker.survey import Agenda, Surveyor
from automailer.worker.window import WindowDealer

__all__ = ["LEAVES", "MailboxResult", "Progress", "orders_of", "poll_mailbox"]

Progress = Callable[[str, int, int], None]
"""Hears how a poll comes on: mailbox, messages dealt with, messages to deal with."""

LEAVES = (MessageState.DONE, MessageState.OVERSIZE)


@dataclass(slots=True, kw_only=True)
class MailboxResult:
    """What one poll came to. `failed` messages are tried again; `may_pass`: the error may go away by itself.

    `misconfigured`: it is the settings that are wrong, such as a secret that can't be had.
    """

    name: str
    listed: int = 0
    new: int = 0
    processed: int = 0
    failed: int = 0
    deleted: int = 0
    held: int = 0
    error: str = ""
    may_pass: bool = True
    misconfigured: bool = False
    troubles: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As `poll --json` prints it."""
        counts = ("name", "listed", "new", "processed", "failed", "deleted", "held", "troubles")
        return {**{name: getattr(self, name) for name in counts}, "error": self.error or None}

    def fail(self, exc: Exception) -> None:
        """Note what ended the poll, and whether it may go away by itself."""
        self.error = str(exc) or repr(exc)
        self.may_pass = isinstance(exc, TemporaryError)
        self.misconfigured = isinstance(exc, ConfigError)


def poll_mailbox(
    shop: Shop,
    name: str,
    *,
    progress: Progress | None = None,
    patient: bool = True,
    next_poll: Callable[[], datetime | None] | None = None,
) -> MailboxResult:
    """Poll one mailbox; whatever goes wrong is in the result and stays in this mailbox.

    `patient`: a mailbox whose password was refused, or that asked for a pause, is left alone until its time, unless
    the files that it is polled by were changed. `next_poll` tells when the schedule, if there is one, polls it again.
    """
    result = MailboxResult(name=name)
    errors: list[Exception] = []

    def failed(exc: Exception) -> None:
        errors.append(exc)
        result.fail(exc)

    def leased() -> None:
        journal, owner = shop.journal, shop.owner(f"poll {name}")
        state = journal.mailbox_state(name)
        paused = patient and still_paused(state, shop.clock())
        if paused and not mended_since(state.last_poll, shop.assembly.settings, name):
            result.error = (
                f"{state.error} (not tried before {state.next_poll}; name the mailbox to try it now)"
            )
            return
        if not journal.claim_mailbox(name, owner=owner, now=shop.clock()):
            result.error = "another process polls this mailbox: it is left alone"
            logger(mailbox=name).warning("mailbox busy")
            return
        guarded(_Poll(shop, result, owner=owner, progress=progress).run, name=f"poll {name}", failed=failed)
        scheduled = next_poll is not None
        pause = pause_after(errors[0], state.failures, scheduled=scheduled) if errors else None
        again = shop.clock() + pause if pause else next_poll and next_poll()
        outcome = PollOutcome(mailbox=name, at=shop.clock(), error=result.error, next_poll=again)
        journal.poll_finished(outcome, owner=owner)

    guarded(leased, name=f"poll {name}", failed=failed)
    return result


class _Poll:
    """The steps, in their order."""

    def __init__(self, shop: Shop, result: MailboxResult, *, owner: str, progress: Progress | None) -> None:
        self._shop = shop
        self._journal = shop.journal
        self._settings = shop.assembly.settings.mailboxes[result.name]
        self._result = result
        self._owner = owner
        self._progress = progress or (lambda *_: None)
        self._alive = Heartbeat(shop, result.name, owner=owner)
        self._deleted: set[int] = set()
        self._log = logger(mailbox=result.name)

    def run(self) -> None:
        """Connect, look, deal with what is new window by window, delete, leave."""
        shop, journal, name = self._shop, self._journal, self._result.name
        journal.settle_removals(name, now=shop.clock())
        spool = shop.spool.make()
        with open_mailbox(self._settings, wire=shop.wire, spool=spool, heard=self._alive) as client:
            surveyor = Surveyor(client, journal, self._settings, now=shop.clock())
            entries = surveyor.listing()
            self._result.listed = len(entries)
            state = journal.mailbox_state(name)
            retries = journal.due_retries(name, now=shop.clock())
            if state.listing_digest == listing_digest(entries) and not retries and not self._due():
                return
            agenda = surveyor.survey(entries, state)
            self._write_down(agenda)
            complete = self._deal_with_all(client, agenda, retries)
            self._delete_due(client, surveyor, agenda)
            gone = client.quit()
        self._close_books(agenda, complete=complete, gone=gone)

    def _due(self) -> Sequence[UidKey]:
        return self._journal.due_removals(self._result.name, now=self._shop.clock())

    def _write_down(self, agenda: Agenda) -> None:
        """What needs no fetching: left alone, recognised, held, vanished."""
        with self._window() as window:
            window.seen(agenda.seen)
            for one in agenda.held:
                window.add(one)
            window.vanished(agenda.vanished)
            if agenda.first_contact:
                # With what is left alone, not after the rest: were the poll cut off, mail that came meanwhile
                # would be taken for mail that was there before.
                window.listed("")
            if agenda.uids_changed:
                window.hold()
        if agenda.uids_changed:
            self._result.held = len(agenda.held)
            self._log.warning("uids changed", recognised=len(agenda.seen), held=len(agenda.held))

    def _deal_with_all(self, client: Pop3Client, agenda: Agenda, retries: Sequence[RetryDue]) -> bool:
        """Window by window, deleting what each has finished; False when it was stopped on the way."""
        orders = orders_of(agenda, retries)
        self._result.new = len(agenda.fetch) + len(agenda.oversize)
        dealer = WindowDealer(self._shop, self._result.name, owner=self._owner, alive=self._alive)
        dealt = 0
        fetcher = Fetcher(self._shop, client, self._settings, suffices=dealer.suffices)
        for fetched in fetcher.windows(orders):
            records = dealer.deal(fetched)
            self._count(records)
            dealt += len(records)
            self._progress(self._result.name, dealt, len(orders))
            if fetched.broken:
                raise fetched.broken
            finished = (
                arrival.number
                for arrival, one in zip(fetched.arrivals, records, strict=False)
                if self._leaves(one)
            )
            self._delete(client, [number for number in finished if number is not None])
            if self._shop.stop.is_set():
                return dealt == len(orders)
        return not agenda.skipped

    def _count(self, records: Iterable[MessageRecord]) -> None:
        for one in records:
            if one.error:
                self._result.failed += 1
                self._result.troubles.append(f"{one.uid} {one.subject!r}: {one.error}")
                self._log.warning("message failed", uidl=one.uid, subject=one.subject, error=one.error)
            else:
                self._result.processed += 1
                self._log.info("message", uidl=one.uid, subject=one.subject, rules=one.rules, state=one.state)

    def _leaves(self, one: MessageRecord) -> bool:
        due = one.remove_at is not None and one.remove_at <= self._shop.clock()
        waits = one.keep or one.remove_after is RemoveAfter.SENT
        return due and not waits and one.state in LEAVES

    def _delete(self, client: Pop3Client, numbers: Sequence[int]) -> None:
        """Ask for what is finished to be deleted: after its transaction, never before."""
        if numbers:
            self._deleted |= client.delete(numbers)

    def _delete_due(self, client: Pop3Client, surveyor: Surveyor, agenda: Agenda) -> None:
        """Reconcile: what should have left and is still listed is asked for again, if it still is the same mail."""
        due = set(self._due())
        again = [
            entry
            for entry in agenda.entries
            if UidKey(*entry.key) in due
            and entry.number not in self._deleted
            and UidKey(*entry.key) in agenda.known
        ]
        if again:
            self._delete(client, [entry.number for entry in surveyor.same_content(again, agenda.known)])

    def _close_books(self, agenda: Agenda, *, complete: bool, gone: bool) -> None:
        """After QUIT: what it took with it, and that this listing is dealt with."""
        if not gone:
            self._log.warning("not all deleted", asked=len(self._deleted))
        deleted = self._deleted if gone else set()
        self._result.deleted = len(deleted)
        with self._window() as window:
            window.vanished(UidKey(*entry.key) for entry in agenda.entries if entry.number in deleted)
            if complete:
                left = (entry for entry in agenda.entries if entry.number not in deleted)
                window.listed(listing_digest(left))

    def _window(self) -> AbstractContextManager[Window]:
        return self._journal.window(self._result.name, owner=self._owner, now=self._shop.clock())


def orders_of(agenda: Agenda, retries: Sequence[RetryDue]) -> list[Order]:
    """What is to be fetched: earlier tries whose octets we have, new mail as it lies in the mailbox, other tries.

    Those come last since one of them may have ended the last session, and would end this one before the rest.
    """
    kept, unfetched = list[Order](), list[Order]()
    for one in retries:
        if one.message not in agenda.in_doubt:
            order = Order(entry=agenda.present.get(one.message), retry=one)
            (kept if one.spool else unfetched).append(order)
    new = [Order(entry=entry) for entry in agenda.fetch]
    large = [Order(entry=entry, oversize=True) for entry in agenda.oversize]
    arrived = sorted(new + large, key=lambda order: order.entry.number if order.entry else 0)
    return [*kept, *arrived, *unfetched]
