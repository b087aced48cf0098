"""`automailer schema`: JSON Schemas for editors."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from automailer.cli.hover import described
from automailer.cli.names import known

__all__ = ["schema", "schema_text"]


class What(StrEnum):
    """The files that have a schema."""

    SETTINGS = "settings"
    RULES = "rules"
    TESTS = "tests"


def schema(what: Annotated[str, typer.Argument(metavar="settings|rules|tests", show_default=False)]) -> None:
    """Print the JSON Schema of the settings, of rules or of rule tests."""
    print(schema_text(known(what, [one.value for one in What], what="schema")), end="")


def schema_text(what: str) -> str:
    """The schema as the text of a file."""
    from automailer.actions import ACTIONS

    actions = {model.__name__: name for name, model in ACTIONS.items()}
    schema = described(_schema(What(what)), root=what.title(), actions=actions)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(what: What) -> dict[str, Any]:
    match what:
        case What.SETTINGS:
            from automailer.settings import settings_schema

            return settings_schema()
        case What.RULES:
            from automailer.actions import action_schemas
            from automailer.rules import rules_schema

            return rules_schema(action_schemas())
        case What.TESTS:
            from automailer.ruletests import schema_of_tests

            return schema_of_tests()
