"""Where the next reading of a data set goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "cursors",
        sa.Column("source", sa.String(60), primary_key=True),
        sa.Column("dataset", sa.String(60), primary_key=True),
        sa.Column("run", sa.String(64), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("described", sa.String(64), nullable=False),
        sa.Column("memory", sa.JSON, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("cursors")
