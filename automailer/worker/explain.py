"""What would be done with a message, and why: for `explain`, for a dry run. Writes nothing anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from automailer.actions import ReplyLedger
from automailer.message import Message
from automailer.rules import explain
from automailer.worker.assembly import Assembly
from automailer.worker.decide import Decided, Decider

__all__ = ["Explained", "Explainer", "NoReplies"]


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
    """One message, decided, and nothing done."""

    message: Message
    uidl: str
    decided: Decided

    def document(self) -> dict[str, Any]:
        """As `explain --json` prints it."""
        return {
            "subject": self.message.subject,
            "from": self.message.from_.address,
            "uidl": self.uidl,
            "rules": explain(self.decided.decision),
            "actions": [planned.document() for planned in self.decided.planned],
        }


class Explainer:
    """Explains for one mailbox."""

    def __init__(
        self, assembly: Assembly, mailbox: str, *, loop_id: str = "", replies: ReplyLedger | None = None
    ) -> None:
        self._decider = Decider(assembly, mailbox, loop_id=loop_id, replies=replies or NoReplies())

    def explain(self, message: Message, *, uidl: str, now: datetime) -> Explained:
        """Decide, and do nothing."""
        return Explained(
            message=message, uidl=uidl, decided=self._decider.decide(message, uidl=uidl, now=now)
        )
