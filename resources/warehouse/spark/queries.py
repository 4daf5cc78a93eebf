"""Queries of the warehouse's statements in a session of Spark Connect: the tables that they name are shown to it, and answers are DuckDB's.

What a query gives is described by an empty DuckDB first (`shadow`), so that it has the types that DuckDB would have given it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING

from pyspark.sql.connect import functions as sql
from pyspark.sql.pandas.types import from_arrow_schema
from sqlglot import exp

from resources.warehouse.dialect import name
from resources.warehouse.spark.statements import understood
from resources.warehouse.translate import translated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    import pyarrow as pa
    from pyspark.sql.connect.session import SparkSession
    from pyspark.sql.dataframe import DataFrame

    from resources.warehouse.spark.shadow import Columns, Shadow
    from resources.warehouse.spark.statements import Statement, Table
    from resources.warehouse.spark.tables import Parts, Tables

_NAME_LETTERS = 16


class Queries:
    """What is read of one state of the warehouse."""

    def __init__(self, session: SparkSession, shadow: Shadow, tables: Tables, *, area: str | None, scratch: str) -> None:
        """Take up a state.

        Args:
            session: a session of its own.
            shadow: the state's tables without their rows.
            tables: where the rows of the tables are.
            area: the part of the storage that new rows are written into; None where nothing may be written.
            scratch: the part of the storage for temporary tables.
        """
        self._session = session
        self._shadow = shadow
        self._tables = tables
        self._area = area
        self._scratch = scratch
        self._own: dict[str, Parts] = {}  # temporary tables
        self._views = {view.named.key: query_of(view) for view in map(understood, shadow.views())}
        self._bound: dict[str, object] = {}  # what each view of Spark's session shows

    def _answer(self, what: Statement, statement: str, parameters: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
        """What a query gives."""
        if what.of_catalogue:
            return self._shadow.run(statement, parameters)
        if what.is_own:
            return self._worked_out_here(what, statement, parameters)
        columns = self._shadow.columns(statement, parameters)
        return self._shadow.answer(self._typed(self._query(statement, parameters), columns).toArrow(), columns)

    def _worked_out_here(self, what: Statement, statement: str, parameters: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
        """What a query gives that asks for functions which DuckDB alone has: the columns that it reads are fetched."""
        fetched = []
        for table in what.reads:
            wanted = [each for each in self._columns(table).names if each in what.columns]
            listed = ", ".join(map(name, wanted or self._columns(table).names))
            query = f"SELECT {listed} FROM {table.quoted}"
            fetched.append((table, self._answer(understood(query), query, {}).to_arrow_table()))
        return self._shadow.with_rows(statement, parameters, fetched)

    def _query(self, query: str, parameters: Mapping[str, object]) -> DataFrame:
        """The rows of a query, in Spark's types."""
        query, parameters = self._without_files(query, parameters)
        for table in understood(query).reads:
            self._see(table)
        text = translated(query)
        bound = {key: list(value) if isinstance(value, list | tuple | set) else value for key, value in parameters.items()}
        for key, value in bound.items():
            if isinstance(value, dt.datetime):  # it would be read in the zone of the machine
                bound[key] = value.isoformat(" ")
                text = re.sub(rf"(?<![\w:]):{key}\b", f"CAST(:{key} AS TIMESTAMP_NTZ)", text)
        return self._session.sql(text, args=bound or None)

    def _without_files(self, query: str, parameters: Mapping[str, object]) -> tuple[str, Mapping[str, object]]:
        """A query in which the Parquet files that it reads are views."""
        if "read_parquet" not in query.lower():
            return query, parameters
        tree, left = understood(query).tree.copy(), dict(parameters)
        for read in list(tree.find_all(exp.ReadParquet)):
            (file,) = read.expressions
            value = file.name if isinstance(file, exp.Literal) else left.pop(file.name)
            paths = list(value) if isinstance(value, list) else [str(value)]
            view = f"read_{hashlib.sha256(repr(paths).encode()).hexdigest()[:_NAME_LETTERS]}"
            columns = self._shadow.columns("SELECT * FROM read_parquet($paths)", {"paths": paths})
            self._show(view, self._files(columns, paths), object())
            read.replace(exp.to_identifier(view))
        return tree.sql(dialect="duckdb"), left

    def _typed(self, frame: DataFrame, columns: Columns) -> DataFrame:
        """Rows with the names and types that DuckDB would give them."""
        numbered = [f"c{number}" for number in range(len(columns.names))]
        types = from_arrow_schema(self._shadow.schema(columns), prefer_timestamp_ntz=True)
        wanted = zip(numbered, columns.names, types, strict=True)
        return frame.toDF(*numbered).select(*(sql.col(each).cast(kind.dataType).alias(own) for each, own, kind in wanted))

    def _see(self, table: Table) -> None:
        """Show a table's present rows in Spark's session."""
        if (query := self._views.get(table.key)) is not None:
            self._see_view(table, query)
            return
        if table.key not in self._own and not table.schema:
            return  # registered, or a function
        shown = (self._columns(table), self._parts(table))
        if self._bound.get(table.view) != shown:
            self._show(table.view, self._read(*shown), shown)

    def _see_view(self, view: Table, query: str) -> None:
        """Show what a view's query gives now."""
        inputs = understood(query).reads
        for each in inputs:
            self._see(each)
        shown = (query, *(self._bound.get(each.view) for each in inputs))
        if self._bound.get(view.view) != shown:
            self._show(view.view, self._typed(self._query(query, {}), self._columns(view)), shown)

    def _read(self, columns: Columns, parts: Parts) -> DataFrame:
        return self._files(columns, self._tables.paths(parts)) if parts else self._given(self._shadow.schema(columns).empty_table())

    def _files(self, columns: Columns, paths: Sequence[str]) -> DataFrame:
        types = from_arrow_schema(self._shadow.schema(columns), prefer_timestamp_ntz=True)
        return self._session.read.schema(types).parquet(*paths)

    def _given(self, rows: pa.Table) -> DataFrame:
        types = from_arrow_schema(rows.schema, prefer_timestamp_ntz=True)
        return self._session.createDataFrame(rows, schema=types)

    def _show(self, view: str, frame: DataFrame, what: object) -> None:
        frame.createOrReplaceTempView(view)
        self._bound[view] = what

    def _hide(self, view: str) -> None:
        if self._bound.pop(view, None) is not None:
            self._session.catalog.dropTempView(view)

    def _columns(self, table: Table) -> Columns:
        return self._shadow.columns(f"SELECT * FROM {table.quoted}")

    def _parts(self, table: Table) -> Parts:
        return self._own[table.key] if table.key in self._own else self._tables.parts.get(table.key, ())


def query_of(what: Statement) -> str:
    """The query that a table or a view is made of."""
    return str(what.tree.args["expression"].sql(dialect="duckdb"))
