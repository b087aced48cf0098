"""`automailer replay`: what rules would have done with past mail, against what was done."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from automailer.cli.invocation import Config, Json, invocation, looked_up, now, open_assembly
from automailer.cli.names import known
from automailer.cli.output import minute, print_json_list
from automailer.cli.progress import progress_bars
from automailer.cli.replayed import print_replayed

if TYPE_CHECKING:
    from automailer.worker import Assembly
    from automailer.worker.replay import Replayed, Replayer

__all__ = ["replay"]

Mailbox = Annotated[str, typer.Argument(metavar="MAILBOX", help="Whose past mail.", show_default=False)]
Since = Annotated[str, typer.Option("--since", metavar="7d|DATE", help="Mail that came since then.")]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", metavar="FILE", help="These rules, in place of the mailbox's; may be repeated."),
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="At most so many, the newest.")
]
Everything = Annotated[bool, typer.Option("--all", help="Show the unchanged ones too.")]


def replay(
    context: typer.Context,
    mailbox: Mailbox,
    since: Since = "7d",
    rules: Rules = None,
    limit: Limit = None,
    everything: Everything = False,
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Show what rules would have done with past mail.

    Each message is decided again as of its time, and compared with what was done. Nothing is done.
    """
    from automailer.worker.replay import Replayer

    assembly = open_assembly(invocation(context, config))
    known(mailbox, assembly.settings.mailboxes, what="mailbox")
    start = _moment(since, assembly.settings.zone)
    assembly = _with(rules, assembly, mailbox)
    with looked_up(assembly.settings) as journal:
        replayer = Replayer(assembly, mailbox, journal, since=start, limit=limit)
        about = _About(mailbox=mailbox, since=start, files=_files(assembly, mailbox, rules))
        show = _print_document if as_json else _print
        show(replayer, about, everything=everything, zone=assembly.settings.zone)


@dataclass(slots=True, kw_only=True)
class _About:
    """What is replayed, and what has come of it so far."""

    mailbox: str
    since: datetime
    files: tuple[str, ...]
    messages: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    raw: int = 0

    def count(self, one: Replayed) -> None:
        self.messages[one.mark.name.lower()] += 1
        self.actions.update(change.mark.name.lower() for change in one.changes if change.action)
        self.raw += one.raw

    def document(self, replayer: Replayer) -> dict[str, Any]:
        return {
            "messages": {name: self.messages[name] for name in ("same", "changed", "open")},
            "actions": {name: self.actions[name] for name in ("same", "added", "dropped", "changed")},
            "raw": self.raw,
            "never_decided": replayer.past.undecided,
        }


def _moment(text: str, zone: tzinfo) -> datetime:
    """A time ago, or a date or time in the settings' time zone."""
    from automailer.settings import parse_duration

    try:
        return now() - parse_duration(text)
    except ValueError as no_duration:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            message = f"{text!r}: expected a time such as 7d or 12h, or a date such as 2026-11-23"
            raise typer.BadParameter(message) from no_duration
        return found if found.tzinfo else found.replace(tzinfo=zone)


def _with(rules: list[Path] | None, assembly: Assembly, mailbox: str) -> Assembly:
    if not rules:
        return assembly
    from automailer.worker.assembly import with_rules

    return with_rules(assembly, mailbox, tuple(rules))


def _files(assembly: Assembly, mailbox: str, rules: list[Path] | None) -> tuple[str, ...]:
    from automailer.settings import shown_path

    return tuple(shown_path(path) for path in rules or assembly.settings.mailboxes[mailbox].rules)


def _replayed(replayer: Replayer, about: _About) -> Iterator[Replayed]:
    with _progress(about.mailbox, replayer.past.decided) as progress:
        for one in replayer.messages(progress):
            about.count(one)
            yield one


@contextmanager
def _progress(mailbox: str, total: int) -> Iterator[Callable[[int], None] | None]:
    """On a terminal that is not busy showing the messages themselves."""
    if sys.stdout.isatty():
        yield None
        return
    with progress_bars() as show:
        yield None if show is None else lambda done: show(mailbox, done, total)


def _print_document(replayer: Replayer, about: _About, *, everything: bool, zone: tzinfo) -> None:
    head = {"mailbox": about.mailbox, "since": about.since.isoformat(), "rules": list(about.files)}
    shown = (one.document() for one in _replayed(replayer, about) if everything or not one.same)
    print_json_list(head, "messages", shown, tail=lambda: {"counts": about.document(replayer)})


def _print(replayer: Replayer, about: _About, *, everything: bool, zone: tzinfo) -> None:
    noun = "message" if replayer.past.decided == 1 else "messages"
    files = ", ".join(about.files) or "no rules"
    print(
        f"{about.mailbox}: {replayer.past.decided} {noun} since {minute(about.since, zone)}, put to {files}"
    )
    for one in _replayed(replayer, about):
        if everything or not one.same:
            print()
            print_replayed(one, zone, everything=everything)
    for line in _summary(replayer, about):
        print(line)


def _summary(replayer: Replayer, about: _About) -> Iterator[str]:
    messages, actions = about.messages, about.actions
    yield ""
    yield (
        f"{messages['same']} unchanged, {messages['changed']} changed, {messages['open']} open: "
        f"{actions['added']} actions more, {actions['dropped']} less, {actions['changed']} otherwise"
    )
    yield "lists, vars and templates as they are now; reply limits count from the first message on; nothing was done"
    remembered = messages.total() - about.raw
    if remembered:
        yield (
            f"{remembered} of {messages.total()} known by sender, subject, size and the answers of then alone "
            "(`keep_raw` keeps the octets)"
        )
    if replayer.past.undecided:
        yield f"{replayer.past.undecided} left out: never decided (held, seen)"
