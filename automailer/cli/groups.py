"""Groups of commands, such as `mailbox list`: `--config` is understood between their words too."""

from __future__ import annotations

import typer

from automailer.cli.invocation import Config, Wire, invocation

__all__ = ["group"]


def group(about: str) -> typer.Typer:
    """A group that has no commands yet."""
    made = typer.Typer(
        help=about, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
    )

    @made.callback()
    def before(context: typer.Context, config: Config = None, wire: Wire = False) -> None:
        context.obj = invocation(context, config, wire=wire)

    return made
