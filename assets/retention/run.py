"""The purge within a run, across the stores: ledger first, then the warehouse, then the files; and the look at what is left."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assets.identity.kept import Kept
from assets.identity.resolve import is_stale, update
from assets.ingest.audio import orphans, strays, sweep
from assets.ingest.held import Holds
from assets.ingest.load import held_rows
from assets.retention import leavings, own
from assets.retention.approval import expire, renew_plan
from assets.retention.due import Due, Terms, hashes, prepare, without_anchor
from assets.retention.files import files_without_rows, rows_without_files
from assets.retention.kept_requests import back_of
from assets.retention.orders import PURGE, Orders
from assets.retention.purge import planned, purge, undeclared_tables
from assets.retention.rectify import forget_gone
from resources.ledger import PurgeRecord
from resources.ledger.plans import PlanLedger
from resources.runs import begin_run, finish_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Purged:
    """What went: records by layer, data set and rule, and audio files; and the rows left of each table that lost any.

    `due` is all that was due, with what was held back and what waits for approval.
    """

    records: list[PurgeRecord]
    files: int
    rows: dict[str, int]
    due: list[Due] = field(default_factory=list)


@dataclass(frozen=True)
class Verified:
    """What should not be there, in what readers see: counts. `waiting` of those overdue wait for approval; `held` are kept, lawfully.

    `stray` and `lost` count, by layer, files without a row and rows without a file.
    """

    overdue: int
    undeclared: int
    orphans: int
    held: int = field(default=0, compare=False)
    waiting: int = field(default=0, compare=False)
    stray: dict[str, int] = field(default_factory=dict, compare=False)
    lost: dict[str, int] = field(default_factory=dict, compare=False)


def look(register: Register, engine: Engine) -> list[Due]:
    """All that is due today, by layer, data set and rule: what would go, what is held back and by what, what waits for approval.

    Of the warehouse that the engine reads, the outbox and the ledger; nothing is changed.
    """
    holds, terms = Holds.of(register), Terms.of(register)
    prepare(engine, register, holds)
    return [*planned(engine, register.catalogue, register.clock.today(), terms), *_own(register, back_of(engine, register, holds, terms))]


def due(register: Register, engine: Engine) -> list[PurgeRecord]:
    """What a purge would take today, by layer, data set and rule: of the warehouse that the engine reads, the outbox and the ledger."""
    return [each.going for each in look(register, engine) if each.going.records]


def purge_in_run(register: Register, run: str, *, dry_run: bool = False) -> Purged:
    """Purge what is due today in a run's working copy, publish it, delete the audio that no row has any more, and then what is our own.

    What is due, held and approved is worked out here again: what changed since the plan was shown counts, and so does a request that was
    filed meanwhile. What waits for approval becomes the plan that is to be approved. A dry run says what would go, and purges nothing.
    """
    begin_run(register, run)
    if dry_run:
        return _dry(register, run)
    catalogue, today, plans = register.catalogue, register.clock.today(), PlanLedger(register.ledger)
    holds, terms, orders = Holds.of(register), Terms.of(register), Orders.of(register)
    plans.forget_void()
    with register.warehouse.writing(run) as engine:
        prepare(engine, register, holds)
        found = planned(engine, catalogue, today, terms)
        records = carry_out(register, engine, run, terms, orders)
        if records or is_stale(engine):
            update(engine, catalogue, Kept.of(register))
    orders.meant(register, run, PURGE)
    finish_run(register, run)
    with register.warehouse.reading() as engine:
        tables = {record.dataset for record in records if record.layer == "register"}
        rows = {table: held_rows(engine, catalogue.dataset(table)) for table in sorted(tables)}
        files = sweep(engine, catalogue, register.recordings)
        forget_gone(engine, register)
        prepare(engine, register, holds)
        back = back_of(engine, register, holds, terms)
    expire(register)
    own_due = _own(register, back)
    with register.warehouse.reading() as engine:
        renew_plan(register, engine)
    taken = [*own.purge(register, run, back), *leavings.purge(register, run)]
    return Purged([*records, *taken], files, rows, [*found, *own_due])


def carry_out(register: Register, engine: Engine, run: str, terms: Terms, orders: Orders) -> list[PurgeRecord]:
    """Delete in a run's working copy what goes, once `prepare` said what is held, the ledger told first; gives what went."""
    ledger, plans, catalogue = register.ledger, PlanLedger(register.ledger), register.catalogue
    records: list[PurgeRecord] = []
    gone: dict[str, set[str]] = {}

    def note(each: Due) -> None:
        records.append(each.going)
        plans.purge_meant(run, register.clock.now(), each.going, hashes(engine, terms.pepper))
        if each.going.layer == "register":
            orders.add(engine, catalogue.dataset(each.going.dataset), "due")
        if each.is_remembered:
            gone.setdefault(each.going.dataset, set()).update(without_anchor(engine, terms.pepper))

    purge(engine, catalogue, register.clock.today(), terms, note)
    for table, going in gone.items():
        known = set(ledger.gone(table)["hash"].to_pylist())  # a warehouse out of a backup may hold them again
        ledger.gone_meant(run, table, sorted(going - known))
    return records


