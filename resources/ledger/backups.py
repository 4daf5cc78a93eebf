"""What the ledger knows of backups, and how it goes back with a register that came out of one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.ledger import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOMENTS = (
    tables.batches.c.landed_at,
    tables.purges.c.planned_at,
    tables.requests.c.received_at,
    tables.bundles.c.made_at,
    tables.bundles.c.released_at,
    tables.request_steps.c.at,
    tables.redactions.c.at,
    tables.disclosures.c.made_at,
    tables.looks.c.at,
    tables.verdicts.c.made_at,
    tables.backups.c.made_at,
    tables.holds.c.made_at,
    tables.holds.c.ended_at,
    tables.restrictions_lifted.c.lifted_at,
    tables.plans.c.planned_at,
    tables.plans.c.approved_at,
    tables.erasures.c.decided_at,
    tables.erasures.c.erased_at,
    tables.returns.c.made_at,
    tables.work_orders.c.made_at,
    tables.work_orders.c.done_at,
    tables.audit.c.at,
    tables.objections.c.made_at,
    tables.objections.c.ended_at,
    tables.corrections.c.made_at,
    tables.corrections.c.ended_at,
    tables.users.c.made_at,
    tables.users.c.disabled_at,
    tables.sessions.c.seen_at,
    tables.identities.c.made_at,
    tables.identities.c.bound_at,
    tables.provider_logins.c.at,
    tables.login_failures.c.last_at,
)


def backup_made(engine: sa.Engine, row: dict[str, Any]) -> None:
    """A backup was written and verified; `row` has the table's columns."""
    with engine.begin() as connection:
        connection.execute(tables.backups.insert().values(row))


def backups(engine: sa.Engine) -> list[dict[str, Any]]:
    """The backups whose files were not deleted by their period, newest first."""
    with engine.connect() as connection:
        statement = sa.select(tables.backups).order_by(tables.backups.c.made_at.desc(), tables.backups.c.backup)
        return [dict(row) for row in connection.execute(statement).mappings()]


def backups_gone(engine: sa.Engine, names: Iterable[str]) -> None:
    """Know no more of backups whose files have gone."""
    rows = [{"key": each} for each in names]
    if rows:
        with engine.begin() as connection:
            connection.execute(tables.backups.delete().where(tables.backups.c.backup == sa.bindparam("key")), rows)


def last_moment(engine: sa.Engine) -> dt.datetime | None:
    """When the last thing happened that the ledger knows of; None where it knows of nothing."""
    with engine.connect() as connection:
        found = [connection.scalar(sa.select(sa.func.max(column))) for column in _MOMENTS]
    return max((moment for moment in found if moment is not None), default=None)


def go_back(engine: sa.Engine, published: set[str], earlier: Iterable[dict[str, Any]]) -> int:
    """Forget the readings that a restored register does not hold, so that their records are read again; gives how many batches.

    What was decided and done to records stays: purges, what is gone, requests, verdicts.

    Args:
        engine: the ledger that goes on.
        published: the runs that the restored register holds the work of.
        earlier: the cursors of the ledger out of the backup, which come back.
    """
    batches, cursors = tables.batches, tables.cursors
    lost = 0
    with engine.begin() as connection:
        for run in set(connection.scalars(sa.select(batches.c.run).where(batches.c.state == "done").distinct())) - published:
            changed = batches.update().where(batches.c.run == run, batches.c.state == "done").values(state="void")
            lost += connection.execute(changed).rowcount
        for run in set(connection.scalars(sa.select(cursors.c.run).distinct())) - published:
            connection.execute(cursors.delete().where(cursors.c.run == run))
        known = {(source, dataset) for source, dataset in connection.execute(sa.select(cursors.c.source, cursors.c.dataset))}
        rows = [row for row in earlier if row["run"] in published and (row["source"], row["dataset"]) not in known]
        if rows:
            connection.execute(cursors.insert(), rows)
    return lost


def cursors_done(engine: sa.Engine) -> list[dict[str, Any]]:
    """Every cursor that the next reading would go on from."""
    with engine.connect() as connection:
        statement = sa.select(tables.cursors).where(tables.cursors.c.state == "done")
        return [dict(row) for row in connection.execute(statement).mappings()]


def gone_hashes(engine: sa.Engine) -> Iterator[dict[str, str]]:
    """Keyed hashes of what is not to come back: `dataset` and `hash` of a record; `erased_at`, `key_id`, `kind`, `hash` of a person."""
    identifiers, erasures = tables.erased_identifiers.c, tables.erasures.c
    known = sa.select(erasures.erased_at, identifiers.key_id, identifiers.kind, identifiers.hash).join(tables.erasures)
    with engine.connect() as connection:
        statement = sa.select(tables.gone.c.dataset, tables.gone.c.hash).where(tables.gone.c.state == "done").order_by(tables.gone.c.hash)
        for dataset, digest in connection.execute(statement):
            yield {"dataset": dataset, "hash": digest}
        erased = known.where(erasures.state.in_(("published", "done"))).order_by(erasures.erased_at, identifiers.hash)
        for row in connection.execute(erased):
            yield {"erased_at": row.erased_at.isoformat(), "key_id": row.key_id, "kind": row.kind, "hash": row.hash}


def bring_gone(engine: sa.Engine, rows: Iterable[dict[str, str]], run: str) -> None:
    """Keep keyed hashes that another ledger kept; those that are known stay as they are.

    Those of erased persons are kept as one erasure for each moment, without the request that they were of.
    """
    given = list(rows)
    with engine.begin() as connection:
        known = set(connection.scalars(sa.select(tables.gone.c.hash)))
        records = {row["hash"]: row for row in given if "dataset" in row and row["hash"] not in known}
        if records:
            connection.execute(tables.gone.insert(), [row | {"run": run, "state": "done"} for row in records.values()])
        identifiers = tables.erased_identifiers
        erased = {tuple(row) for row in connection.execute(sa.select(identifiers.c.key_id, identifiers.c.kind, identifiers.c.hash))}
        persons = {(row["key_id"], row["kind"], row["hash"]): row["erased_at"] for row in given if "erased_at" in row}
        new = {key: moment for key, moment in persons.items() if key not in erased}
        for number, moment in enumerate(sorted(set(new.values()))):
            erasure, at = f"{run[-20:]}-{number}", dt.datetime.fromisoformat(moment)
            row = {"erasure": erasure, "request": "", "state": "done", "decided_by": "", "decided_at": at, "run": run, "erased_at": at}
            connection.execute(tables.erasures.insert().values(row | {"summary": {"datasets": []}}))
            hashes = [
                {"erasure": erasure, "key_id": key_id, "kind": kind, "hash": digest}
                for (key_id, kind, digest), each in new.items()
                if each == moment
            ]
            connection.execute(identifiers.insert(), hashes)
