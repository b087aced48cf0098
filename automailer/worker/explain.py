"""What would be done with a message, and why: for `explain`, for a dry run. Writes nothing anywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from automailer.actions import ReplyLedger
from automailer.errors import ConfigError, PermanentError, TemporaryError
from automailer.journal import Journal, UidKey
from automailer.mailbox import Entry, Pop3Client, Refused, open_mailbox
from automailer.message import Message, parse
from automailer.rules import Sightings
from automailer.worker.assembly import Assembly
from automailer.worker.decide import Decided, Decider, History
from automailer.worker.depth import needed
from automailer.worker.explained import Explained, explained
from automailer.worker.fate import fate
from automailer.worker.record import RecordPolicy
from automailer.worker.shop import WireHook

__all__ = ["Explainer", "NoReplies", "explain_listed"]


class NoReplies:
    """A ledger that has never seen a reply: a file has no history."""

    def last(self, rule: str, sender: str) -> datetime | None:
        """Never."""
        return None

    def count(self, *, now: datetime, within: timedelta) -> int:
        """None."""
        return 0


class Explainer:
    """Explains for one mailbox."""

    def __init__(
        self, assembly: Assembly, mailbox: str, *, loop_id: str = "", replies: ReplyLedger | None = None
    ) -> None:
        self._decider = Decider(assembly, mailbox, loop_id=loop_id, replies=replies or NoReplies())
        self._policy = RecordPolicy.of(assembly, mailbox)
        self._zone = assembly.settings.zone
        self._rules = tuple(rule.name for rule in assembly.rules[mailbox])

    def explain(
        self, message: Message, *, uidl: str, now: datetime, sightings: Sightings | None = None
    ) -> Explained:
        """Decide, with every test answered, and do nothing; a file has no history, and so no `sightings`."""
        history = History(sightings=sightings)

        def decide(message: Message, *, thorough: bool = False) -> Decided:
            return self._decider.decide(message, uidl=uidl, now=now, thorough=thorough, history=history)

        try:
            decided = decide(message, thorough=True)
        except (TemporaryError, ConfigError) as exc:  # a template, or a list in a file, that broke
            return explained(message, exc, uidl=uidl)
        told = explained(
            message,
            decided,
            uidl=uidl,
            needed=needed(decide, message),
            fate=fate(message, decided, self._policy, now=now, zone=self._zone),
        )
        return replace(told, untried=self._rules[len(told.trace) :])


def explain_listed(
    assembly: Assembly,
    mailbox: str,
    uidl: str,
    *,
    journal: Journal,
    now: datetime,
    wire: WireHook | None = None,
) -> list[Explained]:
    """Explain what lies on the server under this UID, which may be nothing; nothing there changes.

    Raises:
        PermanentError: the server won't give it.
    """
    explainer = Explainer(assembly, mailbox, loop_id=journal.loop_id(), replies=journal.replies(mailbox))
    known = journal.known(mailbox).get(UidKey(uidl))
    sightings = journal.sightings(mailbox).apart_from(known.message if known else None)
    settings = assembly.settings.mailboxes[mailbox]
    with open_mailbox(settings, wire=wire) as client:
        entries = [entry for entry in client.listing() if entry.uid == uidl]
        found = [
            explainer.explain(message, uidl=uidl, now=now, sightings=sightings)
            for message in _fetched(client, entries, max_octets=settings.max_message_size)
        ]
        client.leave()
    return found


def _fetched(client: Pop3Client, entries: Collection[Entry], *, max_octets: int) -> Iterator[Message]:
    """The messages as a poll sees them: of one that is too large, the header."""
    sizes = {entry.number: entry.size for entry in entries}
    large: list[int] = []
    for number, got in client.retrieve(sizes, max_octets=max_octets):
        if isinstance(got, Refused):
            if not got.oversize:
                raise PermanentError(got.text)
            large.append(number)
        else:
            with got:
                yield parse(got.octets, size=sizes[number])
    for number, header in client.headers(large):
        if isinstance(header, Refused):
            raise PermanentError(header.text)
        yield parse(header, size=sizes[number], complete=False)
