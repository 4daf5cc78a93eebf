"""Holds, restrictions that were lifted, plans of purges with their approval, and which records a purge took."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "holds",
        sa.Column("hold", sa.String(32), primary_key=True),
        sa.Column("covers", sa.String(16), nullable=False),
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("review_on", sa.Date, nullable=False),
        sa.Column("ended_by", sa.String(120)),
        sa.Column("ended_at", sa.DateTime),
    )
    op.create_table(
        "hold_persons",
        sa.Column("hold", sa.String(32), sa.ForeignKey("holds.hold", ondelete="CASCADE"), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
    )
    op.create_table(
        "restrictions_lifted",
        sa.Column("request", sa.String(32), sa.ForeignKey("requests.request", ondelete="CASCADE"), primary_key=True),
        sa.Column("lifted_by", sa.String(120), nullable=False),
        sa.Column("lifted_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "plans",
        sa.Column("plan", sa.String(32), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("planned_at", sa.DateTime, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("approved_by", sa.String(120)),
        sa.Column("approved_at", sa.DateTime),
    )
    op.create_table(
        "plan_counts",
        sa.Column("plan", sa.String(32), sa.ForeignKey("plans.plan", ondelete="CASCADE"), primary_key=True),
        sa.Column("layer", sa.String(16), primary_key=True),
        sa.Column("dataset", sa.String(120), primary_key=True),
        sa.Column("rule", sa.String(60), primary_key=True),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("oldest", sa.Date),
        sa.Column("newest", sa.Date),
    )
    op.create_table(
        "plan_records",
        sa.Column("plan", sa.String(32), sa.ForeignKey("plans.plan", ondelete="CASCADE"), primary_key=True),
        sa.Column("hash", sa.String(32), primary_key=True),
    )
    op.create_table(
        "purged_records",
        sa.Column("hash", sa.String(32), primary_key=True),
        sa.Column("purge", sa.String(32), sa.ForeignKey("purges.purge", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("purged_records_by_purge", "purged_records", ["purge"])


def downgrade() -> None:
    """Drop the tables, the last first."""
    for table in ("purged_records", "plan_records", "plan_counts", "plans", "restrictions_lifted", "hold_persons", "holds"):
        op.drop_table(table)
