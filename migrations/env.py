"""Alembic's entry: runs the migrations on the connection, in the transaction, that the program hands over."""

from __future__ import annotations

from alembic import context

from automailer.journal import tables
from automailer.journal.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=tables.metadata,
    version_table=VERSION_TABLE,
    # SQLite's DDL is transactional too, as long as BEGIN comes first.
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
