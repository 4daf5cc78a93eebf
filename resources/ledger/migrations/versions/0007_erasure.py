"""Who was erased, as keyed hashes; who decided that a record of theirs may come back; and what sources were told to delete."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "erasures",
        sa.Column("erasure", sa.String(32), primary_key=True),
        sa.Column("request", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("run", sa.String(64)),
        sa.Column("erased_at", sa.DateTime),
        sa.Column("summary", sa.JSON, nullable=False),
    )
    op.create_index("erasures_by_request", "erasures", ["request"])
    op.create_table(
        "erased_identifiers",
        sa.Column("erasure", sa.String(32), sa.ForeignKey("erasures.erasure", ondelete="CASCADE"), primary_key=True),
        sa.Column("key_id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
    )
    op.create_table(
        "returns",
        sa.Column("key_id", sa.String(32), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "work_orders",
        sa.Column("work_order", sa.String(32), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("dataset", sa.String(60), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("done_by", sa.String(120)),
        sa.Column("done_at", sa.DateTime),
    )
    op.create_index("work_orders_by_source", "work_orders", ["source", "state"])
    op.create_table(
        "work_order_answers",
        sa.Column("work_order", sa.String(32), sa.ForeignKey("work_orders.work_order", ondelete="CASCADE"), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("code", sa.Integer, nullable=False),
        sa.Column("sent_by", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables, the last first."""
    for table in ("work_order_answers", "work_orders", "returns", "erased_identifiers", "erasures"):
        op.drop_table(table)
