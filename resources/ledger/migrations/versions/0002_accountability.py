"""What the notice said in each version, and what was disclosed to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notices",
        sa.Column("version", sa.String(60), primary_key=True),
        sa.Column("date", sa.Date, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "disclosures",
        sa.Column("disclosure", sa.String(32), primary_key=True),
        sa.Column("recipient", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("safeguard", sa.Text),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_index("disclosures_by_time", "disclosures", ["made_at"])
    op.create_table(
        "disclosure_persons",
        sa.Column("disclosure", sa.String(32), sa.ForeignKey("disclosures.disclosure", ondelete="CASCADE"), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
    )
