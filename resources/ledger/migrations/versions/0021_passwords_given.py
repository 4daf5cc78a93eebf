"""Passwords that somebody else chose for a user are changed at the first login."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Nobody has to change a password that is there already."""
    for table in ("users", "sessions"):
        op.add_column(table, sa.Column("to_change", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Forget whose password is to be changed."""
    for table in ("sessions", "users"):
        op.drop_column(table, "to_change")
