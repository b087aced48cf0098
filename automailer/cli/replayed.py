"""A past message with what would be different, for people to read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from automailer.cli.effects import effect_line
from automailer.cli.lines import Line, print_lines
from automailer.cli.output import minute, printable, screen

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.text import Text

    from automailer.worker.compare import Change
    from automailer.worker.replay import Replayed

__all__ = ["print_replayed"]

_COLOURS = {"=": "dim", "+": "green", "-": "red", "~": "yellow", "?": "magenta"}


def print_replayed(one: Replayed, zone: tzinfo, *, everything: bool = False) -> None:
    """One message: what matched then and would now, then an action a line; `everything` has those that stay, too."""
    from rich.text import Text

    out, past, mark = screen(), one.past, one.mark.value
    subject, sender = printable(past.subject) or "(no subject)", printable(past.from_) or "(nobody)"
    state = "" if past.state.value == "done" else f"  ({past.state.value})"
    out.print(
        Text.assemble(
            (f"{mark} ", _COLOURS[mark]),
            (f"{past.id}  {minute(past.received, zone)}  {sender}  ", "dim" if mark == "=" else ""),
            (subject, "dim" if mark == "=" else "bold"),
            (state, "yellow"),
        )
    )
    print_lines(_lines(one, everything=everything))


def _lines(one: Replayed, *, everything: bool) -> Iterator[Line]:
    from rich.text import Text

    if one.error:
        yield _line(Text(f"? {printable(one.error)}", style=_COLOURS["?"]))
    elif one.rules != one.past.rules:
        open_rules = sum(not change.action for change in one.changes)
        more = f", perhaps {open_rules} more" if open_rules else ""
        then, now = _names(one.past.rules), _names(one.rules)
        yield _line(Text.assemble(("matched  ", "dim"), f"{then} → {now}{more}"))
    for change in one.changes:
        if everything or change.mark.value != "=":
            yield from _change(change)


def _line(text: Text, place: str = "") -> Line:
    return Line("    ", "      ", text, place)


def _names(rules: tuple[str, ...]) -> str:
    return printable(", ".join(rules)) or "nothing"


def _change(change: Change) -> Iterator[Line]:
    from rich.text import Text

    mark = "?" if change.unless else change.mark.value
    if not change.action:
        named = (f"? {printable(repr(change.rule))} may match", _COLOURS["?"])
        yield _line(Text.assemble(named, f": {printable(change.why)}"), change.where)
        return
    sign = f"? {change.mark.value}" if change.unless else mark
    done = (f"{sign} {effect_line(change.action, change.fields)}", _COLOURS[mark])
    yield _line(Text.assemble(done, (f"  ({printable(change.rule)})", "dim")), change.where)
    for remark in _remarks(change):
        yield Line("        ", "          ", Text(printable(remark)))


def _remarks(change: Change) -> Iterator[str]:
    for name in sorted({*change.then, *change.now}):
        yield f"{name}: {_value(change.then, name)} → {_value(change.now, name)}"
    if change.why:
        yield change.why
    if change.unknown:
        yield f"not known: {', '.join(change.unknown)}"
    if change.unless:
        yield f"unless {change.unless!r} matches, which stops before it"


def _value(fields: Any, name: str) -> str:
    return json.dumps(fields[name], ensure_ascii=False) if name in fields else "(none)"
