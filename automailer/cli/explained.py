"""A message with its decision, for people to read: what came of it, the tree of rules, each action as it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from automailer.cli.effects import effect_line
from automailer.cli.lines import Line, print_lines
from automailer.cli.output import print_facts, printable, screen
from automailer.cli.tree import tree_lines

if TYPE_CHECKING:
    from rich.text import Text

    from automailer.worker.explained import Explained

__all__ = ["action_lines", "print_explained", "short_line"]

_TEXT_LINES = 4
_TEXT_WIDTH = 300
"""Lines of a mail's text that a person is shown, and characters of each; `--json` has it whole."""

_FETCHED = {
    "list": "from the listing; neither header nor body was needed",
    "headers": "from the headers; the body was not needed",
    "message": "from the whole message",
}


def print_explained(name: str, one: Explained, *, only_matching: bool = False) -> None:
    """One message; `only_matching` leaves out the rules that say nothing to it."""
    from rich.text import Text

    from automailer.rules import outline

    screen().print(Text(printable(name), style="bold"))
    print_facts(_facts(one), indent="  ")
    if not only_matching:
        print_lines([Line("  ", "           ", Text.assemble("result   ", _came_to(one)))])
        print()
    print_lines(tree_lines(outline(one.trace), only_matching=only_matching))
    if one.untried and not only_matching:
        print_lines([Line("  ", "    ", Text(f"· not tried: {printable(', '.join(one.untried))}", "dim"))])
    if one.error:
        print_lines([Line("  ", "    ", Text(f"fails: {printable(one.error)}", "red"))])
    if not only_matching:
        print()
    print_lines(_ends(one))
    print()


def short_line(name: str, one: Explained) -> Line:
    """The message in one line: the rules that match, and what they do."""
    from rich.text import Text

    return Line("", "    ", Text.assemble((f"{printable(name)}  ", "bold"), _came_to(one)))


def action_lines(action: Mapping[str, Any], *, whose: bool, indent: str = "  ") -> Iterator[Line]:
    """One action with all that it comes to; `whose` names its rule."""
    from rich.text import Text

    refused, error = action.get("refused"), action.get("error")
    line = effect_line(action["action"], action, refused=refused, error=error)
    rule = f"  ({printable(action['rule'])})" if whose else ""
    colour = "yellow" if refused or error else "green"
    yield Line(indent, f"{indent}    ", Text.assemble((f"→ {line}", colour), (rule, "dim")))
    inside = f"{indent}    "
    for guide, text in _details(action):
        yield Line(f"{inside}{guide}", f"{inside}{guide or '  '}", Text(printable(text), "dim"))


def _details(action: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What stands below an action, each line behind its guide."""
    mail = action.get("mail")
    if mail:
        yield "", f"from {mail['from']} by {mail['smtp']}, {mail['size']:,} octets"
        lines = [line.rstrip() for line in mail["text"].expandtabs().splitlines() if line.strip()]
        yield from (("│ ", _cut(line)) for line in lines[:_TEXT_LINES])
        if len(lines) > _TEXT_LINES:
            yield "│ ", f"… and {len(lines) - _TEXT_LINES} lines more"
        for one in mail["attachments"]:
            yield (
                "",
                f"with {one['name']} ({one['type']}, {one['size']:,} octets{', inline' * one['inline']})",
            )
    for path in action.get("paths", ()):
        yield "", f"file {path}"


def _cut(line: str) -> str:
    more = len(line) - _TEXT_WIDTH
    return line if more <= 0 else f"{line[:_TEXT_WIDTH]}… and {more:,} characters more"


def _ends(one: Explained) -> Iterator[Line]:
    """What comes of the decision."""
    from rich.text import Text

    whose = len({action["rule"] for action in one.actions}) > 1
    for action in one.actions:
        yield from action_lines(action, whose=whose)
    if not one.actions and not one.error:
        yield Line("  ", "    ", Text("nothing was done" if one.past else "nothing would be done"))
    if one.fate:
        yield Line("  ", "    ", Text.assemble(("on the server: ", "dim"), one.fate))
    if one.past is not None:
        for mail in one.past.outbox:
            sent = f"mail {mail.id} {mail.state.value}: {mail.kind} to {', '.join(mail.to)}"
            yield Line("  ", "    ", Text(printable(": ".join(filter(None, (sent, mail.error))))))


def _facts(one: Explained) -> list[tuple[str, object]]:
    facts: list[tuple[str, object]] = [
        ("subject", one.subject or "(none)"),
        ("from", one.from_ or "(nobody)"),
        ("decided", _FETCHED[one.needed.value] if one.needed else ""),
    ]
    if one.past is not None:
        rules = "these rules" if one.same_rules else "other rules than now"
        facts.append(("state", f"{one.past.summary.state.value}, by {rules}"))
    return facts


def _came_to(one: Explained) -> Text:
    from rich.text import Text

    matched = [rule.name for rule in one.trace if rule.answer.value == "yes"]
    if one.error and not matched:
        return Text(f"fails: {printable(one.error)}", "red")
    open_ = [rule.name for rule in one.trace if rule.answer.value == "unknown"]
    names = printable(", ".join(matched)) or "no rule matches"
    text = Text.assemble((names, "bold green" if matched else ""))
    if open_:
        text.append(f", not known of {printable(', '.join(open_))}", "yellow")
    for number, action in enumerate(one.actions):
        text.append(", " if number else " → ")
        off = "refused" if action.get("refused") else "fails" if action.get("error") else ""
        text.append(f"{action['action']} ({off})" if off else action["action"], "yellow" if off else "green")
    return text
