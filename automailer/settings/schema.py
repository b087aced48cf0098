"""JSON Schema of the files that people write, for editors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from automailer.settings.models import Settings
from automailer.settings.values import format_duration

__all__ = ["file_schema", "settings_schema"]


def settings_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of automailer.yaml; whether names and files are there, it can't tell."""
    return file_schema(Settings, title="automailer.yaml")


def file_schema(model: type[BaseModel], *, title: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file whose whole is this model."""
    schema = model.model_json_schema(by_alias=True, mode="validation", schema_generator=_Generator)
    _close(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


class _Generator(GenerateJsonSchema):
    """Defaults as people write them, and no titles that only repeat the keys."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, tuple):
            return [self.encode_default(item) for item in dft]
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


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
