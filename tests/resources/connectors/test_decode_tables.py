"""CSV, delimited text and Parquet: every row is a record, or is broken for a stated reason."""

from __future__ import annotations

import csv
import datetime as dt
import decimal
import gzip
import io
import random
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources.catalogue import CatalogueError
from resources.connectors.source_error import SourceError
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.resources.connectors.conftest import Row, Source

CSV: Row = {"files": "*.csv", "format": "csv"}
DELIMITED: Row = {"files": "*.dat", "format": "delimited", "delimiter": "+|", "record_end": "&|", "columns": ["a", "b", "c"]}
PARQUET: Row = {"files": "*.parquet", "format": "parquet"}
COLUMNS: Row = {"a": "a", "b": "b"}
COUNT = "does not have the columns of the others"


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("a,b\n1,2\n3,4\n", [("1", "2"), ("3", "4")]),
        ("a,b\r\n1,2\r\n3,4", [("1", "2"), ("3", "4")]),
        ("\ufeffa,b\n1,2\n", [("1", "2")]),
        ('a,b\n"x, ""y""","two\nlines"\n', [('x, "y"', "two\nlines")]),
        ('"a","b"\n1,2\n', [("1", "2")]),
        ("a,b\n\n1,2\n\n", [("1", "2")]),
        ('a,b\n,""\n', [(None, None)]),
        ("a,b\nx\"y,it's\n", [('x"y', "it's")]),
        ("b,c,a\n2,x,1\n", [("1", "2")]),
        ("a\n1\n", [("1", None)]),
        ("a,b\n", []),
    ],
)
def test_csv(source: Source, content: str, rows: list[tuple[str | None, ...]]) -> None:
    """Columns are those of the header line; quotes, commas and line ends within quotes are the value's."""
    source.put("x.csv", content)
    read = source.read(CSV, COLUMNS)
    assert ([tuple(row.values()) for row in read.good], read.account) == (rows, (len(rows), len(rows), 0))


@pytest.mark.parametrize(
    ("read", "content"),
    [
        ({"delimiter": ";"}, "a;b\n1,5;2\n"),
        ({"delimiter": "\t"}, "a\tb\n1,5\t2\n"),
        ({"quote": "'"}, "a,b\n'1,5',2\n"),
        ({"columns": ["a", "b"]}, '"1,5",2\n'),
        ({"columns": ["a", "b"], "quote": "", "delimiter": "|"}, "1,5|2\n"),
    ],
)
def test_csv_otherwise(source: Source, read: Row, content: str) -> None:
    """The delimiter, the quote and the names of the columns are as stated."""
    source.put("x.csv", content)
    assert source.read(CSV | read, COLUMNS).good == [{"a": "1,5", "b": "2"}]


def test_csv_without_quotes(source: Source) -> None:
    """Where nothing is quoted, a quote is a letter."""
    source.put("x.csv", 'a,b\n"1,2"\n')
    assert source.read(CSV | {"quote": ""}, COLUMNS).good == [{"a": '"1', "b": '2"'}]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1", f"{COUNT} (missing columns)"),
        ("1,2,3", f"{COUNT} (too many columns)"),
        ('"x"y,2', f"{COUNT} (unquoted value)"),
    ],
)
def test_broken_rows(source: Source, row: str, reason: str) -> None:
    """A row that does not fit is broken, with its own text, its file and its line; the rows around it can be used."""
    source.put("x.csv", f"a,b\n1,2\n{row}\n3,4\n")
    read = source.read(CSV, COLUMNS | {"file": "_file"})
    assert (read.account, read.broken) == ((3, 2, 1), [(row, reason)])
    assert [row["file"] for row in read.good] == ["x.csv"] * 2


@pytest.mark.parametrize(
    ("encoding", "letters"), [("latin-1", "Äiti Åsa é"), ("cp1252", "Äiti €"), ("utf-16", "Äiti € ž"), ("utf-8", "Äiti € 😀")]
)
def test_encodings(source: Source, encoding: str, letters: str) -> None:
    """Text is read in the stated encoding."""
    source.put("x.csv", f"a,b\n{letters},2\n".encode(encoding))
    assert source.read(CSV | {"encoding": encoding}, COLUMNS).column("a") == [letters]


def test_rows_that_cannot_be_decoded(source: Source) -> None:
    """A row with bytes that the encoding does not have is broken; it is never read with other letters."""
    source.put("x.csv", "a,b\nÄiti,2\n3,4\n".encode("latin-1"))
    read = source.read(CSV, COLUMNS)
    assert (read.account, read.column("a"), read.broken[0][1]) == ((2, 1, 1), ["3"], "is not text in the stated encoding")


