"""Everything that the register's tables hold of data subjects; what concerns others, and what the catalogue withholds, is left out.

Whatever is asked of the warehouse is asked for all requests of a batch at once, and what it gives goes through memory record by record.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assets.ingest.audio import kept_file
from assets.rights.holding import MISSING_FILE, OTHER_PERSON, Evidence, Identifier, Row, Table
from assets.rights.rows import Spooled
from assets.rights.threads import whole_of
from resources.catalogue.model import SYSTEM
from resources.warehouse.dialect import name
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from resources.catalogue import Catalogue, Dataset
    from resources.spool import Spool
    from resources.warehouse import Engine

Reasons = dict[str, str]
"""Of each field that is not shown, the reason."""
_EVIDENCE = 4  # role, field, kind and value
_TIMES = ("date", "timestamp")


def name_subjects(engine: Engine, persons: Mapping[str, Iterable[str]]) -> None:
    """Make the temporary table `subject_persons`, which the statements of this stage read: of each request the subject's source persons."""
    rows = [(request, person) for request, each in persons.items() for person in each]
    given = {column: pa.array([row[place] for row in rows], pa.string()) for place, column in enumerate(("request", "person"))}
    engine.register("person_rows", pa.table(given))
    engine.run("CREATE OR REPLACE TEMP TABLE subject_persons AS SELECT request, person FROM person_rows")
    engine.unregister("person_rows")


def identifiers(engine: Engine, catalogue: Catalogue) -> defaultdict[str, list[Identifier]]:
    """The identifiers by which each request's subject is known, with the sources that know them and the origins of their fields."""
    origins = {(dataset.table, key): field.shape.origin for dataset in catalogue.datasets for key, field in dataset.fields.items()}
    sources: dict[tuple[str, str, str, bool, str | None], dict[str, None]] = defaultdict(dict)
    given: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for request, kind, value, source, joins, reason, table, field in engine.stream(model("rights/links")):
        sources[request, kind, value, joins, reason][source] = None
        origin = origins.get((table, field))
        if origin:
            given[request, kind, value][origin] = None
    found: defaultdict[str, list[Identifier]] = defaultdict(list)
    for (request, kind, value, joins, reason), held in sources.items():
        found[request].append(Identifier(kind, value, tuple(held), joins, reason, tuple(given[request, kind, value])))
    return found


def collect(engine: Engine, catalogue: Catalogue, recordings: Path, spool: Spool) -> defaultdict[str, list[Table]]:
    """Of each request the tables in which its subject stands, in the order of the catalogue; none where it stands nowhere.

    Args:
        engine: what is published, with `subject_persons`.
        catalogue: the register's catalogue.
        recordings: where audio is kept.
        spool: where the records are put aside.
    """
    engine.run(f"CREATE OR REPLACE TEMP TABLE subject_roles AS {model('rights/records')}")
    held: dict[str, set[str]] = defaultdict(set)
    for table, column in engine.rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'register'"):
        held[table].add(column)
    tables: defaultdict[str, list[Table]] = defaultdict(list)
    for dataset in catalogue.datasets:
        if dataset.table in held:
            for request, rows in groupby(_rows(engine, catalogue, dataset, held[dataset.table], recordings), key=itemgetter(0)):
                tables[request].append(Table(dataset, Spooled(spool, (row for _, row in rows))))
    return tables


def lacking(engine: Engine, persons: Mapping[str, Collection[str]], tables: Mapping[str, list[Table]]) -> dict[str, list[str]]:
    """By request the tables of which not every record was collected by which the register knows the subject; none, where all were.

    A person that is known by no record at all lacks the table of persons.

    Args:
        engine: what is published, after `collect`.
        persons: of each request the subject's source persons.
        tables: what was collected for each request.
    """
    found = {(request, table.dataset.table): len(table.rows) for request, each in tables.items() for table in each}
    lacks: defaultdict[str, list[str]] = defaultdict(list)
    counted = "SELECT request, dataset, count(DISTINCT _record) FROM subject_roles GROUP BY request, dataset ORDER BY request, dataset"
    for request, table, records in engine.rows(counted):
        if found.get((request, table), 0) < records:
            lacks[request].append(f"register.{table}")
    for request, each in persons.items():
        if each and request not in lacks and not tables.get(request):
            lacks[request] = ["identity.persons"]
    return dict(lacks)


def _rows(engine: Engine, catalogue: Catalogue, dataset: Dataset, columns: set[str], recordings: Path) -> Iterator[tuple[str, Row]]:
    """The requests and the records that concern their subjects: by request, anchor, what they belong to, and their other times."""
    fields = [field for field in dataset.fields if field in columns]
    statement = _statement(engine, dataset, fields)
    shown = _Shown(dataset, catalogue.staff_roles)
    found = engine.stream(statement, {"table": dataset.table})
    for (request, record), lines in groupby(found, key=itemgetter(0, 1)):
        first = next(lines)
        evidence = [Evidence(*line[-_EVIDENCE:]) for line in (first, *lines) if line[-1] is not None]
        _, _, ingested_at, is_main, *values = first[:-_EVIDENCE]
        row = shown.row(record, dict(zip(fields, values, strict=True)), evidence, is_main=is_main)
        row.ingested_at = ingested_at
        _find_audio(row, dataset, recordings)
        yield request, row


