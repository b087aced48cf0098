"""`automailer demo`: the main job on embedded servers, and a readable account of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.output import printable

if TYPE_CHECKING:
    from automailer.journal import EffectRecord
    from automailer.journal.queries import EntrySummary, MessageDetail
    from automailer.worker.demo import Demo
    from automailer.worker.round import RoundResult

__all__ = ["demo"]

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[DIR]", help="An empty folder; a new temporary one if none is named."),
]


def demo(folder: Folder = None) -> None:
    """Show everything at once: sample mail, sample rules and templates, embedded servers."""
    from automailer.worker.demo import demo as start
    from automailer.worker.log import configure_log

    configure_log(level="error")
    target = folder or Path(tempfile.mkdtemp(prefix="automailer-demo-"))
    with start(target) as running:
        count = len(running.pop3.maildrop("ops@example.com").mails())
        print(
            f"A mailbox with {count} sample mails on an embedded POP3 server; an embedded SMTP server takes what is sent."
        )
        print("\nFirst poll\n==========")
        first = running.poll()
        _account(running)
        _total(first)
        print("\nSecond poll: nothing is done twice\n==================================")
        _total(running.poll())
        _places(running)


def _account(running: Demo) -> None:
    """Each message: what came, which rule matched and why, what was done or refused."""
    from automailer.journal import queries

    with running.shop.journal.reading() as connection:
        found = sorted(queries.messages(connection), key=lambda one: one.id)
        details = [queries.message_detail(connection, one.id) for one in found]
    for number, detail in enumerate(details, start=1):
        if detail is not None:
            _tell(number, detail)


def _tell(number: int, detail: MessageDetail) -> None:
    from automailer.rules import Answer, outline, restore

    one = detail.summary
    print(
        f"\n{number:2}. {printable(one.subject) or '(no subject)'}\n    from {printable(one.from_) or '(nobody)'}"
    )
    for branch in outline(restore(detail.trace or {})):
        if branch.answer is Answer.YES:
            why = "; ".join(f"{test.text} ← {test.value}" for test in branch.children) or "matches everything"
            print(f"    rule {branch.text!r} ({branch.where})\n      because {why}")
    for effect in detail.effects:
        print(f"      → {_effect(effect, detail.outbox)}")
    if not detail.effects:
        print("    no rule matched: it stays where it is")
    if one.error:
        print(f"    {one.state.value}: {printable(one.error)}")


def _effect(effect: EffectRecord, mails: tuple[EntrySummary, ...]) -> str:
    if effect.refused:
        return f"{effect.action}: refused: {effect.refused}"
    if effect.error:
        return f"{effect.action}: failed: {printable(effect.error)}"
    if "saved" in effect.fields:
        return f"{effect.action}: " + ", ".join(printable(str(path)) for path in effect.fields["saved"])
    if "to" in effect.fields and "subject" in effect.fields:
        to = ", ".join(effect.fields["to"])
        return f"{effect.action} to {to}: {printable(str(effect.fields['subject']))}"
    words = effect.fields.get("words") or effect.fields.get("values") or effect.fields.get("after")
    return f"{effect.action}: {words}" if words else effect.action


def _total(result: RoundResult) -> None:
    print()
    for one in result.mailboxes:
        counts = f"{one.listed} listed, {one.new} new, {one.processed} processed, {one.failed} failed"
        print(
            f"{one.name}: {counts}, {one.deleted} deleted from the server"
            + (f"; {one.error}" if one.error else "")
        )
    print(f"outbox: {result.outbox.sent} sent, {result.outbox.queued} queued, {result.outbox.failed} failed")


def _places(running: Demo) -> None:
    folder = running.folder
    print("\nWhere to look\n=============")
    for path in sorted(running.sent.glob("*.eml")):
        print(f"sent     {path}")
    for name in ("invoices", "attachments", "cases"):
        for path in sorted((folder / name).rglob("*")):
            if path.is_file():
                print(f"saved    {path}")
    print(
        f"rules    {folder / 'rules'}\nsettings {folder / 'automailer.yaml'}\njournal  {folder / 'state' / 'automailer.db'}"
    )
    print(f"try      automailer -c {folder / 'automailer.yaml'} messages list")
