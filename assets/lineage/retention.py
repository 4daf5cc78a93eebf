"""What retention makes of the register: the relations that rules wait for, checked as our own models are, and the tables of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from assets.ingest.table import COUNTS, NUMBER, columns_of_counts
from assets.lineage.draft import DraftColumn, DraftTable
from assets.lineage.register import register_name
from resources.catalogue.lineage import LineageError, lineage, parse, tables_in
from resources.catalogue.positions import Problem, nearest
from resources.catalogue.retention_rules import RELATIONS
from resources.catalogue.tags import SYSTEM_TAGS
from resources.warehouse.describe import DescribeError

if TYPE_CHECKING:
    from assets.lineage.draft import Draft
    from resources.catalogue import Catalogue
    from resources.warehouse import describe

_GIVES = {"_record": "VARCHAR", "held_until": "DATE"}
_OF_IDENTITY = ("identifiers", "persons", "record_persons", "subjects")
_SAID = {"_record": "The record that the relation speaks of.", "held_until": "The local date on which it ended; empty while it holds."}


def add_relations(draft: Draft, catalogue: Catalogue, database: describe.Described) -> None:
    """The relations of the register: each must read what is there, and give `_record` (text) and `held_until` (a date), nothing else."""
    readable = {register_name(dataset) for dataset in catalogue.datasets} | {f"identity.{table}" for table in _OF_IDENTITY}
    schema = {name: list(columns) for name, columns in database.tables().items() if name in readable}
    for name, text in catalogue.relations.items():
        file = f"{RELATIONS}/{name}.sql"
        tree = parse(text, file)
        if any(not isinstance(each.this, exp.Identifier) for each in tree.find_all(exp.Table)):
            draft.problems.append(
                Problem(file, 1, 1, "reads something else than a table (a file, a function): name tables of the register")
            )
            continue
        unknown = sorted(tables_in(tree) - readable)
        if unknown:
            hint = f"{nearest(unknown[0], readable)}; a relation reads the register's tables and {', '.join(_OF_IDENTITY)} of identity"
            draft.problems.append(Problem(file, 1, 1, f"there is no table '{unknown[0]}' that it may read: {hint}"))
            continue
        try:
            columns = lineage(text, file, schema)
            given = database.of(text)
        except LineageError as error:
            draft.problems += error.problems
            continue
        except DescribeError as error:
            draft.problems.append(Problem(file, error.line, 1, f"DuckDB refuses it: {error}"))
            continue
        if given != _GIVES:
            found = ", ".join(f"{column} {kind}" for column, kind in given.items())
            draft.problems.append(Problem(file, 1, 1, f"gives {found}: give _record VARCHAR and held_until DATE, in this order"))
            continue
        table = draft.add(DraftTable(f"relation.{name}", "model", f"One row is a record of which this is told: {_label(catalogue, name)}."))
        for column in columns:
            made = DraftColumn(column.name, _SAID[column.name], file, column.line, _GIVES[column.name], set(column.sources))
            table.add(made)


def add_counts(draft: Draft, catalogue: Catalogue) -> None:
    """The tables of counts: what is counted by bears the tags of its field, the number is about nobody."""
    for dataset in catalogue.datasets:
        columns = columns_of_counts(dataset)
        if dataset.rule.counts is None:
            continue
        described = f"One row is how many records of {dataset.id} that have gone had these values."
        table = draft.add(DraftTable(f"{COUNTS}.{dataset.rule.counts.table}", "table", described))
        for name, kind in columns.items():
            if name == NUMBER:
                table.add(DraftColumn(name, "How many records they were.", "retention.yaml", 1, kind, given=SYSTEM_TAGS))
            else:
                field = dataset.fields[name]
                described = f"{field.label.en}, from {dataset.id}.{name}"
                table.add(DraftColumn(name, described, field.file, field.line, kind, {(register_name(dataset), name)}))


def _label(catalogue: Catalogue, name: str) -> str:
    return catalogue.retention.relations[name].label.en