def _statement(engine: Engine, dataset: Dataset, fields: list[str]) -> str:
    """The statement that gives the records of a data set, a line for each identifier that named the subject in one."""
    table = f"register.{name(dataset.table)}"
    listed = "".join(f", held.{name(field)}" for field in fields)
    every = f"""
        SELECT mine.request AS _request, held._record, held._ingested_at, true AS _main{listed}
        FROM {table} AS held INNER JOIN subject_persons AS mine ON mine.person = held._person
    """
    main = next(iter(dataset.shape.persons), None)
    asked = "SELECT count(*) FROM subject_roles WHERE dataset = $table AND role IS DISTINCT FROM $main"
    if engine.count(asked, {"table": dataset.table, "main": main}):
        every += f"""
            UNION ALL
            SELECT roles.request, held._record, held._ingested_at, false{listed}
            FROM {table} AS held
            INNER JOIN (SELECT DISTINCT request, _record FROM subject_roles WHERE dataset = $table AND NOT is_main) AS roles
              ON roles._record = held._record
            LEFT JOIN subject_persons AS mine ON mine.person = held._person AND mine.request = roles.request
            WHERE mine.person IS NULL
        """
    times = [field for field in fields if field != dataset.shape.anchor and dataset.fields[field].shape.type in _TIMES]
    order = [each for each in dict.fromkeys((dataset.shape.anchor, *whole_of(dataset), *times, *dataset.key)) if each in fields]
    listed_order = "".join(f"found.{name(field)} NULLS LAST, " for field in order)
    return f"""
        SELECT found.*, roles.role, roles.field, roles.kind, roles.value
        FROM ({every}) AS found
        LEFT JOIN subject_roles AS roles
          ON roles.dataset = $table AND roles._record = found._record AND roles.request = found._request
        ORDER BY found._request, {listed_order}found._record, roles.is_main DESC, roles.role, roles.field, roles.kind, roles.value
    """


class _Shown:
    """What is shown of a data set's records, worked out once for all subjects that have the same roles in a record.

    Whoever a record is about is told who of the controller's staff stands in it, as far as it names them in that role.
    """

    def __init__(self, dataset: Dataset, staff: frozenset[str]) -> None:
        self._dataset, self._staff = dataset, staff
        self._main = next(iter(dataset.shape.persons), None)
        self._reasons: dict[tuple[frozenset[str], bool], Reasons] = {}

    def row(self, record: str, values: dict[str, Any], evidence: list[Evidence], *, is_main: bool) -> Row:
        """A record as it is shown to a subject whom this evidence names in it."""
        row = Row(record, is_main, {}, {}, tuple(evidence))
        reasons = self._of(frozenset(each.role for each in evidence), is_main=is_main)
        for field, value in values.items():
            reason = reasons.get(field)
            if reason is None or value is None:
                row.values[field] = value
            else:
                row.withheld[field] = reason
        roles = self._dataset.roles_of
        row.others = tuple(str(values[field]) for field, reason in row.withheld.items() if reason == OTHER_PERSON and field in roles)
        return row

    def _of(self, roles: frozenset[str], *, is_main: bool) -> Reasons:
        if (roles, is_main) not in self._reasons:
            own = roles | self._staff | ({self._main} if self._main is not None else set()) if is_main else roles
            given = {field: _withheld(self._dataset, field, own, is_main=is_main) for field in self._dataset.fields}
            self._reasons[roles, is_main] = {field: reason for field, reason in given.items() if reason is not None}
        return self._reasons[roles, is_main]


def _withheld(dataset: Dataset, name_of_field: str, roles: frozenset[str], *, is_main: bool) -> str | None:
    """Why a field of a record is not shown to whom it tells of those who have these roles in it; None where it is."""
    field = dataset.fields[name_of_field]
    if field.shape.withhold not in (None, "none"):
        return field.shape.withhold
    role = dataset.roles_of.get(name_of_field)
    if role is not None:
        return None if role in roles else OTHER_PERSON
    if is_main or field.shape.category == SYSTEM or name_of_field == dataset.shape.anchor:
        return None
    return OTHER_PERSON


def _find_audio(row: Row, dataset: Dataset, recordings: Path) -> None:
    """Say where a record's audio is kept, or that it is not there."""
    file = row.values.get(dataset.audio.name) if dataset.audio is not None else None
    if file is None or dataset.audio is None:
        return
    kept = kept_file(recordings / dataset.table, row.record, str(file))
    if kept.is_file():
        row.audio = kept
    else:
        row.withheld[dataset.audio.name] = MISSING_FILE
        del row.values[dataset.audio.name]
