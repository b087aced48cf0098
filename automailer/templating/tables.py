"""Rows as a table, in the manner of the template that prints it. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from automailer.templating.markdown import armour

__all__ = ["html_table", "markdown_table", "read_rows", "text_table"]

Row = list[str]


def read_rows(rows: Iterable[Any], columns: Sequence[str] | None) -> tuple[Row, list[Row]]:
    """Give head and cells; `columns` are by default the keys of the first mapping."""
    entries = list(rows)
    if columns is None and entries and isinstance(entries[0], Mapping):
        columns = [str(key) for key in entries[0]]
    head = [str(column) for column in columns or ()]
    return head, _even([_cells(entry, head) for entry in entries], len(head))


def _cells(entry: Any, head: Row) -> Row:
    values = [entry.get(column) for column in head] if isinstance(entry, Mapping) else list(entry)
    return ["" if value is None else " ".join(str(value).split()) for value in values]


def _even(lines: list[Row], least: int) -> list[Row]:
    most = max((least, *map(len, lines)))
    return [[*line, *[""] * (most - len(line))] for line in lines]


def html_table(head: Row, rows: list[Row]) -> str:
    """Write a plain HTML table; every cell is escaped."""
    top = f"<thead><tr>{_html_cells('th', head)}</tr></thead>\n" if head else ""
    body = "".join(f"<tr>{_html_cells('td', row)}</tr>\n" for row in rows)
    return f"<table>\n{top}<tbody>\n{body}</tbody>\n</table>"


def _html_cells(element: str, cells: Row) -> str:
    return "".join(f"<{element}>{escape(cell)}</{element}>" for cell in cells)


def markdown_table(head: Row, rows: list[Row]) -> str:
    """Write a Markdown table with armoured cells; it needs a head, so an empty one stands in."""
    titles = head or [""] * len(rows[0] if rows else "")
    armoured = [[armour(cell) for cell in line] for line in (titles, *rows)]
    lines = [armoured[0], ["---"] * len(titles), *armoured[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def text_table(head: Row, rows: list[Row]) -> str:
    """Write aligned columns, two spaces between them; wide characters count two."""
    lines = [head, *rows] if head else rows
    widths = [max(map(_width, column)) for column in zip(*_even(lines, 0), strict=True)]
    if head:
        lines.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(map(_padded, line, widths)).rstrip() for line in lines)


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
