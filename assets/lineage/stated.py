"""Tables that no model makes: those of `tables.sql`, of the ledger, and what the models of a stage are given to read.

What their columns are made of is stated in `columns.yaml` as `from`, a list of: a column, as `identity.persons.person`;
`register.*._record`, the column of that name in every table of the register; `register.*[mentions_others]`, every field of the register
that bears the flag, and so `[anchor]`, `[category=user.name]`, `[prohibition=from]` and `[prohibition=until]`; `source:*`, every field of
every source system.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assets.lineage.draft import DraftColumn, DraftTable
from assets.lineage.register import OWN, register_name
from resources.catalogue.positions import Problem, nearest
from resources.ledger.tables import metadata
from resources.warehouse.describe import DescribeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from assets.lineage.draft import Draft
    from assets.lineage.graph import Kind
    from assets.lineage.written import Described, Written
    from resources.catalogue import Catalogue, Dataset, Field
    from resources.catalogue.lineage_scope import Base
    from resources.warehouse import describe

_PICKED = re.compile(r"register\.\*\[(?P<what>[a-z_]+)(=(?P<value>[a-z_.]+))?\]")
_EVERY = re.compile(r"register\.\*\.(?P<column>\w+)")


def _is_named(block: str) -> Callable[[Dataset, Field, str | None], bool]:
    """Whether a data set's block names a field under a key."""

    def is_named(dataset: Dataset, field: Field, key: str | None) -> bool:
        stated = getattr(dataset.shape, block)
        return stated is not None and field.name == stated.model_dump(by_alias=True).get(key)

    return is_named


_PICKS: dict[str, Callable[[Dataset, Field, str | None], bool]] = {
    "mentions_others": lambda _dataset, field, _value: bool(field.shape.mentions_others),
    "category": lambda _dataset, field, value: field.shape.category == value,
    "prohibition": _is_named("prohibition"),
    "company": _is_named("company"),
    "employment": _is_named("employment"),
    "anchor": lambda dataset, field, _value: dataset.shape.anchor == field.name,
}


def add_stated(draft: Draft, written: Written, database: describe.Described) -> None:
    """Add the tables that no model makes; those that models only read are made in the database, too."""
    fixed = database.tables()
    ledger = {f"ledger.{table.name}": {column.name: str(column.type) for column in table.columns} for table in metadata.sorted_tables}
    for name, described in written.tables.items():
        if name in (OWN, *draft.tables, *written.models):
            continue
        kind: Kind = "ledger" if name in ledger else "table" if name in fixed else "input"
        types = ledger.get(name) or fixed.get(name) or _types(draft, described, database)
        _add(draft, described, types, kind, is_stated=kind == "input")
    for name, file in [
        *((name, "resources/ledger/tables.py") for name in ledger),
        *((name, "resources/warehouse/tables.sql") for name in fixed),
    ]:
        if name not in written.tables and name not in draft.tables:
            where = "ingest" if name.startswith(("meta.", "quarantine.")) else name.partition(".")[0]
            message = f"the table {name} is not described: describe it and its columns in sql/{where}/columns.yaml"
            draft.problems.append(Problem(file, 1, 1, message))


def _types(draft: Draft, described: Described, database: describe.Described) -> dict[str, str]:
    """The types that a description states, and the table made of them in the database."""
    types = {}
    for name, column in described.shape.columns.items():
        if column.type is None:
            known = "no model, no table of tables.sql and none of the ledger"
            message = f"{described.name} is {known}: state the 'type' of '{name}', or mend the table's name"
            draft.problems.append(described.problem(message, "columns", name))
        types[name] = column.type or "VARCHAR"
    try:
        database.make(described.name, types)
    except DescribeError as error:
        draft.problems.append(described.problem(f"DuckDB refuses its types: {error}"))
    return types


def _add(draft: Draft, described: Described, types: dict[str, str], kind: Kind, *, is_stated: bool) -> None:
    table = draft.add(DraftTable(described.name, kind, described.shape.description))
    for name, column in described.shape.columns.items():
        if name not in types:
            message = f"{described.name} has no column '{name}': {nearest(name, types)}"
            draft.problems.append(described.problem(message, "columns", name))
            continue
        if column.type is not None and not is_stated:
            draft.problems.append(
                described.problem(f"the type of '{name}' stands where the table is made: remove it", "columns", name, "type")
            )
        line = described.line_of(name)
        table.add(DraftColumn(name, column.description, described.document.name, line, types[name], declared=column.declared))
    for name in types.keys() - described.shape.columns.keys():
        draft.problems.append(described.problem(f"the column '{name}' of {described.name} is not described", "columns"))


def refer(draft: Draft, written: Written, catalogue: Catalogue) -> None:
    """Let the columns of stated tables be made of what `from` names; needs every table to stand."""
    for described in written.tables.values():
        table = draft.tables.get(described.name)
        for name, column in described.shape.columns.items():
            if table is None or name not in table.columns or described.name in written.models:
                continue
            made = table.columns[name]
            for index, reference in enumerate(column.from_ or []):
                found = _referred(reference, draft, catalogue)
                if isinstance(found, str):
                    draft.problems.append(described.problem(found, "columns", name, "from", index))
                else:
                    made.sources |= found
            made.is_empty = column.from_ is not None and not made.sources


def _referred(reference: str, draft: Draft, catalogue: Catalogue) -> set[Base] | str:
    """The columns that a reference names, or what is wrong with it."""
    if reference == "source:*":
        return {(name, column) for name, table in draft.tables.items() if table.kind == "source" for column in table.columns}
    picked, every = _PICKED.fullmatch(reference), _EVERY.fullmatch(reference)
    if picked is not None:
        return _picked(picked["what"], picked["value"], catalogue)
    if every is not None:
        columns = ((register_name(dataset), every["column"]) for dataset in catalogue.datasets)
        return {base for base in columns if base[1] in draft.tables[base[0]].columns}
    table, _, column = reference.rpartition(".")
    if table not in draft.tables:
        return f"there is no table '{table}': {nearest(table, draft.tables)}"
    known = draft.tables[table].columns
    return {(table, column)} if column in known else f"{table} has no column '{column}': {nearest(column, known)}"


def _picked(what: str, value: str | None, catalogue: Catalogue) -> set[Base] | str:
    if what not in _PICKS:
        return f"'{what}' picks no fields: {nearest(what, _PICKS)}"
    fields = ((dataset, field) for dataset in catalogue.datasets for field in dataset.fields.values())
    return {(register_name(dataset), field.name) for dataset, field in fields if _PICKS[what](dataset, field, value)}
