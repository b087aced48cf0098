"""The command line as a whole: its commands, and what their errors end in."""

from __future__ import annotations

import sys

import typer

from automailer.cli.exits import Exit
from automailer.cli.invocation import Config, Invocation, Wire
from automailer.cli.output import bear_every_character, print_error
from automailer.errors import AutomailerError, ConfigError

__all__ = ["app", "run_cli"]

app = typer.Typer(
    name="automailer",
    help="Reads POP3 mailboxes on a schedule and does the right thing with each mail, once, and says why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _before(context: typer.Context, config: Config = None, wire: Wire = False) -> None:
    context.obj = Invocation(config=config, wire=wire)


def run_cli() -> int:
    """Run what was typed; gives the exit status."""
    from automailer.cli import register

    bear_every_character()
    register.commands(app)
    try:
        app()
    except ConfigError as exc:
        print_error(exc)
        return Exit.CONFIG
    except AutomailerError as exc:
        print_error(exc)
        return Exit.FAILED
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else Exit.FAILED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return Exit.DONE
