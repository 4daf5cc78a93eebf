"""Fields that a source has and the data set does not declare: of every way of reading, with counts and proposed tags, never a value."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resources.connectors.undeclared import Undeclared

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.resources.connectors.conftest import Read, Row, Source

LINES: Row = {"files": "*.ndjson", "format": "ndjson"}
PHONES = [f"+35840123{number:04d}" for number in range(40)]
EMAILS = [f"person{number}@posti.example" for number in range(40)]


def _lines(records: list[Row]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _counts(read: Read) -> dict[str, int]:
    return {each.path: each.records for each in read.extraction.decoded.undeclared}


def test_a_field_that_nobody_tagged(source: Source) -> None:
    """A new field is counted to the record, and proposed by its name and by its values, with no value in what is handed on."""
    records = [
        {"id": number, "contact": {"name": "x", "mobile": PHONES[number] if number < 25 else None, "x1": EMAILS[number]}}
        for number in range(40)
    ]
    source.put("a.ndjson", _lines(records))
    found = source.read(LINES, {"id": "id", "name": "contact.name"}).extraction.decoded.undeclared
    assert found == (
        Undeclared("contact.mobile", 25, "user.contact.phone_number", "phone", "name and values", 1.0),
        Undeclared("contact.x1", 40, "user.contact.email", "email", "values", 1.0),
    )
    told = json.dumps([asdict(each) for each in found])
    assert [value for value in (*PHONES, *EMAILS) if value in told] == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            EMAILS[:32] + ["none"] * 1 + [f"no{number}" for number in range(7)],
            Undeclared("phone", 40, "user.contact.email", "email", "values", 0.8),
        ),
        (EMAILS[:30] + [f"no{number}" for number in range(10)], Undeclared("phone", 40, "user.contact.phone_number", "phone", "name")),
        (EMAILS[:2], Undeclared("phone", 2, "user.contact.phone_number", "phone", "name")),
        ([["a", "b"]] * 3, Undeclared("phone[*]", 3, "user.contact.phone_number", "phone", "name")),
        ([PHONES[:3], PHONES[2:5]], Undeclared("phone[*]", 2, "user.contact.phone_number", "phone", "name and values", 1.0)),
    ],
)
def test_values_speak_louder_than_names(source: Source, values: list[Any], expected: Undeclared) -> None:
    """What four of five values look like is proposed whatever the name says; fewer, or fewer than three, say nothing."""
    source.put("a.ndjson", _lines([{"id": 1, "phone": value} for value in values]))
    assert source.read(LINES, {"id": "id"}).extraction.decoded.undeclared == (expected,)


def test_what_is_declared_or_ignored(source: Source) -> None:
    """What a field, a condition, `where` or `ignore` names is known; an ignored path covers what stands below it."""
    record = {
        "kind": "a",
        "names": [{"type": "1", "endDate": None, "name": "x", "version": 2}],
        "tags": ["x"],
        "first": {"list": [{"a": 1}, {"a": 2}]},
        "meta": {"page": 1, "of": {"all": 2}},
        "log": [{"x": 1}],
        "metal": 1,
    }
    source.put("a.ndjson", _lines([record] * 3))
    fields: Row = {
        "name": {"from": {"each": "names", "where": {"type": "1", "endDate": None}, "take": "name"}},
        "tags": "tags[*]",
        "first": "first.list[0].a",
        "file": "_file",
    }
    read = source.read(LINES | {"where": {"kind": "a"}, "ignore": ["meta", "log[*].x"]}, fields)
    assert _counts(read) == {"metal": 3, "names[*].version": 3}


def test_records_that_another_data_set_reads(source: Source) -> None:
    """Of records that `where` leaves out, nothing is told: they are another data set's, or nobody's on purpose."""
    source.put("a.ndjson", _lines([{"type": "a", "x": 1}, {"type": "b", "y": 2}, {"type": "a", "z": None}]))
    assert _counts(source.read(LINES | {"where": {"type": "a"}}, {"type": "type"})) == {"x": 1}


def test_the_enclosing_document(source: Source) -> None:
    """Fields of the document around the records are told with a mark, counted in records."""
    source.put(
        "a.json", json.dumps({"exported": "x", "by": {"mail": "a@b.example"}, "likes": [{"id": 1, "n": 2}, {"id": 2}, {"id": 3, "n": ""}]})
    )
    source.put("b.json", json.dumps({"exported": None, "by": {"mail": "c@d.example"}, "likes": [{"id": 4}, {"id": 5}]}))
    read = {"files": "*.json", "format": "json", "records": "likes"}
    assert _counts(source.read(read, {"id": "id"})) == {"n": 1, "^exported": 3, "^by.mail": 5}
    assert _counts(source.read(read | {"ignore": ["^exported", "n"]}, {"id": "id", "by": "^by.mail"})) == {}


def _csv(source: Source) -> Row:
    rows = "".join(f"{number},{EMAILS[number]},,{'x' if number < 7 else ''}\n" for number in range(40))
    source.put("a.csv", "id,customer,empty,note\n" + rows)
    return {"files": "*.csv", "format": "csv"}


def _delimited(source: Source) -> Row:
    source.put("a.txt", "".join(f"{number}||{EMAILS[number]}||||{'x' if number < 7 else ''}\n" for number in range(40)))
    return {"files": "*.txt", "format": "delimited", "delimiter": "||", "columns": ["id", "customer", "empty", "note"]}


def _parquet(source: Source) -> Row:
    notes = ["x" if number < 7 else "" for number in range(40)]
    table = pa.table({"id": list(range(40)), "customer": EMAILS, "empty": pa.array([None] * 40, pa.int64()), "note": notes})
    pq.write_table(table, source.files / "a.parquet")
    return {"files": "*.parquet", "format": "parquet"}


@pytest.mark.parametrize("put", [_csv, _delimited, _parquet])
def test_columns(source: Source, put: Callable[[Source], Row]) -> None:
    """Columns that nobody tagged are told, those without any value are not, in every format that has columns."""
    found = source.read(put(source), {"id": "id"}).extraction.decoded.undeclared
    assert found == (
        Undeclared("customer", 40, "user.contact.email", "email", "values", 1.0),
        Undeclared("note", 7, "user.content", None, "name"),
    )
    assert _counts(source.read(put(source) | {"ignore": ["note"]}, {"id": "id", "mail": "customer"})) == {}


def test_a_database(source: Source, tmp_path: Path) -> None:
    """Columns of a query that no field reads are told."""
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE customers (id, phone, remark)")
        database.executemany("INSERT INTO customers VALUES (?, ?, NULL)", enumerate(PHONES))
    database.close()
    read = source.read({"table": "customers"}, {"id": "id"}, "database", {"url": f"sqlite:///{tmp_path / 'shop.db'}"})
    assert [(each.path, each.records, each.category) for each in read.extraction.decoded.undeclared] == [
        ("phone", 40, "user.contact.phone_number")
    ]


def test_headings_that_are_data(source: Source) -> None:
    """A file without its header line gives its first record as headings: those that are no plain names are one star."""
    source.put("a.csv", f"{EMAILS[0]},0401234567,Liisa\n{EMAILS[1]},0401234568,Matti\n,0401234569,\n")
    assert _counts(source.read({"files": "*.csv", "format": "csv"}, {"id": "id"})) == {"Liisa": 1, "*": 2}


def test_an_access_log(source: Source) -> None:
    """The parts of an access log's lines that no field reads are told like columns."""
    line = '203.0.113.{} - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326 "-" "Mozilla/4.08"\n'
    source.put("access.log", "".join(line.format(number) for number in range(9)))
    fields = {
        "user": "user",
        "time": "time",
        "path": "path",
        "status": "status",
        "bytes": "bytes",
        "method": "method",
        "protocol": "protocol",
    }
    found = {
        each.path: (each.records, each.category) for each in source.read({"files": "*.log"}, fields, "weblog").extraction.decoded.undeclared
    }
    assert found == {"host": (9, "user.device.ip_address"), "request": (9, None), "user_agent": (9, "user.device")}


def test_broken_records_tell_nothing(source: Source) -> None:
    """What cannot be read has no fields."""
    source.put("a.ndjson", 'not json, but: {"secret": 1}\n{"id": 1}\n')
    assert _counts(source.read(LINES, {"id": "id"})) == {}


def test_nothing_at_all(source: Source) -> None:
    """A file without a record has no undeclared field."""
    source.put("a.ndjson", "")
    assert _counts(source.read(LINES, {"id": "id"})) == {}
