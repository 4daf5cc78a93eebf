"""Writing the documents into a folder."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assets.accountability.documents.datamap import data_map
from assets.accountability.documents.model import notice_content
from assets.accountability.documents.processing import processing_record
from assets.accountability.documents.write import Document, map_documents, notice_documents, processing_documents, write_documents
from resources.errors import AnsvarError
from resources.wording import LANGUAGES
from tests.assets.accountability.documents.conftest import REGISTER

if TYPE_CHECKING:
    from pathlib import Path

    from resources.catalogue import Catalogue

WRITERS = (notice_documents, processing_documents, map_documents)
PROGRAM = """
import sys
from pathlib import Path
from assets.accountability.documents.write import map_documents, notice_documents, processing_documents, write_documents
from resources.catalogue import load_register
for writer in (notice_documents, processing_documents, map_documents):
    write_documents(Path(sys.argv[2]), writer(load_register(sys.argv[1]), ("fi", "sv", "en")))
"""


def test_the_same_input_gives_the_same_bytes(catalogue: Catalogue, tmp_path: Path) -> None:
    """Written by another process, in another time zone, locale and hash seed, all documents are the same byte for byte."""
    settings = {
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "PYTHONPATH": str(REGISTER.parent),
        "SOURCE_DATE_EPOCH": "1",
    }
    subprocess.run([sys.executable, "-c", PROGRAM, str(REGISTER), str(tmp_path)], env=os.environ | settings, check=True)
    here = {document.name: document.sha256 for writer in WRITERS for document in writer(catalogue, LANGUAGES)}
    there = {path.name: Document(path.name, path.read_bytes()).sha256 for path in tmp_path.iterdir()}
    assert (here, 22) == (there, len(here))


def test_files_are_open_to_their_owner_alone(catalogue: Catalogue, tmp_path: Path) -> None:
    """A folder that is made has mode 0700, what is written into it 0600, and nothing half written stays."""
    folder = tmp_path / "new" / "documents"
    written = write_documents(folder, processing_documents(catalogue, ["en"], {"csv", "json"}))
    assert (0o700, {0o600}) == (folder.stat().st_mode & 0o777, {path.stat().st_mode & 0o777 for path in folder.iterdir()})
    assert sorted(document.name for document in written) == sorted(path.name for path in folder.iterdir())


def test_a_folder_that_cannot_be_written_is_told(catalogue: Catalogue, tmp_path: Path) -> None:
    """Where a file stands in the folder's place, the error names the folder and what to do."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(AnsvarError, match=r"cannot be written into .*taken.*name a folder that you may write"):
        write_documents(tmp_path / "taken", map_documents(catalogue, ["fi"], {"json"}))


def test_formats_and_languages_are_those_asked_for(catalogue: Catalogue) -> None:
    """Only what was asked for is made."""
    assert [document.name for document in notice_documents(catalogue, ["sv"], {"md"})] == ["notice.sv.md"]
    assert [document.name for document in processing_documents(catalogue, ["sv"], {"csv"})] == ["record_of_processing.csv"]
    assert [document.name for document in map_documents(catalogue, ["fi"], {"svg"})] == ["data_map.fi.svg"]


def test_documents_hold_the_register_and_nothing_else(catalogue: Catalogue) -> None:
    """Nothing but the catalogue is read: the JSON documents and the table are what the models give."""
    (notice,) = notice_documents(catalogue, [], {"json"})
    (record, table) = (next(processing_documents(catalogue, LANGUAGES, {each})) for each in ("json", "csv"))
    (drawn,) = map_documents(catalogue, [], {"json"})
    assert [notice_content(catalogue), processing_record(catalogue), data_map(catalogue)] == [
        json.loads(each.content) for each in (notice, record, drawn)
    ]
    assert len(LANGUAGES) * len(catalogue.notice.purposes) == len(
        list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    )
