"""The first ledger: batches, purges, requests and bundles."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "batches",
        sa.Column("batch", sa.String(32), primary_key=True),
        sa.Column("source", sa.String(60), nullable=False),
        sa.Column("dataset", sa.String(60), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("landed_at", sa.DateTime, nullable=False),
        sa.Column("account", sa.JSON, nullable=False),
    )
    op.create_index("batches_by_dataset", "batches", ["source", "dataset", "landed_at"])
    op.create_table(
        "purges",
        sa.Column("purge", sa.String(32), primary_key=True),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("planned_at", sa.DateTime, nullable=False),
        sa.Column("layer", sa.String(16), nullable=False),
        sa.Column("dataset", sa.String(120), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("oldest", sa.Date),
        sa.Column("newest", sa.Date),
    )
    op.create_index("purges_by_run", "purges", ["run"])
    op.create_table(
        "gone",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("dataset", sa.String(120), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
    )
    op.create_index("gone_by_dataset", "gone", ["dataset"])
    op.create_table(
        "requests",
        sa.Column("request", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "request_identifiers",
        sa.Column("request", sa.String(32), sa.ForeignKey("requests.request", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(60), primary_key=True),
        sa.Column("value", sa.String(320), primary_key=True),
    )
    op.create_table(
        "bundles",
        sa.Column("request", sa.String(32), sa.ForeignKey("requests.request", ondelete="CASCADE"), primary_key=True),
        sa.Column("file", sa.String(120), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables, the last first."""
    for table in ("bundles", "request_identifiers", "requests", "gone", "purges", "batches"):
        op.drop_table(table)
