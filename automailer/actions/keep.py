"""`keep`: the message never leaves the server, whatever `remove` or another rule says. Pure."""

from __future__ import annotations

from typing import ClassVar

from automailer.actions.model import ActionModel, Keep, Plan, PlanContext
from automailer.rules import Subject

__all__ = ["KeepMessage"]


class KeepMessage(ActionModel):
    """Outweighs every removal, earlier or later."""

    name: ClassVar[str] = "keep"

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """One keep."""
        return Plan(effects=(Keep(),))
