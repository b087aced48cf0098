"""`delete`: the message leaves the server, after every other action of it is safe. Pure."""

from __future__ import annotations

from typing import ClassVar, Literal

from automailer.actions.model import ActionModel, Plan, PlanContext, Removal
from automailer.rules import Subject
from automailer.settings import Duration

__all__ = ["Delete"]


class Delete(ActionModel):
    """Remove from the server once processed, once every mail of it is sent, or some time after it was first seen."""

    name: ClassVar[str] = "delete"
    shorthand: ClassVar[str | None] = "after"

    after: Literal["processed", "sent"] | Duration = "processed"

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One removal."""
        return Plan(fields={"after": "processed", **self.given()}, effects=(Removal(after=self.after),))
