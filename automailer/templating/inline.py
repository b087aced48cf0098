"""Templates that stand in a settings or rules file: subjects, folders, names, and the expressions of `if`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automailer.errors import Place, Problem


class Expression:
    """A Jinja2 expression, compiled."""

    def evaluate(self, names: Mapping[str, Any]) -> Any:
        """Give the expression's value; raises TemplateError, for an undefined name too."""
        raise NotImplementedError


def compile_expression(source: str, *, where: Place | None = None) -> Expression:
    """Compile an expression; raises TemplateError with the place when its syntax is wrong."""
    raise NotImplementedError


def render_text(source: str, names: Mapping[str, Any], *, where: Place | None = None) -> str:
    """Render an inline template as plain text; raises TemplateError with the place."""
    raise NotImplementedError


def check_text(source: str, *, where: Place) -> tuple[Problem, ...]:
    """List what is wrong in an inline template's syntax, filters and top-level names."""
    raise NotImplementedError


def check_expression(source: str, *, where: Place) -> tuple[Problem, ...]:
    """List what is wrong in an expression's syntax, filters and top-level names."""
    raise NotImplementedError
