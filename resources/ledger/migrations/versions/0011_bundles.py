"""Bundles wait for a named user, and say who let them go, when, and how often they were fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bundles of before lie in the outbox already."""
    op.add_column("bundles", sa.Column("state", sa.String(16), nullable=False, server_default="waiting"))
    op.add_column("bundles", sa.Column("says", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("bundles", sa.Column("released_by", sa.String(120)))
    op.add_column("bundles", sa.Column("released_at", sa.DateTime))
    op.add_column("bundles", sa.Column("downloads", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE bundles SET state = 'delivered'")


def downgrade() -> None:
    """Know of bundles in the outbox alone."""
    op.execute("DELETE FROM bundles WHERE state <> 'delivered'")
    for column in ("state", "says", "released_by", "released_at", "downloads"):
        op.drop_column("bundles", column)
