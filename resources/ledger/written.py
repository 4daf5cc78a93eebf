"""What users wrote down in the ledger of what they did: looks, disclosures, reasons; and holds, objections and corrections that have ended.

Of an entry of the audit chain the reason goes, with its salt, and the entry stays: the chain holds a digest of the reason that nobody can
guess then, and an entry of the deletion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.ledger import tables

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

REASONS = "reasons"
KINDS = ("holds", "looks", "disclosures", "objections", "corrections", REASONS)
_COLUMNS = {
    "holds": (tables.holds.c.hold, tables.holds.c.ended_at),  # one in force has no end
    "looks": (tables.looks.c.look, tables.looks.c.at),
    "disclosures": (tables.disclosures.c.disclosure, tables.disclosures.c.made_at),
    "objections": (tables.objections.c.objection, tables.objections.c.ended_at),
    "corrections": (tables.corrections.c.correction, tables.corrections.c.ended_at),
    REASONS: (tables.audit.c.number, sa.case((tables.audit.c.why.is_not(None), tables.audit.c.at))),
}
_PARTS = {
    "holds": tables.hold_persons.c.hold,
    "disclosures": tables.disclosure_persons.c.disclosure,
    "objections": tables.objection_persons.c.objection,
}
_AT_ONCE = 500


def written(engine: sa.Engine, kind: str) -> dict[str, dt.datetime]:
    """The ids of one of `KINDS`, each with the naive UTC moment that its period is counted from; what is in force is not in it."""
    key, moment = _COLUMNS[kind]
    with engine.connect() as connection:
        return {str(row[0]): row[1] for row in connection.execute(sa.select(key, moment).where(moment.is_not(None)))}


def deletions(kind: str, ids: Iterable[str]) -> Iterator[sa.Delete]:
    """What deletes them, with the keyed hashes of the persons in them; reasons go by `resources.ledger.audit.delete_reasons`."""
    listed, key = list(ids), _COLUMNS[kind][0]
    for column in (_PARTS.get(kind), key):
        for start in range(0, len(listed), _AT_ONCE):
            if column is not None:
                yield sa.delete(column.table).where(column.in_(listed[start : start + _AT_ONCE]))
