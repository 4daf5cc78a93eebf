"""Take records out of quarantine once their rule is mended: each is typed again, from its own text and by the present rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assets.ingest.account import Account, write_batch
from assets.ingest.audio import Audio
from assets.ingest.corrected import Corrections, tell
from assets.ingest.erased import Erased
from assets.ingest.held import Holds
from assets.ingest.load import Load, load
from resources.connectors.again import decode_again, outside
from resources.connectors.context import pointer
from resources.connectors.extract import Connector
from resources.runs import begin_run
from resources.warehouse.dialect import literal
from resources.warehouse.engine import engine as connection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue import Dataset
    from resources.register import Register
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Released:
    """What became of a data set's records in quarantine: the account of those that were typed again, and how many could not be.

    What could not be read at all, or was kept without what its fields take from around it, is read again from its source alone.
    """

    dataset: Dataset
    account: Account
    untried: int


def release(register: Register, run: str, wanted: Iterable[Dataset]) -> list[Released]:
    """Load from quarantine, into a run's working copy, the records that now fit; the others stay there, told by the rule they break now.

    Args:
        register: the register.
        run: the run's id; the caller resolves identities and publishes it.
        wanted: the data sets whose records are tried.
    """
    begin_run(register, run)
    found = []
    for dataset in wanted:
        with register.warehouse.writing(run) as engine:
            found.append(_release(register, engine, dataset, run))
    return [each for each in found if each.account.read or each.untried]


def _release(register: Register, engine: Engine, dataset: Dataset, run: str) -> Released:
    there = engine.count("SELECT count(*) FROM quarantine.records WHERE dataset = $table", {"table": dataset.table})
    complete = " AND ".join(["true", *(f"json_exists(_context, {literal(pointer(path))})" for path in outside(dataset))])
    engine.run(
        f"""
        CREATE TEMP TABLE released AS
        SELECT row_number() OVER (ORDER BY _quarantined_at, rowid) AS _row, record AS _raw, _context, _quarantined_at AS _since, _quarantine
        FROM quarantine.records WHERE dataset = $table AND rule <> 'unreadable' AND coalesce({complete}, false)
        """,
        {"table": dataset.table},
    )
    read = engine.count("SELECT count(*) FROM released")
    account = _load(register, engine, dataset, run, read) if read else Account(0)
    engine.run("DROP TABLE released")
    return Released(dataset, account, there - read)


def _load(register: Register, engine: Engine, dataset: Dataset, run: str, read: int) -> Account:
    batch = register.landing.new_batch(dataset.source, f"{dataset.name}.released")
    held = batch.raw / "held.parquet"
    engine.run(f"COPY (SELECT _row, _raw, _context, _since FROM released) TO {literal(str(held))} (FORMAT parquet, COMPRESSION zstd)")
    with connection(None, register.warehouse.temporary) as memory:
        decode_again(memory, held, batch.records, dataset)
    connector = Connector(register.catalogue.sources[dataset.source], register.home)
    corrections = Corrections.of(register, dataset)
    what = Load(
        catalogue=register.catalogue,
        dataset=dataset,
        batch=batch.id,
        now=register.clock.now(),
        today=register.clock.today(),
        gone=register.ledger.gone(dataset.table),
        pepper=register.home.pepper,
        holds=Holds.of(register),
        erased=Erased.of(register),
        audio=Audio(Path(connector.folder), register.recordings) if dataset.audio is not None else None,
        corrections=corrections,
        is_release=True,
    )
    account = load(engine, what, batch.records, read, 0)
    tell(register, corrections)
    write_batch(engine, what, run, account)
    return account
