"""Users' identities at an OpenID provider, and logins that came back from one."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the tables, of no identity."""
    op.create_table(
        "identities",
        sa.Column("user", sa.String(32), sa.ForeignKey("users.user", ondelete="CASCADE"), primary_key=True),
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255)),
        sa.Column("expected", sa.String(255)),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("bound_at", sa.DateTime),
        sa.UniqueConstraint("issuer", "subject", name="identities_by_subject"),
        sa.UniqueConstraint("issuer", "expected", name="identities_by_expected"),
    )
    op.create_table(
        "provider_logins",
        sa.Column("login", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(32), sa.ForeignKey("users.user", ondelete="CASCADE")),
        sa.Column("at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("provider_logins")
    op.drop_table("identities")
