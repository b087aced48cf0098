"""Templates that stand in a settings or rules file: subjects, folders, names, and the expressions of `if`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from automailer.errors import Place, TemplateError
from automailer.templating.names import KNOWN_NAMES
from automailer.templating.reading import Reading, Usage

if TYPE_CHECKING:
    from jinja2 import Template

    from automailer.templating.sandbox import Sandbox

__all__ = [
    "Expression",
    "check_text",
    "compile_expression",
    "expression_usage",
    "render_pattern",
    "render_text",
    "text_usage",
]

INLINE = "inline template"
"""Stands for the file of a template whose place was not given."""

_PRINT = "{{ ("
_WILD = re.compile(r"([*?[])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """A Jinja2 expression, compiled."""

    source: str
    where: Place | str
    _compiled: Callable[..., Any] = field(repr=False)

    def evaluate(self, names: Mapping[str, Any]) -> Any:
        """Give the expression's value; raises TemplateError, for an undefined name too."""
        from jinja2 import Undefined

        from automailer.templating.sandbox import template_errors

        with template_errors(*_file_and_line(self.where)):
            value = self._compiled(names)
            if isinstance(value, Undefined):
                str(value)  # a strict one raises, naming itself
            return value


def compile_expression(source: str, *, where: Place | str = INLINE) -> Expression:
    """Compile an expression; raises TemplateError for wrong syntax and names that are never there."""
    from automailer.templating.sandbox import template_errors

    with template_errors(*_file_and_line(where)):
        sandbox = _sandbox()
        compiled = sandbox.compile_expression(source, undefined_to_none=False)
    _refuse_unknown(_printing(source), KNOWN_NAMES, where)
    return Expression(source=source, where=where, _compiled=compiled)


def render_text(source: str, names: Mapping[str, Any], *, where: Place | str = INLINE) -> str:
    """Render an inline template as plain text; raises TemplateError with the place."""
    from automailer.templating.sandbox import run, template_errors

    with template_errors(*_file_and_line(where)):
        return run(_compiled(source), names)[0]


def render_pattern(source: str, names: Mapping[str, Any], *, where: Place | str = INLINE) -> str:
    """Render an inline template as a glob: `*`, `?` and `[` in a value stand for themselves."""
    from automailer.templating.sandbox import run, template_errors

    with template_errors(*_file_and_line(where)):
        return run(_compiled_pattern(source), names)[0]


def check_text(source: str, *, where: Place | str = INLINE, known: Collection[str] = KNOWN_NAMES) -> None:
    """Raise TemplateError for wrong syntax, unknown filters, and names that are never there."""
    from automailer.templating.sandbox import template_errors

    with template_errors(*_file_and_line(where)):
        _compiled(source)
    _refuse_unknown(source, known, where)


def text_usage(source: str) -> Usage:
    """What an inline template that passed `check_text` does with names."""
    from automailer.templating.usage import usage_of

    return usage_of(_sandbox(), source)


def expression_usage(source: str) -> Usage:
    """The same of an expression."""
    usage, before = text_usage(_printing(source)), len(_PRINT)
    return replace(usage, reads=tuple(_moved(reading, before) for reading in usage.reads))


def _moved(reading: Reading, columns: int) -> Reading:
    """The same place without the marks that were put before it, in the first line."""
    return replace(reading, column=max(reading.column - columns, 1)) if reading.line == 1 else reading


def _printing(expression: str) -> str:
    return _PRINT + expression + "\n) }}"


def _refuse_unknown(source: str, known: Collection[str], where: Place | str) -> None:
    from automailer.templating.syntax import unknown_names

    for unknown in unknown_names(_sandbox(), source, known):
        file, line = _file_and_line(where)
        raise TemplateError(unknown.message, file=file, line=line)


def _file_and_line(where: Place | str) -> tuple[str, int]:
    return (where.file, where.line) if isinstance(where, Place) else (where, 0)


@lru_cache(maxsize=1)
def _sandbox() -> Sandbox:
    from automailer.templating.sandbox import Sandbox

    return Sandbox()


@lru_cache(maxsize=1)
def _pattern_sandbox() -> Sandbox:
    from automailer.templating.sandbox import Sandbox

    return Sandbox(finalize=lambda value: _WILD.sub(r"[\1]", str(value)))


@lru_cache(maxsize=1024)
def _compiled_pattern(source: str) -> Template:
    return _pattern_sandbox().from_string(source)


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Template:
    return _sandbox().from_string(source)
