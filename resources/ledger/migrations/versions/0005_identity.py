"""Which person is which subject, what subjects were called before, and what people decided of two persons."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "subjects",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("born", sa.String(32), nullable=False),
        sa.Column("since", sa.Integer, nullable=False),
    )
    op.create_table(
        "aliases",
        sa.Column("alias", sa.String(32), primary_key=True),
        sa.Column("subject", sa.String(32), nullable=False),
    )
    op.create_table(
        "verdicts",
        sa.Column("verdict", sa.String(32), primary_key=True),
        sa.Column("decision", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("one", sa.String(64), nullable=False),
        sa.Column("other", sa.String(64)),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("undone_by", sa.String(120)),
        sa.Column("undone_at", sa.DateTime),
        sa.Column("undone_reason", sa.Text),
    )
    op.create_index("verdicts_by_decision", "verdicts", ["decision"])


def downgrade() -> None:
    """Drop the tables, the last first."""
    for table in ("verdicts", "aliases", "subjects"):
        op.drop_table(table)
