"""What is on the list of portable SQL passes; everything else is refused, with the line it stands in."""

from __future__ import annotations

import pytest

from resources.warehouse.portable import Refused, refusals

REFUSED = {
    # Of issue and design: functions and clauses that Spark lacks, or reads otherwise.
    "SELECT arg_max(a, b) FROM t": "arg_max",
    "SELECT arg_min(a, b) FROM t": "arg_min",
    "SELECT max_by(a, b) FROM t": "arg_max",
    "SELECT hash(a) FROM t": "hash()",
    "SELECT any_value(a) FROM t": "any_value",
    "SELECT mode(a) FROM t": "mode",
    "SELECT a, count(*) FROM t GROUP BY ALL": "GROUP BY of anything but expressions",
    "SELECT a, count(*) FROM t GROUP BY 1": "GROUP BY of anything but expressions",
    "SELECT a, count(*) FROM t GROUP BY ROLLUP (a)": "rollup",
    "SELECT * EXCLUDE (b) FROM a": "* EXCLUDE, REPLACE or RENAME",
    "SELECT a.* EXCLUDE (b) FROM a": "* EXCLUDE, REPLACE or RENAME",
    "SELECT * REPLACE (b + 1 AS b) FROM a": "* EXCLUDE, REPLACE or RENAME",
    "SELECT COLUMNS('a.*') FROM t": "columns",
    "SELECT a FROM t UNION ALL BY NAME SELECT a FROM u": "UNION BY NAME",
    "SELECT a + 1 AS b, b * 2 AS c FROM t": "the alias 'b' in the SELECT that gives it",
    "SELECT a + 1 AS b FROM t WHERE b > 2": "the alias 'b' in the SELECT that gives it",
    "SELECT t FROM t": "'t', which is a table, as a value",
    "SELECT s.a FROM t AS s ASOF JOIN u ON s.a >= u.a": "ASOF JOIN",
    "SELECT DISTINCT ON (a) a, b FROM t": "DISTINCT ON",
    "SELECT (SELECT max(x) FROM (VALUES (t.a), (t.b)) AS v(x)) FROM t": "VALUES of columns",
    "DELETE FROM t WHERE a IN (SELECT a FROM u)": "DELETE with a subquery",
    "DELETE FROM t USING u WHERE t.a = u.a AND t.b NOT IN (SELECT b FROM v)": "DELETE with a subquery",
    "SELECT CASE WHEN a IN (SELECT a FROM u) THEN 1 END FROM t": "IN (SELECT …) outside WHERE",
    "SELECT t.a FROM t INNER JOIN u ON t.a = u.a AND t.b IN (SELECT b FROM v)": "IN (SELECT …) outside WHERE",
    "SELECT a FROM t WHERE b OR a NOT IN (SELECT a FROM u)": "NOT IN (SELECT …) under OR",
    "SELECT a FROM t INNER JOIN u USING (a)": "JOIN … USING",
    # Lists, that come in any order, with what is NULL and what is there twice.
    "SELECT list(a) FROM t": "list()",
    "SELECT list(a ORDER BY b) FROM t": "list()",
    "SELECT list_sort(list(DISTINCT a)) FROM t": "list()",
    "SELECT list_sort(list(DISTINCT a) FILTER (a IS NOT NULL)) FROM t": "list()",
    "SELECT string_agg(a, ',') FROM t": "listagg",
    # Times.
    "SELECT date_diff('month', a, b) FROM t": "date_diff() but of days",
    "SELECT date_diff('hour', a, b) FROM t": "date_diff() but of days",
    "SELECT a + INTERVAL 1 MONTH FROM t": "interval '1' month",
    "SELECT to_months(3) FROM t": "to_months() by itself",
    "SELECT strftime(a, '%d') FROM t": "strftime",
    "SELECT try_strptime(a, '%j %Y') FROM t": "a format of times",
    "SELECT now()": "now()",
    "SELECT CAST(CAST(a AS TIMESTAMPTZ) AS VARCHAR) FROM t": "CAST of TIMESTAMPTZ to text",
    "SELECT CAST(CAST(a AS DOUBLE) AS VARCHAR) FROM t": "CAST of DOUBLE to text",
    # Texts and patterns.
    "SELECT TRY_CAST(a AS BIGINT) FROM t": "TRY_CAST",
    "SELECT CASE WHEN a <> '' THEN TRY_CAST(a AS DATE) END FROM t": "TRY_CAST",
    "SELECT regexp_replace(a, 'x', 'y') FROM t": "regexp_replace() of the first match",
    "SELECT regexp_matches(a, 'x', 'i') FROM t": "a pattern that is no constant, or has flags beside it",
    "SELECT regexp_matches(a, b) FROM t": "a pattern that is no constant, or has flags beside it",
    "SELECT regexp_matches(a, '\\bx') FROM t": "a regular expression",
    "SELECT regexp_matches(a, '(?s)x.') FROM t": "a regular expression",
    "SELECT regexp_matches(a, '[[:alpha:]]') FROM t": "a regular expression",
    "SELECT json_extract_string(a, '$.b') FROM t": "a ->> '$.b'",
    "SELECT strip_accents(a) FROM t": "strip_accents()",
    "SELECT a / b FROM t": "a / b",
    "SELECT a // b FROM t": "a // b",
    # Order.
    "SELECT row_number() OVER () FROM t": "row_number() without an order",
    "SELECT first_value(a) OVER (ORDER BY b) FROM t": "first_value",
    "SELECT a FROM t TABLESAMPLE reservoir(10)": "a sample but of a share",
    "SELECT a FROM t TABLESAMPLE system(10%) REPEATABLE (1)": "a sample but of a share",
    # The rest of the dialect.
    "PIVOT t ON a USING sum(b)": "pivot t on a using sum",
    "SELECT CAST(a AS JSON) FROM t": "the type JSON",
    "SELECT CAST(a AS STRUCT(b INT)) FROM t": "the type STRUCT(b INT)",
    "SELECT {'a': 1} AS b": "{'a': 1}",
    "SELECT getvariable('x')": "getvariable()",
    "ATTACH 'x' AS y": "attach 'x' as y",
    "SELECT 1; SELECT 2": "more or less than one statement",
    "SELECT FROM WHERE": "what is not read as SQL",
}