def _dry(register: Register, run: str) -> Purged:
    with register.warehouse.viewing(run) as engine:
        found = look(register, engine)
        changed = is_stale(engine)
    if changed or register.ledger.batches_of(run):
        finish_run(register, run)  # what earlier steps of the run did
    else:
        register.warehouse.release(run)
    return Purged([each.going for each in found if each.going.records], 0, {}, found)


def _own(register: Register, back: own.Back) -> list[Due]:
    found = own.due(register, back)
    records = [*own.plan(register, found), *leavings.plan(register)]
    return [*(Due(record) for record in records), *found.held]


def overdue(register: Register) -> list[PurgeRecord]:
    """What is held past its period in what readers see, in every layer: nothing, once the daily purge has run.

    What a legal hold, a restriction or an open request keeps is lawfully there and is not in it: see `kept_back`. What waits for a named
    user's approval is. The layers are `register`, `field`, `quarantine`, `recordings` (audio of no row), `landing` (what no run has cleared
    away within a day), `outbox` and `ledger`.
    """
    with register.warehouse.reading() as engine:
        return _overdue(register, engine, look(register, engine))


def _overdue(register: Register, engine: Engine, found: list[Due]) -> list[PurgeRecord]:
    audio = strays(engine, register.catalogue, register.recordings)
    late = [_late(each) for each in found]
    return [*(each for each in late if each.records), *_recordings(register, audio), *_landing(register)]


def kept_back(register: Register) -> list[Due]:
    """What is past its period in what readers see and is kept by a hold, a restriction or an open request, or waits for approval."""
    with register.warehouse.reading() as engine:
        return [each for each in look(register, engine) if each.kept or each.waiting is not None]


def _late(each: Due) -> PurgeRecord:
    """What is due of a layer and not held."""
    if each.waiting is None:
        return each.going
    days = [day for record in (each.going, each.waiting) for day in (record.oldest, record.newest) if day is not None]
    number = each.going.records + each.waiting.records
    return replace(each.going, records=number, oldest=min(days, default=None), newest=max(days, default=None))


def verify(register: Register) -> Verified:
    """Look at what readers see: is anything left that should have gone?"""
    with register.warehouse.reading() as engine:
        found = look(register, engine)
        late = sum(record.records for record in _overdue(register, engine, found))
        undeclared = len(undeclared_tables(engine, register.catalogue))
        alone = orphans(engine, register.catalogue, register.recordings)
        return Verified(
            late,
            undeclared,
            alone,
            held=sum(each.kept for each in found),
            waiting=sum(each.waiting.records for each in found if each.waiting is not None),
            stray=files_without_rows(register, engine),
            lost=rows_without_files(register, engine),
        )


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
