"""One round: every mailbox polled, each by itself, then what is due is sent."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from automailer.outbox import Summary
from automailer.worker.deliver import deliver_round
from automailer.worker.housekeeping import keep_house
from automailer.worker.poll import MailboxResult, Progress, poll_mailbox
from automailer.worker.shop import Shop

__all__ = ["RoundResult", "poll_round"]

MAX_POLLERS = 32
"""Mailboxes polled at once; the others follow. Each is a thread and a connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """What one round came to."""

    mailboxes: tuple[MailboxResult, ...]
    outbox: Summary

    @property
    def failed(self) -> bool:
        """Whether anything went wrong that a person should look at."""
        return bool(self.outbox.failed) or any(one.error or one.failed for one in self.mailboxes)

    @property
    def nothing_polled(self) -> bool:
        """Whether not one mailbox could be polled, for reasons that may pass."""
        return bool(self.mailboxes) and all(one.error and one.may_pass for one in self.mailboxes)

    @property
    def misconfigured(self) -> bool:
        """Whether not one mailbox could be polled, for what is wrong in the settings."""
        return bool(self.mailboxes) and all(one.misconfigured for one in self.mailboxes)

    def document(self) -> dict[str, Any]:
        """As `poll --json` prints it."""
        outbox = {"sent": self.outbox.sent, "queued": self.outbox.queued, "failed": self.outbox.failed}
        return {
            "mailboxes": [one.document() for one in self.mailboxes],
            "outbox": {**outbox, "error": self.outbox.error or None},
        }


def poll_round(
    shop: Shop, names: Collection[str], *, progress: Progress | None = None, patient: bool = True
) -> RoundResult:
    """Poll the mailboxes, send what is due, forget what is past its time; see `poll_mailbox` for `patient`."""

    def poll(name: str) -> MailboxResult:
        return poll_mailbox(shop, name, progress=progress, patient=patient)

    results: tuple[MailboxResult, ...] = ()
    if names:
        with ThreadPoolExecutor(min(len(names), MAX_POLLERS), thread_name_prefix="poll") as pool:
            results = tuple(pool.map(poll, names))
    outbox = deliver_round(shop)
    keep_house(shop)
    return RoundResult(mailboxes=results, outbox=outbox)
