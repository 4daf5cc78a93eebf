"""The purge within a run, across the stores: ledger first, then the warehouse, then the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.identity.resolve import is_stale, resolve
from assets.ingest.audio import orphans, sweep
from assets.ingest.load import held_rows
from assets.retention.purge import due_without_anchor, plan, purge, undeclared_tables
from resources.runs import begin_run, finish_run

if TYPE_CHECKING:
    from resources.ledger import PurgeRecord
    from resources.register import Register


@dataclass(frozen=True)
class Purged:
    """What went: records by layer, data set and rule, and audio files; and the rows left of each table that lost any."""

    records: list[PurgeRecord]
    files: int
    rows: dict[str, int]


@dataclass(frozen=True)
class Verified:
    """What should not be there, in what readers see: counts."""

    overdue: int
    undeclared: int
    orphans: int


def purge_in_run(register: Register, run: str) -> Purged:
    """Purge what is due today in a run's working copy, publish it, and delete the audio that no row has any more.

    What is due is worked out here again: what changed since the plan was shown counts.
    """
    begin_run(register, run)
    catalogue, today, ledger = register.catalogue, register.clock.today(), register.ledger
    with register.warehouse.viewing(run) as engine:
        records = [record for record in plan(engine, catalogue, today) if record.records]
        hashes: dict[str, set[str]] = {}
        for table, each in due_without_anchor(engine, catalogue, today, register.home.pepper):
            hashes.setdefault(table, set()).update(each)
    ledger.purge_meant(run, register.clock.now(), records)
    for table, due in hashes.items():
        known = set(ledger.gone(table)["hash"].to_pylist())  # a warehouse out of a backup may hold them again
        ledger.gone_meant(run, table, sorted(due - known))
    with register.warehouse.writing(run) as engine:
        if records:
            purge(engine, catalogue, today)
        if records or is_stale(engine):
            resolve(engine, catalogue)
    finish_run(register, run)
    with register.warehouse.reading() as engine:
        tables = {record.dataset for record in records if record.layer == "register"}
        rows = {table: held_rows(engine, catalogue.dataset(table)) for table in sorted(tables)}
        return Purged(records, sweep(engine, catalogue, register.recordings), rows)


def verify(register: Register) -> Verified:
    """Look at what readers see: is anything left that should have gone?"""
    with register.warehouse.reading() as engine:
        overdue = sum(record.records for record in plan(engine, register.catalogue, register.clock.today()))
        undeclared = len(undeclared_tables(engine, register.catalogue))
        return Verified(overdue, undeclared, orphans(engine, register.catalogue, register.recordings))
