"""What releasers decided about texts of an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "redactions",
        sa.Column("redaction", sa.String(32), primary_key=True),
        sa.Column("request", sa.String(32), sa.ForeignKey("requests.request", ondelete="CASCADE"), nullable=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("phrase", sa.Text, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_index("redactions_by_request", "redactions", ["request", "at"])


def downgrade() -> None:
    """Drop it."""
    op.drop_index("redactions_by_request", "redactions")
    op.drop_table("redactions")
