"""Rules and their tests as a tree: what each saw, how it answered, where it stands; what decided catches the eye."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from automailer.cli.lines import Line
from automailer.cli.output import printable

if TYPE_CHECKING:
    from automailer.rules import Branch

__all__ = ["tree_lines"]

_MARKS = {"yes": ("✓", "green"), "no": ("✗", "red"), "unknown": ("?", "yellow")}


def tree_lines(
    branches: Iterable[Branch], *, indent: str = "  ", only_matching: bool = False
) -> Iterator[Line]:
    """One line for each rule and test, one for what a test captured."""
    for branch in branches:
        if only_matching and branch.answer.value != "yes":
            continue
        yield _rule(branch, indent)
        yield from _tests(branch.children, indent, matched=branch.answer.value == "yes")


def _rule(branch: Branch, indent: str) -> Line:
    from rich.text import Text

    mark, colour = _MARKS[branch.answer.value]
    matched = branch.answer.value == "yes"
    text = Text.assemble(
        (f"{mark} ", colour),
        (printable(branch.text), f"bold {colour}" if matched else ""),
        (f"  ({printable(branch.value)})" if branch.value else "", colour if matched else "dim"),
    )
    return Line(indent, f"{indent}  ", text, branch.where)


def _tests(branches: tuple[Branch, ...], guide: str, *, matched: bool) -> Iterator[Line]:
    for number, branch in enumerate(branches, start=1):
        last = number == len(branches)
        below = f"{guide}{'  ' if last else '│ '}"
        yield _test(branch, f"{guide}{'└ ' if last else '├ '}", below, matched=matched)
        if branch.captures:
            yield _captures(branch, below)
        yield from _tests(branch.children, below, matched=matched)


def _test(branch: Branch, guide: str, below: str, *, matched: bool) -> Line:
    from rich.text import Text

    mark, colour = _MARKS[branch.answer.value]
    tells = branch.decides or matched
    text = Text.assemble(
        (f"{mark} ", colour if tells else f"dim {colour}"),
        (printable(branch.text), f"bold {colour}" if branch.decides else "" if matched else "dim"),
        (f" ← {printable(branch.value)}" if branch.value else "", "cyan" if tells else "dim"),
    )
    return Line(guide, f"{below}  ", text, branch.where)


def _captures(branch: Branch, below: str) -> Line:
    from rich.text import Text

    shown = ", ".join(f"match.{name} = {value!r}" for name, value in branch.captures.items())
    return Line(f"{below}  ", f"{below}    ", Text(printable(shown), "cyan"))
