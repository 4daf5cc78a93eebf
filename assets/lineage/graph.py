"""The graph of all columns, and what may be asked of it. How it is worked out stands in `build`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from resources.catalogue.lineage_scope import Base
    from resources.catalogue.tags import Tags

Kind = Literal["source", "table", "model", "input", "ledger", "bundle"]
"""What a table is: a data set as its source has it; a table of the warehouse; a SELECT that is not kept; what such SELECTs are given to
read; a table of the ledger; a file of an export bundle."""


@dataclass(frozen=True)
class Column:
    """A column: what it is, its SQL type (empty outside of databases), its tags, and the columns that it is made of.

    `declared` says that its tags, or some of them, are stated and not by lineage. `file` and `line` are where it is described or computed.
    """

    name: str
    type: str
    description: str
    tags: Tags
    sources: frozenset[Base]
    declared: bool
    file: str
    line: int


@dataclass(frozen=True)
class Table:
    """A table and its columns, in their order; `dataset` is the data set's id (`source.dataset`) where it is of one."""

    name: str
    kind: Kind
    description: str
    columns: dict[str, Column]
    dataset: str | None = None


@dataclass(frozen=True)
class Coverage:
    """How many columns a table has, and how many of them have their tags by declaration, by lineage alone, or not."""

    table: str
    columns: int
    declared: int
    lineage: int
    untagged: int


@dataclass(frozen=True)
class Lineage:
    """Every table by its name: `register.crm_contacts`, `identity.links`, `ledger.gone`, `source:crm.contacts`, `bundle:links.json`."""

    tables: dict[str, Table]

    def column(self, table: str, column: str) -> Column:
        """A column.

        Raises:
            AnsvarError: where there is none of the name.
        """
        if table not in self.tables or column not in self.tables[table].columns:
            raise AnsvarError(f"There is no column {table}.{column}: `ansvar lineage` lists the tables.")
        return self.tables[table].columns[column]

    def tags(self, table: str, column: str) -> Tags:
        """The tags of a column."""
        return self.column(table, column).tags

    def sources(self, table: str, column: str) -> frozenset[Base]:
        """The columns that a column is made of directly."""
        return self.column(table, column).sources

    def targets(self, table: str, column: str) -> frozenset[Base]:
        """The columns that are made of a column directly."""
        self.column(table, column)
        return frozenset(self._targets.get((table, column), ()))

    def upstream(self, table: str, column: str) -> frozenset[Base]:
        """All columns that a column comes from, through whatever is between; itself only where it is made of itself."""
        return _reached((table, column), lambda base: self.sources(*base))

    def downstream(self, table: str, column: str) -> frozenset[Base]:
        """All columns that a column goes into, through whatever is between."""
        return _reached((table, column), lambda base: self.targets(*base))

    def coverage(self) -> list[Coverage]:
        """How the columns of each table came to their tags, by name: of those that are kept or computed, not of sources and bundles."""
        return [_coverage(table) for _, table in sorted(self.tables.items()) if table.kind not in ("source", "bundle")]

    @cached_property
    def _targets(self) -> Mapping[Base, set[Base]]:
        found: dict[Base, set[Base]] = {}
        for base, column in self._columns():
            for source in column.sources:
                found.setdefault(source, set()).add(base)
        return found

    def _columns(self) -> Iterator[tuple[Base, Column]]:
        for table in self.tables.values():
            for column in table.columns.values():
                yield (table.name, column.name), column


def _coverage(table: Table) -> Coverage:
    columns = table.columns.values()
    untagged = sum(bool(column.tags.missing) for column in columns)
    declared = sum(column.declared and not column.tags.missing for column in columns)
    return Coverage(table.name, len(columns), declared, len(columns) - declared - untagged, untagged)


def _reached(start: Base, following: Callable[[Base], frozenset[Base]]) -> frozenset[Base]:
    found: set[Base] = set()
    waiting = list(following(start))
    while waiting:
        base = waiting.pop()
        if base not in found:
            found.add(base)
            waiting += following(base)
    return frozenset(found)
