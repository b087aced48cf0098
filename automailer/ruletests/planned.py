"""What was planned for a message, as tests see it: the fields of `explain --json`, and of a mail what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automailer.actions import Mail, Planned
from automailer.message import parse

__all__ = ["Did", "did"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """One action: its fields as rendered. `refused` or `error` say why nothing of it would be done."""

    rule: str
    position: int
    action: str
    fields: Mapping[str, Any]
    refused: str
    error: str

    @property
    def planned(self) -> bool:
        """Whether it would be done."""
        return not (self.refused or self.error)


def did(planned: Planned) -> Did:
    """An action as it was planned."""
    document = planned.document()
    mail = next((effect for effect in planned.plan.effects if isinstance(effect, Mail)), None)
    return Did(
        rule=planned.rule,
        position=planned.position,
        action=planned.action,
        fields={**document, **({} if mail is None else _content(mail))},
        refused=document["refused"] or "",
        error=planned.error or "",
    )


def _content(mail: Mail) -> dict[str, Any]:
    """What its reader sees; a mail to more people than the relay takes at once is there more than once, all alike."""
    message = parse(mail.octets)
    attached = [one.name for one in message.attachments if not one.inline]
    return {"text": message.text, "html": message.html, "attachments": attached}
