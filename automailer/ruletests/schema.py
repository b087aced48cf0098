"""JSON Schema of a file of rule tests, from the models that validate it, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automailer.ruletests.model import RuleTests
from automailer.ruletests.wanted import ALONE_SCHEMA, VALUE_SCHEMA
from automailer.settings import file_schema

__all__ = ["schema_of_tests"]

_SHARED: Mapping[str, Mapping[str, Any]] = {"value": VALUE_SCHEMA, "value_alone": ALONE_SCHEMA}


def schema_of_tests() -> dict[str, Any]:
    """The JSON Schema (2020-12); whether the rules and files that a test names are there, it can't tell."""
    schema = file_schema(RuleTests, title="Automailer rule tests")
    definitions = schema.pop("$defs")
    return {**_shortened(schema), "$defs": {**_shortened(definitions), **_SHARED}}


def _shortened(schema: Any) -> Any:
    """The schema with what all fields share written once, and no word of the null that stands for nothing."""
    if isinstance(schema, list):
        return [_shortened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("default", ...) is None:
        schema = {key: part for key, part in schema.items() if key != "default"}
    name = next((name for name, shared in _SHARED.items() if schema == shared), None)
    if name is not None:
        return {"$ref": f"#/$defs/{name}"}
    return {key: _shortened(part) for key, part in schema.items()}
