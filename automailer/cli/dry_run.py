"""`automailer poll --dry-run`: what a poll would do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from automailer.cli.exits import Exit
from automailer.cli.explained import print_explained
from automailer.cli.invocation import Invocation, open_assembly, wire_hook
from automailer.cli.names import known
from automailer.cli.output import print_json, printable

if TYPE_CHECKING:
    from automailer.worker.dry_run import DryMailbox

__all__ = ["dry_run"]


def dry_run(said: Invocation, names: list[str], *, as_json: bool) -> int:
    """Show what a poll of these mailboxes (all that are enabled, if none) would do; gives the exit status."""
    from automailer.worker.dry_run import dry_run as look

    assembly = open_assembly(said)
    for name in names:
        known(name, assembly.settings.mailboxes, what="mailbox")
    found = look(assembly, names or list(assembly.mailboxes), wire=wire_hook(said))
    if as_json:
        print_json(found.document())
    else:
        for one in found.mailboxes:
            _tell(one)
    if found.nothing_polled:
        return Exit.TEMPORARY
    return Exit.FAILED if found.failed else Exit.DONE


def _tell(dry: DryMailbox) -> None:
    result = dry.result
    for one in dry.messages:
        print_explained(f"{result.name} {one.uidl}", one, only_matching=True)
    counts = f"{result.processed} processed, {result.failed} failed, {result.deleted} deleted, {dry.mails} mails queued"
    held = f", {result.held} held" if result.held else ""
    if not result.error:
        print(
            f"{result.name}: {result.listed} listed, {result.new} new; a poll would end with {counts}{held}"
        )
    for trouble in result.troubles:
        print(f"{result.name}: {printable(trouble)}", file=sys.stderr)
    if result.error:
        print(f"{result.name}: {printable(result.error)}", file=sys.stderr)
