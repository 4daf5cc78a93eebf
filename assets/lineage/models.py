"""The columns of the SQL models: lineage and the engine must give the same ones, and each must be described."""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from sqlglot import exp

from assets.lineage.draft import DraftColumn, DraftTable
from resources.catalogue.lineage import LineageError, lineage, parse, tables_in
from resources.catalogue.positions import Problem, nearest
from resources.warehouse.describe import DescribeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.lineage.draft import Draft
    from assets.lineage.written import Described, Model, Written
    from resources.catalogue.lineage import OutputColumn
    from resources.warehouse import describe

Types = dict[str, dict[str, str]]
"""Of each table its columns with their SQL types."""


def add_models(draft: Draft, written: Written, database: describe.Described) -> None:
    """Add every model's columns to the graph, in an order in which what a model reads comes before it."""
    for model in written.models.values():
        if model.name not in written.tables:
            where = f"describe it and its columns in sql/{model.stage}/columns.yaml"
            draft.problems.append(Problem(model.file, 1, 1, f"the model {model.name} is not described: {where}"))
    trees: dict[str, exp.Query] = {}
    for model in written.models.values():
        try:
            trees[model.name] = parse(model.text, model.file)
        except LineageError as error:
            draft.problems += error.problems
    reads = {name: {_full(table, written.models[name].stage) for table in tables_in(tree)} for name, tree in trees.items()}
    order = _order(reads, written, draft)
    adding = _Adding(draft, written, database, trees, broken=written.models.keys() - set(order))
    for name in order:
        adding.add(written.models[name], reads[name])


def _order(reads: dict[str, set[str]], written: Written, draft: Draft) -> list[str]:
    """The models, each after those that it reads; without those that read each other."""
    known = dict(reads)
    while True:
        try:
            return [*TopologicalSorter({name: sorted(tables & known.keys()) for name, tables in known.items()}).static_order()]
        except CycleError as error:
            ring = sorted(set(error.args[1]))
            message = f"models read each other ({', '.join(ring)}): let one of them say in columns.yaml what it refines"
            draft.problems.append(Problem(written.models[ring[0]].file, 1, 1, message))
            for name in ring:
                del known[name]


class _Adding:
    """Adds models one by one. What reads a model that is broken is not shown to the engine, so that one mistake is told once."""

    def __init__(
        self, draft: Draft, written: Written, database: describe.Described, trees: dict[str, exp.Query], *, broken: set[str]
    ) -> None:
        self._draft, self._written, self._database, self._trees, self._broken = draft, written, database, trees, broken
        self._fixed = database.tables()
        self._known: Types = dict(self._fixed)
        for name in sorted(broken):
            self._guess(name)

    def add(self, model: Model, reads: set[str]) -> None:
        """Add a model all of whose inputs were added before."""
        columns = self._columns(model)
        types = self._types(model, columns) if columns is not None and not reads & self._broken else None
        if types is None:
            self._broken.add(model.name)
            self._guess(model.name)
        else:
            self._take(model, types)
        described = self._written.tables.get(model.name)
        if described is not None and columns is not None:
            kept = model.name in self._fixed
            table = self._draft.add(DraftTable(model.name, "table" if kept else "model", described.shape.description))
            self._draft.problems += _add(table, model, described, columns, types or {})

    def _guess(self, name: str) -> None:
        """Take the columns that are described for those of a model that is broken."""
        described = self._written.tables.get(name)
        self._known.setdefault(name, dict.fromkeys(described.shape.columns, "") if described is not None else {})
        if described is not None:
            table = self._draft.add(DraftTable(name, "model", described.shape.description))
            for each, column in described.shape.columns.items():
                table.add(DraftColumn(each, column.description, described.document.name, described.line_of(each)))

    def _columns(self, model: Model) -> list[OutputColumn] | None:
        schema = {name: list(columns) for name, columns in self._known.items()}
        own = {name.partition(".")[2]: columns for name, columns in schema.items() if name.startswith(f"{model.stage}.")}
        try:
            return lineage(model.text, model.file, own | schema)
        except LineageError as error:
            self._draft.problems += [_with_hint(problem, model) for problem in error.problems]
            return None

    def _types(self, model: Model, columns: list[OutputColumn]) -> dict[str, str] | None:
        """The columns and types that the engine gives, which must be those of the lineage."""
        parameters = {each.name for each in self._trees[model.name].find_all(exp.Parameter, exp.Placeholder)}
        try:
            types = self._database.of(model.text, schema=model.stage, parameters=sorted(parameters))
        except DescribeError as error:
            self._draft.problems.append(Problem(model.file, error.line, 1, f"DuckDB refuses it: {error}"))
            return None
        if list(types) != [column.name for column in columns]:
            found, given = ", ".join(column.name for column in columns), ", ".join(types)
            self._draft.problems.append(Problem(model.file, 1, 1, f"lineage finds the columns {found}, and DuckDB gives {given}"))
            return None
        return types

    def _take(self, model: Model, types: dict[str, str]) -> None:
        """Make a model's table for those that read it; one that every generation has must be as it is made there."""
        fixed = self._fixed.get(model.name)
        if fixed is None:
            self._database.make(model.name, types)
            self._known[model.name] = types
        elif types != fixed:
            given, made = (", ".join(f"{name} {kind}" for name, kind in each.items()) for each in (types, fixed))
            message = f"gives {given}, and resources/warehouse/tables.sql makes {model.name} of {made}"
            self._draft.problems.append(Problem(model.file, 1, 1, message))