def test_csv_of_many_rows(source: Source) -> None:
    """Of 30,000 rows with quotes, line ends and broken rows among them, each is counted once."""
    rng = random.Random(4)  # noqa: S311 - a test's chance, the same each time
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["a", "b", "c"])
    kinds = [rng.choices(["short", "long", "quoted", "plain"], [1, 1, 200, 800])[0] for _ in range(30_000)]
    for number, kind in enumerate(kinds):
        rows: Row = {
            "short": [number, "x"],
            "long": [number, 1, 2, 3],
            "quoted": [number, f'two\nlines, "{number}"', "z"],
            "plain": [number, "y", "z"],
        }
        writer.writerow(rows[kind])
    source.put("x.csv", out.getvalue())
    read = source.read(CSV, COLUMNS)
    broken = kinds.count("short") + kinds.count("long")
    assert read.account == (len(kinds), len(kinds) - broken, broken)
    assert read.column("a") == [str(number) for number, kind in enumerate(kinds) if kind in {"quoted", "plain"}]


def test_csv_of_several_files(source: Source) -> None:
    """Files with one header line are read together, the compressed too; a row knows its file."""
    source.put("1.csv", "a,b\n1,2\n")
    source.put("2.csv.gz", gzip.compress(b"a,b\n3,4\n5\n"))
    read = source.read(CSV | {"files": "*.csv*"}, COLUMNS | {"file": "_file"})
    assert (read.account, [(row["a"], row["file"]) for row in read.good]) == ((3, 2, 1), [("1", "1.csv"), ("3", "2.csv.gz")])


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["a,b\n", "b,a\n"], "the files of shop.records have different header lines: give each kind its own data set"),
        ([""], "the header line of shop.records is empty or names a column twice: state 'columns' in the YAML"),
        (["a,a\n1,2\n"], "the header line of shop.records is empty or names a column twice: state 'columns' in the YAML"),
        (["a,A\n1,2\n"], "the header line of shop.records is empty or names a column twice: state 'columns' in the YAML"),
        (["a,,b\n1,2,3\n"], "the header line of shop.records is empty or names a column twice: state 'columns' in the YAML"),
    ],
)
def test_header_lines_that_cannot_be_used(source: Source, files: list[str], said: str) -> None:
    """Header lines that differ, or name a column twice or not at all, are an error that says what to do."""
    for number, content in enumerate(files):
        source.put(f"{number}.csv", content)
    with pytest.raises(SourceError, match=f"^The source 'shop' cannot be read: {said}[.]$"):
        source.read(CSV, COLUMNS)


@pytest.mark.parametrize(
    "read",
    [CSV | {"delimiter": "||"}, CSV | {"quote": "''"}, {key: value for key, value in DELIMITED.items() if key != "columns"}],
)
def test_what_cannot_be_read_so_is_refused_in_the_yaml(source: Source, read: Row) -> None:
    """A delimiter of two letters for CSV, a quote of two, and delimited text without columns are mistakes of the YAML."""
    source.put("x.csv", "a,b\n1,2\n")
    with pytest.raises(CatalogueError, match=r"sources/shop[.]yaml:\d+:\d+: data set records: '(delimiter|quote|columns)'"):
        source.read(read, COLUMNS)


def test_where_and_no_values_in_csv(source: Source) -> None:
    """Conditions and texts that mean no value hold for CSV as well; broken rows are kept."""
    source.put("x.csv", "a,b\n1,NULL\n2,x\n1,y\nbroken\n")
    read = source.read(CSV | {"where": {"a": "1"}, "null_values": ["NULL"]}, COLUMNS)
    assert ([row["b"] for row in read.good], read.extraction.decoded.read, read.extraction.decoded.left_out) == ([None, "y"], 4, 1)
    assert len(read.broken) == 1


def test_delimited(source: Source) -> None:
    """Fields lie between delimiters of any text, without quotes; a record that does not end or count as it must is broken."""
    lines = ['1+|x, "y"+|z&|', "2+||+|&|", "3+|x&|", "4+|x+|y", "5+|x+|y+|z&|", "", "6+|+|&|", "7+|a\x01b+|\tc &|"]
    source.put("x.dat", "\r\n".join(lines) + "\r\n")
    read = source.read(DELIMITED, {"a": "a", "b": "b", "c": "c", "line": "_line"})
    assert read.account == (7, 4, 3)
    assert [tuple(row.values()) for row in read.good] == [
        ("1", 'x, "y"', "z", "1"),
        ("2", "|", None, "2"),
        ("6", None, None, "7"),
        ("7", "a\x01b", "\tc ", "8"),
    ]
    assert read.broken == [("3+|x&|", COUNT), ("4+|x+|y", "does not end as a record must"), ("5+|x+|y+|z&|", COUNT)]


