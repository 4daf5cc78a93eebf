"""What a translated query gives is what DuckDB gives: every construct of the list, with edge cases, on DuckDB and on Sail."""

from __future__ import annotations

import datetime as dt
import decimal
import logging
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pytest
from ruamel.yaml import YAML

import resources.warehouse.spark  # noqa: F401 - the client is imported with care
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

GIVEN: dict[str, list[Any]] = YAML(typ="safe", pure=True).load(Path(__file__).parents[2] / "data" / "compared_on_engines.yaml")
LETTERS = ((1, 0x2200), (0x2C00, 0x3100), (0xA640, 0xAC00), (0xFB00, 0xFFFE), (0x10400, 0x10500), (0x1F600, 0x1F610))
NEWER = {chr(code) for code in (0x1C89, *range(0xA7CB, 0xA7DD))}
"""Letters that came after Unicode 14: which of them have a lower case hangs on the age of the engine."""
HELSINKI, SAO_PAULO, LORD_HOWE = "Europe/Helsinki", "America/Sao_Paulo", "Australia/Lord_Howe"
CHANGES = ("2024-03-31", "2024-10-27", "1981-03-29", "2018-02-18", "2018-11-04", "2024-04-07")
BOUND: dict[str, Any] = {"listed": ["a", "b", "ä"], "pepper": "salt'$x", "least": 2, "day": dt.date(2024, 1, 31)}


