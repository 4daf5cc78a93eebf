"""What a translated query gives on Spark's side is what DuckDB gives: every construct of the list, with edge cases, on DuckDB and on Sail."""

from __future__ import annotations

import datetime as dt
import decimal
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest

from resources.calendar import Period
from resources.errors import AnsvarError
from resources.limits import Calendar
from resources.warehouse.dialect import date_of, local_date, midnight, plain_in_spreadsheets, timestamp_of, written
from resources.warehouse.last_days import last_day_of
from resources.warehouse.portable import refusals
from resources.warehouse.translate import translated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

pysail = pytest.importorskip("pysail.spark", reason="Sail is not installed: pip install pysail pyspark-client")
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")

HELSINKI, SAO_PAULO = "Europe/Helsinki", "America/Sao_Paulo"
TEXTS = (
    *("", "a", "a ", " a", " a  b ", "äöå", "ÄÖ", "ΑΣ", "ΑΣ Β", "İI", "a\nb", "a\r\n", "\n", "a\n", None, "\xa0a\xa0", "\u3000a", "😀b", "a\\b"),
    *("a'b", 'a"b', "$1", "-0", "0", "a@b@c", "@", "x" * 70_000, "e\u0301", "\x00b", "a%b", "A_b", "liisa.lahti@example.fi", "+358 40 123", "=1+1"),
    *("٣", "5", "5.5", "-5", "+5", " 5", "5 ", "1e3", "NaN", "inf", "1_000", "999999999999999999", "-0.5", "1.", ".5", "true", "K", "\u212a"),
)
ISO = (
    *("2024-01-01T10:00:00Z", "2024-01-01 10:00Z", "2024-01-01T10:00+03", "2024-01-01T10:00:00+0300", "2024-01-01T10:00:00 +03:00", None, ""),
    *("2024-01-01T10:00:00.5Z", "2024-01-01T10:00:00.123456789+02:00", "2024-01-01T10:00:00.1234567", "2024-01-01T10:00:00.9999996", "x"),
    *("2024-01-01T23:60:00Z", "2024-01-01T23:59:60Z", "2024-02-30T10:00", "2024-02-29", "2023-02-29", "2024-01-01", "2024-01-01T10:00"),
    *("2024-03-31T03:30:00", "2024-10-27T02:59:59", "2024-10-27T03:00", "2024-10-27T03:59:59", "2024-10-27T04:00", "1900-01-01", "1800-06-01"),
    *("2024-01-01T10:00:00-15:59", "2024-01-01T10:00 -0030", "2024-01-01 10", "2024-01-01\n", "epoch", "infinity", "24-01-01", "9999-12-31"),
)
FINNISH = (
    *("1.2.2024", "01.02.2024", " 1.2.2024 ", "1.2.24", "1.2.20245", "001.2.2024", "1. 2.2024", "1.2.-2024", "31.2.2024", "29.2.2024", "29.2.2023"),
    *("1.2.2024x", "\t1.2.2024\n", "1.13.2024", "0.1.2024", "1.2.2024\xa0", None, "", "epoch", "1.2.999", "31.12.9999", "1.2.2024 3.04"),
    *("31.3.2024 3.30", "31.3.2024 4.00", "27.10.2024 3.30", "27.10.2024 4.00", "1.2.20243.4", "1.7.1900 12.00", "1.2.2024  3.4", "1.2.2024 25.00"),
)
LOGGED = (
    *("01/Feb/2024:10:00:00 +0300", "1/feb/2024:1:2:3 +0300", "1/FEBRUARY/2024:1:2:3 +03:00", "1/Feb/2024:24:00:00 +0300", "x", None),
    *("1/Feb/2024:23:60:00 +03", "1/Feb/2024:23:59:59 -0330", "1/Feb/2024:23:59:59  +0300", "1/Feb/2024:23:59:59+0300", "1/Feb/2024:23:59:59 +3"),
    *("31/Apr/2024:23:59:59 +0300", "1/DEC/2024:1:2:3 +14", "1/DEC/2024:1:2:3 -00:30", "1/Dec/2024:1:2:3 Z"),
)
EPOCHS = ("0", "1700000000", "1700000000.5", "1700000000.123456789", "99999999999", "999999999999", "-5", "1.5e3", None, "", "0.0000005", "1.")
DAYS = ("2024-01-31", "2023-01-31", "2024-02-29", "2023-12-31", "2024-08-31", "2024-11-30", None)

LETTERS = ((1, 0x2200), (0x2C00, 0x3100), (0xA640, 0xAC00), (0xFB00, 0xFFFE), (0x10400, 0x10500), (0x1F600, 0x1F610))

