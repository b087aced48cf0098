"""The Jinja2 sandbox: what a template may do, how long it may get, and how its errors are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import jinja2
from jinja2 import pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from automailer.errors import TemplateError
from automailer.templating.filters import FILTERS
from automailer.templating.markdown import armour

__all__ = ["MAX_OUTPUT", "MAX_STEPS", "Sandbox", "run", "template_errors"]

MAX_OUTPUT = 5_000_000
"""Characters that one template may print: room for a mail's whole text with every character escaped."""

MAX_STEPS = 1_000_000
"""Below it are the numbers that `range` gives in one rendering, all loops together: a second's work."""

MAX_PRODUCT = 1_000_000
"""Below it are the length of a text or list made with `*`, and the bits of a number made with `**`."""

# What a template's author can cause; anything else is our own mistake and shows as such.
_BREAKS = (
    jinja2.TemplateError,
    ArithmeticError,
    AssertionError,  # `truncate` below the length of its dots
    AttributeError,
    LookupError,
    MemoryError,
    RuntimeError,
    TypeError,
    ValueError,
)


class _Missing(jinja2.StrictUndefined):
    """An undefined name that says its whole name where it can: `match.host`."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        label = getattr(self._undefined_obj, "_label", "")
        if not label or self._undefined_hint:
            return super()._undefined_message
        return f"'{label}.{self._undefined_name}' is undefined"


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 without a way out: no private names, nothing mutable, no huge products, nothing undefined."""

    intercepted_binops = frozenset(["*", "**"])

    def __init__(
        self, loader: jinja2.BaseLoader | None = None, *, finalize: Callable[..., Any] | None = None
    ) -> None:
        """`finalize` has the last word on every value that is printed."""
        super().__init__(
            loader=loader,
            undefined=_Missing,
            autoescape=lambda name: bool(name) and name.endswith((".html.j2", ".md.j2")),
            finalize=finalize or _finalize,
            keep_trailing_newline=True,
        )
        self.globals.pop("lipsum")
        self.filters.update(FILTERS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Prefer a mapping's own key to a method of that name: `match.items` is what a rule captured."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse products that would fill the memory."""
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            too_large = left.bit_length() * right >= MAX_PRODUCT
        else:
            sizes = [len(side) if hasattr(side, "__len__") else side for side in (left, right)]
            sized = hasattr(left, "__len__") or hasattr(right, "__len__")
            too_large = sized and sizes[0] * sizes[1] >= MAX_PRODUCT
        if too_large:
            msg = f"the result of {operator} would be too large"
            raise OverflowError(msg)
        return super().call_binop(context, operator, left, right)


@pass_context
def _finalize(context: Context, value: Any) -> Any:
    if (context.name or "").endswith(".md.j2") and not hasattr(value, "__html__"):
        return Markup(armour(str(value)))  # noqa: S704 - Markdown sees letters only
    return value


class _Steps:
    """The numbers that one rendering may still count."""

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def range(self, *limits: int) -> range:
        numbers = range(*limits)
        # len() can't say more than an index holds
        span = max(0, (numbers.stop - numbers.start) // numbers.step)
        self._left -= span
        if self._left <= 0:
            msg = f"range() gives {MAX_STEPS} numbers or more"
            raise OverflowError(msg)
        return numbers


def run(template: jinja2.Template, names: Mapping[str, Any]) -> tuple[str, Any]:
    """Render within the limits; give the output and what the template set as `subject`, or None."""
    context = template.new_context({"range": _Steps().range, **names})
    pieces: list[str] = []
    length = 0
    for piece in template.root_render_func(context):
        length += len(piece)
        if length >= MAX_OUTPUT:
            msg = f"the output has {MAX_OUTPUT} characters or more"
            raise OverflowError(msg)
        pieces.append(piece)
    return "".join(pieces), context.get_exported().get("subject")


@contextmanager
def template_errors(file: str, line: int = 0) -> Iterator[None]:
    """Translate what a template does wrong into TemplateError; `file` and `line` are an inline one's."""
    try:
        yield
    except jinja2.TemplateSyntaxError as exc:
        at = exc.lineno if exc.filename else line
        raise TemplateError(exc.message or "syntax error", file=exc.filename or file, line=at) from exc
    except _BREAKS as exc:
        file, line = _innermost(exc.__traceback__) or (file, line)
        raise TemplateError(_wording(exc), file=file, line=line) from exc


def _innermost(traceback: TracebackType | None) -> tuple[str, int] | None:
    """The place in the template file that was being rendered; None when it has no file."""
    place = None
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, jinja2.Template) and template.filename not in (None, "<template>"):
            place = (str(template.filename), template.get_corresponding_lineno(traceback.tb_lineno))
        traceback = traceback.tb_next
    return place


def _wording(exc: BaseException) -> str:
    if isinstance(exc, jinja2.TemplateNotFound):
        return f"no template {exc.name!r}"
    if isinstance(exc, RecursionError):
        return "it calls itself without end"
    if isinstance(exc, MemoryError):
        return "it needs too much memory"
    if isinstance(exc, KeyError):
        return f"no such key: {exc}"
    return str(exc) or type(exc).__name__
