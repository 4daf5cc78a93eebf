"""Requests as a list: of all of them no more is read than a page of it needs, and nothing that tells who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.requests import Request
from resources.requests.life import ENDED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Generator

    from resources.ledger import Ledger

_columns = tables.requests.c
_IS_OPEN = _columns.state.not_in(ENDED)
_CLOCK = (_columns.extended_at, _columns.asked_at)  # what alone moves a deadline away from the order of receipt


@dataclass(frozen=True)
class Wanted:
    """Which requests are listed: all, or those of a kind, in a state; `is_open` leaves out those that have ended."""

    kind: str | None = None
    state: str | None = None
    is_open: bool = False

    def conditions(self, *, is_open: bool) -> list[sa.ColumnElement[bool]]:
        """What those that are open, or have ended, are to fulfil."""
        found: list[sa.ColumnElement[bool]] = [_IS_OPEN if is_open else sa.not_(_IS_OPEN)]
        found += [_columns.kind == self.kind] if self.kind else []
        found += [_columns.state == self.state] if self.state else []
        return found


class RequestList:
    """Reads lists of requests out of a ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Read a ledger."""
        self._ledger = ledger

    def count(self, wanted: Wanted, *, is_open: bool) -> int:
        """How many are open, or have ended."""
        statement = sa.select(sa.func.count()).select_from(tables.requests).where(*wanted.conditions(is_open=is_open))
        with self._ledger.engine.connect() as connection:
            return int(connection.scalar(statement) or 0)

    def in_order_of_receipt(self, wanted: Wanted) -> Generator[Request]:
        """The open requests whose deadline follows from their receipt alone, the oldest first; they are read as they are asked for."""
        yield from self._stream(wanted, sa.and_(*(each.is_(None) for each in _CLOCK)))

    def extended(self, wanted: Wanted) -> Generator[Request]:
        """The open requests whose time was extended, and of which nobody was asked who asks, the oldest first."""
        yield from self._stream(wanted, sa.and_(_columns.extended_at.is_not(None), _columns.asked_at.is_(None)))

    def asked(self, wanted: Wanted) -> Generator[Request]:
        """The open requests of which somebody was asked who asks: the clock may have stood, on days of each one's own."""
        yield from self._stream(wanted, _columns.asked_at.is_not(None))

    def ended(self, wanted: Wanted, limit: int, offset: int) -> list[Request]:
        """A page of those that have ended, the latest first."""
        statement = sa.select(tables.requests).where(*wanted.conditions(is_open=False))
        statement = statement.order_by(_columns.ended_at.desc(), _columns.request).limit(limit).offset(offset)
        with self._ledger.engine.connect() as connection:
            return [Request.of(dict(row)) for row in connection.execute(statement).mappings()]

    def _stream(self, wanted: Wanted, more: sa.ColumnElement[bool]) -> Generator[Request]:
        statement = sa.select(tables.requests).where(*wanted.conditions(is_open=True), more)
        statement = statement.order_by(_columns.received_at, _columns.request)
        with self._ledger.engine.connect().execution_options(yield_per=100) as connection:
            for row in connection.execute(statement).mappings():
                yield Request.of(dict(row))


def look_of(ledger: Ledger, look: str, by: str, since: dt.datetime) -> dict[str, Any] | None:
    """A look that a named user began at a moment or later, by its id; None where there is none."""
    columns = tables.looks.c
    statement = sa.select(tables.looks).where(columns.look == look, columns.by == by, columns.at >= since)
    with ledger.engine.connect() as connection:
        row = connection.execute(statement).mappings().one_or_none()
        return dict(row) if row is not None else None
