"""How answers look: JSON documents and tables on stdout, problems on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from automailer.errors import AutomailerError, ConfigError

__all__ = ["print_error", "print_json", "print_table"]


def print_json(document: Any) -> None:
    """One JSON document."""
    json.dump(document, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table as wide as the terminal, or a sentence when there is nothing in it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found = [[Text("" if cell is None else printable(str(cell))) for cell in row] for row in rows]
    if not found:
        print(empty)
        return
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in found:
        table.add_row(*row)
    console = Console()
    # Not a terminal: a script or a file; nothing is cut or wrapped there.
    (console if console.is_terminal else Console(width=1_000)).print(table)


def print_error(error: AutomailerError) -> None:
    """What went wrong, on stderr; every problem of a configuration, and how many."""
    print(str(error), file=sys.stderr)
    if isinstance(error, ConfigError):
        count = len(error.problems)
        print(f"{count} problem{'s' if count != 1 else ''}", file=sys.stderr)


def printable(text: str) -> str:
    """Text out of a mail or a server, safe to show: control and bidi characters are shown escaped."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