ALLOWED = (
    "SELECT a, count(*) FILTER (WHERE b) AS n FROM t GROUP BY a HAVING count(*) > 1 ORDER BY a LIMIT 5",
    "SELECT a FROM t QUALIFY row_number() OVER (PARTITION BY b ORDER BY c DESC) = 1",
    "SELECT coalesce(list_sort(list(DISTINCT a) FILTER (a IS NOT NULL)), []) AS listed FROM t",
    "SELECT CAST(CAST(timezone('Europe/Helsinki', timezone('UTC', a)) AS DATE) + to_months(3) AS DATE) + 1 FROM t",
    "SELECT CASE WHEN regexp_matches(a, '^\\d+$') THEN TRY_CAST(a AS BIGINT) END FROM t",
    "SELECT regexp_replace(a, '[^0-9]', '', 'g'), regexp_replace(a, '^0+', ''), regexp_extract(a, '^(.)', 1) FROM t",
    "SELECT max(x) FROM (VALUES (1), (2)) AS v(x)",
    "SELECT a AS b, c FROM t WHERE a > 1",
    "SELECT a.x FROM a SEMI JOIN b ON b.x = a.x WHERE a.y NOT IN (SELECT y FROM c)",
    "WITH a AS (SELECT md5(x || chr(31)) AS h FROM t) SELECT h FROM a UNION SELECT sha256(x) FROM t EXCEPT SELECT $pepper",
    "SELECT count(*) FROM t TABLESAMPLE system(0.5%)",
    "SELECT date_diff('day', a, b) FROM t",
    "SELECT a FROM t WHERE a IS NULL OR a NOT IN (SELECT a FROM u)",
    "CREATE OR REPLACE TEMP TABLE a AS SELECT unnest(generate_series(1, 3)) AS n",
    "CREATE TABLE IF NOT EXISTS a.b (c VARCHAR NOT NULL, d TIMESTAMP, e DECIMAL(24, 6), f BOOLEAN DEFAULT true)",
    "INSERT INTO a.b (c) SELECT c FROM d",
    "UPDATE a.b SET c = d.c FROM d WHERE b.e = d.e AND c IS DISTINCT FROM d.c",
    "DELETE FROM a.b USING keys WHERE a.b.c = keys.c",
    "ALTER TABLE a.b RENAME TO c",
)


@pytest.mark.parametrize(("statement", "construct"), REFUSED.items())
def test_what_is_not_portable_is_refused(statement: str, construct: str) -> None:
    """Each construct that engines read differently, or lack, is found."""
    assert construct in {each.construct for each in refusals(statement)}


@pytest.mark.parametrize("statement", ALLOWED)
def test_what_is_portable_passes(statement: str) -> None:
    """Nothing is refused of what means the same everywhere."""
    assert refusals(statement) == []


def test_a_refusal_says_where_it_is() -> None:
    """The line is that of the construct, counted from where the statement begins in its file."""
    (found,) = refusals("-- One row.\nWITH a AS (\n  SELECT b\n  FROM c\n)\nSELECT\n  hash(b) AS d\nFROM a")
    assert found == Refused(7, "hash()", "it is not known to be the same on Spark")
    assert found.at("sql/identity/x.sql") == "sql/identity/x.sql:7: hash() is not portable: it is not known to be the same on Spark."
    assert found.at("assets/identity/x.py", 40).startswith("assets/identity/x.py:46: ")


def test_every_refusal_of_a_statement_is_told() -> None:
    """A statement with several faults names all of them, in the order of their lines."""
    found = refusals("SELECT\n  hash(a),\n  arg_max(a, b)\nFROM t\nGROUP BY ALL")
    assert [(each.line, each.construct) for each in found] == [(2, "hash()"), (3, "arg_max"), (5, "GROUP BY of anything but expressions")]
