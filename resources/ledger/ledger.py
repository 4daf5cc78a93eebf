"""The ledger: a small SQL database of what is decided and done, written in short transactions."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources as package_data
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, delete_reasons, record
from resources.ledger.corrections import settle_corrections
from resources.ledger.cursors import settle_cursors
from resources.ledger.erasures import settle_erasures
from resources.ledger.looks import REVIEW, REVIEW_LOOKED
from resources.ledger.orders import settle_orders
from resources.ledger.requests import WITHDRAWAL, Filing, Request, file_request, read_request
from resources.ledger.wipe import mark, wipe

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

_ID_BYTES = 10
_LONGEST_NAME = 120
_of_no_days = tables.batches.c.account["days"].as_integer().is_(None)


@dataclass(frozen=True)
class PurgeRecord:
    """What one rule took, or takes, from one layer of a data set: counts and dates alone."""

    layer: str
    dataset: str
    rule: str
    records: int
    oldest: dt.date | None
    newest: dt.date | None


@dataclass(frozen=True)
class Disclosure:
    """Data given to a recipient of the notice: its kind and country at the time, the ground, a transfer's safeguard, by whom and when.

    `purpose` and `what` (the data set and its fields) are known of a list that was made here.
    """

    recipient: str
    kind: str
    country: str
    ground: str
    safeguard: str | None
    made_by: str
    made_at: dt.datetime
    purpose: str | None = None
    what: dict[str, Any] | None = None


class Ledger:
    """The ledger behind an SQLAlchemy URL; its schema is brought up to date when it is first used."""

    def __init__(self, url: str) -> None:
        """Name the database."""
        self.url = url

    @cached_property
    def engine(self) -> sa.Engine:
        """The database, migrated.

        Raises:
            AnsvarError: where it cannot be opened.
        """
        try:
            engine = sa.create_engine(self.url, hide_parameters=True)
            if engine.dialect.name == "sqlite":
                _private(engine.url.database)
                sa.event.listen(engine, "connect", _prepare_sqlite)
            else:
                sa.event.listen(engine, "handle_error", _without_values, retval=True)
            _migrate(engine)
        except CommandError:
            raise AnsvarError("The ledger is of a newer Ansvar: use that one, or name another ledger in ANSVAR_LEDGER.") from None
        except (sa.exc.SQLAlchemyError, ModuleNotFoundError, OSError) as error:
            raise AnsvarError(
                f"The ledger cannot be opened ({type(error).__name__}): see ANSVAR_LEDGER, and that its database can be written."
            ) from None
        return engine

    def close(self) -> None:
        """Let go of the database."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    # Batches

    def batch_landed(self, batch: str, source: str, dataset: str, run: str, moment: dt.datetime) -> None:
        """A batch stands in landing."""
        self._run(
            tables.batches.insert().values(
                batch=batch, source=source, dataset=dataset, run=run, state="landed", landed_at=moment, account={}
            )
        )

    def batch_loaded(self, batch: str, account: dict[str, object]) -> None:
        """A batch stands in a run's working copy; its records are accounted for."""
        self._run(tables.batches.update().where(tables.batches.c.batch == batch).values(state="loaded", account=account))

    def batch_refused(self, batch: str, account: dict[str, object]) -> None:
        """A batch was not loaded, for too much of it is bad; what was held stays."""
        self._run(tables.batches.update().where(tables.batches.c.batch == batch).values(state="refused", account=account))

    def batches(self, limit: int = 1000) -> list[dict[str, Any]]:
        """The latest batches, newest first, with the account of each."""
        statement = (
            sa.select(tables.batches)
            .order_by(tables.batches.c.landed_at.desc(), tables.batches.c.source, tables.batches.c.dataset)
            .limit(limit)
        )
        return self._rows(statement)

    def batches_of(self, run: str) -> list[dict[str, Any]]:
        """The batches of a run."""
        return self._rows(
            sa.select(tables.batches).where(tables.batches.c.run == run).order_by(tables.batches.c.source, tables.batches.c.dataset)
        )

    def latest_read(self, source: str, dataset: str) -> dt.datetime | None:
        """When the newest batch of a data set that readers can see was landed, of picked days none; None before the first."""
        batches = tables.batches.c
        matching = (batches.source == source, batches.dataset == dataset, batches.state == "done", _of_no_days)
        with self.engine.connect() as connection:
            latest: dt.datetime | None = connection.scalar(sa.select(sa.func.max(batches.landed_at)).where(*matching))
        return latest

    def latest_batch(self, source: str, dataset: str) -> dict[str, Any] | None:
        """The newest batch of a data set that readers can see, of picked days none, with its account; None before the first."""
        batches = tables.batches.c
        matching = (batches.source == source, batches.dataset == dataset, batches.state == "done", _of_no_days)
        found = self._rows(sa.select(tables.batches).where(*matching).order_by(batches.landed_at.desc()).limit(1))
        return found[0] if found else None

    # What runs mean to do, and have done

    def purge_meant(self, run: str, moment: dt.datetime, records: Iterable[PurgeRecord]) -> None:
        """A run is about to purge this."""
        rows = _planned(run, moment, records, "meant")
        if rows:
            self._run(tables.purges.insert(), rows)

    def gone_meant(self, run: str, dataset: str, hashes: Iterable[str]) -> None:
        """A run is about to purge these records, counted from their ingestion; they are not to be read in again."""
        rows = [{"hash": each, "dataset": dataset, "run": run, "state": "meant"} for each in hashes]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(tables.gone.delete().where(tables.gone.c.state != "done", tables.gone.c.dataset == dataset))
                connection.execute(tables.gone.insert(), rows)

    def gone(self, dataset: str) -> pa.Table:
        """The keyed hashes (`hash`) of a data set's records that are not to be read in again."""
        statement = sa.select(tables.gone.c.hash).where(tables.gone.c.dataset == dataset, tables.gone.c.state == "done")
        return pa.table({"hash": pa.array([row["hash"] for row in self._rows(statement)], pa.string())})

    def own_gone(  # noqa: PLR0913 - what goes together, each by its name
        self,
        run: str,
        moment: dt.datetime,
        records: Iterable[PurgeRecord],
        *,
        bundles: Iterable[str] = (),
        requests: Iterable[str] = (),
        also: Iterable[sa.Delete | sa.Update] = (),
        reasons: Iterable[int] = (),
    ) -> None:
        """Know no more of bundles whose files have gone, and of requests with their identifiers; all of it is done and counted, or nothing.

        No byte of what has gone is left in the database's files.

        Args:
            run: the run that purges.
            moment: when.
            records: what it takes, to be told by `purges_of`.
            bundles: the requests whose bundles have gone.
            requests: the requests that go.
            also: deletions in other tables that are counted with them.
            reasons: the entries of the audit chain whose reasons go; the chain has an entry of that.
        """
        key: sa.BindParameter[str] = sa.bindparam("key")
        going = [(tables.bundles, bundles), (tables.request_identifiers, requests), (tables.bundles, requests), (tables.requests, requests)]
        with self.engine.begin() as connection:
            for table, ids in going:
                rows = [{"key": each} for each in ids]
                if rows:
                    connection.execute(table.delete().where(table.c.request == key), rows)
                    mark(connection)
            for statement in also:
                connection.execute(statement)
                mark(connection)
            if delete_reasons(connection, reasons, run, moment):
                mark(connection)
            counted = _planned(run, moment, records, "done")
            if counted:
                connection.execute(tables.purges.insert(), counted)
        self.wipe()

    def wipe(self) -> None:
        """Leave no byte of what was deleted in the ledger's files: see `resources.ledger.wipe`."""
        wipe(self.engine)

    def purges_of(self, run: str) -> list[dict[str, Any]]:
        """What a run purged."""
        statement = sa.select(tables.purges).where(tables.purges.c.run == run, tables.purges.c.state == "done")
        return self._rows(statement.order_by(tables.purges.c.layer.desc(), tables.purges.c.dataset))

    def confirm(self, run: str) -> None:
        """What a run did is published."""
        self._settle(run, "done")

    def settle(self, published: set[str]) -> None:
        """Settle what stopped between ledger and warehouse: what was published is done, the rest never happened.

        Args:
            published: the runs whose work the published generation holds.
        """
        with self.engine.connect() as connection:
            pending = {
                run
                for table, states in (
                    (tables.batches, ("landed", "loaded")),
                    (tables.purges, ("meant",)),
                    (tables.gone, ("meant",)),
                    (tables.cursors, ("meant",)),
                    (tables.erasures, ("meant",)),
                    (tables.work_orders, ("meant",)),
                    (tables.corrections, ("meant",)),
                )
                for run in connection.scalars(sa.select(table.c.run).where(table.c.state.in_(states)).distinct())
            }
        for run in pending:
            self._settle(run, "done" if run in published else "void")

    def _settle(self, run: str, state: str) -> None:
        with self.engine.begin() as connection:
            batches = tables.batches
            connection.execute(batches.update().where(batches.c.run == run, batches.c.state == "landed").values(state="void"))
            connection.execute(batches.update().where(batches.c.run == run, batches.c.state == "loaded").values(state=state))
            for table in (tables.purges, tables.gone):
                connection.execute(table.update().where(table.c.run == run, table.c.state == "meant").values(state=state))
            for settle in (settle_cursors, settle_erasures, settle_orders, settle_corrections):
                settle(connection, run, published=state == "done")

    # Requests

    def new_request(
        self, kind: str, language: str, identifiers: Iterable[tuple[str, str]], moment: dt.datetime, about: str | None = None
    ) -> Request:
        """File a request that is received now; its id is random. `about` is the scope of an objection, or the purpose of a withdrawal."""
        scope, purpose = (None, about) if kind == WITHDRAWAL else (about, None)
        return file_request(self.engine, Filing(kind, language, tuple(identifiers), moment, scope, purpose), moment)

    def request(self, request: str) -> Request:
        """The request of an id.

        Raises:
            AnsvarError: where there is none.
        """
        return read_request(self.engine, request)

    def requests(self) -> list[dict[str, Any]]:
        """Every request, newest first, without its identifiers; with the bundle that was made for it, if there is one.

        Of the bundle: `file`, `made_at`, and whether it waits or is delivered (`bundle`).
        """
        made = tables.bundles.c
        columns = (made.file, made.made_at, made.state.label("bundle"))
        statement = sa.select(tables.requests, *columns).outerjoin(tables.bundles, made.request == tables.requests.c.request)
        return self._rows(statement.order_by(tables.requests.c.received_at.desc()))

    # What the notice said, and what was disclosed

    def record_notice(self, version: str, date: dt.date, digest: str, content: dict[str, Any], moment: dt.datetime) -> bool:
        """Keep what a version of the notice says; a version that is kept already stays as it is. Gives whether it was new."""
        with self.engine.begin() as connection:
            if connection.scalar(sa.select(tables.notices.c.version).where(tables.notices.c.version == version)) is not None:
                return False
            values = {"version": version, "date": date, "digest": digest, "content": content, "recorded_at": moment}
            connection.execute(tables.notices.insert().values(values))
        return True

    def notices(self) -> list[dict[str, Any]]:
        """Every version of the notice that was kept, newest first, without its content."""
        columns = [column for column in tables.notices.c if column.name != "content"]
        return self._rows(sa.select(*columns).order_by(tables.notices.c.date.desc(), tables.notices.c.recorded_at.desc()))

    def notice(self, version: str) -> dict[str, Any] | None:
        """What a version of the notice says; None where it was never kept."""
        with self.engine.connect() as connection:
            statement = sa.select(tables.notices.c.content).where(tables.notices.c.version == version)
            content: dict[str, Any] | None = connection.scalar(statement)
        return content

    def new_disclosure(self, disclosure: Disclosure, hashes: Iterable[str]) -> str:
        """Record that data was given to a recipient; gives the record's random id.

        Args:
            disclosure: to whom, on what ground, by whom and when.
            hashes: keyed hashes of identifiers of the persons whose data was given.
        """
        with self.engine.begin() as connection:
            return add_disclosure(connection, disclosure, hashes)

    def disclosures(self) -> list[dict[str, Any]]:
        """Every disclosure, newest first, with the number of identifiers it was recorded with (`identifiers`)."""
        count = sa.func.count(tables.disclosure_persons.c.hash).label("identifiers")
        statement = sa.select(tables.disclosures, count).outerjoin(tables.disclosure_persons).group_by(tables.disclosures.c.disclosure)
        return self._rows(statement.order_by(tables.disclosures.c.made_at.desc(), tables.disclosures.c.disclosure))

    def recipients_of(self, hashes: Iterable[str], data: Mapping[str, Iterable[str]] | None = None) -> list[str]:
        """Who was given data of a person, sorted; of a disclosure that does not say which data, any of it.

        Args:
            hashes: keyed hashes of the person's identifiers.
            data: the fields that are asked about, by data set; by default all data.
        """
        listed, persons, disclosures = list(hashes), tables.disclosure_persons, tables.disclosures
        statement = sa.select(disclosures.c.disclosure, disclosures.c.recipient, disclosures.c.what)
        rows = self._rows(statement.where(disclosures.c.disclosure.in_(sa.select(persons.c.disclosure).where(persons.c.hash.in_(listed)))))
        return sorted({row["recipient"] for row in rows if data is None or _concerns(row["what"], data)})

    def disclosed(self) -> pa.Table:
        """The keyed hashes of what was disclosed to partners: `disclosure`, `hash`, `made_at`, and `purpose` where it is known."""
        disclosures, persons = tables.disclosures, tables.disclosure_persons
        statement = sa.select(disclosures.c.disclosure, persons.c.hash, disclosures.c.made_at, disclosures.c.purpose).join_from(
            disclosures, persons
        )
        rows = self._rows(statement.where(disclosures.c.kind == "partner"))
        kinds = {"disclosure": pa.string(), "hash": pa.string(), "made_at": pa.timestamp("us"), "purpose": pa.string()}
        return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})

    # Who looked

    def record_look(  # noqa: PLR0913 - what is recorded, each by its name
        self, kind: str, thing: str, by: str, reason: str, moment: dt.datetime, *, sha256: str | None = None
    ) -> str:
        """Record that a named user looks at something about a person, before it is shown; gives the look's random id.

        It stands in the audit chain, too.

        Args:
            kind: what is looked at, as `quarantine` or `subject`.
            thing: its opaque id.
            by: the named user.
            reason: why.
            moment: when, as a naive UTC timestamp.
            sha256: the checksum of the bundle that is looked at, which may be made anew.

        Raises:
            AnsvarError: where no user or no reason is named: a look that nobody answers for is not shown.
        """
        if not by.strip() or not reason.strip():
            raise AnsvarError("Whoever looks at a person's data gives a name and a reason: neither may be empty.")
        if len(by.strip()) > _LONGEST_NAME:
            raise AnsvarError(f"The name of who looks has at most {_LONGEST_NAME} letters.")
        look = "l" + secrets.token_hex(_ID_BYTES)
        values = {"look": look, "kind": kind, "thing": thing, "by": by.strip(), "reason": reason.strip(), "at": moment, "sha256": sha256}
        with self.engine.begin() as connection:
            what = REVIEW_LOOKED if kind == REVIEW else f"{kind}.looked"
            record(connection, Act(by, what, thing, moment, reason.strip()))
            connection.execute(tables.looks.insert().values(values))
        return look

    def looks(self, kind: str | None = None, thing: str | None = None) -> list[dict[str, Any]]:
        """The looks at something of a kind, or all of them, newest first."""
        statement = sa.select(tables.looks).order_by(tables.looks.c.at.desc(), tables.looks.c.look)
        for column, value in ((tables.looks.c.kind, kind), (tables.looks.c.thing, thing)):
            if value is not None:
                statement = statement.where(column == value)
        return self._rows(statement)

    def _run(self, statement: sa.Executable, rows: list[dict[str, Any]] | None = None) -> None:
        with self.engine.begin() as connection:
            connection.execute(statement, rows)

    def _rows(self, statement: sa.Select[Any]) -> list[dict[str, Any]]:
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]


