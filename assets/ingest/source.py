"""Ingest one source within a run: each data set is extracted into landing, then loaded into the run's working copy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assets.ingest.audio import Audio
from assets.ingest.load import Account, Load, held_rows, load
from assets.ingest.mismatches import Mismatch, mismatches
from resources.connectors.extract import Connector
from resources.connectors.source_error import SourceError
from resources.errors import AnsvarError
from resources.runs import begin_run

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from resources.catalogue import Dataset
    from resources.register import Register


@dataclass(frozen=True)
class Outcome:
    """What became of one data set in a run: its batch's account, or why there is none; and when what is held was read.

    `mismatches` are the fields whose tags do not fit what is held now.
    """

    dataset: Dataset
    rows: int
    batch: str | None = None
    account: Account | None = None
    error: AnsvarError | None = None
    read_at: dt.datetime | None = None
    mismatches: tuple[Mismatch, ...] = ()


def ingest_source(register: Register, source: str, run: str, wanted: Iterable[str]) -> Iterator[Outcome]:
    """Ingest data sets of a source, one after the other.

    A source that cannot be read raises nothing: its data sets' outcomes bear the error, and what was held of them stays.

    Args:
        register: the register.
        source: the source's name.
        run: the run's id.
        wanted: names of the data sets to read.
    """
    begin_run(register, run)
    description = register.catalogue.sources[source]
    connector = Connector(description, register.home)
    error: AnsvarError | None = None
    for name in wanted:
        dataset = description.datasets[name]
        if error is None:
            try:
                outcome = _ingest(register, connector, dataset, run)
            except AnsvarError as failure:
                error = failure
            except OSError as failure:
                error = SourceError(source, f"{type(failure).__name__} at one of its files, or in landing: see permissions and free space")
            else:
                yield outcome
                continue
        with register.warehouse.viewing(run) as engine:
            rows = held_rows(engine, dataset)
            wrong = tuple(mismatches(engine, dataset, register.catalogue))
        yield Outcome(dataset, rows, error=error, read_at=register.ledger.latest_read(source, name), mismatches=wrong)


def _ingest(register: Register, connector: Connector, dataset: Dataset, run: str) -> Outcome:
    extraction = connector.extract(dataset, register.landing)
    batch, now = extraction.batch, register.clock.now()
    register.ledger.batch_landed(batch.id, dataset.source, dataset.name, run, now)
    what = Load(
        catalogue=register.catalogue,
        dataset=dataset,
        batch=batch.id,
        now=now,
        today=register.clock.today(),
        gone=register.ledger.gone(dataset.table),
        pepper=register.home.pepper,
        audio=Audio(Path(connector.folder), register.recordings) if dataset.audio is not None else None,
    )
    with register.warehouse.writing(run) as engine:
        account = load(engine, what, batch.records, extraction.decoded.read, extraction.decoded.left_out)
        rows = held_rows(engine, dataset)
        wrong = tuple(mismatches(engine, dataset, register.catalogue))
    account.undeclared = list(extraction.decoded.undeclared)
    register.ledger.batch_loaded(batch.id, account.as_dict())
    return Outcome(dataset, rows, batch.id, account, read_at=now, mismatches=wrong)
