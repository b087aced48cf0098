"""The keys that `duplicate` and `frequency` have seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27)


def upgrade() -> None:
    """Make the table of version 0002."""
    op.create_table(
        "sighting",
        sa.Column("message", ID, autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("message", "mark", name="pk_sighting"),
    )
    op.create_index("ix_sighting_mark_at", "sighting", ["mark", "at"])
    op.create_index("ix_sighting_until", "sighting", ["until"])
