"""`automailer db`: which version the tables have, and bringing them up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from automailer.cli.groups import group
from automailer.cli.invocation import Config, Json, invocation, read_settings
from automailer.cli.output import print_facts, print_json

if TYPE_CHECKING:
    from automailer.journal import SchemaStatus

__all__ = ["db"]

db = group("The database: its version, and bringing it up to date.")


@db.command("status")
def status(context: typer.Context, as_json: Json = False, config: Config = None) -> None:
    """Show which version it has, and which is needed."""
    from automailer.journal import schema_of

    settings = read_settings(invocation(context, config))
    _tell(schema_of(settings.database_url(), settings.state), as_json=as_json)


@db.command("upgrade")
def upgrade(context: typer.Context, as_json: Json = False, config: Config = None) -> None:
    """Run the migrations that are missing; SQLite does so by itself."""
    from automailer.journal import open_database
    from automailer.journal import upgrade as bring_up_to_date

    settings = read_settings(invocation(context, config))
    database = open_database(settings.database_url(), settings.state)
    try:
        _tell(bring_up_to_date(database), as_json=as_json)
    finally:
        database.close()


def _tell(found: SchemaStatus, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "database": found.place,
                "version": found.version or None,
                "needed": found.head,
                "current": found.current,
            }
        )
        return
    state = "up to date" if found.current else "to be brought up to date"
    facts = [("database", found.place), ("version", found.version), ("needed", found.head)]
    print_facts([*facts, ("state", state if found.version else "nothing there yet")])