OF_TEXTS = (
    *("lower(a)", "trim(a)", "trim(a, ' ab')", "length(a)", "left(a, 2)", "right(a, 2)", "substr(a, 2, 1)", "md5(a)", "sha256('p' || a)"),
    *("a || 'x'", "a || NULL", "concat(a, 'x')", "replace(a, 'a', '')", "translate(a, 'abä', 'bo')", "contains(a, '')", "contains(a, 'b')"),
    *("starts_with(a, 'a')", "split_part(a, '@', 1)", "split_part(a, '@', 2)", "split_part(a, '@', 9)", "nullif(trim(a), '')", "chr(31) || a"),
    *("a IS DISTINCT FROM 'a'", "a IS NOT DISTINCT FROM NULL", "a IN ('a', NULL)", "a NOT IN ('a', 'b')", "a BETWEEN 'a' AND 'c'", "a < 'b'"),
    *("a > 'ä'", "least(a, 'b')", "greatest(a, 'b')", "least(a, NULL)", "a LIKE 'A_b'", "a LIKE '%b'", "CASE a WHEN '' THEN 1 END", "NOT (a = 'a')"),
    *("regexp_matches(a, 'a$')", "regexp_matches(a, '^a.*b$')", "regexp_matches(a, '^\\d$')", "regexp_matches(a, '\\w')", "regexp_matches(a, '\\s')"),
    *("regexp_matches(a, '(?i)^[k-å]$')", "regexp_matches(a, '^.$')", "regexp_matches(a, '[[]|[^\\]a]')", "regexp_matches(a, '^\\+?[0-9 ]{3,}$')"),
    *("regexp_replace(a, '\\s+', '', 'g')", "regexp_replace(a, '[^\\p{L}]+', ' ', 'g')", "regexp_replace(a, '^(.)(.)', '\\2\\1')"),
    *("regexp_replace(a, '[.]?0+$', '')", "regexp_extract(a, '([a-z])@([a-z])', 2)", "regexp_extract(a, '[a-z]@')", "list_contains(['a', 'b'], a)"),
    *("CAST(md5(a) AS UUID)", "replace(CAST(CAST(md5(a) AS UUID) AS VARCHAR), '-', '')", "row_number() OVER (ORDER BY a DESC, n)"),
    *("row_number() OVER (ORDER BY a, n)", "min(a) OVER (PARTITION BY left(a, 1))", "count(*) FILTER (WHERE a <> '') OVER (PARTITION BY left(a, 1))"),
    *("min(a) FILTER (WHERE a > 'b') OVER ()", "bool_or(a = '') FILTER (WHERE a < 'b') OVER ()", plain_in_spreadsheets("a")),
    "CASE WHEN regexp_matches(a, '^[+-]?\\d+$') THEN TRY_CAST(a AS BIGINT) END",
    "CASE WHEN regexp_matches(a, '^[+-]?\\d+([.]\\d+)?$') THEN TRY_CAST(a AS DECIMAL(24, 6)) END",
)
OF_NUMBERS = (
    *("CAST(a AS VARCHAR)", "a + 1", "a - 1", "a * 2", "-a", "coalesce(a, 0)", "greatest(a, 2)", "a BETWEEN 0 AND 5", "CAST(a AS DOUBLE)", "n = a"),
    *("CASE WHEN a > 0 THEN a ELSE 0 END", "sum(a) OVER (PARTITION BY n)", "a = 5 OR a IS NULL", "NOT a > 3", "a IS NOT NULL AND a <> 5"),
)
OF_DECIMALS = ("CAST(a AS VARCHAR)", written("a", "decimal"), "a * 2", "a + 1", "a = 10.5", "CAST(CAST(a AS DECIMAL(24, 6)) * 1 AS BIGINT)")
OF_TIMES = (
    *("CAST(CAST(a AS TIMESTAMP) AS VARCHAR)", written("CAST(a AS TIMESTAMP)", "timestamp"), "year(CAST(a AS DATE))", "month(CAST(a AS TIMESTAMP))"),
    *("make_date(year(CAST(a AS DATE)), 12, 31)", "CAST(a AS TIMESTAMP) > TIMESTAMP '2000-01-01 00:00:00'", "CAST(a AS DATE) - 1"),
    *("date_diff('day', DATE '2000-01-01', CAST(a AS DATE))", "CAST(CAST(a AS DATE) AS TIMESTAMP)", "CAST(CAST(a AS DATE) AS VARCHAR)"),
)

