"""Looks held against the audit chain: the table of looks is read to persons, and the chain shows whether it was written into.

A look and its act are written together, and go together: a look is deleted in the transaction that deletes its act's reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.ledger import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

REVIEW_LOOKED = "bundle.review_looked"
REVIEW = "redactions"
_LOOKED = ".looked"

_audit, _looks = tables.audit.c, tables.looks.c
_is_look = sa.or_(_audit.what.endswith(_LOOKED, autoescape=True), _audit.what == REVIEW_LOOKED)
_kind = sa.case((_audit.what == REVIEW_LOOKED, REVIEW), else_=sa.func.replace(_audit.what, _LOOKED, ""))


def looks_against_chain(connection: sa.Connection) -> Iterator[str]:
    """What is wrong between the table of looks and the chain, an item each fault.

    Looks of before the chain's first entry are not held against it: they are older than the chain.
    """
    for number in connection.scalars(_changed()):
        yield f"The look of entry {number} is not among the looks as it was recorded: it was taken out, changed or doubled."
    for look in connection.scalars(_added()):
        yield f"The look {look} is in no entry of the chain: it was put in, or changed."


def _changed() -> sa.Select[tuple[int]]:
    """The entries of looks, whose reason was not deleted, that stand in the table of looks otherwise, or not as many times."""
    said = (_kind.label("kind"), _audit.thing, _audit.by, _audit.at, _audit.why)
    acts = sa.select(*said, sa.func.min(_audit.number).label("number"), sa.func.count().label("acts"))
    told = acts.where(_is_look, _audit.why.is_not(None)).group_by(_kind, *said[1:]).subquery()
    columns = (_looks.kind, _looks.thing, _looks.by, _looks.at, _looks.reason)
    kept = sa.select(*columns, sa.func.count().label("looks")).group_by(*columns).subquery()
    same = sa.and_(*(told.c[each] == kept.c[each] for each in ("kind", "thing", "by", "at")), told.c.why == kept.c.reason)
    wrong = sa.func.coalesce(kept.c.looks, 0) != told.c.acts
    return sa.select(told.c.number).select_from(told.outerjoin(kept, same)).where(wrong).order_by(told.c.number)


def _added() -> sa.Select[tuple[str]]:
    """The looks that stand in no entry."""
    said = sa.select(_kind.label("kind"), _audit.thing, _audit.by, _audit.at).where(_is_look).distinct().subquery()
    same = sa.and_(*(said.c[each] == _looks[each] for each in ("kind", "thing", "by", "at")))
    first = sa.select(sa.func.min(_audit.at)).scalar_subquery()
    added = sa.select(_looks.look).select_from(tables.looks.outerjoin(said, same))
    return added.where(said.c.thing.is_(None), _looks.at >= first).order_by(_looks.at, _looks.look)
