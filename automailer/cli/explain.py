"""`automailer explain`: which rules match a message and why, and what they would do, or did."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.exits import Exit
from automailer.cli.explained import print_explained, short_line
from automailer.cli.files import each_file
from automailer.cli.invocation import Config, Json, Wire, invocation, looked_up, now, open_assembly, wire_hook
from automailer.cli.lines import print_lines
from automailer.cli.names import known
from automailer.cli.output import print_json
from automailer.errors import PermanentError

if TYPE_CHECKING:
    from automailer.journal import Journal
    from automailer.worker import Assembly
    from automailer.worker.explained import Explained
    from automailer.worker.shop import WireHook

    Found = Iterator[tuple[str, Explained | None]]

__all__ = ["explain"]

What = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE.eml… | MAILBOX UIDL | ID…",
        help="Messages (- is stdin), one on the server, or those of the journal by their numbers.",
    ),
]
Mailbox = Annotated[
    str | None, typer.Option("--mailbox", metavar="NAME", help="Whose rules; not needed when there is one.")
]
Short = Annotated[bool, typer.Option("--short", help="One line a message: what matches, and what is done.")]


def explain(
    context: typer.Context,
    what: What,
    mailbox: Mailbox = None,
    short: Short = False,
    as_json: Json = False,
    config: Config = None,
    wire: Wire = False,
) -> None:
    """Show which rules match and why, and what they would do.

    Every test is shown with what it saw and where it stands. Nothing is done. Of a message in the journal, the decision
    of then is shown, with what was done.
    """
    said = invocation(context, config, wire=wire)
    assembly = open_assembly(said)
    _need_uidl(what, assembly)
    if listed := _on_the_server(what, assembly):
        found = _listed(assembly, *listed, wire=wire_hook(said))
    elif numbers := _numbers(what):
        found = _in_the_journal(assembly, numbers)
    else:
        found = _in_files(assembly, _whose(assembly, mailbox), what)
    raise typer.Exit(_show(found, short=short, as_json=as_json))


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


def _numbers(what: list[str]) -> list[int]:
    """The messages of the journal, if that is what was typed: numbers, and no files of these names."""
    numbers = [int(word) for word in what if word.isascii() and word.isdigit() and not Path(word).exists()]
    return numbers if len(numbers) == len(what) else []


def _whose(assembly: Assembly, mailbox: str | None) -> str:
    names = list(assembly.settings.mailboxes)
    if mailbox is not None:
        return known(mailbox, names, what="mailbox")
    if len(names) > 1:
        message = f"whose rules? Name one of the mailboxes with --mailbox: {', '.join(names)}"
        raise typer.BadParameter(message)
    return names[0]


def _listed(assembly: Assembly, mailbox: str, uidl: str, *, wire: WireHook | None) -> Found:
    """What lies on the server; of what has left it, what the journal knows."""
    from automailer.journal import queries
    from automailer.worker.explain import explain_listed

    with looked_up(assembly.settings) as journal:
        found = explain_listed(assembly, mailbox, uidl, journal=journal, now=now(), wire=wire)
        yield from ((f"{mailbox} {uidl}", one) for one in found)
        if found:
            return
        with journal.reading() as connection:
            numbers = queries.messages_under(connection, mailbox, uidl)
        if not numbers:
            reason = (
                f"mailbox {mailbox!r}: no message has the UID {uidl!r}: `mailbox show {mailbox}` lists them"
            )
            raise PermanentError(reason)
        print(f"{mailbox} {uidl}: no longer on the server; this is how it was decided", file=sys.stderr)
        yield from _past(assembly, journal, numbers)


def _in_the_journal(assembly: Assembly, numbers: list[int]) -> Found:
    with looked_up(assembly.settings) as journal:
        yield from _past(assembly, journal, numbers)


def _past(assembly: Assembly, journal: Journal, numbers: Iterable[int]) -> Found:
    """The decisions of then, by the rules of then."""
    from automailer.journal import queries
    from automailer.worker.explained import explained_past

    for number in numbers:
        with journal.reading() as connection:
            found = queries.message_detail(connection, number)
        if found is None:
            reason = f"message {number}: there is none of this number"
            raise PermanentError(reason)
        mailbox = found.summary.mailbox
        digest = assembly.rules_digest.get(mailbox, "")
        yield f"message {number} of {mailbox}", explained_past(found, rules_digest=digest)


def _in_files(assembly: Assembly, mailbox: str, names: list[str]) -> Found:
    """Each file by itself: what came before it plays no part, but our own loop mark is known."""
    from automailer.message import parse
    from automailer.worker.explain import Explainer

    with looked_up(assembly.settings) as journal:
        loop_id = journal.loop_id()
    explainer = Explainer(assembly, mailbox, loop_id=loop_id)
    for name, octets in each_file(names):
        yield name, None if octets is None else explainer.explain(parse(octets), uidl="", now=now())


def _show(found: Found, *, short: bool, as_json: bool) -> int:
    failed = False
    documents = []
    for name, one in found:
        failed = failed or one is None or one.failed
        if one is None:
            continue
        if as_json:
            documents.append({"file": name, **one.document()})
        elif short:
            print_lines([short_line(name, one)])
        else:
            print_explained(name, one)
    if as_json:
        print_json({"messages": documents})
    return Exit.FAILED if failed else Exit.DONE
