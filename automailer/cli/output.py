"""How answers look: JSON documents, tables and facts on stdout, problems on stderr."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from automailer.errors import AutomailerError, ConfigError

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from rich.console import Console

__all__ = [
    "bear_every_character",
    "minute",
    "moment",
    "print_error",
    "print_facts",
    "print_json",
    "print_json_list",
    "print_table",
    "printable",
    "screen",
]


_BEYOND_ASCII = re.compile(r"[^\n -~]")


def bear_every_character() -> None:
    """Let stdout and stderr show what their charset lacks escaped, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_json(document: Any) -> None:
    """One JSON document; in ASCII where stdout is not UTF-8, and nothing in it acts on a terminal."""
    print(_as_json(document))


def print_json_list(
    head: Mapping[str, Any], name: str, entries: Iterable[Any], *, tail: Callable[[], Mapping[str, Any]]
) -> None:
    """One JSON document whose list is printed as it comes, so that memory does not grow with it."""
    print("{")
    for key, value in head.items():
        print(f"  {_as_json(key)}: {_as_json(value, indent=2)},")
    print(f"  {_as_json(name)}: [", end="")
    for number, entry in enumerate(entries):
        print(f"{',' if number else ''}\n    {_as_json(entry, indent=4)}", end="")
    print("\n  ]", end="")
    for key, value in tail().items():
        print(f",\n  {_as_json(key)}: {_as_json(value, indent=2)}", end="")
    print("\n}")


def _as_json(document: Any, *, indent: int = 0) -> str:
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(document, ensure_ascii=plain, indent=2, default=str)
    text = _BEYOND_ASCII.sub(lambda found: _escaped(found[0]), text)
    return text.replace("\n", "\n" + " " * indent)


def _escaped(char: str) -> str:
    """Controls, bidi marks and line separators as JSON writes them; `json` itself escapes only those below a blank."""
    return char if char.isprintable() else json.dumps(char)[1:-1]


def screen() -> Console:
    """Where people look: colour on a terminal, no line cut or wrapped anywhere, nothing interpreted."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, markup=False, emoji=False)


_ELASTIC = frozenset({"error", "from", "host", "rules", "subject", "to", "uidl", "username"})
"""Columns that give way where a terminal is narrow; the others are never cut while these can be."""


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table as wide as the terminal, one line for each row, or a sentence when there is nothing in it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    def cell(value: object) -> Text:
        return Text("" if value is None else printable(str(value)), no_wrap=True, overflow="ellipsis")

    found = [[cell(value) for value in row] for row in rows]
    if not found:
        print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(cell(name), no_wrap=name not in _ELASTIC)
    for row in found:
        table.add_row(*row)
    console = Console()
    # Not a terminal: a script or a file; nothing is cut or wrapped there.
    (console if console.is_terminal else Console(width=1_000_000)).print(table)


def print_facts(facts: Iterable[tuple[str, object]], *, indent: str = "") -> None:
    """Names and values below each other; what is empty is left out."""
    found = [(name, printable(str(value))) for name, value in facts if value not in (None, "", (), [])]
    width = max((len(name) for name, _ in found), default=0)
    for name, value in found:
        print(f"{indent}{name:{width}}  {value}")


def moment(at: datetime | None, zone: tzinfo | None) -> str:
    """A time as people read it, in the settings' time zone."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def minute(at: datetime | None, zone: tzinfo | None) -> str:
    """The same without seconds, for lists."""
    return moment(at, zone)[:-3]


def print_error(error: AutomailerError) -> None:
    """What went wrong, on stderr; every problem of a configuration, and how many."""
    if not isinstance(error, ConfigError):
        print(printable(str(error)), file=sys.stderr)
        return
    print(str(error), file=sys.stderr)
    count = len(error.problems)
    print(f"{count} problem{'s' if count != 1 else ''}", file=sys.stderr)


def printable(text: str) -> str:
    """Text out of a mail or a server, safe to show: control and bidi characters are shown escaped."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
