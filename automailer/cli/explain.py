"""`automailer explain`: which rules match a message and why, and what they would do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.exits import Exit
from automailer.cli.explained import print_explained
from automailer.cli.files import each_file
from automailer.cli.invocation import Config, Json, Wire, invocation, looked_up, now, open_assembly, wire_hook
from automailer.cli.names import known
from automailer.cli.output import print_json

if TYPE_CHECKING:
    from automailer.worker import Assembly
    from automailer.worker.explained import Explained
    from automailer.worker.shop import WireHook

__all__ = ["explain"]

What = Annotated[
    list[str],
    typer.Argument(metavar="FILE.eml… | MAILBOX UIDL", help="Messages (- is stdin), or one on the server."),
]
Mailbox = Annotated[
    str | None, typer.Option("--mailbox", metavar="NAME", help="Whose rules; not needed when there is one.")
]


def explain(
    context: typer.Context,
    what: What,
    mailbox: Mailbox = None,
    as_json: Json = False,
    config: Config = None,
    wire: Wire = False,
) -> None:
    """Show which rules match and why, and what they would do.

    Every test is shown with what it saw and where it stands. Nothing is done.
    """
    said = invocation(context, config, wire=wire)
    assembly = open_assembly(said)
    _need_uidl(what, assembly)
    listed = _on_the_server(what, assembly)
    found = (
        _listed(assembly, *listed, wire=wire_hook(said))
        if listed
        else _in_files(assembly, _whose(assembly, mailbox), what)
    )
    raise typer.Exit(_show(found, as_json=as_json))


def _need_uidl(what: list[str], assembly: Assembly) -> None:
    [name, *rest] = what
    if not rest and name in assembly.settings.mailboxes and not Path(name).exists():
        message = f"which message of {name!r}? Add its UIDL: `mailbox show {name}` lists them"
        raise typer.BadParameter(message)


def _on_the_server(what: list[str], assembly: Assembly) -> tuple[str, str] | None:
    """The mailbox and the UID, if that is what was typed: two words, the second one no file."""
    name, *rest = what
    if len(rest) != 1 or name not in assembly.settings.mailboxes or Path(rest[0]).exists() or rest[0] == "-":
        return None
    return name, rest[0]


def _whose(assembly: Assembly, mailbox: str | None) -> str:
    names = list(assembly.settings.mailboxes)
    if mailbox is not None:
        return known(mailbox, names, what="mailbox")
    if len(names) > 1:
        message = f"whose rules? Name one of the mailboxes with --mailbox: {', '.join(names)}"
        raise typer.BadParameter(message)
    return names[0]


def _listed(
    assembly: Assembly, mailbox: str, uidl: str, *, wire: WireHook | None
) -> Iterator[tuple[str, Explained]]:
    from automailer.worker.explain import explain_listed

    with looked_up(assembly.settings) as journal:
        found = explain_listed(assembly, mailbox, uidl, journal=journal, now=now(), wire=wire)
    return ((f"{mailbox} {uidl}", one) for one in found)


def _in_files(assembly: Assembly, mailbox: str, names: list[str]) -> Iterator[tuple[str, Explained | None]]:
    """Each file by itself: what came before it plays no part, but our own loop mark is known."""
    from automailer.message import parse
    from automailer.worker.explain import Explainer

    with looked_up(assembly.settings) as journal:
        loop_id = journal.loop_id()
    explainer = Explainer(assembly, mailbox, loop_id=loop_id)
    for name, octets in each_file(names):
        yield name, None if octets is None else explainer.explain(parse(octets), uidl="", now=now())


def _show(
    found: Iterator[tuple[str, Explained | None]] | Iterator[tuple[str, Explained]], *, as_json: bool
) -> int:
    failed = False
    documents = []
    show: Callable[[str, Explained], None] = print_explained
    for name, one in found:
        failed = failed or one is None or one.failed
        if one is None:
            continue
        if as_json:
            documents.append({"file": name, **one.document()})
        else:
            show(name, one)
    if as_json:
        print_json({"messages": documents})
    return Exit.FAILED if failed else Exit.DONE
