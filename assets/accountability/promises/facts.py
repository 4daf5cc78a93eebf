"""What the checks of promises look at, each thing looked up once: the published register, the ledger, the home, the bundles."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from assets.accountability.documents.model import digest
from assets.accountability.documents.write import notice_documents
from assets.accountability.promises.bundles import BundleFacts, look_into
from assets.accountability.promises.commitments import COMMITMENTS, commitments, in_force, said_now
from assets.accountability.promises.home import HomeFacts, look_at, strangers
from assets.accountability.promises.targets import papers_of
from assets.ingest.audio import missing
from assets.ingest.mismatches import mismatches
from assets.ingest.typing import anchor_date
from assets.lineage import build_lineage
from assets.outreach.prohibitions import prohibitions
from assets.outreach.refusing import against_refusal
from assets.retention.run import kept_back, overdue
from resources.clock import local_date
from resources.ledger.bundles import BundleLedger
from resources.warehouse.dialect import name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from assets.accountability.promises.finding import Target
    from assets.ingest.mismatches import Mismatch
    from assets.lineage import Lineage
    from assets.retention.due import Due
    from resources.catalogue import Catalogue, Dataset
    from resources.ledger import PurgeRecord
    from resources.register import Register
    from resources.warehouse import Engine


_MIGRATIONS = "alembic_version"


@dataclass(frozen=True)
class Held:
    """What a data set's table holds: rows, values by field, and the local dates of the oldest and the newest anchor."""

    rows: int
    values: dict[str, int]
    oldest: dt.date | None
    newest: dt.date | None


