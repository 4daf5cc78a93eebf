"""Ingest one source within a run: each data set is extracted into landing, then loaded into the run's working copy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from assets.ingest.account import Account, RefusedError, refuse_drift, write_batch
from assets.ingest.audio import Audio
from assets.ingest.corrected import Corrections, tell
from assets.ingest.erased import Erased
from assets.ingest.held import Holds
from assets.ingest.load import Load, held_rows, load
from assets.ingest.mismatches import Mismatch, mismatches
from assets.ingest.unfit import Unfit, unfit
from assets.ingest.vanished import vanished
from resources.connectors.extract import Connector
from resources.connectors.pieces import Moment, check_days, described
from resources.connectors.source_error import SourceError
from resources.errors import AnsvarError
from resources.ledger.cursors import Cursor, cursor_meant, cursor_of
from resources.runs import begin_run

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from resources.catalogue import Dataset
    from resources.register import Register


@dataclass(frozen=True)
class Outcome:
    """What became of one data set in a run: its batch's account, or why there is none; and when what is held was read.

    A batch that was refused has an account, of its refused records, and the error that says why.
    `mismatches` are the fields whose tags do not fit what is held now, `unfit` those of which some values do not identify, `asked` counts
    what was asked of a server.
    """

    dataset: Dataset
    rows: int
    batch: str | None = None
    account: Account | None = None
    error: AnsvarError | None = None
    read_at: dt.datetime | None = None
    mismatches: tuple[Mismatch, ...] = ()
    asked: dict[str, int] = field(default_factory=dict)
    unfit: tuple[Unfit, ...] = ()


def ingest_source(register: Register, source: str, run: str, wanted: Iterable[str]) -> Iterator[Outcome]:
    """Ingest data sets of a source, one after the other.

    A source that cannot be read raises nothing: its data sets' outcomes bear the error, and what was held of them stays. So does that of a
    data set whose batch is refused; the next one is read all the same.

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
                error = _unreadable(source, failure)
            else:
                yield outcome
                continue
        with register.warehouse.viewing(run) as engine:
            rows = held_rows(engine, dataset)
            wrong = tuple(mismatches(engine, dataset, register.catalogue))
            nobodys = tuple(unfit(engine, dataset, register.catalogue))
        read_at = register.ledger.latest_read(source, name)
        yield Outcome(dataset, rows, error=error, read_at=read_at, mismatches=wrong, unfit=nobodys)


def ingest_days(register: Register, dataset: Dataset, run: str, days: Iterable[dt.date]) -> Outcome:
    """Read closed days of a data set again: what they hold now is merged by its key, and the daily reading goes on where it would have.

    What was erased, purged or is too old does not come back. A row that the source no longer has in such a day stays.

    Args:
        register: the register.
        dataset: the data set.
        run: the run's id; the caller resolves identities and publishes it.
        days: the days, in the source's time zone.

    Raises:
        AnsvarError: where the source gives no day for itself, a day is not over, or the source cannot be read; nothing was changed.
    """
    picked = tuple(sorted(set(days)))
    source = register.catalogue.sources[dataset.source]
    check_days(dataset, Moment(register.clock.now(), source.shape.time_zone, days=picked))
    begin_run(register, run)
    try:
        return _ingest(register, Connector(source, register.home), dataset, run, picked)
    except OSError as failure:
        raise _unreadable(source.name, failure) from None


def _unreadable(source: str, failure: OSError) -> SourceError:
    return SourceError(source, f"{type(failure).__name__} at one of its files, or in landing: see permissions and free space")


def _ingest(register: Register, connector: Connector, dataset: Dataset, run: str, days: tuple[dt.date, ...] = ()) -> Outcome:
    now = register.clock.now()
    memory = None if days else _memory(register, dataset)
    extraction = connector.extract(dataset, register.landing, Moment(now, memory=memory, days=days))
    batch = extraction.batch
    register.ledger.batch_landed(batch.id, dataset.source, dataset.name, run, now)
    corrections = Corrections.of(register, dataset)
    what = Load(
        catalogue=register.catalogue,
        dataset=dataset,
        batch=batch.id,
        now=now,
        today=register.clock.today(),
        gone=register.ledger.gone(dataset.table),
        pepper=register.home.pepper,
        holds=Holds.of(register),
        erased=Erased.of(register),
        corrections=corrections,
        audio=Audio(Path(connector.folder), register.recordings) if dataset.audio is not None else None,
        days=len(days),
    )
    decoded, undeclared = extraction.decoded, list(extraction.decoded.undeclared)
    try:
        refuse_drift(dataset, decoded.missing)
        with register.warehouse.writing(run) as engine:
            gone = vanished(engine, dataset, decoded, register.ledger.latest_batch(dataset.source, dataset.name))
            account = load(engine, what, batch.records, decoded.read, decoded.left_out)
            account.undeclared, account.vanished = undeclared, gone
            write_batch(engine, what, run, account)
            rows = held_rows(engine, dataset)
            wrong = tuple(mismatches(engine, dataset, register.catalogue))
            nobodys = tuple(unfit(engine, dataset, register.catalogue))
    except RefusedError as refusal:
        return _refused(register, what, run, Account(decoded.read, refused=decoded.read, undeclared=undeclared), refusal)
    if extraction.memory is not None:
        cursor = Cursor(described(dataset), extraction.memory, run)
        cursor_meant(register.ledger.engine, dataset.source, dataset.name, cursor, now)
    register.ledger.batch_loaded(batch.id, _told(what, account))
    tell(register, corrections)
    return Outcome(dataset, rows, batch.id, account, read_at=now, mismatches=wrong, asked=extraction.asked, unfit=nobodys)


def _told(what: Load, account: Account) -> dict[str, object]:
    """An account as the ledger keeps it; with the number of days where days were picked: such a batch tells nothing of what came later."""
    return account.as_dict() | ({"days": what.days} if what.days else {})


def _memory(register: Register, dataset: Dataset) -> dict[str, str] | None:
    """What the last reading ended with; None before the first.

    So it is where a data set is made of something else by now, and where the warehouse, as one that was restored, lacks what was read.
    """
    cursor = cursor_of(register.ledger.engine, dataset.source, dataset.name)
    if cursor is None or cursor.described != described(dataset) or cursor.run not in register.warehouse.published_runs():
        return None
    return cursor.memory


def _refused(register: Register, what: Load, run: str, account: Account, refusal: RefusedError) -> Outcome:
    """Account for a batch that was not loaded: its source was read, and nothing that is held changed."""
    dataset = what.dataset
    with register.warehouse.writing(run) as engine:
        write_batch(engine, what, run, account)
        rows = held_rows(engine, dataset)
        wrong = tuple(mismatches(engine, dataset, register.catalogue))
        nobodys = tuple(unfit(engine, dataset, register.catalogue))
    register.ledger.batch_refused(what.batch, _told(what, account))
    read_at = register.ledger.latest_read(dataset.source, dataset.name)
    return Outcome(dataset, rows, what.batch, account, refusal, read_at, wrong, unfit=nobodys)
