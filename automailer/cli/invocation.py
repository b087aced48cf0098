"""What every command shares: where the settings are, how to say them, and opening the program by them."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.output import printable
from automailer.errors import PermanentError

if TYPE_CHECKING:
    from automailer.journal import Journal
    from automailer.settings import Settings
    from automailer.worker import Assembly, Shop

__all__ = [
    "Config",
    "Id",
    "Invocation",
    "Json",
    "Limit",
    "Wire",
    "changed",
    "invocation",
    "looked_up",
    "now",
    "open_assembly",
    "opened",
    "read_settings",
    "settings_path",
    "wire_hook",
]

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="The settings file.", show_default="search order of the documentation"
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="At most so many, the newest.")]
Id = Annotated[int, typer.Argument(metavar="ID", help="Its number in the list.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Wire = Annotated[bool, typer.Option("--wire", help="Print the POP3 and SMTP dialogues, secrets masked.")]


@dataclass(slots=True)
class Invocation:
    """What was said before the command's name."""

    config: Path | None = None
    wire: bool = False


def invocation(context: typer.Context, config: Path | None, *, wire: bool = False) -> Invocation:
    """What was said before and after the command's name, together; the latter outweighs."""
    before = context.find_object(Invocation) or Invocation()
    return Invocation(config=config or before.config, wire=wire or before.wire)


def settings_path(said: Invocation) -> Path:
    """The settings file, by the search order of the documentation."""
    from automailer.settings import find_settings

    return find_settings(said.config, environ=os.environ, cwd=Path.cwd(), home=Path.home())


def read_settings(said: Invocation) -> Settings:
    """The settings alone, for commands that need neither rules nor templates."""
    from automailer.settings import load_settings

    return load_settings(settings_path(said))


@contextmanager
def looked_up(settings: Settings) -> Iterator[Journal]:
    """The journal for reading alone, empty where none was made yet; closed at the end."""
    from automailer.journal import existing_journal

    with existing_journal(settings.database_url(), settings.state, clock=now) as journal:
        yield journal


@contextmanager
def changed(settings: Settings) -> Iterator[Journal]:
    """The journal, to change something in it; closed at the end.

    Raises:
        PermanentError: nothing was ever written down, so that there is nothing to change.
    """
    from automailer.journal import is_there, open_journal

    url = settings.database_url()
    if not is_there(url, settings.state):
        reason = "there is no database yet: the first poll makes it"
        raise PermanentError(reason)
    with open_journal(url, settings.state, clock=now) as journal:
        yield journal


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def open_assembly(said: Invocation) -> Assembly:
    """The whole configuration, and logs as it asks for; ConfigError with every problem."""
    from automailer.worker import assemble
    from automailer.worker.log import configure_log

    assembly = assemble(settings_path(said))
    log = assembly.settings.log
    configure_log(level=log.level.value, form=log.format.value)
    return assembly


@contextmanager
def opened(said: Invocation, *, stop: threading.Event | None = None) -> Iterator[Shop]:
    """The open program; closed at the end."""
    from automailer.worker import open_shop

    shop = open_shop(open_assembly(said), stop=stop, wire=wire_hook(said))
    try:
        yield shop
    finally:
        shop.journal.close()


def wire_hook(said: Invocation) -> Callable[[str, bytes], None] | None:
    """What hears the dialogues, if they are to be printed."""
    return _wire_printer() if said.wire else None


def _wire_printer() -> Callable[[str, bytes], None]:
    """Prints each line of a dialogue to stderr, whole and with nothing in it that acts on a terminal."""
    lock = threading.Lock()

    def put(direction: str, octets: bytes) -> None:
        with lock:
            for line in octets.splitlines() or [b""]:
                print(direction, printable(line.decode("ascii", "backslashreplace")), file=sys.stderr)

    return put
