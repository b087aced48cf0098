"""`automailer run`: the daemon."""

from __future__ import annotations

import typer

from automailer.cli.invocation import Config, Wire, invocation, opened, settings_path

__all__ = ["run"]


def run(context: typer.Context, config: Config = None, wire: Wire = False) -> None:
    """Poll and send by schedule, until SIGTERM."""
    from automailer.worker.run import run as run_daemon

    said = invocation(context, config, wire=wire)
    with opened(said) as shop:
        run_daemon(shop, settings_path(said))
