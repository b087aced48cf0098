"""A message with its decision, for people to read: the tree of rules, then what would be done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automailer.cli.effects import effect_line
from automailer.cli.output import print_facts, printable, screen
from automailer.cli.tree import tree_lines

if TYPE_CHECKING:
    from automailer.worker.explained import Explained

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
    _print_actions(one)
    out.print()


def _print_actions(one: Explained) -> None:
    from rich.text import Text

    out = screen()
    if not one.actions and not one.error:
        out.print("  nothing would be done")
    several = len({action["rule"] for action in one.actions}) > 1
    for action in one.actions:
        refused, error = action.get("refused"), action.get("error")
        line = effect_line(action["action"], action, refused=refused, error=error)
        whose = f"  ({printable(action['rule'])})" if several else ""
        out.print(Text.assemble((f"  → {line}", "yellow" if refused or error else "green"), (whose, "dim")))
