"""Since when an objection or a withdrawal is followed: since its request was received."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column, and fill it of the requests that are there still."""
    op.add_column("objections", sa.Column("since", sa.DateTime))
    op.execute(
        "UPDATE objections SET since = coalesce("
        "(SELECT requests.received_at FROM requests WHERE requests.request = objections.request), objections.made_at)"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("objections", "since")
