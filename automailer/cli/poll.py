"""`automailer poll`: one round."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.exits import Exit
from automailer.cli.invocation import Config, Invocation, Json, Wire, invocation, opened
from automailer.cli.output import print_json, printable

if TYPE_CHECKING:
    from automailer.worker import Shop
    from automailer.worker.round import RoundResult

__all__ = ["poll"]

Mailboxes = Annotated[
    list[str] | None, typer.Argument(metavar="[MAILBOX…]", help="All that are enabled, if none.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what it would do; change nothing, anywhere.")]


def poll(
    context: typer.Context,
    mailboxes: Mailboxes = None,
    dry_run: DryRun = False,
    as_json: Json = False,
    config: Config = None,
    wire: Wire = False,
) -> None:
    """Poll once: fetch, decide, act, send what is due, exit."""
    said = invocation(context, config, wire=wire)
    if dry_run:
        from automailer.cli.dry_run import dry_run as show

        raise typer.Exit(show(said, mailboxes or [], as_json=as_json))
    raise typer.Exit(_poll(said, mailboxes or [], as_json=as_json))


def _poll(said: Invocation, wanted: list[str], *, as_json: bool) -> int:
    from automailer.cli.progress import progress_bars
    from automailer.worker.round import poll_round

    stop = threading.Event()
    _stop_on_signals(stop)
    with opened(said, stop=stop) as shop, progress_bars() as progress:
        names = chosen(shop, wanted)
        result = poll_round(shop, names, progress=progress, patient=not wanted)
    if as_json:
        print_json(result.document())
    else:
        _tell(result)
    if result.misconfigured:
        return Exit.CONFIG
    if result.nothing_polled:
        return Exit.TEMPORARY
    return Exit.FAILED if result.failed else Exit.DONE


def chosen(shop: Shop, wanted: list[str]) -> list[str]:
    """The mailboxes named, or all that are enabled.

    Raises:
        BadParameter: one of them is not in the settings.
    """
    known = shop.assembly.settings.mailboxes
    for name in wanted:
        if name not in known:
            from automailer.settings import nearest

            hint = nearest(name, known)
            message = f"no mailbox {name!r}" + (f" (did you mean {hint!r}?)" if hint else "")
            raise typer.BadParameter(message)
    return wanted or list(shop.assembly.mailboxes)


def _tell(result: RoundResult) -> None:
    for one in result.mailboxes:
        counts = f"{one.listed} listed, {one.new} new, {one.processed} processed, {one.failed} failed, "
        print(f"{one.name}: {counts}{one.deleted} deleted" + (f", {one.held} held" if one.held else ""))
        for trouble in one.troubles:
            print(f"  {printable(trouble)}")
        if one.error:
            print(f"  {printable(one.error)}")
    outbox = result.outbox
    print(f"outbox: {outbox.sent} sent, {outbox.queued} queued, {outbox.failed} failed")
    if outbox.error:
        print(f"  {printable(outbox.error)}")


def _stop_on_signals(stop: threading.Event) -> None:
    """The first SIGTERM or Ctrl-C finishes the window in work; the second one ends at once."""

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()
        print("stopping after the window in work", file=sys.stderr)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
