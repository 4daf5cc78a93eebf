"""Of which bundle a look was; and that reasons were deleted, in the audit chain."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0017"


def upgrade() -> None:
    """Add the column; of reasons that were deleted before that was an act, the chain has one from here on."""
    op.add_column("looks", sa.Column("sha256", sa.String(64)))
    names = ("number", "at", "by", "what", "thing", "why", "salt", "why_digest", "previous", "hash")
    audit = sa.table("audit", *(sa.column(name, sa.DateTime() if name == "at" else None) for name in names))
    gone, connection = sa.and_(audit.c.why_digest.is_not(None), audit.c.why.is_(None), audit.c.salt.is_(None)), op.get_bind()
    until = connection.scalar(sa.select(sa.func.max(audit.c.at)).where(gone))
    if until is None:
        return
    head = sa.table("audit_head", sa.column("number"), sa.column("hash"))
    last = connection.execute(sa.select(head.c.number, head.c.hash)).one()
    at = connection.execute(sa.select(sa.func.max(audit.c.at))).scalar_one()
    said = [last.number + 1, at.isoformat(), "ansvar", "reasons.deleted", until.isoformat(), None, last.hash]
    made = hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
    values = dict(zip(("number", "at", "by", "what", "thing", "why_digest", "previous"), said, strict=True))
    connection.execute(audit.insert().values(values | {"at": at, "hash": made}))
    connection.execute(head.update().values(number=said[0], hash=made))


def downgrade() -> None:
    """Drop the column; what the chain says stays."""
    op.drop_column("looks", "sha256")