def _with_hint(problem: Problem, model: Model) -> Problem:
    """A mistake; of a table that is not known, with where one is described that no model makes."""
    if not problem.message.startswith("there is no table"):
        return problem
    return replace(problem, message=f"{problem.message} (a table that no model makes is described in sql/{model.stage}/columns.yaml)")


def _full(name: str, stage: str) -> str:
    return name if "." in name else f"{stage}.{name}"


def _add(table: DraftTable, model: Model, described: Described, columns: list[OutputColumn], types: dict[str, str]) -> Iterator[Problem]:
    """Add a model's columns; gives where they and their descriptions differ."""
    names = [column.name for column in columns]
    for column in columns:
        each = described.shape.columns.get(column.name)
        if each is None:
            message = f"the column '{column.name}' of {model.name} is not described: describe it in {described.document.name}"
            yield Problem(model.file, column.line, column.column, message)
            continue
        sources = {(_full(name, model.stage), source) for name, source in column.sources}
        table.add(
            DraftColumn(column.name, each.description, model.file, column.line, types.get(column.name, ""), sources, declared=each.declared)
        )
        for key in (key for key, value in (("from", each.from_), ("type", each.type)) if value is not None):
            message = f"{model.file} says that of '{column.name}': remove '{key}'"
            yield described.problem(message, "columns", column.name, key)
    for name in (name for name in described.shape.columns if name not in names):
        yield described.problem(f"{model.name} gives no column '{name}': {nearest(name, names)}", "columns", name)


def refine(draft: Draft, written: Written) -> None:
    """Let the columns of what a model refines be made of the model's, too."""
    for described in written.tables.values():
        target = described.shape.refines
        if target is None or described.name not in draft.tables:
            continue
        if target not in draft.tables:
            draft.problems.append(described.problem(f"there is no table '{target}': {nearest(target, draft.tables)}", "refines"))
            continue
        columns, refined = draft.tables[described.name].columns, draft.tables[target].columns
        if [*columns] != [*refined]:
            message = f"{described.name} gives {', '.join(columns)}, and {target} has {', '.join(refined)}"
            draft.problems.append(described.problem(message, "refines"))
        for name in columns.keys() & refined.keys():
            refined[name].sources.add((described.name, name))