QUERIES = (
    "SELECT a FROM s ORDER BY a",
    "SELECT a FROM s ORDER BY a DESC, k",
    "SELECT k, a FROM s QUALIFY row_number() OVER (PARTITION BY k ORDER BY a) = 1",
    "SELECT k, count(*) AS n, count(a) AS c, count(DISTINCT a) AS d, min(a) AS l, max(a) AS m, bool_or(a = 'b') AS o FROM s GROUP BY k",
    "SELECT k, min(a) FILTER (WHERE a > 'a') AS x, count(*) FILTER (WHERE a IS NULL) AS y FROM s GROUP BY k HAVING count(*) > 1",
    "SELECT min(a) AS x, sum(k) AS y, count(*) AS z, bool_or(a = 'x') AS o FROM s WHERE k > 100",
    "SELECT k, coalesce(list_sort(list(DISTINCT a) FILTER (a IS NOT NULL)), []) AS listed FROM s GROUP BY k",
    "SELECT s.a FROM s SEMI JOIN u ON u.a = s.a",
    "SELECT s.a, s.k FROM s ANTI JOIN u ON u.a = s.a",
    "SELECT a FROM s WHERE a IN (SELECT a FROM u)",
    "SELECT a FROM s WHERE a NOT IN (SELECT a FROM u WHERE a IS NOT NULL)",
    "SELECT a FROM s WHERE a NOT IN (SELECT a FROM u)",
    "SELECT a FROM s WHERE k = 2 OR a IN (SELECT a FROM u)",
    "SELECT a FROM s WHERE k = 2 OR a IS NULL OR a NOT IN (SELECT a FROM u WHERE a IS NOT NULL)",
    "SELECT a FROM s WHERE a NOT IN (SELECT a FROM u WHERE false)",
    "SELECT s.k, s.a, u.k AS l FROM s LEFT JOIN u ON u.a = s.a AND u.k > 1",
    "SELECT s.k, v.b FROM s INNER JOIN (SELECT a, k AS b FROM u) AS v ON v.a = s.a LEFT JOIN u ON u.k = s.k",
    "SELECT s.a FROM s CROSS JOIN u WHERE u.k = s.k AND NOT EXISTS (SELECT 1 FROM u WHERE u.k = 99)",
    "SELECT a FROM s UNION SELECT a FROM u",
    "SELECT a FROM s UNION ALL SELECT a FROM u",
    "SELECT a FROM s EXCEPT SELECT a FROM u",
    "SELECT a FROM s INTERSECT SELECT a FROM u",
    "WITH w AS (SELECT k, a, count(*) OVER (PARTITION BY k) AS n FROM s) SELECT w.a FROM w INNER JOIN w AS x ON x.k = w.k AND x.n > 1",
    "SELECT DISTINCT k, a FROM s",
    "SELECT k, unnest(generate_series(1, k)) AS x FROM s",
    "SELECT unnest($listed) AS x",
    "SELECT a FROM s WHERE list_contains($listed, a)",
    "SELECT a || $pepper AS x FROM s WHERE k >= $least AND CAST($day AS DATE) > DATE '2020-01-01'",
    "SELECT sha256(b.pad || unhex(sha256(b.pad || encode(s.a)))) AS h FROM s CROSS JOIN b",
    "VALUES ($pepper, $least)",
    "SELECT max(x) AS m FROM (VALUES (1), (3), (NULL)) AS v(x)",
    "SELECT (SELECT count(*) FROM u) + count(*) AS n FROM s",
    "SELECT k, sum(CASE WHEN a IS NULL THEN 1 ELSE 0 END) AS n FROM s GROUP BY k",
    "SELECT CAST(a AS UUID) AS u FROM (SELECT md5(a) AS a FROM s) AS h WHERE CAST(a AS UUID) < CAST(md5('b') AS UUID)",
    'SELECT "other table".a, other."other table".k FROM other."other table" WHERE "other table".k > 1',
    "SELECT t.k FROM other.\"other table\" AS t WHERE t.a = 'a' -- a comment with 'quotes'",
)
BOUND: dict[str, Any] = {"listed": ["a", "b", "ä"], "pepper": "salt'$x", "least": 2, "day": dt.date(2024, 1, 31)}


