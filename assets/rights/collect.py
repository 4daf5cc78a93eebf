"""Everything that the register's tables hold of one data subject; what concerns others, and what the catalogue withholds, is left out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from assets.ingest.audio import kept_file
from assets.rights.holding import MISSING_FILE, OTHER_PERSON, Evidence, Identifier, Row, Table
from resources.catalogue.model import SYSTEM
from resources.warehouse.dialect import name
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine


def name_subject(engine: Engine, persons: Iterable[str]) -> None:
    """Make the temporary table `subject_persons`, which the statements of this stage read."""
    engine.register("person_rows", pa.table({"person": pa.array(list(persons), pa.string())}))
    engine.run("CREATE OR REPLACE TEMP TABLE subject_persons AS SELECT person FROM person_rows")
    engine.unregister("person_rows")


def identifiers(engine: Engine, catalogue: Catalogue) -> list[Identifier]:
    """The identifiers by which the subject is known, with the sources that know them and the origins of the fields that bear them."""
    origins = {(dataset.table, key): field.shape.origin for dataset in catalogue.datasets for key, field in dataset.fields.items()}
    sources: dict[tuple[str, str, bool, str | None], dict[str, None]] = defaultdict(dict)
    given: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for kind, value, source, joins, reason, table, field in engine.rows(model("rights/links")):
        sources[kind, value, joins, reason][source] = None
        origin = origins.get((table, field))
        if origin:
            given[kind, value][origin] = None
    return [
        Identifier(kind, value, tuple(held), joins, reason, tuple(given[kind, value]))
        for (kind, value, joins, reason), held in sources.items()
    ]


def collect(engine: Engine, catalogue: Catalogue, recordings: Path) -> list[Table]:
    """The tables in which the subject stands, in the order of the catalogue.

    Args:
        engine: what is published, with `subject_persons`.
        catalogue: the register's catalogue.
        recordings: where audio is kept.
    """
    evidence: dict[str, dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    engine.run(f"CREATE OR REPLACE TEMP TABLE subject_roles AS {model('rights/records')}")
    statement = "SELECT dataset, _record, role, field, kind, value FROM subject_roles ORDER BY dataset, _record, is_main DESC, role"
    for dataset, record, role, field, kind, value in engine.rows(statement):
        evidence[dataset][record].append(Evidence(role, field, kind, value))
    held: dict[str, set[str]] = defaultdict(set)
    for table, column in engine.rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'register'"):
        held[table].add(column)
    tables = [
        Table(dataset, _rows(engine, dataset, held[dataset.table], evidence[dataset.table], recordings))
        for dataset in catalogue.datasets
        if dataset.table in held
    ]
    return [table for table in tables if table.rows]


def _rows(engine: Engine, dataset: Dataset, columns: set[str], evidence: dict[str, list[Evidence]], recordings: Path) -> list[Row]:
    fields = [field for field in dataset.fields if field in columns]
    listed = ", ".join(name(field) for field in fields)
    table = f"register.{name(dataset.table)}"
    own = f"SELECT _record, _ingested_at, true AS _main, {listed} FROM {table} WHERE _person IN (SELECT person FROM subject_persons)"
    other = (
        f"SELECT _record, _ingested_at, false AS _main, {listed} FROM {table} "
        "WHERE _record IN (SELECT _record FROM subject_roles WHERE dataset = $table AND NOT is_main) "
        "AND (_person IS NULL OR _person NOT IN (SELECT person FROM subject_persons))"
    )
    anchor = name(dataset.shape.anchor) if dataset.shape.anchor in columns else "_record"
    main = next(iter(dataset.shape.persons), None)
    has_other = any(each.role != main for found in evidence.values() for each in found)
    both = f"{own} UNION ALL {other}" if has_other else own
    parameters = {"table": dataset.table} if has_other else None
    found = engine.rows(f"SELECT * FROM ({both}) AS found ORDER BY {anchor} NULLS LAST, _record", parameters)
    rows = []
    for record, ingested_at, is_main, *values in found:
        row = _row(dataset, record, dict(zip(fields, values, strict=True)), evidence.get(record, []), is_main=is_main)
        row.ingested_at = ingested_at
        _find_audio(row, dataset, recordings)
        rows.append(row)
    return rows


def _row(dataset: Dataset, record: str, values: dict[str, Any], evidence: list[Evidence], *, is_main: bool) -> Row:
    roles = {each.role for each in evidence}
    if is_main:
        roles.add(next(iter(dataset.shape.persons)))
    row = Row(record, is_main, {}, {}, tuple(evidence))
    for field, value in values.items():
        reason = _withheld(dataset, field, roles, is_main=is_main)
        if reason is None or value is None:
            row.values[field] = value
        else:
            row.withheld[field] = reason
    row.others = tuple(str(values[field]) for field, reason in row.withheld.items() if reason == OTHER_PERSON and field in dataset.roles_of)
    return row


def _withheld(dataset: Dataset, name_of_field: str, roles: set[str], *, is_main: bool) -> str | None:
    """Why a field of a record is not shown to a subject that has these roles in it; None where it is."""
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
