"""Column lineage of single queries: each construct of SQL, and each mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pytest

from resources.catalogue.lineage import LineageError, lineage, parse, tables_in

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = {
    "t": ["a", "b", "c", "g", "s", "j", "l", "d"],
    "u": ["a", "x", "y"],
    "other.p": ["v", "w"],
    "e": ["parent", "child"],
}
MAKE = """
CREATE SCHEMA other;
CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER, g INTEGER, s STRUCT(f INTEGER, h STRUCT(i INTEGER)), j JSON, l INTEGER[], d DATE);
CREATE TABLE u (a INTEGER, x INTEGER, y INTEGER);
CREATE TABLE other.p (v INTEGER, w INTEGER);
CREATE TABLE e (parent INTEGER, child INTEGER);
INSERT INTO t SELECT i, i * 7 % 11, i * 5 % 13, i % 3, {'f': i * 3, 'h': {'i': i * 2}}, json_object('q', i * 9), [i, i * 4],
  DATE '2020-01-01' + i::INTEGER
FROM range(1, 12) AS r(i);
INSERT INTO u SELECT i, i * 17 % 19, i * 3 % 23 FROM range(1, 12) AS r(i);
INSERT INTO other.p SELECT i * 31, i * 37 FROM range(1, 12) AS r(i);
INSERT INTO e SELECT i, i + 1 FROM range(1, 12) AS r(i);
"""
CHANGED = {
    ("t", "s"): "{'f': s.f + 1, 'h': {'i': s.h.i + 1}}",
    ("t", "j"): "json_object('q', CAST(j ->> '$.q' AS INTEGER) + 1)",
    ("t", "l"): "[l[1] + 1, l[2] + 1]",
    ("t", "d"): "d + 1",
}


@dataclass(frozen=True)
class Case:
    """A query and what its columns are made of; `choosing` are columns that only choose or group rows."""

    what: str
    sql: str
    expected: dict[str, str]
    choosing: str = ""

    @property
    def sources(self) -> dict[str, set[tuple[str, str]]]:
        """What each column is made of."""
        return {name: bases(text) for name, text in self.expected.items()}


def bases(text: str) -> set[tuple[str, str]]:
    """`t.a other.p.v` as tables and columns."""
    return {(table, column) for table, _, column in (word.rpartition(".") for word in text.split())}


CASES = [
    Case(
        "columns and expressions",
        "SELECT a, a + b * 2 AS n, 1 AS one, 'x' AS word FROM t",
        {"a": "t.a", "n": "t.a t.b", "one": "", "word": ""},
    ),
    Case("letters' case", "SELECT T.A AS q FROM t", {"q": "t.a"}),
    Case("quoted names", 'SELECT "a" AS "a b" FROM t', {"a b": "t.a"}),
    Case("a table's full name", "SELECT other.p.v, p.w FROM other.p", {"v": "other.p.v", "w": "other.p.w"}),
    Case("an alias that hides a column", "SELECT b AS a, a AS b FROM t", {"a": "t.b", "b": "t.a"}),
    Case("an alias used again", "SELECT a + b AS q, q * c AS r FROM t", {"q": "t.a t.b", "r": "t.a t.b t.c"}),
    Case(
        "CTEs in CTEs",
        "WITH m AS (WITH n AS (SELECT a + 1 AS k FROM t) SELECT k AS i FROM n), o AS (SELECT i FROM m) SELECT i FROM o",
        {"i": "t.a"},
    ),
    Case("a CTE that hides a table", "WITH u AS (SELECT b AS x FROM t) SELECT x FROM u", {"x": "t.b"}),
    Case("renamed columns of a CTE", "WITH m(p, q) AS (SELECT a, b FROM t) SELECT q, p FROM m", {"q": "t.b", "p": "t.a"}),
    Case("a subquery in FROM", "SELECT k.n FROM (SELECT a + b AS n FROM t) AS k", {"n": "t.a t.b"}),
    Case("joins", "SELECT t.b, r.x FROM t INNER JOIN u AS r ON r.a = t.a", {"b": "t.b", "x": "u.x"}, "t.a u.a"),
    Case(
        "the same table twice", "SELECT m.b AS mb, n.c AS nc FROM t AS m INNER JOIN t AS n ON n.a = m.a", {"mb": "t.b", "nc": "t.c"}, "t.a"
    ),
    Case("USING", "SELECT a, b, x FROM t INNER JOIN u USING (a)", {"a": "t.a u.a", "b": "t.b", "x": "u.x"}, "t.a u.a"),
    Case("USING in a left join", "SELECT a, x FROM t LEFT JOIN u USING (a)", {"a": "t.a", "x": "u.x"}, "t.a u.a"),
    Case("USING in a right join", "SELECT a FROM t RIGHT JOIN u USING (a)", {"a": "u.a"}, "t.a"),
    Case("USING in a full join", "SELECT a FROM t FULL JOIN u USING (a)", {"a": "t.a u.a"}),
    Case("a semi join", "SELECT t.b FROM t SEMI JOIN u ON u.a = t.a", {"b": "t.b"}, "t.a u.a"),
    Case("a cross join", "SELECT t.b + u.x AS n FROM t CROSS JOIN u", {"n": "t.b u.x"}),
    Case("union by position", "SELECT a, b FROM t UNION ALL SELECT y, x FROM u", {"a": "t.a u.y", "b": "t.b u.x"}),
    Case(
        "union in a CTE",
        "WITH m AS (SELECT a AS k FROM t UNION SELECT x FROM u UNION ALL SELECT v FROM other.p) SELECT k FROM m",
        {"k": "t.a u.x other.p.v"},
    ),
    Case("a union of literals", "WITH m AS (SELECT 1 AS k UNION ALL SELECT 2) SELECT k, t.a FROM m CROSS JOIN t", {"k": "", "a": "t.a"}),
    Case("except", "SELECT b FROM t EXCEPT ALL SELECT x FROM u", {"b": "t.b"}, "u.x"),
    Case("intersect", "SELECT a FROM t INTERSECT SELECT a FROM u", {"a": "t.a u.a"}),
    Case(
        "a recursive query",
        "WITH RECURSIVE m AS (SELECT parent, child, 1 AS depth FROM e UNION ALL SELECT m.parent, e.child, m.depth + 1 FROM m INNER JOIN e"
        " ON e.parent = m.child WHERE m.depth < 3) SELECT parent, child, depth FROM m",
        {"parent": "e.parent", "child": "e.child", "depth": ""},
        "e.parent e.child",
    ),
    Case(
        "a recursive query that turns its columns round",
        "WITH RECURSIVE m(p, q, r, n) AS (SELECT a, b, c, 1 FROM t UNION ALL SELECT q, r, p, n + 1 FROM m WHERE n < 4) SELECT p FROM m",
        {"p": "t.a t.b t.c"},
    ),
    Case("a window's partition and order", "SELECT row_number() OVER (PARTITION BY g ORDER BY b, a) AS n FROM t", {"n": "t.g t.b t.a"}),
    Case("a value over a window", "SELECT sum(c) OVER (PARTITION BY g) AS n FROM t", {"n": "t.c t.g"}),
    Case("a named window", "SELECT lag(c) OVER w AS n, a FROM t WINDOW w AS (PARTITION BY g ORDER BY a)", {"n": "t.c t.g t.a", "a": "t.a"}),
    Case("qualify", "SELECT b FROM t QUALIFY row_number() OVER (PARTITION BY g ORDER BY a) = 1", {"b": "t.b"}, "t.g t.a"),
    Case("qualify by an alias", "SELECT b, rank() OVER (ORDER BY a) AS n FROM t QUALIFY n < 3", {"b": "t.b", "n": "t.a"}, "t.a"),
    Case("a field of a struct", "SELECT s.f AS p, t.s.h.i AS q FROM t", {"p": "t.s", "q": "t.s"}),
    Case("struct_extract", "SELECT struct_extract(s, 'f') AS p FROM t", {"p": "t.s"}),
    Case("a struct that is made", "SELECT m.k.x AS p FROM (SELECT {'x': a, 'y': b} AS k FROM t) AS m", {"p": "t.a t.b"}),
    Case("struct_pack", "SELECT struct_pack(x := a, y := b) AS k FROM t", {"k": "t.a t.b"}),
    Case("JSON", "SELECT j ->> '$.q' AS p, j -> 'q' AS q, json_extract_string(j, '$.q') AS r FROM t", {"p": "t.j", "q": "t.j", "r": "t.j"}),
    Case("an element of a list", "SELECT l[1] AS p, list_contains(l, b) AS q FROM t", {"p": "t.l", "q": "t.l t.b"}),
    Case("a lambda", "SELECT list_transform(l, a -> a + b) AS p FROM t", {"p": "t.l t.b"}),
    Case("a lambda with its word", "SELECT list_filter(l, lambda b: b > c) AS p FROM t", {"p": "t.l t.c"}),
    Case("a comprehension", "SELECT [b + c for b in l if b > g] AS p FROM t", {"p": "t.l t.c t.g"}),
    Case("unnest in FROM", "SELECT k.v AS p, t.a FROM t, unnest(t.l) AS k(v)", {"p": "t.l", "a": "t.a"}),
    Case("unnest as a column", "SELECT unnest(l) AS p FROM t", {"p": "t.l"}),
    Case("lateral", "SELECT k.n FROM t, LATERAL (SELECT t.a + u.x AS n FROM u WHERE u.a = t.a) AS k", {"n": "t.a u.x"}, "u.a"),
    Case("a series", "SELECT r.i, t.a FROM t CROSS JOIN range(2) AS r(i)", {"i": "", "a": "t.a"}),
    Case("values", "SELECT k.p, t.a FROM t CROSS JOIN (VALUES (1, 'x'), (2, 'y')) AS k(p, q)", {"p": "", "a": "t.a"}),
    Case(
        "aggregates",
        "SELECT g, count(*) AS n, sum(a) AS p, count(DISTINCT b) AS q, min(c) FILTER (WHERE b > 3) AS r FROM t GROUP BY g",
        {"g": "t.g", "n": "", "p": "t.a", "q": "t.b", "r": "t.c t.b"},
        "t.g",
    ),
    Case("having", "SELECT g, max(a) AS m FROM t GROUP BY g HAVING min(b) > 0", {"g": "t.g", "m": "t.a"}, "t.b t.g"),
    Case(
        "CASE with its conditions", "SELECT CASE WHEN b > 5 THEN a WHEN c IS NULL THEN 0 ELSE g END AS n FROM t", {"n": "t.a t.b t.c t.g"}
    ),
    Case("CASE of a value", "SELECT CASE g WHEN 1 THEN a ELSE b END AS n FROM t", {"n": "t.g t.a t.b"}),
    Case("a branch that is never taken", "SELECT CASE WHEN false THEN a ELSE b END AS n FROM t", {"n": "t.b"}),
    Case("a scalar subquery", "SELECT t.b, (SELECT max(u.x) FROM u WHERE u.a = t.a) AS m FROM t", {"b": "t.b", "m": "u.x"}, "u.a t.a"),
    Case(
        "a subquery that shows the outer column",
        "SELECT (SELECT t.b + u.x FROM u WHERE u.a = t.a) AS m FROM t",
        {"m": "t.b u.x"},
        "u.a t.a",
    ),
    Case("EXISTS", "SELECT EXISTS (SELECT 1 FROM u WHERE u.x = t.b) AS m FROM t", {"m": "u.x t.b"}),
    Case(
        "EXISTS of a subquery with a condition",
        "SELECT EXISTS (SELECT 1 FROM (SELECT a FROM u WHERE y > 20) AS k WHERE k.a = t.a) AS m FROM t",
        {"m": "u.a u.y t.a"},
    ),
    Case("IN", "SELECT b IN (SELECT x FROM u) AS m FROM t", {"m": "t.b u.x"}),
    Case("conditions choose rows only", "SELECT a FROM t WHERE b > 2 AND c IN (SELECT x FROM u)", {"a": "t.a"}, "t.b t.c u.x"),
    Case("DISTINCT ON", "SELECT DISTINCT ON (g) b FROM t ORDER BY g, a", {"b": "t.b"}, "t.g t.a"),
    Case("parameters", "SELECT a > $most AS m FROM t", {"m": "t.a"}),
    Case(
        "casts, dates and texts",
        "SELECT CAST(d AS VARCHAR) || CAST(a AS VARCHAR) AS p, extract(year FROM d) AS q FROM t",
        {"p": "t.d t.a", "q": "t.d"},
    ),
    Case("brackets round a union", "(SELECT a FROM t) UNION ALL (SELECT x FROM u)", {"a": "t.a u.x"}),
    Case("FROM first", "FROM t SELECT a", {"a": "t.a"}),
]


def values_of(database: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, int] | None) -> dict[str, list[str]]:
    """The values of each column that a query gives, sorted."""
    found = database.execute(sql, parameters)
    names = [column[0] for column in found.description or []]
    return {name: sorted(map(repr, values)) for name, values in zip(names, zip(*found.fetchall(), strict=True), strict=True)}


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables with a few rows."""
    connection = duckdb.connect(":memory:")
    connection.execute(MAKE)
    yield connection
    connection.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_each_construct(case: Case) -> None:
    """The columns of a query come from those that its values are computed from, and no others."""
    found = {column.name: set(column.sources) for column in lineage(case.sql, "q.sql", SCHEMA)}
    assert case.sources == found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_what_is_not_in_the_lineage_changes_nothing(case: Case, database: duckdb.DuckDBPyConnection) -> None:
    """DuckDB gives the same columns, and where a column of a table changes, only what is made of it does, rows being chosen alike."""
    parameters = {"most": 3} if "$most" in case.sql else None
    before = values_of(database, case.sql, parameters)
    assert list(before) == list(case.expected)
    choosing = bases(case.choosing)
    for table, columns in SCHEMA.items():
        for column in columns:
            if (table, column) in choosing:
                continue
            database.execute("BEGIN")
            database.execute(f"UPDATE {table} SET {column} = {CHANGED.get((table, column), f'{column} + 1')}")  # noqa: S608 - names of this test
            after = values_of(database, case.sql, parameters)
            database.execute("ROLLBACK")
            differing = {name for name, values in before.items() if values != after[name]}
            assert differing <= {name for name, sources in case.sources.items() if (table, column) in sources}


