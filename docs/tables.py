"""Brings the tables of the documentation up to date: `python -m docs.tables`.

A table stands between `<!-- table: NAME -->` and `<!-- end -->`. Its facts come from the program; what it says of
them in its last column was written by a person and stays. A new row says nothing yet, and a test asks for words.
Editors show the same words.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from docs.broken import broken
from docs.coming import coming
from docs.commands import commands
from docs.facts import Rows, facts
from docs.hover import HOVER, hover_text

__all__ = ["MEANING", "PAGES", "TABLES", "names_in", "refreshed"]

FOLDER = Path(__file__).resolve().parent
PAGES = sorted(FOLDER.glob("*.md"))
MEANING = "meaning"
NOTHING = "None.\n"

_TABLE = re.compile(r"<!-- table: (?P<name>[^>]+) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)
_COLUMNS = re.compile(r"(?<!\\)\|")
ESCAPED = r"\\|"

TABLES: Mapping[str, Callable[[], Rows]] = {**facts(), **commands(), **broken(), **coming()}


def names_in(text: str) -> list[str]:
    """The tables of a page, in order."""
    return [found["name"] for found in _TABLE.finditer(text)]


def refreshed(text: str) -> str:
    """The page with every table as it is to be."""
    return _TABLE.sub(lambda found: _block(found["name"], found["body"]), text)


def _block(name: str, before: str) -> str:
    return f"<!-- table: {name} -->\n{_table(name, before)}<!-- end -->"


def _table(name: str, before: str) -> str:
    rows = TABLES[name]()
    if len(rows) == 1:
        return NOTHING
    if rows[0][-1] != MEANING:
        words = _meanings(before)
        head, *rest = rows
        rows = [(*head, MEANING), *((*row, words.get(row[0], "")) for row in rest)]
    lines = [_line(rows[0]), _line(("---",) * len(rows[0])), *map(_line, rows[1:])]
    return "".join(f"{line}\n" for line in lines)


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(_COLUMNS.sub(ESCAPED, cell) for cell in cells)} |"


def _meanings(before: str) -> dict[str, str]:
    cells = ([cell.strip() for cell in _COLUMNS.split(line)[1:-1]] for line in before.splitlines()[2:])
    return {row[0]: row[-1] for row in cells if row}


def main() -> None:
    """Rewrite the pages that are behind."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        new = refreshed(text)
        if new != text:
            page.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{page.name}: brought up to date\n")
    HOVER.write_text(hover_text(PAGES), encoding="utf-8")


if __name__ == "__main__":
    main()
