"""Which commands there are: one line each."""

from __future__ import annotations

import typer

from automailer.cli import (
    check,
    db,
    demo,
    explain,
    init,
    inspect,
    mailbox,
    messages,
    outbox,
    poll,
    replay,
    run,
    schema,
    smtp,
    test,
)

__all__ = ["commands"]


def commands(app: typer.Typer) -> None:
    """Put every command on the application."""
    app.command("demo")(demo.demo)
    app.command("init")(init.init)
    app.command("check")(check.check)
    app.command("run")(run.run)
    app.command("poll")(poll.poll)
    app.command("inspect")(inspect.inspect)
    app.command("explain")(explain.explain)
    app.command("replay")(replay.replay)
    app.command("test")(test.rule_tests)
    app.add_typer(mailbox.mailbox, name="mailbox")
    app.add_typer(smtp.smtp, name="smtp")
    app.add_typer(messages.messages, name="messages")
    app.add_typer(outbox.outbox, name="outbox")
    app.command("schema")(schema.schema)
    app.add_typer(db.db, name="db")
