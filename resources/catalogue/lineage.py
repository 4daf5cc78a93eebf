"""Column lineage: of which columns of which tables each column of a SELECT is made.

It is values that are followed, not what chooses rows: the conditions of WHERE, HAVING, QUALIFY and ON, and the keys of GROUP BY, do not
count (what counts within an expression is said in `lineage_values`). Set operations go by position; EXCEPT gives values of its left side
alone. A literal, count(*) and the like are made of nothing. A column whose field is read (`a.b` of a struct, `a ->> '$.b'` of JSON) counts
whole.

Names are resolved here, by the rules of DuckDB, on the syntax tree of sqlglot (https://sqlglot.com): its own lineage is asked a column at a
time, and passes over what it cannot follow, as the further columns that a recursive query goes through. Here a name that stands for
nothing or for several is an error with its place, in every clause.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from resources.catalogue.lineage_query import Reader
from resources.catalogue.positions import Problem
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resources.catalogue.lineage_scope import Base


class LineageError(AnsvarError):
    """The lineage of some SQL, or what is declared beside it, is wrong; `problems` lists every place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Hold the problems, sorted by file and line."""
        self.problems = sorted(set(problems))
        count = len(self.problems)
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__(f"{count} {'mistake' if count == 1 else 'mistakes'} in the lineage of columns:\n{lines}")


@dataclass(frozen=True)
class OutputColumn:
    """A column that a SELECT gives: the columns of tables that it is made of, and the 1-based place where it stands."""

    name: str
    sources: frozenset[Base]
    line: int
    column: int


def parse(text: str, file: str) -> exp.Query:
    """The syntax tree of one SELECT.

    Raises:
        LineageError: where the text is no SQL, or is not one SELECT.
    """
    try:
        trees = [tree for tree in sqlglot.parse(text, read="duckdb") if tree is not None]
    except ParseError as error:
        found = [(each["line"] or 1, each["col"] or 1, each["description"]) for each in error.errors]
        raise LineageError([Problem(file, line, column, f"is not SQL: {what}") for line, column, what in found]) from None
    except TokenError:
        raise LineageError([Problem(file, 1, 1, "is not SQL: a text or a comment does not end")]) from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise LineageError([Problem(file, 1, 1, "must be one SELECT")])
    return trees[0]


def lineage(
    text: str,
    file: str,
    schema: Mapping[str, Sequence[str]],
    *,
    lookups: Mapping[str, Mapping[str, str]] | None = None,
    stars: bool = False,
) -> list[OutputColumn]:
    """What each column of a SELECT is made of, in their order.

    Args:
        text: one SELECT in DuckDB's dialect.
        file: the name of its file, for places.
        schema: the columns of each table that it may read, by the name that it reads them by.
        lookups: tables that hold a function: of each, which column is worked out of which. Where such a table is joined by the latter, the
            former is made of what it is looked up by, and not of whatever else stands in the table.
        stars: whether `*` is expanded; else it is refused.

    Raises:
        LineageError: with every mistake and its place.
    """
    tree = parse(text, file)
    reader = Reader(text, file, schema, lookups or {}, stars=stars)
    columns = reader.query(tree, {}, None).columns
    seen: set[str] = set()
    for node in columns:
        if not node.name:
            reader.problems.append(Problem(file, node.line, node.column, "the column has no name: give it one with AS"))
        elif node.name.lower() in seen:
            reader.problems.append(Problem(file, node.line, node.column, f"the column '{node.name}' is given twice: rename one"))
        seen.add(node.name.lower())
    if reader.problems:
        raise LineageError(reader.problems)
    return [OutputColumn(node.name, node.bases(), node.line, node.column) for node in columns]


def tables_in(tree: exp.Query) -> set[str]:
    """The names of the tables that a SELECT reads, as it writes them; its own CTEs are none."""
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    named = {".".join(part.name for part in table.parts) for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)}
    return {table for table in named if table.lower() not in ctes}