MISTAKES = [
    ("SELECT *\nFROM t", 1, 8, "SELECT * hides"),
    ("SELECT\n  a,\n  t.*\nFROM t", 3, 3, "SELECT * hides"),
    ("SELECT a\nFROM nothing", 2, 6, "there is no table 'nothing'"),
    ("SELECT v\nFROM other.q", 2, 6, "there is no table 'other.q': did you mean 'other.p'?"),
    ("SELECT\n  b,\n  a\nFROM t INNER JOIN u ON u.a = t.a", 3, 3, "'a' is ambiguous: say 't.a' or 'u.a'"),
    ("SELECT\n  parrent\nFROM e", 2, 3, "'parrent' is no column of what is read: did you mean 'parent'?"),
    ("SELECT e.chld\nFROM e", 1, 8, "'e' has no column 'chld': did you mean 'child'?"),
    ("SELECT a FROM t\nWHERE k = 1", 2, 7, "'k' is no column"),
    ("SELECT t.b FROM t\nINNER JOIN u ON u.q = t.a", 2, 17, "'u' has no column 'q'"),
    ("SELECT g, count(*) AS n FROM t\nGROUP BY gg", 2, 10, "'gg' is no column"),
    ("SELECT a FROM t\nQUALIFY row_number() OVER (ORDER BY k) = 1", 2, 37, "'k' is no column"),
    ("SELECT a FROM t\nORDER BY k", 2, 10, "'k' is no column"),
    ("SELECT a,\n  b + 1\nFROM t", 2, 3, "the column has no name"),
    ("SELECT a,\n  b AS a\nFROM t", 2, 8, "the column 'a' is given twice"),
    ("SELECT t AS k FROM t", 1, 8, "'t' is no column"),
    ("SELECT count(u.*) AS k FROM u", 1, 14, "a whole row is no value"),
    ("SELECT\n  #1 AS k FROM t", 2, 9, "it is not said which column"),
    ("SELECT b FROM t NATURAL JOIN u", 1, 30, "NATURAL"),
    ("SELECT b FROM t\nINNER JOIN u USING (x)", 2, 21, "'x' is not one column of each side"),
    ("SELECT a, b FROM t UNION ALL SELECT x FROM u", 1, 8, "one side gives 2 columns and the other 1"),
    ("SELECT a FROM t UNION ALL BY NAME SELECT a FROM u", 1, 8, "UNION BY NAME"),
    ("SELECT sum(a) OVER w AS n FROM t", 1, 20, "there is no window 'w'"),
    ("SELECT a FROM", 1, 13, "is not SQL"),
    ("SELECT 'a", 1, 1, "is not SQL"),
    ("SELECT a FROM t; SELECT b FROM t", 1, 1, "must be one SELECT"),
    ("DELETE FROM t", 1, 1, "must be one SELECT"),
    ("", 1, 1, "must be one SELECT"),
]


