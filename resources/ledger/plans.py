"""What the ledger keeps of purges: plans that a named user approves, and keyed hashes of the records that went."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import PurgeRecord, tables
from resources.ledger.holds import named

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from resources.ledger import Ledger

WAITING, APPROVED, REPLACED = "waiting", "approved", "replaced"
_ID_BYTES = 10
_AT_ONCE = 10_000
_FORGOTTEN_AT_ONCE = 500


class PlanLedger:
    """The part of a ledger that knows what is to be purged, and what was."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    # Plans

    def plan(self, digest: str, expires_on: dt.date, moment: dt.datetime, counts: Iterable[PurgeRecord], hashes: Iterable[str]) -> str:
        """Keep a plan that waits for approval, in place of the one that waited; gives its id.

        Where the one that waits is of the same digest, it stays.

        Args:
            digest: of all that is planned.
            expires_on: the last day on which it may be approved and carried out.
            moment: when it was made.
            counts: what it would take, by layer, data set and rule.
            hashes: a keyed hash of each of its records.
        """
        same = [row["plan"] for row in self.plans() if row["state"] == WAITING and row["digest"] == digest]
        if same and next(row for row in self.plans() if row["plan"] == same[0])["expires_on"] >= moment.date():
            return str(same[0])
        plan = "p" + secrets.token_hex(_ID_BYTES)
        with self._ledger.engine.begin() as connection:
            _replace_waiting(connection)
            values = {"plan": plan, "state": WAITING, "digest": digest, "planned_at": moment, "expires_on": expires_on}
            connection.execute(tables.plans.insert().values(values))
            rows = [vars(count) | {"plan": plan} for count in counts]
            if rows:
                connection.execute(tables.plan_counts.insert(), rows)
            _insert(connection, tables.plan_records, "plan", plan, hashes)
        return plan

    def nothing_waits(self) -> None:
        """Nothing needs approval any more: a plan that still waits is of the past."""
        with self._ledger.engine.begin() as connection:
            _replace_waiting(connection)

    def plans(self) -> list[dict[str, Any]]:
        """Every plan, newest first, with how many records it is of (`records`)."""
        counted = sa.func.coalesce(sa.func.sum(tables.plan_counts.c.records), 0).label("records")
        statement = sa.select(tables.plans, counted).outerjoin(tables.plan_counts).group_by(tables.plans.c.plan)
        with self._ledger.engine.connect() as connection:
            ordered = statement.order_by(tables.plans.c.planned_at.desc(), tables.plans.c.plan)
            return [dict(row) for row in connection.execute(ordered).mappings()]

    def counts_of(self, plan: str) -> list[PurgeRecord]:
        """What a plan would take, by layer, data set and rule."""
        columns = tables.plan_counts.c
        statement = sa.select(*(column for column in columns if column.name != "plan")).where(columns.plan == plan)
        with self._ledger.engine.connect() as connection:
            return [PurgeRecord(**row) for row in connection.execute(statement.order_by(columns.layer, columns.dataset)).mappings()]

    def approve(self, plan: str, by: str, today: dt.date, moment: dt.datetime) -> None:
        """A named user approves a plan: the next purge carries it out, as far as nothing of it changed.

        Raises:
            AnsvarError: where there is no such plan that waits, it has expired, or no user is named.
        """
        found = next((row for row in self.plans() if row["plan"] == plan), None)
        look = "look at what is due now with `ansvar purge plan`."
        if found is None:
            raise AnsvarError(f"There is no plan of that id: {look}")
        if found["state"] != WAITING:
            what = "was approved already" if found["state"] == APPROVED else "was replaced by a newer one"
            raise AnsvarError(f"This plan {what}: {look}")
        if found["expires_on"] < today:
            raise AnsvarError(f"This plan expired on {found['expires_on']}: {look}")
        values = {"state": APPROVED, "approved_by": named(by), "approved_at": moment}
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.plans.update().where(tables.plans.c.plan == plan).values(values))

    def approved(self, today: dt.date) -> pa.Table:
        """The keyed hashes (`hash`) of the records whose purge is approved, by plans that have not expired."""
        records, plans = tables.plan_records, tables.plans.c
        statement = sa.select(records.c.hash).join_from(records, tables.plans)
        return _hashes(self._ledger, statement.where(plans.state == APPROVED, plans.expires_on >= today))

    # What went

    def purge_meant(self, run: str, moment: dt.datetime, record: PurgeRecord, hashes: Iterable[str]) -> None:
        """A run is about to purge this, and these records: `settle` says whether it did."""
        purge = secrets.token_hex(_ID_BYTES)
        with self._ledger.engine.begin() as connection:
            values = vars(record) | {"purge": purge, "run": run, "state": "meant", "planned_at": moment}
            connection.execute(tables.purges.insert().values(values))
            _insert(connection, tables.purged_records, "purge", purge, hashes)

    def note_own(self, run: str, layer: str, hashes: Iterable[str]) -> None:
        """Which of what the register made itself a run has purged."""
        purges = tables.purges.c
        with self._ledger.engine.begin() as connection:
            statement = sa.select(purges.purge).where(purges.run == run, purges.layer == layer, purges.state == "done")
            purge = connection.scalar(statement)
            if purge is not None:
                _insert(connection, tables.purged_records, "purge", purge, hashes)

    def history(self, limit: int = 200) -> list[dict[str, Any]]:
        """What was purged, newest first: rule, counts, oldest and newest anchor, run and moment; `known` of its records by a keyed hash."""
        purges, known = tables.purges.c, tables.purged_records.c
        count = sa.select(sa.func.count()).where(known.purge == purges.purge).scalar_subquery().label("known")
        statement = (
            sa.select(tables.purges, count).where(purges.state == "done").order_by(purges.planned_at.desc(), purges.layer, purges.dataset)
        )
        with self._ledger.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement.limit(limit)).mappings()]

    def asked(self, hashes: Sequence[str]) -> list[dict[str, Any]]:
        """The purges that took any of some records, by their keyed hashes, oldest first."""
        purges, known = tables.purges.c, tables.purged_records
        found: dict[str, dict[str, Any]] = {}
        with self._ledger.engine.connect() as connection:
            for start in range(0, len(hashes), _FORGOTTEN_AT_ONCE):
                statement = sa.select(tables.purges).join_from(known, tables.purges)
                some = known.c.hash.in_(hashes[start : start + _FORGOTTEN_AT_ONCE])
                found |= {row["purge"]: dict(row) for row in connection.execute(statement.where(purges.state == "done", some)).mappings()}
        return sorted(found.values(), key=lambda row: (row["planned_at"], row["purge"]))

    def purged_beyond(self, runs: set[str]) -> pa.Table:
        """What was purged by other runs than these: `layer` (register, quarantine), `dataset`, and the keyed `hash` of a record's id."""
        purges, records = tables.purges.c, tables.purged_records.c
        of_records = (purges.state == "done", purges.layer.in_(("register", "quarantine")))
        columns: dict[str, list[str]] = {"layer": [], "dataset": [], "hash": []}
        with self._ledger.engine.connect().execution_options(yield_per=_AT_ONCE) as connection:
            others = set(connection.scalars(sa.select(purges.run).where(*of_records).distinct())) - runs
            for run in sorted(others):
                own = sa.select(purges.layer, purges.dataset, records.hash).join(tables.purged_records)
                for row in connection.execute(own.where(*of_records, purges.run == run)):
                    for column, value in zip(columns, row, strict=True):
                        columns[column].append(value)
        return pa.table({key: pa.array(values, pa.string()) for key, values in columns.items()})

    def forget(self, purges: Iterable[str]) -> None:
        """Keep the keyed hashes of these purges no more; that they were, and their counts, stays."""
        rows = [{"key": purge} for purge in purges]
        if rows:
            with self._ledger.engine.begin() as connection:
                table = tables.purged_records
                connection.execute(table.delete().where(table.c.purge == sa.bindparam("key")), rows)

    def known(self) -> list[dict[str, Any]]:
        """The purges of which any keyed hash is kept: `purge`, `planned_at`."""
        columns = tables.purges.c
        kept = sa.exists().where(tables.purged_records.c.purge == columns.purge)
        with self._ledger.engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.select(columns.purge, columns.planned_at).where(kept)).mappings()]

    def forget_void(self) -> None:
        """Forget the records of purges that never happened."""
        void = sa.select(tables.purges.c.purge).where(tables.purges.c.state == "void")
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.purged_records.delete().where(tables.purged_records.c.purge.in_(void)))

    def forget_expired_plans(self, today: dt.date) -> None:
        """Forget the records of plans that have expired; the plans themselves stay on record."""
        expired = sa.select(tables.plans.c.plan).where(tables.plans.c.expires_on < today)
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.plan_records.delete().where(tables.plan_records.c.plan.in_(expired)))


def _replace_waiting(connection: sa.Connection) -> None:
    waiting = sa.select(tables.plans.c.plan).where(tables.plans.c.state == WAITING)
    connection.execute(tables.plan_records.delete().where(tables.plan_records.c.plan.in_(waiting)))
    connection.execute(tables.plans.update().where(tables.plans.c.state == WAITING).values(state=REPLACED))


def _insert(connection: sa.Connection, table: sa.Table, column: str, key: str, hashes: Iterable[str]) -> None:
    """Insert hashes, some at once: there may be millions of them."""
    rows: list[dict[str, str]] = []
    for each in hashes:
        rows.append({column: key, "hash": each})
        if len(rows) == _AT_ONCE:
            connection.execute(table.insert(), rows)
            rows = []
    if rows:
        connection.execute(table.insert(), rows)


def _hashes(ledger: Ledger, statement: sa.Select[Any]) -> pa.Table:
    """Hashes as an Arrow table, read some at once."""
    with ledger.engine.connect() as connection:
        found = connection.execution_options(stream_results=True).execute(statement)
        parts = [pa.array([row[0] for row in rows], pa.string()) for rows in found.partitions(_AT_ONCE)]
    return pa.table({"hash": pa.chunked_array(parts, pa.string())})
