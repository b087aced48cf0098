"""`set`: values that later rules and templates see as `vars`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import JsonValue

from automailer.actions.fields import render_value
from automailer.actions.model import ActionModel, Plan, PlanContext
from automailer.rules import Subject

__all__ = ["SetVars"]


class SetVars(ActionModel):
    """Assign values; text that holds a template is rendered with what this rule captured."""

    name: ClassVar[str] = "set"
    shorthand: ClassVar[str | None] = "values"
    always_short: ClassVar[bool] = True
    templated: ClassVar[frozenset[str]] = frozenset({"values"})

    values: dict[str, JsonValue]

    def assigns(self, subject: Subject) -> Mapping[str, Any]:
        """The values as they are now."""
        return {name: render_value(value, subject) for name, value in self.values.items()}

    def plan(self, subject: Subject, context: PlanContext) -> Plan:
        """Nothing to be done: the evaluator has assigned already."""
        return Plan(fields={"values": dict(self.assigns(subject))})
