"""Which commands there are: one line each."""

from __future__ import annotations

import typer

from automailer.cli import demo, poll, run

__all__ = ["commands"]


def commands(app: typer.Typer) -> None:
    """Put every command on the application."""
    app.command("demo")(demo.demo)
    app.command("poll")(poll.poll)
    app.command("run")(run.run)
