"""Bring a register back out of a backup, less what was deleted since: nobody reads a restored record that had gone.

The ledger outlives the warehouse. The newest that there is decides: it knows what was purged and erased after the backup was made. What
comes out of the backup becomes the working copy of a run; the ledger is applied to it, and it is purged by today's date and rewritten,
before it is published. What was published before stays readable until then.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assets.identity.kept import Kept
from assets.identity.resolve import resolve
from assets.ingest.audio import sweep
from assets.ingest.corrected import Corrections, correct_register
from assets.ingest.held import Holds
from assets.ingest.identifiers import forget_identifiers
from assets.retention import leavings, own
from assets.retention.due import Terms, prepare
from assets.retention.erasure import apply_erasures
from assets.retention.kept_requests import back_of
from assets.retention.orders import Orders
from assets.retention.purge import plan
from assets.retention.run import carry_out
from resources.backups.copy import copy_ledger, ledger_rows, pepper_check, table_rows
from resources.backups.unpack import LEDGER, WAREHOUSE, Manifest, unpack
from resources.errors import AnsvarError
from resources.ledger import Ledger
from resources.ledger.backups import bring_gone, cursors_done, go_back, last_moment
from resources.ledger.bundles import BundleLedger
from resources.ledger.plans import PlanLedger
from resources.runs import finish_run
from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.ledger import PurgeRecord
    from resources.register import Register
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Restored:
    """What came back: whose ledger goes on (`home`, `given`, `backup`), rows, and what went at once: again, and by today's date."""

    ledger: str
    rows: int
    again: int
    purged: list[PurgeRecord]
    read_again: int


def apply_again(register: Register, engine: Engine, run: str, held: set[str]) -> tuple[int, list[PurgeRecord]]:
    """Delete from a restored working copy all that the ledger says has gone, and what is past its period today.

    To be called within the run's transaction, before anything of it is published. Gives how many records went because the ledger knows
    that they were purged, or whose person was erased, and the purge by today's date, which is meant in the ledger before it is carried out.

    Args:
        register: the register, with the ledger that goes on.
        engine: the working copy.
        run: the id of this run.
        held: the runs that the backup holds the work of.

    Raises:
        AnsvarError: where something past its period would be left that nothing keeps.
    """
    again = _purged_again(register, engine, held) + sum(apply_erasures(engine, register).values())
    correct_register(engine, register.catalogue, Corrections.of(register))
    for table in tables_of(engine, "outreach"):  # who may be written to is worked out anew, of what was restored
        engine.run(f"DELETE FROM outreach.{name(table)}")
    terms = Terms.of(register)
    prepare(engine, register, Holds.of(register))
    records = carry_out(register, engine, run, terms, Orders(None))
    if any(record.records for record in plan(engine, register.catalogue, register.clock.today(), terms)):
        raise AnsvarError("Something past its period would be left in what is restored: nothing of it was published.")
    return again, records


def _purged_again(register: Register, engine: Engine, held: set[str]) -> int:
    """Delete the records, in the register and in quarantine, that the ledger knows as gone, or as purged since the backup was made."""
    gone, there, pepper = 0, tables_of(engine, "register"), register.home.pepper
    engine.register("purged_rows", PlanLedger(register.ledger).purged_beyond(held))
    engine.run("CREATE OR REPLACE TEMP TABLE purged_since AS SELECT DISTINCT layer, dataset, hash FROM purged_rows")
    engine.unregister("purged_rows")
    for dataset in register.catalogue.datasets:
        engine.register("gone_rows", register.ledger.gone(dataset.table))
        engine.run("CREATE OR REPLACE TEMP TABLE gone_hashes AS SELECT hash FROM gone_rows")
        engine.unregister("gone_rows")
        keyed = "sha256($pepper || {id}) IN (SELECT hash FROM gone_hashes)"
        since = "substr(sha256($pepper || {id}), 1, 32) IN (SELECT hash FROM purged_since WHERE dataset = $table AND {layers})"
        bound = {"pepper": pepper, "table": dataset.table}
        if dataset.table in there:
            table = f"register.{name(dataset.table)}"
            # A copy that could not be read in went alone. What waits for a relation may have come back: whether it lasts is asked anew.
            alone = since.format(id="_record", layers="layer = 'register'")
            condition = alone if dataset.relations else f"{keyed.format(id='_record')} OR {alone}"
            engine.run(f"CREATE OR REPLACE TEMP TABLE again AS SELECT _record AS id FROM {table} WHERE {condition}", bound)
            gone += engine.count(f"DELETE FROM {table} USING again WHERE {table}._record = again.id")
            forget_identifiers(engine, "again", "id")
            engine.run("DROP TABLE again")
        condition = f"{keyed.format(id='_quarantine')} OR {since.format(id='coalesce(_record, _quarantine)', layers='true')}"
        unread = f"SELECT _quarantine AS id FROM quarantine.records WHERE dataset = $table AND ({condition})"
        engine.run(f"CREATE OR REPLACE TEMP TABLE again AS {unread}", bound)
        gone += engine.count("DELETE FROM quarantine.records USING again WHERE quarantine.records._quarantine = again.id")
        engine.run("DROP TABLE again")
    return gone


@dataclass(frozen=True)
class Source:
    """What a register comes back out of.

    `file` is the backup and `key` its data key; `ledger` the URL of one that was saved elsewhere, in SQLite, which goes on where it is the
    newest; `hashes` keyed hashes of records that are not to come back (`dataset`, `hash`), as another ledger kept them.
    """

    file: Path
    key: str = field(repr=False)
    ledger: str | None = None
    hashes: tuple[dict[str, str], ...] = ()


