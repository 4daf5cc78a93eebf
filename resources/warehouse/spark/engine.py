"""An engine whose tables are Parquet files that a Spark Connect server reads and writes.

A table is a set of files that never change: who appends adds files, who deletes or updates writes the table anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp
from sqlglot.errors import SqlglotError

from resources.warehouse.engine import WarehouseError, described
from resources.warehouse.spark.queries import Queries, query_of
from resources.warehouse.spark.rewrites import Change, added, altered
from resources.warehouse.spark.session import FAILURES
from resources.warehouse.spark.statements import Table, understood
from resources.warehouse.translate import translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from pyspark.sql.dataframe import DataFrame

    from resources.warehouse.spark.statements import Statement
    from resources.warehouse.spark.tables import Parts

_ROWS_AT_ONCE = 10_000
_MOST_PARTS = 16


class SparkEngine(Queries):
    """A connection to one state of the warehouse through a session of Spark Connect."""

    def run(self, statement: str, parameters: Mapping[str, object] | None = None) -> SparkEngine:
        """Execute one statement with bound parameters."""
        with _without_data(statement):
            if statement == "CHECKPOINT":
                self.save()
            elif (what := understood(statement)).verb == "select":
                self._answer(what, statement, parameters or {})
            else:
                self._carry_out(what, statement, parameters or {})
        return self

    def rows(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        with _without_data(statement):
            what = understood(statement)
            if what.verb != "select":
                return [(self._carry_out(what, statement, parameters or {}),)]
            return self._answer(what, statement, parameters or {}).fetchall()

    def stream(self, statement: str, parameters: Mapping[str, object] | None = None) -> Iterator[tuple[Any, ...]]:
        """The rows of a large result, some at once; nothing else may be run meanwhile."""
        with _without_data(statement):
            answer = self._answer(understood(statement), statement, parameters or {})
            while rows := answer.fetchmany(_ROWS_AT_ONCE):
                yield from rows

    def scalar(self, statement: str, parameters: Mapping[str, object] | None = None) -> Any:
        """The first column of the first row."""
        rows = self.rows(statement, parameters)
        return rows[0][0] if rows else None

    def count(self, statement: str, parameters: Mapping[str, object] | None = None) -> int:
        """The number of rows that a statement changed, or that it counted."""
        return int(self.scalar(statement, parameters))

    def arrow(self, statement: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """A result as an Arrow table."""
        with _without_data(statement):
            return self._answer(understood(statement), statement, parameters or {}).to_arrow_table()

    def columns(self, statement: str, parameters: Mapping[str, object] | None = None) -> list[str]:
        """The column names of a result."""
        with _without_data(statement):
            return list(self._shadow.columns(statement, parameters).names)

    def register(self, view: str, table: pa.Table) -> None:
        """Make an Arrow table readable under a name, until `unregister`."""
        with _without_data("register"):
            columns = self._shadow.register(view, table)
            self._show(view, self._given(self._shadow.converted(table, columns)), object())

    def unregister(self, view: str) -> None:
        """Forget a registered table."""
        self._shadow.unregister(view)
        self._hide(view)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is done inside, or nothing of it."""
        before = dict(self._tables.parts), dict(self._own), dict(self._views)
        self._shadow.run("BEGIN")
        try:
            yield
        except BaseException:
            self._shadow.run("ROLLBACK")
            self._tables.parts, self._own, self._views = before
            raise
        self._shadow.run("COMMIT")
        self.save()

    def save(self) -> None:
        """Write down which tables there are, and which files hold their rows."""
        self._tables.made_by = self._shadow.made_by()
        self._tables.save()

    def gather(self) -> None:
        """Write those tables anew whose rows lie in many folders."""
        with _without_data("gather"):
            for key, parts in list(self._tables.parts.items()):
                if len(parts) > _MOST_PARTS:
                    table = Table(*key.split(".", maxsplit=1))
                    self._set(table, self._write(self._read(self._columns(table), parts), temporary=False), temporary=False)

    def _carry_out(self, what: Statement, statement: str, parameters: Mapping[str, object]) -> int:
        """Carry out a statement that is not asked for rows; how many it changed."""
        match what.verb:
            case "create":
                changed = self._create(what, statement, parameters)
            case "insert":
                changed = self._insert(what, parameters)
            case "delete" | "update":
                changed = self._change(what, parameters)
            case "alter":
                changed = self._alter(what, statement)
            case "drop":
                changed = self._drop(what, statement)
            case "copy":
                changed = self._copy(what, statement, parameters)
            case _:
                raise WarehouseError(f"The warehouse on Spark knows no statement that begins with '{statement.split(maxsplit=1)[0]}'.")
        return changed

    def _set(self, table: Table, parts: Parts, *, temporary: bool) -> int:
        """Say which files hold a table's rows; how many rows those are.

        Raises:
            WarehouseError: where the table is of a published generation.
        """
        if self._area is None and not temporary:
            raise WarehouseError("What is published cannot be written.")
        (self._own if temporary else self._tables.parts)[table.key] = parts
        return sum(part.rows for part in parts)

    def _create(self, what: Statement, statement: str, parameters: Mapping[str, object]) -> int:
        """Make a schema, a table, empty or of a query's rows, or a temporary view."""
        tree, table = what.tree, what.target
        query = tree.args.get("expression")
        if tree.args["kind"] == "SCHEMA" or table is None:
            self._shadow.run(statement)
            return 0
        if tree.args["kind"] == "VIEW":
            self._shadow.run(statement)
            self._views[table.key] = query_of(what)
            return 0
        if tree.args.get("exists") and self._shadow.has(table.schema, table.own):
            return 0
        temporary = bool(tree.find(exp.TemporaryProperty))
        if query is None:
            self._shadow.run(statement)
            return self._set(table, (), temporary=temporary)
        rows = self._query(query_of(what), parameters)  # before the table is another one, which it may read
        self._shadow.run(f"{statement}\nWITH NO DATA", parameters)
        return self._set(table, self._write(self._typed(rows, self._columns(table)), temporary=temporary), temporary=temporary)

    def _insert(self, what: Statement, parameters: Mapping[str, object]) -> int:
        table = what.named
        columns = self._columns(table)
        query = added(
            what.tree, self._shadow.defaults(table.schema, table.own), lambda given: self._shadow.columns(given, parameters).names
        )
        temporary = table.key in self._own
        new = self._write(self._typed(self._query(query, parameters), columns), temporary=temporary)
        self._set(table, self._parts(table) + new, temporary=temporary)
        return sum(part.rows for part in new)

    def _change(self, what: Statement, parameters: Mapping[str, object]) -> int:
        """Write a table anew of which rows are to be deleted or updated; how many those are."""
        table = what.named
        if not self._parts(table):
            return 0
        columns, temporary = self._columns(table), table.key in self._own
        change = Change(what.tree, columns.names)
        touched = self._number(change.touched, parameters)
        if not touched:
            return 0
        if change.matches is not None and self._number(change.matches, parameters) != touched:
            raise WarehouseError(f"An UPDATE of {table.key} finds several rows for one, and Spark cannot say which it takes.")
        rest = self._query(change.left, parameters) if change.left else None
        self._set(table, self._write(self._typed(rest, columns), temporary=temporary) if rest else (), temporary=temporary)
        return touched

    def _number(self, query: str, parameters: Mapping[str, object]) -> int:
        return int(self._query(query, parameters).toArrow().column(0)[0].as_py())

    def _alter(self, what: Statement, statement: str) -> int:
        """Rename a table, or give it other columns: what is held is written anew."""
        table, temporary = what.named, what.named.key in self._own
        (action,) = what.tree.args["actions"]
        held, parts = self._columns(table).names, self._parts(table)
        if isinstance(action, exp.AlterRename):
            self._shadow.run(statement)
            self._forget(table)
            return self._set(table.renamed(action.this.name), parts, temporary=temporary)
        if not parts:
            self._shadow.run(statement)
            return 0
        self._see(table)
        self._shadow.run(statement)
        columns = self._columns(table)
        if columns.names == held and not isinstance(action, exp.AlterColumn):
            return 0
        values = {action.this.name: action.args["using"]} if isinstance(action, exp.AlterColumn) else {}
        query = altered(what.tree.this, held, self._shadow.defaults(table.schema, table.own), values)
        rows = self._typed(self._session.sql(translated(query)), columns)
        return self._set(table, self._write(rows, temporary=temporary), temporary=temporary)

    def _copy(self, what: Statement, statement: str, parameters: Mapping[str, object]) -> int:
        """Write what a query gives into a file of this machine; how many rows those are."""
        query = str(what.tree.this.unnest().sql(dialect="duckdb"))
        rows = self._answer(understood(query), query, parameters).to_arrow_table()
        self._shadow.write(rows, statement[statement.rindex(") TO '") :])
        return int(rows.num_rows)

    def _drop(self, what: Statement, statement: str) -> int:
        self._shadow.run(statement)
        self._forget(what.named)
        return 0

    def _forget(self, table: Table) -> None:
        self._views.pop(table.key, None)
        (self._own if table.key in self._own else self._tables.parts).pop(table.key, None)
        self._hide(table.view)

    def _write(self, frame: DataFrame, *, temporary: bool) -> Parts:
        """Write rows; where they are."""
        folder = self._tables.new_folder(self._scratch if temporary or self._area is None else self._area)
        frame.write.parquet(str(self._tables.storage / folder))
        return self._tables.part(folder)


@contextmanager
def _without_data(statement: str) -> Iterator[None]:
    """Tell what failed without the engine's own message.

    Raises:
        WarehouseError: where anything did.
    """
    try:
        yield
    except (*FAILURES, duckdb.Error, SqlglotError, OSError, RuntimeError) as error:
        raise WarehouseError(described(error, statement)) from None
