"""Messages in files that are named on the command line; `-` is stdin."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from automailer.cli.output import printable

__all__ = ["Files", "each_file"]

Files = Annotated[
    list[str], typer.Argument(metavar="FILE.eml…", help="Messages; - is stdin.", show_default=False)
]


def each_file(names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
    """Each file's octets; None for one that can't be read, of which stderr tells."""
    for name in names:
        try:
            octets = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as exc:
            print(f"{printable(name)}: can't be read: {exc.strerror or exc}", file=sys.stderr)
            yield name, None
        else:
            yield name, octets