class Both:
    """DuckDB and Sail with the same tables."""

    def __init__(self, server: str) -> None:
        """Connect to a server of Sail's, or of Spark's."""
        from pyspark.sql import SparkSession  # noqa: PLC0415 - where it is installed

        self.sail = SparkSession.builder.remote(server).create()  # its own: another's server may have gone
        self.sail.conf.set("spark.sql.session.timeZone", "UTC")
        self.duckdb = duckdb.connect()
        self.duckdb.execute("SET TimeZone = 'UTC'")
        keys, texts = pa.array([1, 1, 2, 2, 3, None, 1], pa.int64()), pa.array(["a", None, "b", "b", "ä", "a", "a"], pa.string())
        self.load("s", pa.table({"k": keys, "a": texts}))
        self.load("u", pa.table({"k": pa.array([1, 2, 2, None], pa.int64()), "a": pa.array(["b", None, "c", "a"], pa.string())}))
        self.load("b", pa.table({"pad": pa.array([b"\x5c\x00\xff" * 20], pa.binary())}))
        self.duckdb.execute("CREATE SCHEMA other")
        self.duckdb.execute('CREATE TABLE other."order" AS SELECT * FROM s')
        self.sail.sql("SELECT * FROM s").createOrReplaceTempView("other__order")

    def load(self, table: str, rows: pa.Table) -> None:
        """Make a table of both."""
        self.duckdb.register(table, rows)
        self.sail.createDataFrame(rows).createOrReplaceTempView(table)

    def number(self, values: pa.Array) -> None:
        """Make the table `t` of values `a`, numbered `n`."""
        self.load("t", pa.table({"n": pa.array(range(len(values)), pa.int64()), "a": values}))

    def texts(self, given: Sequence[str | None]) -> None:
        """The same of texts."""
        self.number(pa.array(given, pa.string()))

    def compare(self, query: str, bound: dict[str, Any] | None = None) -> tuple[list[Any], list[Any]]:
        """The rows of both."""
        given = {name: value for name, value in (bound or {}).items() if f"${name}" in query}
        ours = [tuple(map(_plain, row)) for row in self.duckdb.execute(query, given or None).fetchall()]
        theirs = self.sail.sql(translated(query), args=given or None).toArrow()
        return ours, [tuple(map(_plain, row.values())) for row in theirs.to_pylist()]

    def differing(self, expressions: Sequence[str]) -> list[tuple[str, Any]]:
        """Of expressions over `t`, those that differ, each with the first row that shows it."""
        listed = ", ".join(f"{each} AS x{number}" for number, each in enumerate(expressions))
        ours, theirs = self.compare(f"SELECT n, {listed} FROM t ORDER BY n")  # noqa: S608 - what the tests give
        assert len(ours) == len(theirs)
        found: dict[str, Any] = {}
        for one, other in zip(ours, theirs, strict=True):
            for expression, mine, its in zip(expressions, one[1:], other[1:], strict=True):
                if mine != its:
                    found.setdefault(expression, (one[0], mine, its))
        return list(found.items())


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """One server for the tests of this module: Sail, or the Spark that the environment names."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RUST_LOG", "error")
        patched.setenv("SAIL_EXECUTION__DEFAULT_PARALLELISM", "1")  # else it gives more than 8,192 rows in another order than asked
        patched.chdir(tmp_path_factory.mktemp("sail"))
        logging.getLogger("pyspark").setLevel(logging.CRITICAL)
        server = pysail.SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        opened = Both(os.environ.get("ANSVAR_TEST_SPARK", f"sc://127.0.0.1:{server.listening_address[1]}"))
        yield opened
        opened.sail.stop()
        opened.duckdb.close()
        server.stop()


def test_texts(both: Both) -> None:
    """Functions, operators, patterns and windows over texts: empty, NULL, long, of other alphabets, with line breaks."""
    both.texts([*GIVEN["texts"], "x" * 70_000])
    assert both.differing([*GIVEN["of_texts"], plain_in_spreadsheets("a")]) == []


def test_every_letter(both: Both) -> None:
    """Blanks, digits, words and lower case are the same of every letter but those that came after Unicode 14."""
    both.texts([chr(code) for first, end in LETTERS for code in range(first, end)])
    classes = [f"regexp_matches(a, '^{each}$')" for each in (r"\d", r"\s", r"\w", ".", r"[\x00-\x7F]", "[^a-z]", r"[\x{ff1d}-]", r"\pZ")]
    assert both.differing([*classes, "trim(a)", "length(a)", "left(a || 'bc', 2)", "md5(a)", "starts_with('x' || a, 'x')"]) == []
    ours, theirs = both.compare("SELECT a, lower(a) FROM t ORDER BY n")
    assert {one[0] for one, other in zip(ours, theirs, strict=True) if one != other} <= NEWER


def test_numbers(both: Both) -> None:
    """Arithmetic, comparisons and text of whole numbers and of decimals."""
    both.number(pa.array([0, -1, None, 5, 2**61, -7], pa.int64()))
    assert both.differing(GIVEN["of_numbers"]) == []
    exact = [None, *map(decimal.Decimal, ("0.000000", "-0.000001", "10.500000", "1234567890.123456", "-0.5", "2.5", "100"))]
    both.number(pa.array(exact, pa.decimal128(24, 6)))
    assert both.differing([*GIVEN["of_decimals"], written("a", "decimal")]) == []


@pytest.mark.parametrize("zone", [HELSINKI, SAO_PAULO])
def test_times_out_of_texts(both: Both, zone: str) -> None:
    """Times and dates as ISO 8601, by formats and as numbers, in the hours that a zone skips and repeats; what is none is NULL."""
    both.texts(GIVEN["iso"])
    assert both.differing([timestamp_of("a", zone, [], None), date_of("a", [])]) == []
    both.texts(GIVEN["finnish"])
    day, time = "%d.%m.%Y", "%d.%m.%Y %H.%M"
    assert both.differing([timestamp_of("a", zone, [time], None), timestamp_of("a", zone, [time, day], None), date_of("a", [day])]) == []
    both.texts(GIVEN["logged"])
    assert both.differing([timestamp_of("a", zone, ["%d/%b/%Y:%H:%M:%S %z"], None)]) == []
    both.texts(GIVEN["dense"])
    assert both.differing([date_of("a", ["%d/%m/%y"]), date_of("a", ["%Y%m%d"]), date_of("a", ["%d %B %y", "%d/%m/%y"])]) == []
    assert both.differing([timestamp_of("a", zone, ["%Y-%m-%dT%H:%M:%S.%f"], None)]) == []
    both.texts(GIVEN["epochs"])
    assert both.differing([timestamp_of("a", zone, [], "seconds"), timestamp_of("a", zone, [], "milliseconds")]) == []


@pytest.mark.parametrize("zone", [HELSINKI, SAO_PAULO, LORD_HOWE])
def test_local_dates_around_nights(both: Both, zone: str) -> None:
    """Every quarter of an hour around the changes of summer time, to the local date and back."""
    start = [dt.datetime.fromisoformat(f"{day}T00:00:00") - dt.timedelta(hours=30) for day in CHANGES]
    both.texts([str(each + dt.timedelta(minutes=15 * step)) for each in start for step in range(4 * 60)])
    moment = "CAST(a AS TIMESTAMP)"
    there = f"timezone('UTC', timezone('{zone}', {moment}))"
    assert both.differing([local_date(moment, zone), midnight(f"CAST({moment} AS DATE)", zone), there]) == []


def test_dates_and_periods(both: Both) -> None:
    """Parts of dates, times as text, and the last days of periods, of month ends too."""
    both.texts(["2024-01-05 10:00:00", "2024-01-05 10:00:00.5", "2024-01-05 10:00:00.000001", "1999-12-31", "1800-01-01", None])
    assert both.differing([*GIVEN["of_times"], written("CAST(a AS TIMESTAMP)", "timestamp")]) == []
    both.texts(GIVEN["days"])
    periods = [Period(months, days) for months, days in ((0, 0), (1, 0), (3, 5), (12, 0), (72, -1), (13, 30))]
    limits = [Calendar(period, start) for period in periods for start in ("anchor", "end_of_year")]
    assert both.differing([last_day_of(limit, "CAST(a AS DATE)") for limit in limits]) == []


@pytest.mark.parametrize("query", GIVEN["queries"])
def test_queries(both: Both, query: str) -> None:
    """Joins, sets, windows, groups, subqueries with NULLs in them, parameters: the same rows; in order where one is stated."""
    assert refusals(query) == []
    ours, theirs = both.compare(query, BOUND)
    if "ORDER BY a" in query and "OVER" not in query:
        assert ours == theirs
    assert Counter(map(repr, ours)) == Counter(map(repr, theirs))


@pytest.mark.parametrize("query", GIVEN["untranslated"])
def test_what_has_no_translation_is_an_error(query: str) -> None:
    """Nothing is guessed: a query that cannot be said is refused."""
    with pytest.raises(AnsvarError):
        translated(query)