def test_delimited_without_a_record_s_end(source: Source) -> None:
    """Where no end is stated, the line's end is the record's; nothing behind a control character is lost."""
    source.put("x.dat", "1\tx\ty\n2\ta\x01b\tc\x01d\n")
    tabs = {key: value for key, value in DELIMITED.items() if key != "record_end"} | {"delimiter": "\t"}
    read = source.read(tabs, {"b": "b", "c": "c"})
    assert [tuple(row.values()) for row in read.good] == [("x", "y"), ("a\x01b", "c\x01d")]


def test_real_delimited_text(source: Source, shared: Path) -> None:
    """Each of the sample company's e-mail addresses and phone numbers is one record, none of them broken."""
    folder = shared / "crm" / "adventureworks"
    for name in ("EmailAddress.csv", "PersonPhone.csv"):
        raw = (folder / name).read_bytes()
        source.put("x.dat", raw)
        encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
        text = raw.decode(encoding)
        columns = text.partition("&|")[0].count("+|") + 1
        read = source.read(DELIMITED | {"encoding": encoding, "columns": [f"c{number}" for number in range(columns)]}, {"first": "c0"})
        assert read.account == (text.count("&|"), text.count("&|"), 0)


def test_parquet(source: Source) -> None:
    """Typed values come as the text that typing reads again; a column that is not there has no value."""
    moment = dt.datetime(2024, 1, 1, 10, 20, 30, 5, tzinfo=dt.UTC)
    columns = {
        "integer": pa.array([1, None]),
        "double": [0.1, None],
        "decimal": [decimal.Decimal("1.10"), None],
        "date": [dt.date(2024, 1, 1), None],
        "local": pa.array([moment.replace(tzinfo=None), None]),
        "zoned": pa.array([moment, None], pa.timestamp("us", tz="Europe/Helsinki")),
        "truth": [True, None],
        "text": ["ä", ""],
    }
    pq.write_table(pa.table(columns), source.files / "x.parquet")
    first, second = source.read(PARQUET, {name: name for name in columns} | {"file": "_file", "absent": "absent"}).good
    assert first == {
        "integer": "1",
        "double": "0.1",
        "decimal": "1.10",
        "date": "2024-01-01",
        "local": "2024-01-01 10:20:30.000005",
        "zoned": "2024-01-01 10:20:30.000005+00",
        "truth": "true",
        "text": "ä",
        "file": "x.parquet",
        "absent": None,
    }
    assert second == dict.fromkeys(first) | {"file": "x.parquet"}


def test_a_file_that_is_no_parquet(source: Source) -> None:
    """A file that is none is an error that names the data set and quotes nothing."""
    source.put("x.parquet", "s3cr3t")
    with pytest.raises(
        AnsvarError, match=r"^The records of shop[.]records cannot be decoded: see 'read' in the source's YAML[.]"
    ) as caught:
        source.read(PARQUET, {"a": "a"})
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("a,b\n1,2\n3,4\n", ["2", "3"]),
        ("a,b\r\n1,2\r\n3,4", ["2", "3"]),
        ('a,b\n1,"two\n\nlines"\n\n\n3,"x ""y"" z"\n5,6\n', ["2", "7", "8"]),
        ('a,b\n1,2\n3\n4,"x\ny"\n5,6\n', ["2", "4", "6"]),
        ('a,b\n1,x"y\n2,3\n', ["2", None]),
        ("a,b\n", []),
    ],
)
def test_on_which_line_a_csv_record_begins(source: Source, content: str, lines: list[str | None]) -> None:
    """The line is told whatever stands between: values of several lines, blank lines, rows that do not fit; or it is not told at all."""
    source.put("x.csv", content)
    source.put("y.csv", "a,b\n7,8\n")
    found = source.read(CSV, COLUMNS | {"line": "_line", "file": "_file"}).good
    told = [row["line"] for row in found if row["file"] == "x.csv"]
    assert told == (lines if None not in lines else [None] * len(told))
    assert [row["line"] for row in found if row["file"] == "y.csv"] == ["2"]
