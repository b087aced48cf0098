"""Lines with an indent and a place at their end: whole in a pipe, fitted to the width of a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automailer.cli.output import screen

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["Line", "print_lines"]

_WIDEST = 140
"""Columns: on a wider screen the places would stand too far from what they belong to."""

_LEAST_TEXT = 40
"""Columns that the text keeps; where the place leaves it fewer, it follows the text as in a pipe."""


@dataclass(frozen=True, slots=True)
class Line:
    """A text behind its guide, `below` being that of the lines it is wrapped to; `place` is where in a file it is."""

    guide: str
    below: str
    text: Text
    place: str = ""


def print_lines(lines: Iterable[Line]) -> None:
    """Print them."""
    out = screen()
    for line in lines:
        for shown in _fitted(line, out) if out.is_terminal else [_whole(line)]:
            out.print(shown)


def _whole(line: Line) -> Text:
    from rich.text import Text

    return Text.assemble((line.guide, "dim"), line.text, (f"  {line.place}" if line.place else "", "dim"))


def _fitted(line: Line, out: Console) -> Iterable[Text]:
    """The place at the right edge, the text wrapped beside it."""
    from rich.text import Text

    width = min(out.width, _WIDEST)
    room = width - len(line.below)
    aside = bool(line.place) and room - len(line.place) - 2 >= _LEAST_TEXT
    text = line.text if aside or not line.place else Text.assemble(line.text, (f"  {line.place}", "dim"))
    room -= len(line.place) + 2 if aside else 0
    for number, part in enumerate(text.wrap(out, max(room, 10))):
        part.rstrip()
        shown = Text.assemble((line.below if number else line.guide, "dim"), part)
        if aside and not number:
            shown.append(" " * (width - shown.cell_len - len(line.place)))
            shown.append(line.place, "dim")
        yield shown
