"""Progress bars of a long poll, one a mailbox, on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automailer.worker.poll import Progress

__all__ = ["progress_bars"]


@contextmanager
def progress_bars() -> Iterator[Progress | None]:
    """Something to tell a poll's progress to; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    # What is asked for goes to stdout meanwhile, past the bars.
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bars:
        tasks: dict[str, int] = {}

        def show(mailbox: str, done: int, total: int) -> None:
            if mailbox not in tasks:
                tasks[mailbox] = bars.add_task(mailbox, total=total)
            bars.update(bars.tasks[tasks[mailbox]].id, completed=done, total=total)

        yield show
