"""`automailer mailbox`: the mailboxes and their health, and what lies on their servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from automailer.cli.exits import Exit
from automailer.cli.findings import print_findings
from automailer.cli.groups import group
from automailer.cli.health import COLUMNS, health_document, health_row
from automailer.cli.invocation import (
    Config,
    Json,
    Wire,
    changed,
    invocation,
    looked_up,
    now,
    read_settings,
    wire_hook,
)
from automailer.cli.names import known
from automailer.cli.output import print_json, print_table, printable
from automailer.errors import PermanentError

if TYPE_CHECKING:
    from automailer.mailbox import Entry
    from automailer.settings import MailboxSettings, Settings

__all__ = ["mailbox"]

mailbox = group("The mailboxes: their health, and what lies on the server.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The mailbox's name.", show_default=False)]
Number = Annotated[
    int,
    typer.Argument(metavar="N", min=1, help="The message's number in `mailbox show`.", show_default=False),
]
Lines = Annotated[int, typer.Option("--lines", min=0, metavar="N", help="Lines of the body.")]


@mailbox.command("list")
def list_(context: typer.Context, as_json: Json = False, config: Config = None) -> None:
    """List the mailboxes and how they fare."""
    from automailer.journal import queries

    settings = read_settings(invocation(context, config))
    with looked_up(settings) as journal, journal.reading() as connection:
        health = queries.mailboxes(connection)
    if as_json:
        print_json([health_document(box, health.get(name)) for name, box in settings.mailboxes.items()])
        return
    rows = (health_row(box, health.get(name), settings.zone) for name, box in settings.mailboxes.items())
    print_table(COLUMNS, rows, empty="no mailboxes")
    for name in settings.mailboxes:
        if name in health and (error := health[name].state.error):
            print(f"{name}: {printable(error)}")


@mailbox.command("show")
def show(
    context: typer.Context, name: Name, as_json: Json = False, config: Config = None, wire: Wire = False
) -> None:
    """Show what lies on the server (STAT, LIST, UIDL)."""
    from automailer.journal import UidKey
    from automailer.mailbox import open_mailbox

    said = invocation(context, config, wire=wire)
    settings = read_settings(said)
    box = _of(settings, name)
    with looked_up(settings) as journal, open_mailbox(box, wire=wire_hook(said)) as client:
        stat, entries = client.stat(), client.listing()
        states = {key: one.state.value for key, one in journal.known(name).items()}
    listing = [_listed(entry, states.get(UidKey(*entry.key), "new")) for entry in entries]
    if as_json:
        print_json({"name": name, "messages": stat.messages, "octets": stat.octets, "listing": listing})
        return
    print(f"{name} ({box.host}): {stat.messages} messages, {stat.octets:,} octets")
    columns = ("number", "size", "uidl", "state")
    print_table(columns, ([one[column] for column in columns] for one in listing), empty="nothing lies there")


@mailbox.command("top")
def top(
    context: typer.Context,
    name: Name,
    number: Number,
    lines: Lines = 10,
    as_json: Json = False,
    config: Config = None,
    wire: Wire = False,
) -> None:
    """Show the first lines of a message on the server (TOP)."""
    from automailer.mailbox import Refused, open_mailbox

    said = invocation(context, config, wire=wire)
    box = _of(read_settings(said), name)
    with open_mailbox(box, wire=wire_hook(said)) as client:
        found = client.top(number, lines)
    if isinstance(found, Refused):
        reason = f"{name}: message {number}: {found.text}"
        raise PermanentError(reason)
    text = [line.decode("utf-8", "backslashreplace") for line in found.splitlines()]
    if as_json:
        print_json({"name": name, "number": number, "lines": text})
        return
    for line in text:
        print(printable(line.expandtabs()))


@mailbox.command("doctor")
def doctor(
    context: typer.Context, name: Name, as_json: Json = False, config: Config = None, wire: Wire = False
) -> None:
    """Examine a mailbox step by step.

    Greeting, capabilities, TLS, login, UIDs, clock; no mail is touched.
    """
    from automailer.mailbox import Verdict
    from automailer.mailbox import doctor as examine

    said = invocation(context, config, wire=wire)
    box = _of(read_settings(said), name)
    findings = [(one.name, one.verdict.value, one.text) for one in examine(box, wire=wire_hook(said))]
    print_findings(name, f"{box.host}:{box.port}", findings, as_json=as_json)
    ill = any(verdict == Verdict.FAILED.value for _, verdict, _ in findings)
    raise typer.Exit(Exit.FAILED if ill else Exit.DONE)


@mailbox.command("release")
def release(context: typer.Context, name: Name, config: Config = None) -> None:
    """Release the messages that are held.

    They are held when nearly all UIDs of the mailbox changed; the next poll processes them.
    """
    settings = read_settings(invocation(context, config))
    _of(settings, name)
    with changed(settings) as journal:
        count = journal.release(name, now=now())
    print(
        f"{name}: {count} held message{'s' * (count != 1)} released" if count else f"{name}: nothing is held"
    )


def _of(settings: Settings, name: str) -> MailboxSettings:
    return settings.mailboxes[known(name, settings.mailboxes, what="mailbox")]


def _listed(entry: Entry, state: str) -> dict[str, Any]:
    return {
        "number": entry.number,
        "uidl": entry.uid,
        "occurrence": entry.occurrence,
        "size": entry.size,
        "state": state,
    }
