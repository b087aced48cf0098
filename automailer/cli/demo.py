"""`automailer demo`: the main job on embedded servers, and a readable account of it."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.effects import effect_line
from automailer.cli.output import printable

if TYPE_CHECKING:
    from automailer.journal import EffectRecord
    from automailer.journal.views import MessageDetail
    from automailer.rules import Branch
    from automailer.worker.demo import Demo
    from automailer.worker.round import RoundResult

__all__ = ["demo"]

_SAVED = ("attachments", "cases", "invoices")  # the folders that the sample rules write to
_WIDTH = 110  # characters; what a terminal shows side by side, and a mail's text may be long

Folder = Annotated[
    Path | None,
    typer.Argument(metavar="[DIR]", help="An empty folder; a temporary one if none is named."),
]


def demo(folder: Folder = None) -> None:
    """Show it all at work on embedded servers."""
    from automailer.worker.demo import demo as start
    from automailer.worker.log import configure_log

    configure_log(level="error")
    target = folder or Path(tempfile.mkdtemp(prefix="automailer-demo-"))
    with start(target) as running:
        count = len(running.pop3.maildrop("ops@example.com").mails())
        print(
            f"{count} sample mails lie on an embedded POP3 server; an embedded SMTP server takes what is sent."
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
            _tell(number, detail, running.folder)


def _tell(number: int, detail: MessageDetail, folder: Path) -> None:
    from automailer.rules import Answer, outline, restore

    one = detail.summary
    print(
        f"\n{number:2}. {printable(one.subject) or '(no subject)'}  ·  from {printable(one.from_) or '(nobody)'}"
    )
    for branch in outline(restore(detail.trace or {})):
        if branch.answer is not Answer.YES:
            continue
        print(f"    {branch.text}  ({branch.where.removeprefix(f'{folder}/')})")
        for test in branch.children:
            print(_fitted(f"      because {_why(test)}"))
        for effect in detail.effects:
            if effect.rule == branch.text:
                print(_fitted(f"      → {_effect(effect, folder)}"))
    if not detail.effects:
        print("    no rule matched: it stays where it is")
    if one.error:
        print(f"    {one.state.value}: {printable(one.error)}")


def _why(test: Branch) -> str:
    inner = "; ".join(map(_why, test.children))
    seen = f" ← {test.value}" if test.value else ""
    return f"{test.text} ({inner})" if inner else f"{test.text}{seen}"


def _effect(effect: EffectRecord, folder: Path) -> str:
    fields = dict(effect.fields)
    if "saved" in fields:
        fields["saved"] = [str(path).removeprefix(f"{folder}/") for path in fields["saved"]]
    return effect_line(effect.action, fields, refused=effect.refused, error=effect.error)


def _fitted(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


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
    title = f"Where to look: {folder}"
    print(f"\n{title}\n{'=' * len(title)}")
    for path in sorted(running.sent.glob("*.eml")):
        print(f"sent        {path.relative_to(folder)}")
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name in _SAVED):
        print(f"saved       {name}/")
    print("files       automailer.yaml, rules/, templates/\njournal     state/automailer.db")
    print(f"go on with  automailer -c {folder / 'automailer.yaml'} messages list")
