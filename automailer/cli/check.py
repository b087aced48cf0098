"""`automailer check`: everything that is wrong, at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.exits import Exit
from automailer.cli.invocation import Config, Invocation, Json, Wire, invocation, settings_path, wire_hook
from automailer.cli.output import print_json, printable
from automailer.errors import ConfigError

if TYPE_CHECKING:
    from automailer.errors import Problem
    from automailer.worker.check import Checked
    from automailer.worker.reach import Connection

__all__ = ["check"]

Connect = Annotated[bool, typer.Option("--connect", help="Log in to every mailbox and relay too.")]


def check(
    context: typer.Context,
    connect: Connect = False,
    as_json: Json = False,
    config: Config = None,
    wire: Wire = False,
) -> None:
    """Check settings, rules, templates and secrets."""
    said = invocation(context, config, wire=wire)
    found, file = _look(said, connect=connect)
    if as_json:
        print_json(found.document(connected=connect))
    else:
        _tell(found, file)
    if found.errors:
        raise typer.Exit(Exit.CONFIG)
    raise typer.Exit(Exit.FAILED if found.unreachable else Exit.DONE)


def _look(said: Invocation, *, connect: bool) -> tuple[Checked, str]:
    """What was found, and the file that it was found in; that there is no file is an error like others."""
    from automailer.worker.check import Checked
    from automailer.worker.check import check as look

    try:
        path = settings_path(said)
    except ConfigError as exc:
        return Checked(errors=list(exc.problems)), "no settings"
    return look(path, connect=connect, wire=wire_hook(said)), str(path)


def _tell(found: Checked, file: str) -> None:
    _list(found.errors, "error")
    _list(found.warnings, "warning")
    for one in found.connections:
        print(_connection(one))
    counts = [_count(len(found.errors), "error"), _count(len(found.warnings), "warning")]
    sys.stdout.flush()
    if found.errors:
        print(f"{file}: {', '.join(counts)}")
    else:
        sound = f"{_count(found.mailboxes, 'mailbox', 'es')}, {_count(found.rules, 'rule')}"
        print(f"{file}: good ({sound}), {counts[1]}")


def _list(problems: Sequence[Problem], grade: str) -> None:
    """As compilers do; the first line alone says which grade, so that editors find every place."""
    for problem in problems:
        text = str(problem)
        print(
            text if grade == "error" else text.replace(f"{problem.place}: ", f"{problem.place}: {grade}: ", 1)
        )


def _connection(one: Connection) -> str:
    how = f"failed: {printable(one.error)}" if one.error else printable(one.detail)
    return f"{one.kind} {one.name} ({one.host}): {how}"


def _count(number: int, what: str, plural: str = "s") -> str:
    return f"{number} {what}{plural if number != 1 else ''}"