def add_disclosure(connection: sa.Connection, disclosure: Disclosure, hashes: Iterable[str]) -> str:
    """Record a disclosure, and in the audit chain who made it, within a transaction; gives the record's random id."""
    identifier = "d" + secrets.token_hex(_ID_BYTES)
    record(connection, Act(disclosure.made_by, "disclosure.made", identifier, disclosure.made_at, disclosure.ground))
    connection.execute(tables.disclosures.insert().values(vars(disclosure) | {"disclosure": identifier}))
    rows = [{"disclosure": identifier, "hash": each} for each in sorted(set(hashes))]
    if rows:
        connection.execute(tables.disclosure_persons.insert(), rows)
    return identifier


def _concerns(what: dict[str, Any] | None, data: Mapping[str, Iterable[str]]) -> bool:
    """Whether one of some fields was given; where the disclosure does not say what was, it may have been."""
    return what is None or not {*what["fields"]}.isdisjoint(data.get(what["dataset"], ()))


def _planned(run: str, moment: dt.datetime, records: Iterable[PurgeRecord], state: str) -> list[dict[str, Any]]:
    """Rows of the table of purges."""
    return [vars(record) | {"purge": secrets.token_hex(_ID_BYTES), "run": run, "state": state, "planned_at": moment} for record in records]


