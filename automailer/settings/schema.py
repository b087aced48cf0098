"""JSON Schema of the settings file, for editors."""

from __future__ import annotations

from typing import Any

from automailer.settings.models import Settings

__all__ = ["settings_schema"]


def settings_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of automailer.yaml; whether names and files are there, it can't tell."""
    schema = Settings.model_json_schema(by_alias=True, mode="validation")
    _close(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "automailer.yaml"}


def _close(schema: Any) -> None:
    """Refuse keys that are no names: pydantic lists the pattern of a mapping's keys, and lets others pass."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema["additionalProperties"] = False
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)