class Facts:
    """The state of a register, as the checks see it."""

    def __init__(self, register: Register, engine: Engine) -> None:
        """Take the register, and a connection to what is published."""
        self.register = register
        self.engine = engine
        self._held: dict[str, Held] = {}
        self._mismatches: dict[str, list[Mismatch]] = {}

    @property
    def catalogue(self) -> Catalogue:
        """The register's catalogue."""
        return self.register.catalogue

    @property
    def today(self) -> dt.date:
        """Today in the register's time zone."""
        return self.register.clock.today()

    @cached_property
    def columns(self) -> dict[str, dict[str, set[str]]]:
        """The columns of every table of the warehouse, by schema and table."""
        found: dict[str, dict[str, set[str]]] = {}
        statement = "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE table_catalog = current_database()"
        for schema, table, column in self.engine.rows(statement):
            found.setdefault(schema, {}).setdefault(table, set()).add(column)
        return found

    def is_loaded(self, dataset: Dataset) -> bool:
        """Whether there is a table of the data set."""
        return dataset.table in self.columns.get("register", {})

    def held(self, dataset: Dataset) -> Held:
        """What the table of a data set holds; nothing where there is no table."""
        if dataset.table not in self._held:
            self._held[dataset.table] = self._counted(dataset)
        return self._held[dataset.table]

    def _counted(self, dataset: Dataset) -> Held:
        columns = self.columns.get("register", {}).get(dataset.table, set())
        fields = [field for field in dataset.fields if field in columns]
        if not fields:
            return Held(0, {}, None, None)
        counts = ", ".join(f"count({name(field)})" for field in fields)
        anchor = dataset.shape.anchor
        dated = anchor_date(dataset, name(anchor), self.catalogue.notice.time_zone) if anchor in columns else "CAST(NULL AS DATE)"
        statement = f"SELECT count(*), min({dated}), max({dated}), {counts} FROM register.{name(dataset.table)}"
        rows, oldest, newest, *values = self.engine.rows(statement)[0]
        return Held(rows, dict(zip(fields, values, strict=True)), oldest, newest)

    def mismatches(self, dataset: Dataset) -> list[Mismatch]:
        """The fields of a data set whose values look like another category than theirs."""
        if dataset.table not in self._mismatches:
            self._mismatches[dataset.table] = mismatches(self.engine, dataset, self.catalogue) if self.is_loaded(dataset) else []
        return self._mismatches[dataset.table]

    def read_on(self, dataset: Dataset) -> dt.date | None:
        """The local date on which a data set was last read from its source; None before the first time."""
        moment = self.register.ledger.latest_read(dataset.source, dataset.name)
        return None if moment is None else local_date(moment, self.catalogue.notice.time_zone)

    @cached_property
    def lost_audio(self) -> dict[str, int]:
        """How many rows name an audio file that is not there, by table."""
        return missing(self.engine, self.catalogue, self.register.recordings)

    @cached_property
    def overdue(self) -> list[PurgeRecord]:
        """What is held past its period, in any layer."""
        return overdue(self.register)

    @cached_property
    def kept_back(self) -> list[Due]:
        """What is past its period and lawfully there: kept by a legal hold, a restriction or an open request."""
        return [each for each in kept_back(self.register) if each.kept]

    @cached_property
    def published(self) -> dict[str, Any] | None:
        """The version of the notice that is in force, as the ledger keeps it."""
        return in_force(self.register.ledger, self.today)

    @cached_property
    def commitments(self) -> dict[str, Any]:
        """What the notice in force commits to; before any is kept, what the present one would."""
        return commitments(self.catalogue) if self.published is None else dict(self.published["content"][COMMITMENTS])

    @cached_property
    def requests(self) -> list[dict[str, Any]]:
        """The ledger's requests, with the local date of receipt (`received_on`)."""
        zone = self.catalogue.notice.time_zone
        return [row | {"received_on": local_date(row["received_at"], zone)} for row in self.register.ledger.requests()]

    @cached_property
    def disclosures(self) -> list[dict[str, Any]]:
        """The ledger's disclosures."""
        return self.register.ledger.disclosures()

    @cached_property
    def bundles(self) -> list[BundleFacts]:
        """What the bundles say of themselves."""
        rows = BundleLedger(self.register.ledger).bundles()
        return [look_into(row, self.register.bundle_file(row), self._said(row["made_at"])) for row in rows]

    @cached_property
    def notices(self) -> list[dict[str, Any]]:
        """The versions of the notice that the ledger keeps, newest first, without their content."""
        return self.register.ledger.notices()

    @cached_property
    def digest(self) -> str:
        """The digest of what the notice says now."""
        return digest(said_now(self.catalogue))

    @cached_property
    def home(self) -> HomeFacts:
        """Who can reach what lies in the home."""
        return look_at(self.register.home.path)

    @cached_property
    def persons_by_role(self) -> dict[str, int]:
        """Source persons by the role in which they stand in records."""
        statement = "SELECT role, count(DISTINCT person) FROM identity.record_persons GROUP BY role ORDER BY role"
        return dict(self.engine.rows(statement))

    @cached_property
    def persons(self) -> int:
        """Source persons in all."""
        return self.engine.count("SELECT count(DISTINCT person) FROM identity.record_persons")

    @cached_property
    def prohibitions(self) -> int:
        """How many prohibitions of giving data to partners are held, those that have ended among them."""
        return prohibitions(self.engine, self.catalogue)

    @cached_property
    def disclosed_against_prohibition(self) -> int:
        """How many disclosures of a person's data were made to a partner while the person prohibited it, or objected to it."""
        return len(against_refusal(self.engine, self.register))

    def papers(self, target: Target) -> list[str]:
        """The texts of the documents that an asset wrote into the home."""
        return papers_of(self.register.home.path, target)

    @cached_property
    def changed_papers(self) -> int:
        """How many pages of the notice in the home are not as the register says, or not there; none before they are first written."""
        folder = self.register.documents
        if not any(folder.glob("notice.*")):
            return 0
        wanted = notice_documents(self.catalogue, self.catalogue.notice.languages, ("html", "md"))
        return sum(not (folder / each.name).is_file() or (folder / each.name).read_bytes() != each.content for each in wanted)

    @cached_property
    def lineage(self) -> Lineage:
        """The lineage of every column that is declared."""
        return build_lineage(self.catalogue)

    @cached_property
    def declared(self) -> int:
        """How many columns of the warehouse are declared."""
        return sum(
            len(columns & set(self.lineage.tables[f"{schema}.{table}"].columns))
            for schema, tables in self.columns.items()
            for table, columns in tables.items()
            if f"{schema}.{table}" in self.lineage.tables
        )

    @cached_property
    def undeclared(self) -> list[str]:
        """What the stores hold that nobody declared: places and counts, no names but declared ones, for a name may tell of a person."""
        found = []
        for schema, tables in sorted(self.columns.items()):
            unknown = [table for table in tables if f"{schema}.{table}" not in self.lineage.tables]
            if unknown:
                found.append(f"{schema}: {len(unknown)}")
            for table, columns in sorted(tables.items()):
                declared = self.lineage.tables.get(f"{schema}.{table}")
                surplus = columns - set(declared.columns) if declared else set()
                if surplus:
                    found.append(f"{schema}.{table}: {len(surplus)}")
        others = {"ledger": self._undeclared_of_the_ledger()} | strangers(self.register)
        return [*found, *(f"{place}: {number}" for place, number in others.items() if number)]

    def _undeclared_of_the_ledger(self) -> int:
        inspector = sa.inspect(self.register.ledger.engine)
        tables = {table: {column["name"] for column in inspector.get_columns(table)} for table in inspector.get_table_names()}
        declared = {table: self.lineage.tables.get(f"ledger.{table}") for table in tables if table != _MIGRATIONS}
        return sum(1 if known is None else len(tables[table] - set(known.columns)) for table, known in declared.items())

    def _said(self, moment: dt.datetime) -> dict[str, Any]:
        """The commitments of the notice that was in force at a moment; of the first that was kept, where it was before that."""
        kept = in_force(self.register.ledger, local_date(moment, self.catalogue.notice.time_zone))
        return self.commitments if kept is None else dict(kept["content"][COMMITMENTS])


@contextmanager
def facts_of(register: Register) -> Iterator[Facts]:
    """The facts of what readers see.

    Raises:
        AnsvarError: where nothing was published yet.
    """
    with register.warehouse.reading() as engine:
        yield Facts(register, engine)
