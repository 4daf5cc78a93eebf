"""The life of a request: its steps, what it is about, and the ids of the forms that it came by."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_COLUMNS = (
    ("scope", sa.String(32)),
    ("purpose", sa.String(60)),
    ("subject", sa.String(64)),
    ("asked_at", sa.DateTime),
    ("verified_at", sa.DateTime),
    ("extended_at", sa.DateTime),
    ("ended_at", sa.DateTime),
    ("nothing_held", sa.Boolean),
)


def upgrade() -> None:
    """Add the columns, and make the tables; a request that is there was received, and no more is known of its steps."""
    for name, kind in _COLUMNS:
        op.add_column("requests", sa.Column(name, kind))
    op.create_table(
        "request_steps",
        sa.Column("request", sa.String(32), sa.ForeignKey("requests.request", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(120), nullable=False),
        sa.Column("detail", sa.String(60)),
        sa.Column("note", sa.Text),
    )
    op.create_table(
        "request_forms",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("request", sa.String(32), sa.ForeignKey("requests.request", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("request_forms_by_request", "request_forms", ["request"])
    steps = sa.table("request_steps", *(sa.column(each) for each in ("request", "number", "step", "at", "by")))
    requests = sa.table("requests", sa.column("request"), sa.column("received_at"))
    filed = sa.select(requests.c.request, sa.literal(1), sa.literal("filed"), requests.c.received_at, sa.literal("ansvar"))
    op.execute(steps.insert().from_select(["request", "number", "step", "at", "by"], filed))


def downgrade() -> None:
    """Drop them."""
    op.drop_index("request_forms_by_request", "request_forms")
    op.drop_table("request_forms")
    op.drop_table("request_steps")
    for name, _ in reversed(_COLUMNS):
        op.drop_column("requests", name)
