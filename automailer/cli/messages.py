"""`automailer messages`: the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.effects import effect_line
from automailer.cli.groups import group
from automailer.cli.invocation import (
    Config,
    Id,
    Json,
    Limit,
    changed,
    invocation,
    looked_up,
    now,
    read_settings,
)
from automailer.cli.lines import print_lines
from automailer.cli.names import choice, known
from automailer.cli.output import minute, moment, print_facts, print_json, print_table, printable, screen
from automailer.cli.tree import tree_lines
from automailer.errors import PermanentError

if TYPE_CHECKING:
    from datetime import tzinfo

    from automailer.journal import EffectRecord, MessageDetail

__all__ = ["messages"]

messages = group("The journal: each message, its decision, its effects.")

Mailbox = Annotated[str | None, typer.Option("--mailbox", metavar="NAME", help="Only of this mailbox.")]
State = Annotated[
    str | None,
    typer.Option(
        "--state", metavar="STATE", help="Only in this state: done, retry, failed, held, seen, oversize."
    ),
]


@messages.command("list")
def list_(
    context: typer.Context,
    mailbox: Mailbox = None,
    state: State = None,
    limit: Limit = 100,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """List the messages, newest first."""
    from automailer.journal import MessageState, queries

    settings = read_settings(invocation(context, config))
    if mailbox is not None:
        known(mailbox, settings.mailboxes, what="mailbox")
    wanted = choice(state, MessageState)
    with looked_up(settings) as journal, journal.reading() as connection:
        found = queries.messages(connection, of_mailbox=mailbox, state=wanted, limit=limit)
    if as_json:
        print_json([one.document() for one in found])
        return
    columns = ("id", "mailbox", "received", "state", "from", "subject", "rules")
    rows = (
        (
            one.id,
            one.mailbox,
            minute(one.received, settings.zone),
            one.state.value,
            one.from_,
            one.subject,
            ", ".join(one.rules),
        )
        for one in found
    )
    print_table(columns, rows, empty="no messages")


@messages.command("show")
def show(context: typer.Context, number: Id, as_json: Json = False, config: Config = None) -> None:
    """Show all about one: why, what was done, what came of it."""
    from automailer.journal import queries
    from automailer.rules import restore, rule_documents

    settings = read_settings(invocation(context, config))
    with looked_up(settings) as journal, journal.reading() as connection:
        found = queries.message_detail(connection, number)
    if found is None:
        reason = f"message {number}: there is none of this number"
        raise PermanentError(reason)
    if as_json:
        trace = rule_documents(restore(found.trace or {}))
        print_json({**found.document(), "trace": trace, "fetched": _fetched(found)})
    else:
        _tell(found, settings.zone)


@messages.command("retry")
def retry(context: typer.Context, number: Id, config: Config = None) -> None:
    """Make it due at once: the next poll tries it again."""
    settings = read_settings(invocation(context, config))
    with changed(settings) as journal:
        journal.retry(number, now=now())
    print(f"message {number}: due at once")


def _tell(found: MessageDetail, zone: tzinfo) -> None:
    one = found.summary
    print(f"message {one.id}")
    print_facts(
        [
            ("subject", one.subject or "(none)"),
            ("from", one.from_ or "(nobody)"),
            ("mailbox", one.mailbox),
            ("uidl", one.uidl),
            ("message-id", found.message_id),
            ("received", moment(one.received, zone)),
            ("size", _size(found)),
            ("state", one.state.value),
            ("attempts", one.attempts if one.next_attempt or one.error else ""),
            ("next attempt", moment(one.next_attempt, zone)),
            ("error", one.error),
            ("tags", ", ".join(one.tags)),
            ("on the server", _whereabouts(found, zone)),
            ("copy in the spool", found.spool),
        ],
        indent="  ",
    )
    _tell_decision(found)
    for mail in found.outbox:
        print(f"  mail {mail.id}  {mail.state.value}: {mail.kind} to {printable(', '.join(mail.to))}")
        if mail.error:
            print(f"    {printable(mail.error)}")


def _size(found: MessageDetail) -> str:
    size = f"{found.size:,} octets"
    return f"{size}, only the header was fetched" if _fetched(found) == "headers" else size


def _fetched(found: MessageDetail) -> str | None:
    """How much of it was fetched when it was decided."""
    return found.trace.get("fetched", "message") if found.trace else None


def _whereabouts(found: MessageDetail, zone: tzinfo) -> str:
    if not found.listed:
        return "no longer"
    if found.keep:
        return "yes, kept"
    return f"yes, to be deleted from {moment(found.remove_at, zone)} on" if found.remove_at else "yes"


def _tell_decision(found: MessageDetail) -> None:
    from rich.text import Text

    from automailer.rules import outline, restore

    out = screen()
    branches = outline(restore(found.trace or {}))
    if branches:
        out.print("  rules")
    print_lines(tree_lines(branches, indent="    "))
    if found.effects:
        out.print("  actions")
    several = len({effect.rule for effect in found.effects}) > 1
    for effect in found.effects:
        colour = "green" if effect.state.value == "done" else "yellow"
        whose = f"  ({printable(effect.rule)})" if several else ""
        out.print(Text.assemble((f"    → {_effect(effect)}", colour), (whose, "dim")))


def _effect(effect: EffectRecord) -> str:
    line = effect_line(effect.action, effect.fields, refused=effect.refused, error=effect.error)
    return f"{line} — shadow: not done" if effect.state.value == "shadow" else line
