"""JSON Schema of a file of rule tests, from the models that validate it, for editors."""

from __future__ import annotations

from typing import Any

from automailer.ruletests.model import RuleTests
from automailer.settings import file_schema

__all__ = ["schema_of_tests"]


def schema_of_tests() -> dict[str, Any]:
    """The JSON Schema (2020-12); whether the rules and files that a test names are there, it can't tell."""
    return file_schema(RuleTests, title="Automailer rule tests")
