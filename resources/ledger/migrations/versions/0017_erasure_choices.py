"""What was chosen for an erasure: data sets processed unlawfully, and data sets kept with why."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column: of earlier erasures nothing was chosen."""
    op.add_column("erasures", sa.Column("choices", sa.JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("erasures", "choices")
