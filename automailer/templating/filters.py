"""The filters that we add to Jinja2's: date, quote, filesize, markdown, table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from automailer.templating.markdown import armour, markdown_to_html
from automailer.templating.tables import html_table, markdown_table, read_rows, text_table

__all__ = ["FILTERS"]

MAX_MARKDOWN = 50_000
"""Characters that `markdown` renders, seconds of work at worst; a longer text shows as it is."""


def format_date(value: date | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """Write a date or time by a strftime form; nothing for a message that has no date."""
    return "" if value is None else value.strftime(form)


@pass_context
def quote(context: Context, text: str) -> str:
    """Put `> ` before each line."""
    lines = str(text).splitlines()
    if _kind(context) == "md":
        # two blanks at the end keep the line (CommonMark 6.7)
        return Markup("\n".join(f"> {armour(line.strip())}  " for line in lines))  # noqa: S704 - armoured
    return "\n".join(f"> {line}".rstrip() for line in lines)


def filesize(octets: int) -> str:
    """Write a number of octets with a unit, in powers of 1000."""
    size = float(octets)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def markdown(text: str) -> Markup:
    """Render Markdown as HTML; HTML in it shows as text, so that a mail's text is safe here."""
    source = str(text)
    if len(source) > MAX_MARKDOWN:
        return Markup("<pre>{}</pre>\n").format(source)
    return Markup(markdown_to_html(source, trusted=False))  # noqa: S704 - its HTML is escaped


@pass_context
def table(context: Context, rows: Iterable[Any], columns: Sequence[str] | None = None) -> str:
    """Write rows as a table in the manner of the template: HTML, Markdown or aligned text."""
    head, cells = read_rows(rows, columns)
    kind = _kind(context)
    if kind == "html":
        return Markup(html_table(head, cells))  # noqa: S704 - its cells are escaped
    if kind == "md":
        return Markup(markdown_table(head, cells))  # noqa: S704 - its cells are armoured
    return text_table(head, cells)


def _kind(context: Context) -> str:
    """`txt`, `html` or `md`, by the template's file name; "" for an inline one."""
    return (context.name or "").removesuffix(".j2").rpartition(".")[2]


FILTERS: Mapping[str, Callable[..., Any]] = {
    "date": format_date,
    "filesize": filesize,
    "markdown": markdown,
    "quote": quote,
    "table": table,
}