@pytest.mark.parametrize(("sql", "line", "column", "message"), MISTAKES)
def test_each_mistake_is_told_with_its_place(sql: str, line: int, column: int, message: str) -> None:
    """What cannot be followed is an error at its line and column, in every clause; nothing is passed over."""
    with pytest.raises(LineageError) as raised:
        lineage(sql, "sql/q.sql", SCHEMA)
    assert [("sql/q.sql", line, column)] == [(each.file, each.line, each.column) for each in raised.value.problems]
    assert message in raised.value.problems[0].message


def test_all_mistakes_are_told_at_once() -> None:
    """Several mistakes in one query are all told, in the order of their places."""
    with pytest.raises(LineageError, match="3 mistakes in the lineage of columns:") as raised:
        lineage("SELECT\n  k,\n  *,\n  t.m\nFROM t", "q.sql", SCHEMA)
    assert [each.line for each in raised.value.problems] == [2, 3, 4]


def test_places_of_columns() -> None:
    """Each column knows where it stands: at its alias, or at its name."""
    found = lineage("SELECT\n  a,\n  t.b,\n  a + c\n    AS n\nFROM t", "q.sql", SCHEMA)
    assert [(column.name, column.line, column.column) for column in found] == [("a", 2, 3), ("b", 3, 3), ("n", 5, 8)]