class Both:
    """DuckDB and Sail with the same tables."""

    def __init__(self, port: int) -> None:
        """Connect to a server of Sail's."""
        from pyspark.sql import SparkSession

        self.sail = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
        self.sail.conf.set("spark.sql.session.timeZone", "UTC")
        self.duckdb = duckdb.connect()
        self.duckdb.execute("SET TimeZone = 'UTC'")
        rows = {"k": [1, 1, 2, 2, 3, None, 1], "a": ["a", None, "b", "b", "ä", "a", "a"]}
        self.load("s", pa.table({"k": pa.array(rows["k"], pa.int64()), "a": pa.array(rows["a"], pa.string())}))
        self.load("u", pa.table({"k": pa.array([1, 2, 2, None], pa.int64()), "a": pa.array(["b", None, "c", "a"], pa.string())}))
        self.load("b", pa.table({"pad": pa.array([b"\x5c\x00\xff" * 20], pa.binary())}))
        self.duckdb.execute("CREATE SCHEMA other")
        self.duckdb.execute('CREATE TABLE other."other table" AS SELECT * FROM s')
        self.sail.sql("SELECT * FROM s").createOrReplaceTempView("other__other table")

    def load(self, table: str, rows: pa.Table) -> None:
        """Make a table of both."""
        self.duckdb.register(table, rows)
        self.sail.createDataFrame(rows).createOrReplaceTempView(table)

    def texts(self, given: Sequence[str | None]) -> None:
        """Make the table `t` of texts `a`, numbered `n`."""
        self.load("t", pa.table({"n": pa.array(range(len(given)), pa.int64()), "a": pa.array(given, pa.string())}))

    def compare(self, query: str, bound: dict[str, Any] | None = None) -> tuple[list[Any], list[Any]]:
        """The rows of both."""
        given = {name: value for name, value in (bound or {}).items() if f"${name}" in query}
        ours = [tuple(map(_plain, row)) for row in self.duckdb.execute(query, given or None).fetchall()]
        theirs = self.sail.sql(translated(query), args=given or None).toArrow()
        return ours, [tuple(map(_plain, row.values())) for row in theirs.to_pylist()]

    def differing(self, expressions: Sequence[str]) -> list[tuple[str, Any]]:
        """Of expressions over `t`, those that differ, with the first text of which they do."""
        listed = ", ".join(f"{each} AS x{number}" for number, each in enumerate(expressions))
        query = f"SELECT n, {listed} FROM t ORDER BY n"
        ours, theirs = self.compare(query)
        assert len(ours) == len(theirs)
        pairs = [(one, other) for one, other in zip(ours, theirs, strict=True) if one != other]
        return [
            (each, next((ascii(one[0]), one[at], other[at]) for one, other in pairs if one[at] != other[at]))
            for at, each in enumerate(expressions, 1)
            if any(one[at] != other[at] for one, other in pairs)
        ]


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """One server for the tests of this module."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RUST_LOG", "error")
        patched.setenv("SAIL_EXECUTION__DEFAULT_PARALLELISM", "1")  # else it gives more than 8,192 rows in another order than asked
        patched.chdir(tmp_path_factory.mktemp("sail"))
        logging.getLogger("pyspark").setLevel(logging.CRITICAL)
        server = pysail.SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        opened = Both(server.listening_address[1])
        yield opened
        opened.sail.stop()
        opened.duckdb.close()
        server.stop()


def test_texts(both: Both) -> None:
    """Functions, operators, patterns and windows over texts: empty, NULL, long, of other alphabets, with line breaks."""
    both.texts(TEXTS)
    assert [] == both.differing(OF_TEXTS)


def test_every_letter(both: Both) -> None:
    """Blanks, digits, words and lower case are the same of every letter but those that came after Unicode 14."""
    both.texts([chr(code) for first, end in LETTERS for code in range(first, end)])
    classes = [f"regexp_matches(a, '^{each}$')" for each in ("\\d", "\\s", "\\w", ".", "[\\x00-\\x7F]", "[^a-z]", "[\\x{ff1d}-]", "\\pZ")]
    assert [] == both.differing([*classes, "trim(a)", "length(a)", "left(a || 'bc', 2)", "md5(a)", "starts_with('x' || a, 'x')"])
    ours, theirs = both.compare("SELECT a, lower(a) FROM t ORDER BY n")
    assert {one[0] for one, other in zip(ours, theirs, strict=True) if one != other} <= {chr(code) for code in (0x1C89, *range(0xA7CB, 0xA7DD))}


def test_numbers(both: Both) -> None:
    """Arithmetic, comparisons and text of whole numbers and of decimals."""
    whole = pa.array([0, -1, None, 5, 2**61, -7], pa.int64())
    both.load("t", pa.table({"n": pa.array(range(len(whole)), pa.int64()), "a": whole}))
    assert [] == both.differing(OF_NUMBERS)
    exact = [None, *map(decimal.Decimal, ("0.000000", "-0.000001", "10.500000", "1234567890.123456", "-0.5", "2.5", "100"))]
    both.load("t", pa.table({"n": pa.array(range(len(exact)), pa.int64()), "a": pa.array(exact, pa.decimal128(24, 6))}))
    assert [] == both.differing(OF_DECIMALS)


@pytest.mark.parametrize("zone", [HELSINKI, SAO_PAULO])
def test_times_out_of_texts(both: Both, zone: str) -> None:
    """Times and dates as ISO 8601, by formats and as numbers, in the hours that a zone skips and repeats; what is none is NULL."""
    both.texts(ISO)
    assert [] == both.differing([timestamp_of("a", zone, [], None), date_of("a", [])])
    both.texts(FINNISH)
    formats = ["%d.%m.%Y %H.%M", "%d.%m.%Y"]
    assert [] == both.differing([timestamp_of("a", zone, formats[:1], None), timestamp_of("a", zone, formats, None), date_of("a", formats[1:])])
    both.texts(LOGGED)
    assert [] == both.differing([timestamp_of("a", zone, ["%d/%b/%Y:%H:%M:%S %z"], None)])
    both.texts(["5/1/24", "5/1/68", "5/1/69", "5/1/2024", "5/1/1", "20240105", "2024105", "2024010", "202415", "2024-01-05T1:2:3.45", "1 may 24"])
    assert [] == both.differing([date_of("a", ["%d/%m/%y"]), date_of("a", ["%Y%m%d"]), timestamp_of("a", zone, ["%Y-%m-%dT%H:%M:%S.%f"], None)])
    assert [] == both.differing([date_of("a", ["%d %B %y", "%d/%m/%y"])])
    both.texts(EPOCHS)
    assert [] == both.differing([timestamp_of("a", zone, [], "seconds"), timestamp_of("a", zone, [], "milliseconds")])


@pytest.mark.parametrize("zone", [HELSINKI, SAO_PAULO, "America/New_York", "Australia/Lord_Howe"])
def test_local_dates_around_nights(both: Both, zone: str) -> None:
    """Every quarter of an hour around the changes of summer time, to the local date and back."""
    start = [dt.datetime.fromisoformat(f"{day}T00:00:00") - dt.timedelta(hours=30) for day in ("2024-03-31", "2024-10-27", "1981-03-29", "2018-02-18", "2018-11-04", "2024-04-07")]
    both.texts([str(each + dt.timedelta(minutes=15 * step)) for each in start for step in range(4 * 60)])
    moment = "CAST(a AS TIMESTAMP)"
    there = f"timezone('UTC', timezone('{zone}', {moment}))"
    assert [] == both.differing([local_date(moment, zone), midnight(f"CAST({moment} AS DATE)", zone), there])


def test_dates_and_periods(both: Both) -> None:
    """Parts of dates, times as text, and the last days of periods, of month ends too."""
    both.texts(["2024-01-05 10:00:00", "2024-01-05 10:00:00.5", "2024-01-05 10:00:00.000001", "1999-12-31", "1800-01-01", None])
    assert [] == both.differing(OF_TIMES)
    both.texts(DAYS)
    limits = [Calendar(Period(months, days), start) for months, days in ((0, 0), (1, 0), (3, 5), (12, 0), (72, -1), (13, 30)) for start in ("anchor", "end_of_year")]
    assert [] == both.differing([last_day_of(limit, "CAST(a AS DATE)") for limit in limits])


@pytest.mark.parametrize("query", QUERIES)
def test_queries(both: Both, query: str) -> None:
    """Joins, sets, windows, groups, subqueries with NULLs in them, parameters: the same rows; in order where one is stated."""
    assert [] == refusals(query)
    ours, theirs = both.compare(query, BOUND)
    if "ORDER BY a" in query and "OVER" not in query:
        assert ours == theirs
    assert Counter(map(repr, ours)) == Counter(map(repr, theirs))


@pytest.mark.parametrize(
    "query",
    [
        *("SELECT hash(a) FROM s", "SELECT strip_accents(a) FROM s", "DELETE FROM s", "CREATE TABLE x AS SELECT 1", "SELEC 1"),
        *("SELECT regexp_replace(a, 'x', 'y') FROM s", "SELECT regexp_replace(a, '^x', '$1') FROM s", "SELECT regexp_matches(a, '\\bx') FROM s"),
        *("SELECT timezone('Europe/Helsinki', a) FROM s", "SELECT try_strptime(a, k) FROM s", "SELECT try_strptime(a, '%j') FROM s"),
    ],
)
def test_what_has_no_translation_is_an_error(query: str) -> None:
    """Nothing is guessed: a query that cannot be said is refused."""
    with pytest.raises(AnsvarError):
        translated(query)
