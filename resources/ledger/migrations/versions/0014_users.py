"""Users, their sessions, and logins that failed."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the tables, of no user."""
    op.create_table(
        "users",
        sa.Column("user", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(60), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("code_salt", sa.String(32)),
        sa.Column("code_step", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("disabled_at", sa.DateTime),
    )
    op.create_table(
        "sessions",
        sa.Column("session", sa.String(32), primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("user", sa.String(32), sa.ForeignKey("users.user", ondelete="CASCADE"), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
    )
    op.create_index("sessions_by_user", "sessions", ["user"])
    op.create_table(
        "login_failures",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime, nullable=False),
        sa.Column("locked_until", sa.DateTime),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("login_failures")
    op.drop_index("sessions_by_user", "sessions")
    op.drop_table("sessions")
    op.drop_table("users")