def restore(register: Register, source: Source, run: str, reopened: Callable[[], Register]) -> Restored:
    """Bring a register back out of a backup.

    Args:
        register: the register of the home that it comes into, which has its keys.
        source: the backup, and what is known beside it.
        run: the id of this run.
        reopened: gives the register anew, once the ledger's file was replaced.

    Raises:
        AnsvarError: where the backup is damaged, or was made with another pepper; what was there before is as it was.
    """
    warehouse = register.warehouse
    with warehouse.holding(run):
        register.home.clear_staging()
        staging = register.home.staging(run)
        try:
            manifest = unpack(source.file, source.key, staging, lambda _: True)
            _check(register, manifest, staging)
            which, register = _newest_ledger(register, staging, source.ledger, reopened)
            bring_gone(register.ledger.engine, source.hashes, run)
            return _place(register, staging, run, which, sum(manifest.tables.values()))
        finally:
            register.home.clear_staging(staging)


def _check(register: Register, manifest: Manifest, staging: Path) -> None:
    """That the backup is of this home's pepper, and that its tables have the rows that it states."""
    if manifest.pepper != pepper_check(register.home.pepper):
        raise AnsvarError(
            "The backup was made with another pepper than this home's, so what was erased could not be recognised in it: "
            "name the folder that the home's keys were saved in with --keys."
        )
    with register.warehouse.opening(staging / WAREHOUSE) as engine:
        rows = table_rows(engine)
    ledger = None if manifest.ledger is None else ledger_rows(staging / LEDGER)
    if (rows, ledger) != (manifest.tables, manifest.ledger):
        raise AnsvarError("The backup does not hold the rows that it states; nothing was restored.")


def _newest_ledger(register: Register, staging: Path, given: str | None, reopened: Callable[[], Register]) -> tuple[str, Register]:
    """Let the newest of the ledgers go on: the home's own, one that was saved elsewhere, the backup's."""
    newest, moment = "home", last_moment(register.ledger.engine)
    files = {"given": staging / "given.db", "backup": staging / LEDGER}
    if given is not None:
        _copy_given(given, files["given"])
    for which, file in files.items():
        if file.exists():
            with closing(Ledger(f"sqlite:///{file}")) as ledger:
                latest = last_moment(ledger.engine)
            if latest is not None and (moment is None or latest > moment):
                newest, moment = which, latest
    if newest == "home":
        return newest, register
    database = register.ledger.engine.url.database
    if register.ledger.engine.dialect.name != "sqlite" or database is None:
        raise AnsvarError("The ledger of ANSVAR_LEDGER is older than the backup: bring its database back first, then restore.")
    register.ledger.close()
    for ending in ("-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)
    chosen = staging / "chosen.db"
    _copy_given(f"sqlite:///{files[newest]}", chosen)
    chosen.replace(database)
    return newest, reopened()


def _copy_given(url: str, target: Path) -> None:
    try:
        database = sa.make_url(url)
    except sa.exc.ArgumentError:
        raise AnsvarError("--ledger is a URL of SQLAlchemy, as sqlite:////mnt/saved/ledger.db.") from None
    if database.get_backend_name() != "sqlite" or not Path(database.database or "").is_file():
        raise AnsvarError("--ledger names an SQLite file that is there; a ledger in a database server is named in ANSVAR_LEDGER.")
    with closing(Ledger(url)) as ledger:
        copy_ledger(ledger, target)


def _place(register: Register, staging: Path, run: str, which: str, rows: int) -> Restored:
    """Make what came out of the backup the run's working copy, apply the ledger to it, and publish it with its files."""
    warehouse, ledger = register.warehouse, register.ledger
    warehouse.adopt(run, staging / WAREHOUSE)
    with warehouse.viewing(run) as engine:
        held = {row[0] for row in engine.rows("SELECT run FROM meta.generations")}
    ledger.settle(held)
    lost = go_back(ledger.engine, held, _cursors_of(staging / LEDGER))
    with warehouse.writing(run) as engine:
        again, records = apply_again(register, engine, run, held)
        resolve(engine, register.catalogue, Kept.of(register))
    _place_files(register, staging, run)
    finish_run(register, run)
    with warehouse.reading() as engine:
        sweep(engine, register.catalogue, register.recordings)
        holds = Holds.of(register)
        prepare(engine, register, holds)
        back = back_of(engine, register, holds, Terms.of(register))
    return Restored(which, rows, again, [*records, *own.purge(register, run, back), *leavings.purge(register, run)], lost)


def _cursors_of(file: Path) -> list[dict[str, Any]]:
    """The cursors that the backup's ledger knew; none where it is in a database server."""
    if not file.exists():
        return []
    with closing(Ledger(f"sqlite:///{file}")) as earlier:
        return cursors_done(earlier.engine)


def _place_files(register: Register, staging: Path, run: str) -> None:
    """Put recordings that a row still names, and bundles that the ledger still knows, where they belong."""
    recordings = staging / "recordings"
    if recordings.is_dir():
        with register.warehouse.viewing(run) as engine:
            sweep(engine, register.catalogue, recordings)
        for file in recordings.rglob("*"):
            if file.is_file():
                target = register.recordings / file.relative_to(recordings)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file.replace(target)
    for row in BundleLedger(register.ledger).bundles():
        target = register.bundle_file(row)
        file = staging / target.relative_to(register.home.path)
        if file.is_file() and not target.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            file.replace(target)
