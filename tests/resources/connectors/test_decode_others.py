"""Access logs, lists of audio files, and letters that were damaged on their way."""

from __future__ import annotations

import gzip
import os
import random
from typing import TYPE_CHECKING

import pytest

from resources.connectors.paths import repaired
from resources.warehouse.engine import Engine, engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.resources.connectors.conftest import Row, Source

WEBLOG: Row = {"files": "*.log*"}
NAMES = ("host", "ident", "user", "time", "request", "method", "path", "protocol", "status", "bytes", "referrer", "user_agent")
FIELDS: Row = {name: name for name in NAMES}
GOOD = '203.0.113.9 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif?b=c HTTP/1.0" 200 2326 "http://x.example/" "Mozilla/4.08 [en] (Win98)"'


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Engine]:
    """A database in memory."""
    with engine(None, tmp_path) as memory:
        yield memory


def test_a_line_of_an_access_log(source: Source) -> None:
    """A line of the combined log format gives its twelve parts; a dash is no value."""
    source.put("access.log", GOOD + "\n")
    assert source.read(WEBLOG, FIELDS, "weblog").good == [
        {
            "host": "203.0.113.9",
            "ident": None,
            "user": "frank",
            "time": "10/Oct/2000:13:55:36 -0700",
            "request": "GET /a.gif?b=c HTTP/1.0",
            "method": "GET",
            "path": "/a.gif?b=c",
            "protocol": "HTTP/1.0",
            "status": "200",
            "bytes": "2326",
            "referrer": "http://x.example/",
            "user_agent": "Mozilla/4.08 [en] (Win98)",
        }
    ]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('::1 - - [x] "-" 408 - "-" "-"', {"host": "::1", "request": None, "path": None, "status": "408", "bytes": None, "referrer": None}),
        ('h - - [x] "\\x16\\x03\\x01" 400 0 "-" "-"', {"request": "\\x16\\x03\\x01", "method": None, "status": "400"}),
        ('h - - [x] "GET /a \\"b\\" HTTP/1.1" 200 5 "-" "say \\"hi\\""', {"method": None, "status": "200", "user_agent": 'say \\"hi\\"'}),
        ('h - - [x] "" 400 0 "" ""', {"request": None, "user_agent": None, "bytes": "0"}),
        ('h - - [x] "GET /ä HTTP/1.1" 200 5 "-" "é"   ', {"path": "/ä", "user_agent": "é"}),
        ('h - a,b [x] "PURGE * HTTP/2" 204 - "-" "-"', {"user": "a,b", "method": "PURGE", "path": "*", "protocol": "HTTP/2"}),
    ],
)
def test_strange_lines_that_are_good(source: Source, line: str, found: dict[str, str | None]) -> None:
    """Requests that were never understood, escaped quotes and empty parts are in the format."""
    source.put("access.log", line + "\n")
    read = source.read(WEBLOG, FIELDS, "weblog")
    assert read.account == (1, 1, 0)
    assert found == {name: read.good[0][name] for name in found}


def test_lines_that_are_none(source: Source) -> None:
    """Lines of another format are broken, each with its text; blank ones are none, and compressed logs are read as well."""
    broken = [GOOD[:-1], GOOD.replace("[", "(").replace("]", ")"), "x", GOOD.replace(" 200 ", " 2000 "), GOOD + " extra", GOOD[:90]]
    source.put("access.log", "\n".join([GOOD, *broken[:3], "", GOOD]) + "\n")
    source.put("access.log.1.gz", gzip.compress("\n".join([*broken[3:], GOOD]).encode()))
    read = source.read(WEBLOG, FIELDS | {"file": "_file", "line": "_line"}, "weblog")
    assert read.account == (9, 3, 6)
    assert sorted(read.broken) == sorted((line, "is not a line of the combined log format") for line in broken)
    places = sorted((row["file"], row["line"]) for row in read.good)
    assert places == [("access.log", "1"), ("access.log", "6"), ("access.log.1.gz", "4")]


def test_lines_with_bytes_that_are_no_text(source: Source) -> None:
    """A line that is not UTF-8 is broken: no other letters are put in the place of its own."""
    source.put("access.log", GOOD.replace("frank", "fr\xe4nk").encode("latin-1") + b"\n" + GOOD.encode() + b"\n")
    read = source.read(WEBLOG, FIELDS, "weblog")
    assert (read.account, read.broken[0][1]) == ((2, 1, 1), "is not text in the stated encoding")


def test_a_real_access_log(source: Source, shared: Path) -> None:
    """Of the 10,000 lines of a real access log one is broken, as its description says."""
    logs = [path for path in (shared / "weblogs").iterdir() if path.name.startswith("apache_logs")]
    if not logs:
        pytest.skip(f"the real access log is not in {shared / 'weblogs'}")
    content = logs[0].read_bytes()
    source.put("access.log", content)
    read = source.read(WEBLOG, FIELDS, "weblog")
    assert read.account == (content.count(b"\n"), content.count(b"\n") - 1, 1)


