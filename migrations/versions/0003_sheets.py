"""What the traces of many messages have in common, once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of version 0003, and the column that leads to it."""
    op.create_table(
        "sheet",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sheet"),
    )
    op.add_column("message", sa.Column("sheet", sa.String(length=64), server_default="", nullable=False))
