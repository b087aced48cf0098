"""JSON Schema of what may stand behind an action's name, for editors. Pure."""

from __future__ import annotations

from typing import Any

from automailer.actions.model import ActionModel
from automailer.actions.read import ACTIONS

__all__ = ["action_schemas"]

Schema = dict[str, Any]


def action_schemas() -> dict[str, Schema]:
    """The JSON Schema of every action's value, its short form included; null where the name may stand alone."""
    return {name: _schema(model) for name, model in ACTIONS.items()}


def _schema(model: type[ActionModel]) -> Schema:
    full = model.model_json_schema(by_alias=True)
    definitions = full.pop("$defs", {})
    short = _without_null(full["properties"][model.shorthand]) if model.shorthand else None
    if short and model.always_short:
        return {**short, "$defs": definitions}
    forms = [_with_needs(full, model), *([short] if short else [])]
    if not (full.get("required") or model.at_least_one or model.exactly_one):
        forms.append({"type": "null"})
    return {"anyOf": forms, "$defs": definitions}


def _with_needs(full: Schema, model: type[ActionModel]) -> Schema:
    at_least = [{"required": [name]} for name in model.at_least_one]
    exactly = [{"required": [name]} for name in model.exactly_one]
    return {**full, **({"anyOf": at_least} if at_least else {}), **({"oneOf": exactly} if exactly else {})}


def _without_null(schema: Schema) -> Schema:
    """The schema of a value that is written; a field that may be left out has null among its forms."""
    short = {key: part for key, part in schema.items() if key != "default"}
    if "anyOf" in short:
        short["anyOf"] = [form for form in short["anyOf"] if form != {"type": "null"}]
    return short
