"""JSON in files: every line and every element is a record, or is broken for a stated reason."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.resources.connectors.conftest import Row, Source

LINES: Row = {"files": "*.ndjson", "format": "ndjson"}
DOCUMENTS: Row = {"files": "*.json", "format": "json"}
INVALID, UNDECODABLE = "is not valid JSON", "is not text in the stated encoding"


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ('{"a": 1}\n{"a": 2}\n', ["1", "2"]),
        ('{"a": 1}\n{"a": 2}', ["1", "2"]),
        ('{"a": 1}\r\n{"a": 2}\r\n', ["1", "2"]),
        ('\n\n{"a": 1}\n   \n\n{"a": 2}\n\n', ["3", "6"]),
        ('\ufeff{"a": 1}\n{"a": 2}\n', ["1", "2"]),
    ],
)
def test_each_line_is_a_record(source: Source, content: str, places: list[str]) -> None:
    """Lines end as they may, blank ones are passed over, a byte order mark is none of the text, and each knows its line."""
    source.put("a.ndjson", content)
    read = source.read(LINES, {"a": "a", "line": "_line", "file": "_file"})
    assert read.account == (2, 2, 0)
    assert read.good == [{"a": str(number), "line": line, "file": "a.ndjson"} for number, line in enumerate(places, start=1)]


@pytest.mark.parametrize("content", ["", "\n", "  \n\n"])
def test_a_file_without_records(source: Source, content: str) -> None:
    """An empty file has no record, and that is no mistake."""
    source.put("a.ndjson", content)
    assert source.read(LINES, {"a": "a"}).account == (0, 0, 0)


def test_broken_lines_are_kept_with_the_reason(source: Source) -> None:
    """Each line that is no JSON is a broken record with its own text; the others can be used."""
    broken = ['{"a": 1', "not json", '{"a": "\\ud800"}', '{"a": "x\x01y"}', '{"a": "\x00"}', '{"a": 1} {"a": 2}']
    lines = [*broken, '{"a": "good"}']
    source.put("a.ndjson", "\n".join(lines))
    read = source.read(LINES, {"a": "a"})
    assert read.account == (len(lines), 1, len(broken))
    assert sorted(read.broken) == sorted((text, INVALID) for text in broken)
    assert read.column("a") == ["good"]


def test_what_cannot_be_decoded_is_broken(source: Source) -> None:
    """A line with bytes that the encoding does not have is broken, and so is one with a character that is no text."""
    source.put("a.ndjson", b'{"a": "\xff"}\n{"a": "\xef\xb7\x91"}\n{"a": "good"}\n')
    read = source.read(LINES, {"a": "a"})
    assert (read.account, [reason for _, reason in read.broken]) == ((3, 1, 2), [UNDECODABLE] * 2)


def test_several_files(source: Source) -> None:
    """Records of all files that match are read, compressed ones too, each with its file and its line there."""
    source.put("b.ndjson", '{"a": 3}\n')
    source.put("a.ndjson", '{"a": 1}\n\n{"a": 2}\n')
    source.put("c.ndjson.gz", gzip.compress(b'{"a": 4}\n{"a": 5}\n'))
    source.put("d.txt", '{"a": 6}\n')
    read = source.read(LINES | {"files": "*.ndjson*"}, {"a": "a", "line": "_line", "file": "_file"})
    assert sorted((row["file"], row["line"], row["a"]) for row in read.good) == [
        ("a.ndjson", "1", "1"),
        ("a.ndjson", "3", "2"),
        ("b.ndjson", "1", "3"),
        ("c.ndjson.gz", "1", "4"),
        ("c.ndjson.gz", "2", "5"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"x"', "x"),
        ('" x "', " x "),
        ('""', None),
        ("null", None),
        ("true", "true"),
        ("12", "12"),
        ("1.10", "1.1"),
        ("12345678901234567890123", "12345678901234567890123"),
        ('"it\'s \\"q\\" \\\\ \\u00e4 \\ud83d\\ude00"', 'it\'s "q" \\ ä 😀'),
        ('"two\\nlines"', "two\nlines"),
        ('{"b": [1, 2]}', '{"b":[1,2]}'),
        ("[]", "[]"),
    ],
)
def test_values_are_text(source: Source, value: str, text: str | None) -> None:
    """A value is taken as text: numbers as they are, however long; null and empty text are no value."""
    source.put("a.ndjson", f'{{"a": {value}}}\n')
    assert source.read(LINES, {"a": "a"}).column("a") == [text]


def test_paths(source: Source) -> None:
    """A path goes into objects and lists; where it leads nowhere there is no value."""
    document = {"a": {"b": {"c": 1}}, "l": [{"n": "x"}, {"n": "y"}, {"m": 1}], "tags": ["p", None, "q, r", 2], "with space": 3, "ä": 4}
    source.put("a.ndjson", json.dumps(document) + '\n{"tags": [], "l": {}}\n')
    paths = {
        "deep": "a.b.c",
        "second": "l[1].n",
        "ninth": "l[8].n",
        "names": "l[*].n",
        "tags": "tags[*]",
        "blank": "with space",
        "letter": "ä",
    }
    first, second = source.read(LINES, paths).good
    assert first == {"deep": "1", "second": "y", "ninth": None, "names": "x, y", "tags": "p, q, r, 2", "blank": "3", "letter": "4"}
    assert second == dict.fromkeys(paths)


def test_the_first_path_with_a_value(source: Source) -> None:
    """Of several paths the first that has a value counts; an empty text is none."""
    source.put("a.ndjson", '{"x": "1", "y": "2"}\n{"x": "", "y": "2"}\n{"y": null, "z": "3"}\n{}\n')
    assert source.read(LINES, {"a": ["x", "y", "z"]}).column("a") == ["1", "2", "3", None]


def test_the_first_element_that_meets_conditions(source: Source) -> None:
    """Of a list the first element is taken that has every stated value, and none where null is stated."""
    names = [{"t": 1, "end": "2020", "v": "old"}, {"t": "1", "end": None, "v": "null"}, {"t": "1", "v": "absent"}, {"t": 2, "v": "other"}]
    lists: list[object] = [names, names[2:], names[3:], [], {}, None]
    source.put("a.ndjson", "\n".join(json.dumps({"n": given}) for given in lists))
    picks = {
        "current": {"each": "n", "where": {"t": "1", "end": None}, "take": "v"},
        "number": {"each": "n", "where": {"t": 2}, "take": "v"},
        "any": {"each": "n", "take": "v"},
    }
    read = source.read(LINES, picks)
    assert read.column("current") == ["null", "absent", None, None, None, None]
    assert read.column("number") == ["other", "other", "other", None, None, None]
    assert read.column("any") == ["old", "absent", "other", None, None, None]


def test_lists_within_documents(source: Source) -> None:
    """Each element of the list is a record, which knows its number and can look at what encloses it."""
    lines = [
        '{"id": 7, "m": [{"a": "x"}, {"a": "y"}]}',
        '{"id": 8}',
        '{"id": 9, "m": []}',
        '{"id": 10, "m": null}',
        "broken",
        '{"id": 11, "m": [3]}',
    ]
    source.put("a.ndjson", "\n".join(lines))
    read = source.read(LINES | {"records": "m"}, {"a": "a", "id": "^id", "index": "_index", "line": "_line", "file": "_file"})
    assert read.account == (4, 3, 1)
    assert [tuple(row.values()) for row in read.good] == [
        ("x", "7", "0", "1", "a.ndjson"),
        ("y", "7", "1", "1", "a.ndjson"),
        (None, "11", "0", "6", "a.ndjson"),
    ]
    assert read.broken == [("broken", INVALID)]


@pytest.mark.parametrize("value", ['{"a": 5}', '"x"', "3", "true"])
def test_what_is_no_list_is_not_passed_over(source: Source, value: str) -> None:
    """A document whose list is something else is broken: its records would be lost silently."""
    text = f'{{"m": {value}}}'
    source.put("a.ndjson", f'{text}\n{{"m": [{{"a": 1}}]}}\n')
    read = source.read(LINES | {"records": "m"}, {"a": "a"})
    assert (read.account, read.broken) == ((2, 1, 1), [(text, "has no list at 'm'")])


@pytest.mark.parametrize(
    ("read", "content", "found"),
    [
        ({}, '{"a": 1}', ["1"]),
        ({}, '[{"a": 1}, {"a": 2}]', ["1", "2"]),
        ({}, '[\n  {"a": 1},\n\n  {"a": 2}\n]\n', ["1", "2"]),
        ({}, "[]", []),
        ({"records": "m.l"}, '{"m": {"l": [{"a": 1}, {"a": 2}]}}', ["1", "2"]),
        ({"records": "m"}, '[{"m": [{"a": 1}]}, {"m": [{"a": 2}]}]', ["1", "2"]),
        ({"records": "m[*].l"}, '{"m": [{"l": [{"a": 1}]}, {"l": [{"a": 2}, {"a": 3}]}]}', ["1", "2", "3"]),
    ],
)
def test_whole_documents(source: Source, read: Row, content: str, found: list[str]) -> None:
    """A file is one record, or a list of them, or holds a list of them."""
    source.put("a.json", content)
    assert source.read(DOCUMENTS | read, {"a": "a"}).column("a") == found


def test_documents_that_are_broken(source: Source) -> None:
    """A file that is no JSON is one broken record; the other files can be used."""
    source.put("a.json", '[{"a": 1}')
    source.put("b.json", "")
    source.put("c.json", '[{"a": 2}]')
    read = source.read(DOCUMENTS, {"a": "a"})
    assert (read.account, read.column("a")) == ((3, 1, 2), ["2"])


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"t": ["x", "y"]}, ["1", "2"]),
        ({"t": "z"}, ["5"]),
        ({"t": 7}, ["6"]),
        ({"t": "*"}, ["1", "2", "5", "6"]),
        ({"t": ["x", "y"], "u": "1"}, ["2"]),
        ({"u": "1"}, ["2", "5"]),
        ({"nowhere": "x"}, []),
    ],
)
def test_only_some_records(source: Source, where: Row, found: list[str]) -> None:
    """Records that do not match are left out and counted; broken ones are kept, for nobody knows what they are."""
    source.put(
        "a.ndjson", '{"t":"x","a":1}\n{"t":"y","u":1,"a":2}\n{"a":3}\n{"t":null,"a":4}\n{"t":"z","u":"1","a":5}\n{"t":7,"a":6}\nbroken\n'
    )
    read = source.read(LINES | {"where": where}, {"a": "a"})
    assert (read.column("a"), len(read.broken)) == (found, 1)
    assert (read.extraction.decoded.read, read.extraction.decoded.left_out) == (7, 6 - len(found))


def test_texts_that_mean_no_value(source: Source) -> None:
    """Stated texts are no value, whole and exact, in every field; the next path is looked at."""
    source.put("a.ndjson", '{"a": "N/A", "b": "-"}\n{"a": "N/A?", "b": "n/a"}\n{"a": 0, "b": "x"}\n')
    read = source.read(LINES | {"null_values": ["N/A", "-", 0]}, {"a": "a", "b": "b", "both": ["a", "b"]})
    assert [tuple(row.values()) for row in read.good] == [(None, None, None), ("N/A?", "n/a", "N/A?"), (None, "x", "x")]


def test_what_is_taken_out(source: Source) -> None:
    """Whatever matches is taken out, everywhere; where nothing is left there is no value."""
    source.put("a.ndjson", '{"a": "$1,234,567.50 "}\n{"a": "$"}\n{"a": null}\n{"a": "x"}\n')
    assert source.read(LINES, {"a": {"from": "a", "remove": "[$, ]"}}).column("a") == ["1234567.50", None, None, "x"]


def test_blanks_around_what_is_no_text(source: Source) -> None:
    """Text keeps its blanks; of every other type they are no part."""
    source.put("a.ndjson", '{"a": " 12 "}\n{"a": "  "}\n')
    read = source.read(LINES, {"text": "a", "number": {"from": "a", "type": "integer"}})
    assert [tuple(row.values()) for row in read.good] == [(" 12 ", "12"), ("  ", None)]
