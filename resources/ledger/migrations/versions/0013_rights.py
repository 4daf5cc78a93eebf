"""Objections and withdrawals, corrections, and what a disclosure was for."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables, and add the columns."""
    op.create_table(
        "objections",
        sa.Column("objection", sa.String(32), primary_key=True),
        sa.Column("request", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("scope", sa.String(60), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("ended_by", sa.String(120)),
        sa.Column("ended_at", sa.DateTime),
    )
    op.create_table(
        "objection_persons",
        sa.Column("objection", sa.String(32), sa.ForeignKey("objections.objection", ondelete="CASCADE"), primary_key=True),
        sa.Column("key_id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
    )
    op.create_table(
        "corrections",
        sa.Column("correction", sa.String(32), primary_key=True),
        sa.Column("request", sa.String(32), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("dataset", sa.String(120), nullable=False),
        sa.Column("record", sa.String(32), nullable=False),
        sa.Column("field", sa.String(60), nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("old_hash", sa.String(64), nullable=False),
        sa.Column("proof", sa.Text),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("ended_by", sa.String(120)),
        sa.Column("ended_at", sa.DateTime),
    )
    op.create_index("corrections_by_dataset", "corrections", ["dataset", "state"])
    op.add_column("disclosures", sa.Column("purpose", sa.String(60)))
    op.add_column("disclosures", sa.Column("what", sa.JSON))


def downgrade() -> None:
    """Drop them."""
    for table, column in (("disclosures", "what"), ("disclosures", "purpose")):
        op.drop_column(table, column)
    op.drop_index("corrections_by_dataset", "corrections")
    for table in ("corrections", "objection_persons", "objections"):
        op.drop_table(table)