def test_stars_of_generated_sql_are_expanded() -> None:
    """Where stars are allowed, they give every column of what is read, a merged one once."""
    found = lineage("SELECT *, 1 AS one FROM u INNER JOIN other.p ON p.v = u.x", "q.sql", SCHEMA, stars=True)
    assert [column.name for column in found] == ["a", "x", "y", "v", "w", "one"]
    merged = lineage("SELECT * FROM u INNER JOIN (SELECT a, b FROM t) AS k USING (a)", "q.sql", SCHEMA, stars=True)
    assert {column.name: " ".join(sorted(".".join(base) for base in column.sources)) for column in merged} == {
        "a": "t.a u.a",
        "x": "u.x",
        "y": "u.y",
        "b": "t.b",
    }


def test_a_table_that_holds_a_function_is_seen_through() -> None:
    """What is looked up in a table of a function is made of what it is looked up by, and of nothing else that the table was made of."""
    schema = {"r": ["phone", "switchboard"], "phones": ["text", "e164"]}
    joins = "LEFT JOIN phones AS p ON p.text = r.phone LEFT JOIN phones AS q ON r.switchboard = q.text"
    sql = f"SELECT p.e164 AS one, q.e164 AS two FROM r {joins}"  # noqa: S608 - text of this test
    found = lineage(sql, "q.sql", schema, lookups={"phones": {"e164": "text"}})
    assert [{("r", "phone")}, {("r", "switchboard")}] == [set(column.sources) for column in found]
    alone = lineage("SELECT e164 FROM phones", "q.sql", schema, lookups={"phones": {"e164": "text"}})
    assert {("phones", "e164")} == set(alone[0].sources)


def test_tables_that_are_read() -> None:
    """The tables of a query are those that it names in any FROM, and none of its CTEs."""
    sql = "WITH m AS (SELECT a FROM t) SELECT a FROM m INNER JOIN other.p ON p.v = m.a WHERE EXISTS (SELECT 1 FROM u)"
    assert {"t", "other.p", "u"} == tables_in(parse(sql, "q.sql"))
