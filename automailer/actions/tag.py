"""`tag`: words on the message in the journal. Pure."""

from __future__ import annotations

from typing import ClassVar

from automailer.actions.fields import Words, rendered
from automailer.actions.model import ActionModel, Plan, PlanContext, Tags
from automailer.rules import Subject

__all__ = ["Tag"]


class Tag(ActionModel):
    """Put words, each of which may be a template, on the message."""

    name: ClassVar[str] = "tag"
    shorthand: ClassVar[str | None] = "words"
    templated: ClassVar[frozenset[str]] = frozenset({"words"})

    words: Words

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """The words, rendered; empty ones fall away."""
        words = tuple(word.strip() for word in (rendered(w, subject) for w in self.words))
        words = tuple(word for word in words if word)
        return Plan(fields={"words": list(words)}, effects=(Tags(words),))
