"""The columns of source systems and of the register's tables, and the identifiers that are taken from them by the SQL that ingest runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.normalise import LOOKUPS
from assets.ingest.people import identifier_rows, naming
from assets.ingest.table import OWN_COLUMNS, columns_of
from assets.ingest.typing import record_id
from assets.lineage.draft import DraftColumn, DraftTable
from resources.catalogue.lineage import lineage
from resources.catalogue.shapes import Pick
from resources.catalogue.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assets.lineage.draft import Draft
    from assets.lineage.written import Described, Written
    from resources.catalogue import Catalogue, Dataset, Field
    from resources.catalogue.lineage_scope import Base

OWN = "register.*"
_LANDED = ("_row", "_raw", "_broken", "_occurrence")
_MADE_BY = "assets/ingest/people.py"


def paths(field: Field) -> list[str]:
    """Where a field's value stands in its source's record: each place that is tried."""
    given = field.shape.from_ or field.name
    listed = given if isinstance(given, list) else [given]
    return [f"{each.each}[*].{each.take}" if isinstance(each, Pick) else each for each in listed]


def source_name(dataset: Dataset) -> str:
    """The name of a data set as its source system has it."""
    return f"source:{dataset.id}"


def register_name(dataset: Dataset) -> str:
    """The name of a data set's table."""
    return f"register.{dataset.table}"


def add_sources(draft: Draft, catalogue: Catalogue) -> None:
    """The fields of every source system, each under its path there."""
    for dataset in catalogue.datasets:
        table = draft.add(DraftTable(source_name(dataset), "source", dataset.shape.record, dataset=dataset.id))
        for field in dataset.fields.values():
            for path in paths(field):
                column = table.columns.get(path) or table.add(DraftColumn(path, field.label.en, field.file, field.line))
                column.given = Tags.of(field) | (column.given or Tags())


def add_register(draft: Draft, catalogue: Catalogue, written: Written) -> dict[str, set[Base]]:
    """The register's tables: their fields, and our own columns in each; gives what the columns of `identity.identifiers` are made of."""
    own = written.tables.get(OWN)
    made_of: dict[str, set[Base]] = {}
    for dataset in catalogue.datasets:
        table = draft.add(DraftTable(register_name(dataset), "table", dataset.shape.record, dataset=dataset.id))
        named = _named(dataset, catalogue)
        record = {base for column in _record(dataset) for base in column}
        sources = {"_record": record, "_person": named.get("_named", set())}
        for name, kind in columns_of(dataset).items():
            if name in OWN_COLUMNS:
                if own is not None and name in own.shape.columns:
                    table.add(_own(own, name, kind, sources.get(name, set())))
            else:
                field = dataset.fields[name]
                column = DraftColumn(name, _described(field, dataset), field.file, field.line, kind, given=Tags.of(field))
                column.sources = {(source_name(dataset), path) for path in paths(field)}
                table.add(column)
        for name, bases in _identifiers(dataset, named):
            made_of.setdefault(name, set()).update(bases)
    if own is not None:
        draft.problems += [own.problem(f"'{each}' is not described") for each in OWN_COLUMNS if each not in own.shape.columns]
    return made_of


def _own(own: Described, name: str, kind: str, sources: set[Base]) -> DraftColumn:
    """One of our own columns; of a data set that gives it nothing (no person stands in it) it is always empty."""
    described = own.column(name)
    column = DraftColumn(name, described.description, own.document.name, own.line_of(name), kind, sources, declared=described.declared)
    column.is_empty = not sources and described.declared is not None and described.declared.when_personal
    return column


def _described(field: Field, dataset: Dataset) -> str:
    found = paths(field)
    place = "" if found == [field.name] else f", there {' or '.join(found)}"
    return f"{field.label.en}, from {dataset.id}.{field.name}{place}"


def _record(dataset: Dataset) -> Iterator[Iterable[Base]]:
    """What a record's id is made of: fields of the source's record, or all of it."""
    landed = [*dataset.fields, *_LANDED]
    (column,) = lineage(f"SELECT {record_id(dataset)} AS _record FROM landed", "assets/ingest/typing.py", {"landed": landed})
    for _, name in column.sources:
        fields = [dataset.fields[name]] if name in dataset.fields else dataset.fields.values()
        yield [(source_name(dataset), path) for field in fields for path in paths(field)]


def _named(dataset: Dataset, catalogue: Catalogue) -> dict[str, set[Base]]:
    """What the normalised identifiers of a data set's records, and the persons that they name, are made of: columns of its table."""
    schema = {"judged": ["_record", *dataset.fields]} | {table: ["text", "value"] for table in LOOKUPS}
    text = naming(dataset, catalogue, "judged")
    columns = lineage(text, f"{_MADE_BY} ({dataset.id})", schema, lookups={table: {"value": "text"} for table in LOOKUPS}, stars=True)
    return {column.name: {(register_name(dataset), name) for _, name in column.sources} for column in columns}


def _identifiers(dataset: Dataset, named: dict[str, set[Base]]) -> Iterator[tuple[str, set[Base]]]:
    """What each column of `identity.identifiers` is made of, for the rows that a data set gives."""
    if not dataset.shape.persons:
        return
    for column in lineage(identifier_rows(dataset, "named"), f"{_MADE_BY} ({dataset.id})", {"named": list(named)}):
        yield column.name, {base for _, name in column.sources for base in named[name]}
