"""The purge within a run, across the stores: ledger first, then the warehouse, then the files; and the look at what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.identity.kept import Kept
from assets.identity.resolve import is_stale, resolve
from assets.ingest.audio import orphans, strays, sweep
from assets.ingest.load import held_rows
from assets.retention import leavings, own
from assets.retention.orders import PURGE, Orders
from assets.retention.purge import due_without_anchor, plan, purge, undeclared_tables
from resources.ledger import PurgeRecord
from resources.runs import begin_run, finish_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register
    from resources.warehouse import Engine


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


def due(register: Register, engine: Engine) -> list[PurgeRecord]:
    """What a purge would take today, by layer, data set and rule: of the warehouse that the engine reads, the outbox and the ledger."""
    found = [*plan(engine, register.catalogue, register.clock.today()), *own.plan(register), *leavings.plan(register)]
    return [record for record in found if record.records]


def purge_in_run(register: Register, run: str) -> Purged:
    """Purge what is due today in a run's working copy, publish it, delete the audio that no row has any more, and then what is our own.

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
    for table, going in hashes.items():
        known = set(ledger.gone(table)["hash"].to_pylist())  # a warehouse out of a backup may hold them again
        ledger.gone_meant(run, table, sorted(going - known))
    orders = Orders.of(register)
    with register.warehouse.writing(run) as engine:
        if records:
            purge(engine, catalogue, today, orders)
        if records or is_stale(engine):
            resolve(engine, catalogue, Kept.of(register))
    orders.meant(register, run, PURGE)
    finish_run(register, run)
    with register.warehouse.reading() as engine:
        tables = {record.dataset for record in records if record.layer == "register"}
        rows = {table: held_rows(engine, catalogue.dataset(table)) for table in sorted(tables)}
        files = sweep(engine, catalogue, register.recordings)
    return Purged([*records, *own.purge(register, run), *leavings.purge(register, run)], files, rows)


def overdue(register: Register) -> list[PurgeRecord]:
    """What is held past its period in what readers see, in every layer: nothing, once the daily purge has run.

    The layers are `register`, `field`, `quarantine`, `recordings` (audio of no row), `landing` (what no run has cleared away within a
    day), `outbox` and `ledger`.
    """
    with register.warehouse.reading() as engine:
        audio = strays(engine, register.catalogue, register.recordings)
        return [*due(register, engine), *_recordings(register, audio), *_landing(register)]


def verify(register: Register) -> Verified:
    """Look at what readers see: is anything left that should have gone?"""
    late = sum(record.records for record in overdue(register))
    with register.warehouse.reading() as engine:
        undeclared = len(undeclared_tables(engine, register.catalogue))
        return Verified(late, undeclared, orphans(engine, register.catalogue, register.recordings))


def _recordings(register: Register, audio: dict[str, int]) -> Iterator[PurgeRecord]:
    rules = {dataset.table: dataset.shape.retention for dataset in register.catalogue.datasets}
    for table, number in audio.items():
        yield PurgeRecord("recordings", table, rules.get(table, ""), number, None, None)


def _landing(register: Register) -> Iterator[PurgeRecord]:
    now = register.clock.now()
    batches = {f"{each.parent.parent.name}_{each.parent.name}" for each in own.leftovers(register.landing.folder.glob("*/*/*"), now)}
    rules = {dataset.table: dataset.shape.retention for dataset in register.catalogue.datasets}
    for table in sorted(batches):
        yield PurgeRecord("landing", table, rules.get(table, ""), 1, None, None)