def test_a_list_of_audio_files(source: Source) -> None:
    """Each file that matches is a record of its name, its size and when it was changed, in UTC."""
    for name, content in (("b.wav", b"12345"), ("a ä.wav", b""), ("c.txt", b"1")):
        os.utime(source.put(name, content), (1_700_000_000.25, 1_700_000_000.25))
    fields: Row = {"file": "file", "bytes": "bytes", "modified": "modified", "audio": _audio()}
    read = source.read({"files": "*.wav", "format": "audio"}, fields, "recordings")
    assert read.account == (2, 2, 0)
    assert [(row["file"], row["bytes"], row["modified"], row["audio"]) for row in read.good] == [
        ("a ä.wav", "0", "2023-11-14T22:13:20.250000+00:00", "a ä.wav"),
        ("b.wav", "5", "2023-11-14T22:13:20.250000+00:00", "b.wav"),
    ]


def test_recordings_beside_their_metadata(source: Source) -> None:
    """Where metadata stands in a table, the table is read as ever, and a field names the audio."""
    source.put("calls.csv", "id,audio\n1,a.wav\n2,\n")
    read = source.read({"files": "*.csv", "format": "csv"}, {"id": "id", "audio": _audio() | {"from": "audio"}}, "recordings")
    assert [(row["id"], row["audio"]) for row in read.good] == [("1", "a.wav"), ("2", None)]


def _audio() -> Row:
    private = {"category": "user.content.private.call_recording", "origin": "service_use", "promise": "orders", "mentions_others": True}
    return private | {"from": "file", "type": "file"}


def _repaired(opened: Engine, text: str | None) -> str | None:
    found: str | None = opened.scalar(f"SELECT {repaired('$text')}", {"text": text})
    return found


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("MuÃ±oz", "Muñoz"),
        ("JÃ¤Ã¤skelÃ¤inen", "Jääskeläinen"),
        ("Ã…sa Ã–berg", "Åsa Öberg"),
        ("\xe2\u201a\xac 5", "€ 5"),
        ("itâ€™s â€œsoâ€\x9d", "it’s “so”"),
        ("Å½iÅ¾ek", "Žižek"),
        ("Ã\xa0 la carte", "à la carte"),
        ("\xf0\u0178\u02dc\u20ac", "😀"),
    ],
)
def test_letters_encoded_twice_are_read_right(opened: Engine, damaged: str, whole: str) -> None:
    """UTF-8 that was read as Windows-1252 and encoded again is read as it was meant."""
    assert whole == _repaired(opened, damaged)


@pytest.mark.parametrize(
    "text",
    [None, "", "Muñoz", "plain", "Åsa", "naïve", "Ã", "ÃÃ", "Â", "100 €", "Ã±Ł", "日本", "Ãx", "it’s", "Ã\x7f", "50 % Â", "\ud7ff", "Ð"],
)
def test_letters_that_are_right_stay(opened: Engine, text: str | None) -> None:
    """Text that was not damaged so, or not all of it, stays as it is."""
    assert text == _repaired(opened, text)


def test_many_texts_are_repaired(opened: Engine) -> None:
    """Five hundred random texts with letters of Windows-1252 come back from the damage; names in Nordic letters stay as they are."""
    rng = random.Random(5)  # noqa: S311 - a test's chance, the same each time
    nordic = "aeioubcdkmn -" * 3 + "äöåÄÖÅéèñüßøæç"
    names, texts = (
        ["".join(rng.choices(letters, k=rng.randrange(1, 20))) for _ in range(500)] for letters in (nordic, nordic + "šžŠŽŒœŸ€’“–")
    )
    damaged = ["".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode()) for text in texts]
    assert texts == [_repaired(opened, text) for text in damaged]
    assert names == [_repaired(opened, name) for name in names]


def test_a_repaired_field(source: Source) -> None:
    """A field that says so is repaired, and no other."""
    source.put("x.csv", "a\nMuÃ±oz\n")
    read = source.read({"files": "*.csv", "format": "csv"}, {"repaired": {"from": "a", "repair": "double_encoding"}, "left": "a"})
    assert read.good == [{"repaired": "Muñoz", "left": "MuÃ±oz"}]


def test_real_damage(source: Source, shared: Path) -> None:
    """The double-encoded names of the sample company's persons are repaired, and nobody else's name changes."""
    content = (shared / "crm" / "adventureworks" / "seeds" / "person.csv").read_bytes()
    source.put("person.csv", content)
    fields: Row = {"damaged": "lastname", "whole": {"from": "lastname", "repair": "double_encoding"}}
    names = [(row["damaged"], row["whole"]) for row in source.read({"files": "*.csv", "format": "csv"}, fields).good]
    changed = {pair for pair in names if pair[0] != pair[1]}
    assert len(names) > 2000
    assert changed
    assert all(damaged == whole.encode().decode("cp1252") for damaged, whole in changed)
    assert {pair for pair in names if "Ã" in (pair[0] or "")} == changed
