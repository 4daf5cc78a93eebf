"""Where the next reading of each data set goes on: known once the rows that were read before can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from resources.ledger import tables

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True)
class Cursor:
    """What a reading ended with, a digest of what it read (`described`), and the run that loaded it."""

    described: str
    memory: dict[str, str]
    run: str


def cursor_meant(engine: sa.Engine, source: str, dataset: str, cursor: Cursor, moment: dt.datetime) -> None:
    """A run loaded what was read up to a cursor into its working copy; what it meant before of the same data set is forgotten."""
    table = tables.cursors
    of_run = (table.c.source == source, table.c.dataset == dataset, table.c.run == cursor.run)
    with engine.begin() as connection:
        connection.execute(table.delete().where(*of_run))
        values = {"source": source, "dataset": dataset, "state": "meant", "at": moment} | vars(cursor)
        connection.execute(table.insert().values(values))


def cursor_of(engine: sa.Engine, source: str, dataset: str) -> Cursor | None:
    """What the last reading ended with whose rows readers can see; None before the first."""
    table = tables.cursors.c
    of_dataset = (table.source == source, table.dataset == dataset, table.state == "done")
    with engine.connect() as connection:
        statement = sa.select(table.described, table.memory, table.run).where(*of_dataset).order_by(table.at.desc()).limit(1)
        found = connection.execute(statement).mappings().first()
    return None if found is None else Cursor(**found)


def settle_cursors(connection: sa.Connection, run: str, *, published: bool) -> None:
    """What a run read up to is where the next one goes on, or was never read.

    Args:
        connection: within the transaction that settles the run.
        run: the run.
        published: whether readers can see its rows.
    """
    table = tables.cursors
    mine = (table.c.run == run, table.c.state == "meant")
    if published:
        for source, dataset in connection.execute(sa.select(table.c.source, table.c.dataset).where(*mine)).all():
            earlier = (table.c.source == source, table.c.dataset == dataset, table.c.state == "done")
            connection.execute(table.delete().where(*earlier))
        connection.execute(table.update().where(*mine).values(state="done"))
    else:
        connection.execute(table.delete().where(*mine))
