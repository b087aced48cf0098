"""Rules and their tests as a tree: what each saw, how it answered, where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from automailer.cli.output import printable

if TYPE_CHECKING:
    from rich.text import Text

    from automailer.rules import Branch

__all__ = ["tree_lines"]

_LOOKS = {"yes": ("✓", "green"), "no": ("✗", "red"), "unknown": ("?", "yellow")}


def tree_lines(
    branches: Iterable[Branch], *, indent: str = "  ", only_matching: bool = False
) -> Iterator[Text]:
    """One line for each rule and test."""
    for branch in branches:
        if only_matching and branch.answer.value != "yes":
            continue
        yield _line(branch, indent, style="bold", says=f"  ({branch.value})" if branch.value else "")
        yield from _tests(branch.children, indent)


def _tests(branches: tuple[Branch, ...], guide: str) -> Iterator[Text]:
    for number, branch in enumerate(branches, start=1):
        last = number == len(branches)
        says = f" ← {branch.value}" if branch.value else ""
        yield _line(branch, f"{guide}{'└ ' if last else '├ '}", style="", says=says)
        yield from _tests(branch.children, f"{guide}{'  ' if last else '│ '}")


def _line(branch: Branch, guide: str, *, style: str, says: str) -> Text:
    from rich.text import Text

    mark, colour = _LOOKS[branch.answer.value]
    return Text.assemble(
        (guide, "dim"),
        (f"{mark} ", colour),
        (printable(branch.text), style),
        (printable(says), "cyan"),
        (f"  {branch.where}" if branch.where else "", "dim"),
    )
