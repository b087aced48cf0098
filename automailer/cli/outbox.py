"""`automailer outbox`: mail on its way."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

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
from automailer.cli.names import choice, known
from automailer.cli.output import minute, moment, print_facts, print_json, print_table, printable
from automailer.errors import PermanentError

if TYPE_CHECKING:
    from datetime import tzinfo

    from automailer.journal import EntryDetail

__all__ = ["outbox"]

outbox = group("Mail on its way: what waits, what went, what was refused.")

Mailbox = Annotated[
    str | None, typer.Option("--mailbox", metavar="NAME", help="Only what this mailbox's mail caused.")
]
State = Annotated[
    str | None,
    typer.Option(
        "--state",
        metavar="STATE",
        help="Only in this state: queued, sending, sent, failed, expired, held, cancelled.",
    ),
]
Raw = Annotated[bool, typer.Option("--raw", help="Print the mail itself, as it goes out.")]


@outbox.command("list")
def list_(
    context: typer.Context,
    mailbox: Mailbox = None,
    state: State = None,
    limit: Limit = 100,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """List the mails, newest first."""
    from automailer.journal import EntryState, queries

    settings = read_settings(invocation(context, config))
    if mailbox is not None:
        known(mailbox, settings.mailboxes, what="mailbox")
    wanted = choice(state, EntryState)
    with looked_up(settings) as journal, journal.reading() as connection:
        found = queries.entries(connection, of_mailbox=mailbox, state=wanted, limit=limit)
    if as_json:
        print_json([one.document() for one in found])
        return
    columns = ("id", "kind", "state", "to", "subject", "next attempt", "error")
    rows = (
        (
            one.id,
            one.kind,
            one.state.value,
            ", ".join(one.to),
            one.subject,
            minute(one.next_attempt, settings.zone),
            one.error,
        )
        for one in found
    )
    print_table(columns, rows, empty="no mail")


@outbox.command("show")
def show(
    context: typer.Context, number: Id, raw: Raw = False, as_json: Json = False, config: Config = None
) -> None:
    """Show all about one: who got it, what the relay said.

    What happened to it and when, too; --raw prints the mail itself.
    """
    from automailer.journal import queries

    settings = read_settings(invocation(context, config))
    with looked_up(settings) as journal, journal.reading() as connection:
        found = queries.entry(connection, number)
        octets = queries.content(connection, number) if raw else None
    if found is None:
        reason = f"outbox entry {number}: there is none"
        raise PermanentError(reason)
    if raw:
        _write(number, octets)
    elif as_json:
        print_json(found.document())
    else:
        _tell(found, settings.zone)


@outbox.command("retry")
def retry(context: typer.Context, number: Id, config: Config = None) -> None:
    """Make it due at once for those who have not got it."""
    from automailer.outbox import retry as make_due

    settings = read_settings(invocation(context, config))
    with changed(settings) as journal:
        make_due(journal.database, number, now=now(), expire=settings.outbox.expire)
    print(f"outbox entry {number}: due at once")


@outbox.command("cancel")
def cancel(context: typer.Context, number: Id, config: Config = None) -> None:
    """Take it out of the queue for good."""
    from automailer.outbox import cancel as call_back

    settings = read_settings(invocation(context, config))
    with changed(settings) as journal:
        call_back(journal.database, number, now=now())
    print(f"outbox entry {number}: cancelled")


def _write(number: int, octets: bytes | None) -> None:
    """The octets as they are; for a terminal, which obeys control characters, made harmless."""
    if octets is None:
        reason = f"outbox entry {number}: the mail itself is not kept any more"
        raise PermanentError(reason)
    if sys.stdout.isatty():
        for line in octets.splitlines():
            print(printable(line.decode("utf-8", "backslashreplace").expandtabs()))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(octets)


def _tell(found: EntryDetail, zone: tzinfo) -> None:
    one = found.summary
    print(f"outbox entry {one.id}")
    print_facts(
        [
            ("kind", one.kind),
            ("state", one.state.value),
            ("subject", one.subject),
            ("from", one.from_),
            ("to", found.to_header),
            ("envelope from", found.envelope_from or "<>"),
            ("message-id", one.message_id),
            ("relay", one.smtp),
            ("size", f"{one.size:,} octets"),
            ("caused by", f"message {one.message}, rule {one.rule!r}" if one.message else ""),
            ("queued", moment(one.created, zone)),
            ("attempts", one.attempts),
            ("next attempt", moment(one.next_attempt, zone)),
            ("given up after", moment(one.expires, zone)),
            ("error", one.error),
        ],
        indent="  ",
    )
    print("  recipients")
    for person in found.recipients:
        answer = f": {person.text}" if person.text else ""
        print(f"    {printable(f'{person.address}  {person.state.value}{answer}')}")
    if found.events:
        print("  history")
    for event in found.events:
        print(f"    {moment(event.at, zone)}  {printable(f'{event.what}  {event.detail}')}".rstrip())
