"""The audit chain: who did what, when and why."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the chain, of no entry."""
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("what", sa.String(60), nullable=False),
        sa.Column("thing", sa.String(120), nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("salt", sa.String(32)),
        sa.Column("why_digest", sa.String(64)),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("audit_by_thing", "audit", ["thing", "number"])
    head = op.create_table(
        "audit_head",
        sa.Column("head", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"head": 1, "number": 0, "hash": "0" * 64}])


def downgrade() -> None:
    """Drop it."""
    op.drop_table("audit_head")
    op.drop_index("audit_by_thing", "audit")
    op.drop_table("audit")
