"""A decision with its reasons and what it comes to, as `explain` and a dry run tell of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automailer.journal import MessageDetail
from automailer.message import Message
from automailer.rules import RuleTrace, restore, rule_documents
from automailer.worker.decide import Decided
from automailer.worker.depth import Depth
from automailer.worker.rendered import rendered_action

__all__ = ["Explained", "explained", "explained_past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One message, decided. `actions` as `--json` shows them; `error`: nothing could be decided.

    `needed` is how much of the message it takes to decide so, `fate` what becomes of it on the server, `untried` the
    rules behind one that stops. `past`: the decision was made then, and its actions done; `same_rules` tells whether
    the rules are still those of then.
    """

    subject: str
    from_: str
    uidl: str
    trace: tuple[RuleTrace, ...] = ()
    actions: tuple[Mapping[str, Any], ...] = ()
    error: str = ""
    needed: Depth | None = None
    fate: str = ""
    untried: tuple[str, ...] = ()
    past: MessageDetail | None = None
    same_rules: bool = True

    @property
    def failed(self) -> bool:
        """Whether it would have to be tried again; what was done then is only looked up."""
        broken = bool(self.error) or any(action.get("error") for action in self.actions)
        return self.past is None and broken

    def document(self) -> dict[str, Any]:
        """As `explain --json` prints it."""
        document = {
            "subject": self.subject,
            "from": self.from_,
            "uidl": self.uidl,
            "rules": rule_documents(self.trace),
            "actions": list(self.actions),
            "error": self.error or None,
            "needed": self.needed.value if self.needed else None,
            "on_server": self.fate or None,
            "untried": list(self.untried),
        }
        return document if self.past is None else {**document, **_of_the_past(self.past, self.same_rules)}


def _of_the_past(past: MessageDetail, same_rules: bool) -> dict[str, Any]:
    document = past.document()
    names = ("id", "mailbox", "received", "state", "tags", "outbox")
    return {**{name: document[name] for name in names}, "rules_changed": not same_rules}


def explained(
    message: Message,
    decided: Decided | Exception,
    *,
    uidl: str,
    needed: Depth | None = None,
    fate: str = "",
) -> Explained:
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
        actions=tuple(map(rendered_action, decided.planned)),
        needed=needed,
        fate=fate,
    )


def explained_past(past: MessageDetail, *, rules_digest: str) -> Explained:
    """The decision of then with what was done, out of the journal; `rules_digest` is that of the rules now."""
    one = past.summary
    fetched = (past.trace or {}).get("fetched")
    return Explained(
        subject=one.subject,
        from_=one.from_,
        uidl=one.uidl,
        trace=restore(past.trace or {}),
        actions=tuple(_done(past)),
        error=one.error,
        needed=Depth(fetched) if fetched else None,
        past=past,
        same_rules=past.rules_digest == rules_digest,
    )


def _done(past: MessageDetail) -> list[Mapping[str, Any]]:
    return [
        {
            "rule": effect.rule,
            "action": effect.action,
            **effect.fields,
            "refused": effect.refused or ("shadow mode" if effect.state.value == "shadow" else None),
            "state": effect.state.value,
            "error": effect.error or None,
        }
        for effect in past.effects
    ]
