"""What would be done with a message, and why: for `explain`, for a dry run. Writes nothing anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from automailer.actions import ReplyLedger
from automailer.errors import ConfigError, PermanentError, TemporaryError
from automailer.journal import Journal, UidKey
from automailer.mailbox import Pop3Client, Refused, open_mailbox
from automailer.message import Message, parse
from automailer.rules import RuleTrace, Sightings, rule_documents
from automailer.worker.assembly import Assembly
from automailer.worker.decide import Decided, Decider, History
from automailer.worker.shop import WireHook

__all__ = ["Explained", "Explainer", "NoReplies", "explain_listed", "explained"]


class NoReplies:
    """A ledger that has never seen a reply: a file has no history."""

    def last(self, rule: str, sender: str) -> datetime | None:
        """Never."""
        return None

    def count(self, *, now: datetime, within: timedelta) -> int:
        """None."""
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One message, decided, and nothing done. `actions` as `--json` shows them; `error`: nothing could be decided."""

    subject: str
    from_: str
    uidl: str
    trace: tuple[RuleTrace, ...] = ()
    actions: tuple[Mapping[str, Any], ...] = ()
    error: str = ""

    @property
    def failed(self) -> bool:
        """Whether it would have to be tried again."""
        return bool(self.error) or any(action.get("error") for action in self.actions)

    def document(self) -> dict[str, Any]:
        """As `explain --json` prints it."""
        return {
            "subject": self.subject,
            "from": self.from_,
            "uidl": self.uidl,
            "rules": rule_documents(self.trace),
            "actions": list(self.actions),
            "error": self.error or None,
        }


def explained(message: Message, decided: Decided | Exception, *, uidl: str) -> Explained:
    """What is told of a decision, or of why there is none; keeps nothing of the message's octets."""
    from_ = message.from_.address or message.from_.name
    if isinstance(decided, Exception):
        error = str(decided) or repr(decided)
        return Explained(subject=message.subject, from_=from_, uidl=uidl, error=error)
    return Explained(
        subject=message.subject,
        from_=from_,
        uidl=uidl,
        trace=tuple(decided.decision.trace),
        actions=tuple(planned.document() for planned in decided.planned),
    )


class Explainer:
    """Explains for one mailbox."""

    def __init__(
        self, assembly: Assembly, mailbox: str, *, loop_id: str = "", replies: ReplyLedger | None = None
    ) -> None:
        self._decider = Decider(assembly, mailbox, loop_id=loop_id, replies=replies or NoReplies())

    def explain(
        self, message: Message, *, uidl: str, now: datetime, sightings: Sightings | None = None
    ) -> Explained:
        """Decide, with every test answered, and do nothing; a file has no history, and so no `sightings`."""
        history = History(sightings=sightings)
        try:
            decided = self._decider.decide(message, uidl=uidl, now=now, thorough=True, history=history)
        except (TemporaryError, ConfigError) as exc:  # a template, or a list in a file, that broke
            return explained(message, exc, uidl=uidl)
        return explained(message, decided, uidl=uidl)


def explain_listed(
    assembly: Assembly,
    mailbox: str,
    uidl: str,
    *,
    journal: Journal,
    now: datetime,
    wire: WireHook | None = None,
) -> list[Explained]:
    """Explain what lies on the server under this UID; nothing there changes.

    Raises:
        PermanentError: no message has this UID, or the server won't give it.
    """
    explainer = Explainer(assembly, mailbox, loop_id=journal.loop_id(), replies=journal.replies(mailbox))
    known = journal.known(mailbox).get(UidKey(uidl))
    sightings = journal.sightings(mailbox).apart_from(known.message if known else None)
    settings = assembly.settings.mailboxes[mailbox]
    with open_mailbox(settings, wire=wire) as client:
        numbers = [entry.number for entry in client.listing() if entry.uid == uidl]
        if not numbers:
            reason = (
                f"mailbox {mailbox!r}: no message has the UID {uidl!r}: `mailbox show {mailbox}` lists them"
            )
            raise PermanentError(reason)
        found = [
            explainer.explain(message, uidl=uidl, now=now, sightings=sightings)
            for message in _fetched(client, numbers, max_octets=settings.max_message_size)
        ]
        client.leave()
    return found


def _fetched(client: Pop3Client, numbers: list[int], *, max_octets: int) -> Iterator[Message]:
    """The messages as a poll sees them: of one that is too large, the header."""
    large: list[int] = []
    for number, got in client.retrieve(numbers, max_octets=max_octets):
        if isinstance(got, Refused):
            if not got.oversize:
                raise PermanentError(got.text)
            large.append(number)
        else:
            with got:
                yield parse(got.octets)
    for number, header in client.headers(large):
        if isinstance(header, Refused):
            raise PermanentError(header.text)
        entry = client.entry(number)
        size = None if isinstance(entry, Refused) else entry.size
        yield parse(header, size=size, complete=False)
