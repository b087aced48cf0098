"""An action's fields as far as they can be rendered for a message that is only remembered. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automailer.actions.fields import render_value
from automailer.actions.folders import rendered_folder
from automailer.actions.model import ActionModel, PlanContext
from automailer.actions.recipients import addresses
from automailer.actions.save_message import SaveMessage
from automailer.errors import PermanentError, TemporaryError
from automailer.rules import Subject

__all__ = ["preview"]

_RECIPIENTS = frozenset({"to", "cc", "bcc"})


def preview(
    action: ActionModel, subject: Subject, context: PlanContext
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The fields that what is known is enough for, and the names of the others."""
    # Where no template stands in `to`, it is a reply's choice of a header, which nobody knows.
    known = {name: value for name, value in action.given().items() if name not in _RECIPIENTS}
    unknown: list[str] = []
    for alias, name in _templated(action):
        try:
            known[alias] = (
                action.entry_name(subject)
                if isinstance(action, SaveMessage) and alias == "name"
                else _rendered(alias, getattr(action, name), subject, context)
            )
        except (PermanentError, TemporaryError):
            unknown.append(alias)
    return known, tuple(unknown)


def _templated(action: ActionModel) -> list[tuple[str, str]]:
    """The fields that the rule gives, by their names in the file and here."""
    fields = type(action).model_fields
    names = [(field.alias or name, name) for name, field in fields.items()]
    return [pair for pair in names if pair[0] in action.templated and getattr(action, pair[1])]


def _rendered(alias: str, value: object, subject: Subject, context: PlanContext) -> Any:
    if alias in _RECIPIENTS and isinstance(value, tuple):
        return [found.address for found in addresses(value, subject)]
    if alias == "to" and isinstance(value, str):
        return rendered_folder(value, subject, context).shown
    return render_value(list(value) if isinstance(value, tuple) else value, subject)
