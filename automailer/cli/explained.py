"""A message with its decision, for people to read: the tree of rules, then what would be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from automailer.cli.effects import effect_line
from automailer.cli.output import print_facts, printable, screen
from automailer.cli.tree import tree_lines

if TYPE_CHECKING:
    from automailer.worker.explain import Explained

__all__ = ["print_explained"]


def print_explained(name: str, one: Explained, *, only_matching: bool = False) -> None:
    """One message; `only_matching` leaves out the rules that say nothing to it."""
    from rich.text import Text

    from automailer.rules import outline

    out = screen()
    out.print(Text(printable(name), style="bold"))
    print_facts([("subject", one.subject or "(none)"), ("from", one.from_ or "(nobody)")], indent="  ")
    for line in tree_lines(outline(one.trace), only_matching=only_matching):
        out.print(line)
    if one.error:
        out.print(Text(f"  fails: {printable(one.error)}", style="red"))
    _print_actions(one.actions, decided=not one.error)
    out.print()


def _print_actions(actions: Iterable[Mapping[str, Any]], *, decided: bool) -> None:
    from rich.text import Text

    out = screen()
    found = list(actions)
    if not found and decided:
        out.print("  nothing would be done")
    for action in found:
        line = effect_line(action["action"], action, refused=action.get("refused"), error=action.get("error"))
        stopped = action.get("refused") or action.get("error")
        out.print(Text(f"  → {line}", style="yellow" if stopped else "green"))
