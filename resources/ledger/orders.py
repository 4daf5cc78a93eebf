"""What the ledger keeps of work orders: how many records a source was to delete, and what it answered; their keys as keyed hashes alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.erasures import named

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from resources.ledger import Ledger

OPEN, DONE, MEANT, VOID = "open", "done", "meant", "void"
DELETED, ABSENT, REFUSED = "deleted", "absent", "refused"
_ID_BYTES = 10


@dataclass(frozen=True)
class Answer:
    """What a source answered of one record, by the keyed hash of its key; `code` is HTTP's status, or how many rows a statement deleted."""

    hash: str
    status: str
    code: int


class OrderLedger:
    """The part of a ledger that work orders are written to."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    @staticmethod
    def new_id() -> str:
        """A random id for a work order."""
        return "w" + secrets.token_hex(_ID_BYTES)

    def meant(self, run: str, reason: str, moment: dt.datetime, orders: Iterable[tuple[str, str, str, int]]) -> None:
        """A run is about to delete records that their sources are to delete, too; each order is its id, source, data set and how many."""
        common = {"run": run, "reason": reason, "state": MEANT, "made_at": moment}
        rows = [
            common | {"work_order": order, "source": source, "dataset": dataset, "records": records}
            for order, source, dataset, records in orders
        ]
        if rows:
            with self._ledger.engine.begin() as connection:
                connection.execute(tables.work_orders.insert(), rows)

    def orders(self, *states: str, source: str | None = None) -> list[dict[str, Any]]:
        """The work orders in some states, or in any; of one source, or of all; oldest first, with the counts of their answers by status."""
        statement = sa.select(tables.work_orders).order_by(tables.work_orders.c.made_at, tables.work_orders.c.work_order)
        if states:
            statement = statement.where(tables.work_orders.c.state.in_(states))
        if source is not None:
            statement = statement.where(tables.work_orders.c.source == source)
        answers = tables.work_order_answers.c
        counted = sa.select(answers.work_order, answers.status, sa.func.count()).group_by(answers.work_order, answers.status)
        with self._ledger.engine.connect() as connection:
            found = [dict(row) | {DELETED: 0, ABSENT: 0, REFUSED: 0} for row in connection.execute(statement).mappings()]
            by_order = {row["work_order"]: row for row in found}
            for order, status, count in connection.execute(counted):
                if order in by_order:
                    by_order[order][status] = count
        return found

    def order(self, order: str) -> dict[str, Any]:
        """The work order of an id.

        Raises:
            AnsvarError: where there is none.
        """
        for row in self.orders(OPEN, DONE):
            if row["work_order"] == order:
                return row
        raise AnsvarError("There is no work order of that id: `ansvar orders list` shows those that there are.")

    def answered(self, order: str) -> set[str]:
        """The keyed hashes of the keys that a source need not be asked of again: it deleted the record, or has none."""
        columns = tables.work_order_answers.c
        statement = sa.select(columns.hash).where(columns.work_order == order, columns.status.in_((DELETED, ABSENT)))
        with self._ledger.engine.connect() as connection:
            return set(connection.scalars(statement))

    def answers(self, order: str, answers: Iterable[Answer], by: str, moment: dt.datetime) -> None:
        """Record what a source answered; what it answered of the same record before is replaced."""
        table = tables.work_order_answers
        rows = [vars(each) | {"work_order": order, "sent_by": named(by), "at": moment} for each in answers]
        if not rows:
            return
        key: sa.BindParameter[str] = sa.bindparam("key")
        with self._ledger.engine.begin() as connection:
            connection.execute(
                table.delete().where(table.c.work_order == order, table.c.hash == key), [{"key": row["hash"]} for row in rows]
            )
            connection.execute(table.insert(), rows)

    def done(self, order: str, by: str, moment: dt.datetime) -> None:
        """What an order asks for is done at its source, as a named user says, or as the source's answers do."""
        values = {"state": DONE, "done_by": named(by), "done_at": moment}
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.work_orders.update().where(tables.work_orders.c.work_order == order).values(values))


def settle_orders(connection: sa.Connection, run: str, *, published: bool) -> None:
    """What a run deleted is to be deleted at its source, or was not deleted at all.

    Args:
        connection: within the transaction that settles the run.
        run: the run.
        published: whether readers see what the run did.
    """
    orders = tables.work_orders
    mine = (orders.c.run == run, orders.c.state == MEANT)
    connection.execute(orders.update().where(*mine).values(state=OPEN if published else VOID))