def _private(file: str | None) -> None:
    """Make SQLite's file its owner's alone before it is opened: the files beside it take their mode from it.

    A file that is there is not opened for it: to close it again would let go of every lock that this process has on it
    (https://www.sqlite.org/howtocorrupt.html, section 2.2), and another process could take away the log that is written to.
    """
    path = Path(file or ":memory:")
    if path.name == ":memory:" or not path.parent.is_dir() or path.is_dir():
        return
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        path.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "secure_delete = ON", "foreign_keys = ON", "busy_timeout = 30000", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _without_values(context: sa.engine.ExceptionContext) -> BaseException | None:
    """The same error without the driver's own message: PostgreSQL's names the values that broke a rule."""
    error = context.sqlalchemy_exception
    if not isinstance(error, sa.exc.DBAPIError) or error.orig is None:
        return None
    plain = type(error.orig)(type(error.orig).__name__)
    return type(error)(error.statement, None, plain, hide_parameters=True, connection_invalidated=error.connection_invalidated)


@cache
def _head() -> str | None:
    """The newest revision: to find it, every migration is loaded, which takes longer than much of what is done with a ledger."""
    with package_data.as_file(package_data.files("resources.ledger") / "migrations") as folder:
        return ScriptDirectory(str(folder)).get_current_head()


def _migrate(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == _head():
            return
    with package_data.as_file(package_data.files("resources.ledger") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.set_main_option("path_separator", "os")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
