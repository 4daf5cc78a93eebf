"""Names within a query, and the columns that they stand for; which clause reads what is decided in `lineage`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resources.catalogue.positions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlglot import exp

Base = tuple[str, str]
"""A column of a table that is read: the table as the schema names it, and the column."""


@dataclass(eq=False)
class Node:
    """A column of a table or of a query, with the columns that its value is made of; `base` is set where it stands in a table."""

    name: str
    made_of: list[Node] = field(default_factory=list)
    base: Base | None = None
    line: int = 1
    column: int = 1

    def bases(self) -> frozenset[Base]:
        """The columns of tables that it comes from, through whatever is between; a query that reads itself ends."""
        seen: set[Node] = set()
        waiting, found = [self], set()
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += node.made_of
                if node.base is not None:
                    found.add(node.base)
        return frozenset(found)


@dataclass(eq=False)
class Relation:
    """A table, subquery or the like in FROM: its alias, its full name where it is a table, and its columns.

    Of one that is not known, which is told where it stands, no column is known to be wrong.
    """

    alias: str
    full_name: str
    columns: list[Node]
    is_known: bool = True

    def column(self, name: str) -> Node | None:
        """The column of a name; letters' case is not told apart."""
        return next((node for node in self.columns if node.name.lower() == name), None)


@dataclass
class Read:
    """What a query gives: its columns, and those that choose its rows."""

    columns: list[Node]
    filters: list[Node] = field(default_factory=list)


class UnresolvedError(Exception):
    """A name that stands for no column, or for several; the text says which and what to do."""


@dataclass(eq=False)
class Scope:
    """What names mean in one SELECT: its relations, what USING merges, its own aliases, and the query around it."""

    outer: Scope | None
    ctes: dict[str, list[Node]]
    relations: list[Relation] = field(default_factory=list)
    merged: dict[str, list[Node]] = field(default_factory=dict)
    aliases: dict[str, Node] = field(default_factory=dict)
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    filters: list[Node] = field(default_factory=list)

    def resolve(self, column: exp.Column) -> list[Node]:
        """The columns that a name stands for: several for a column merged by USING, else one.

        `a.b` is column b of relation a or else field b of the struct a; of `a.b.c` likewise.

        Raises:
            UnresolvedError: where it stands for none, or for one of several.
        """
        parts = [part.name.lower() for part in column.parts]
        for scope in self._around():
            found = scope.own(parts)
            if found:
                return found
        if not all(relation.is_known for scope in self._around() for relation in scope.relations):
            return []
        known = {node.name for scope in self._around() for relation in scope.relations for node in relation.columns}
        aliases = {relation.alias for scope in self._around() for relation in scope.relations}
        named = [relation for scope in self._around() for relation in scope.relations if relation.alias == parts[0]]
        if len(parts) > 1 and named:
            hint = nearest(column.name, {node.name for node in named[0].columns})
            raise UnresolvedError(f"'{parts[0]}' has no column '{column.name}': {hint}")
        hint = nearest(column.parts[0].name, known | aliases if len(parts) > 1 else known)
        raise UnresolvedError(f"'{column.sql()}' is no column of what is read: {hint}")

    def _around(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer

    def own(self, parts: list[str]) -> list[Node]:
        """What a name stands for in this SELECT alone; empty where it is none of its names."""
        if len(parts) > 1:
            for relation in self.relations:
                for size in (2, 1):
                    if len(parts) > size and ".".join(parts[:size]) in (relation.alias, relation.full_name):
                        found = relation.column(parts[size])
                        if found is not None:
                            return [found]
        if parts[0] in self.merged:
            return self.merged[parts[0]]
        found_in = [(relation, node) for relation in self.relations if (node := relation.column(parts[0])) is not None]
        if len(found_in) > 1:
            named = " or ".join(f"'{relation.alias}.{node.name}'" for relation, node in found_in)
            raise UnresolvedError(f"'{parts[0]}' is ambiguous: say {named}")
        if found_in:
            return [found_in[0][1]]
        return [self.aliases[parts[0]]] if parts[0] in self.aliases else []
