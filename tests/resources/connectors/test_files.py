"""Files of a source: found, copied as UTF-8, and every fault said in one error."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from typing import TYPE_CHECKING

import pytest

from resources.connectors.landing import Landing
from resources.connectors.source_error import SourceError
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from pathlib import Path

    from resources.home import Home
    from tests.resources.connectors.conftest import Row, Source

LINES: Row = {"files": "*.ndjson", "format": "ndjson"}
GZIPPED: Row = {"files": "*.gz", "format": "ndjson"}


def _fault(source: Source, read: Row, connection: Row | None = None) -> str:
    with pytest.raises(SourceError) as caught:
        source.read(read, {"a": "a"}, connection=connection)
    assert list((source.home.path / "landing" / "shop" / "records").iterdir()) == []
    return str(caught.value).removeprefix("The source 'shop' cannot be read: ")


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (
            LINES | {"files": "*.absent"},
            "no file in its folder matches '*.absent': mend 'files' in the YAML, or see why none was delivered.",
        ),
        (LINES | {"files": "/*.ndjson"}, "'/*.ndjson' is no pattern of files within its folder: mend 'files' in the YAML."),
        (LINES | {"files": "**x"}, "'**x' is no pattern of files within its folder: mend 'files' in the YAML."),
        (LINES | {"encoding": "klingon"}, "'klingon' is no encoding of text that Python knows: mend 'encoding' in the YAML."),
        (LINES | {"encoding": "hex"}, "'hex' is no encoding of text that Python knows: mend 'encoding' in the YAML."),
    ],
)
def test_what_cannot_be_found(source: Source, read: Row, said: str) -> None:
    """A pattern that matches nothing, or is none, and an encoding that is none, are said to be so; no batch is left."""
    source.put("a.ndjson", "{}\n")
    assert said == _fault(source, read)


def test_a_folder_that_is_not_there(source: Source) -> None:
    """A folder that does not exist is said to be missing."""
    said = _fault(source, LINES, {"path": str(source.files / "absent")})
    assert said == "its folder does not exist: mend the path in its settings, or make the folder."


@pytest.mark.parametrize("kind", ["cut", "garbled", "other"])
def test_a_compressed_file_that_is_not_whole(source: Source, kind: str) -> None:
    """A compressed file that ends too early, was garbled, or is none, is an error: half of it is never taken for all."""
    whole = gzip.compress(b"".join(b'{"a": %d}\n' % number for number in range(5000)))
    content = {"cut": whole[: len(whole) // 2], "garbled": whole[:12] + b"\xff" * 8 + whole[20:], "other": b'{"a": 1}\n'}[kind]
    with pytest.raises((OSError, EOFError, zlib.error)):
        gzip.decompress(content)
    source.put("a.gz", content)
    assert _fault(source, GZIPPED).endswith("see its permissions, and whether it is whole.")


def test_the_folder_is_relative_to_the_register(source: Source) -> None:
    """A relative path is looked up from the register's folder."""
    source.put("a.ndjson", '{"a": 1}\n')
    assert source.read(LINES, {"a": "a"}, connection={"path": "../files"}).column("a") == ["1"]


def test_the_folder_is_a_setting(source: Source) -> None:
    """A setting in the connection is filled in from the home; a missing one is named with the source and the key."""
    source.put("a.ndjson", '{"a": 1}\n')
    connection = {"path": "${TEST_SHOP_FILES}/files"}
    with pytest.raises(AnsvarError, match=r"^The source 'shop' \(path in its connection\) needs the setting TEST_SHOP_FILES: put"):
        source.read(LINES, {"a": "a"}, connection=connection)
    (source.home.path / "settings.env").write_text(f"TEST_SHOP_FILES={source.files.parent}\n", encoding="utf-8")
    assert source.read(LINES, {"a": "a"}, connection=connection).column("a") == ["1"]


def test_the_source_s_files_stay_as_they_are(source: Source) -> None:
    """Reading neither changes nor makes anything at the source."""
    files = [source.put("a.ndjson", '\ufeff{"a": 1}\r\n'), source.put("b/c.ndjson", "{}")]
    before = [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in files]
    assert source.read(LINES | {"files": "**/*.ndjson"}, {"a": "a"}).account == (2, 2, 0)
    assert [(path, path.read_bytes(), path.stat().st_mtime_ns) for path in files] == before
    assert {path for path in source.files.rglob("*") if path.is_file()} == set(files)


def test_a_batch_is_described_by_its_manifest(source: Source) -> None:
    """The manifest lists every file of a batch with its size and SHA-256; names of the source's files are not among them."""
    source.put("virtanen.ndjson", '{"a": 1}\n')
    batch = source.read(LINES, {"a": "a"}).extraction.batch
    manifest = json.loads((batch.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["batch"] == batch.id
    assert [each["file"] for each in manifest["files"]] == ["raw/000000", "records.parquet"]
    for each in manifest["files"]:
        content = (batch.folder / each["file"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (each["bytes"], each["sha256"])


def test_a_new_batch_takes_the_place_of_the_last(source: Source) -> None:
    """Extracting again leaves one batch of the data set in landing, with another id."""
    source.put("a.ndjson", '{"a": 1}\n')
    source.described(LINES, {"a": "a"})
    first, second = source.extract().batch, source.extract().batch
    assert (first.id == second.id, first.folder.exists(), second.records.is_file()) == (False, False, True)


def test_landing_is_cleared(home: Home) -> None:
    """Clearing takes every batch of every source away."""
    landing = Landing(home.path / "landing")
    for dataset in ("one", "two"):
        landing.new_batch("shop", dataset).new_file("x").path.write_text("x", encoding="utf-8")
    landing.clear()
    assert list((home.path / "landing").iterdir()) == []


def test_raw_files_are_numbered(tmp_path: Path) -> None:
    """A raw file is named by its number, for names may hold personal data; the name at the source is remembered."""
    batch = Landing(tmp_path).new_batch("shop", "one")
    for name in ("matti.csv", "../maija.csv"):
        batch.new_file(name).path.write_text(name, encoding="utf-8")
    third = batch.new_file("third")
    assert ([path.name for path in sorted(batch.raw.iterdir())], third.path.name, third.name) == (["000000", "000001"], "000002", "third")
