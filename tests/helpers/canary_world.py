"""The outside world of a person with a marker in every field: the demonstration's sources, with two records of every data set in them.

One is loaded, the other is for quarantine.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from demo.sources import crm, crm_tables
from resources.catalogue.shapes import FilesRead, Pick
from tests.helpers.canaries import LOADED, QUARANTINED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from resources.catalogue import Catalogue, Dataset
    from tests.helpers.canaries import Canaries

Row = dict[str, str]
_TABLES = {"sole_traders": "companies"}
_FILES = {
    "helpdesk.tickets": "tickets",
    "helpdesk.messages": "messages",
    "registry.companies": "companies",
    "registry.sole_traders": "companies",
}
_STEP = re.compile(r"\.?([^.\[\]]+)|\[([0-9*]+)\]")
_LOG = '{ip_address} - {user_id} [{requested_at}] "{method} {path} HTTP/1.1" {status} {bytes} "{referrer}" "{browser}"\n'


def write_world(folder: Path, catalogue: Catalogue, canaries: Canaries) -> None:
    """Write both records of every data set where the register reads them, and a line that cannot be read at all."""
    rows = {dataset.id: [canaries.record(dataset, layer) for layer in (LOADED, QUARANTINED)] for dataset in catalogue.datasets}
    for source in catalogue.sources:
        (folder / source).mkdir(parents=True)
    _database(folder / "crm" / crm.DATABASE, catalogue, rows)
    for dataset in catalogue.datasets:
        _write(folder / dataset.source, dataset, rows)
    sounds = [canaries.sound("loaded calls.recordings sound"), b"of no row"]
    for row, sound in zip(rows["calls.recordings"], sounds, strict=True):
        (folder / "calls" / row["audio"]).write_bytes(sound)
    broken = f'{{"id": "{canaries.text("broken line")}", "visitor": {{"email": "{canaries.identifier("email")}"'
    (folder / "chats" / "broken.ndjson").write_text(f"{broken}\n", encoding="utf-8")


def _write(folder: Path, dataset: Dataset, rows: Mapping[str, list[Row]]) -> None:
    documents = [_document(dataset, row) for row in rows[dataset.id]]
    read = dataset.read
    if dataset.id in _FILES:
        with (folder / f"{_FILES[dataset.id]}.ndjson").open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(each)}\n" for each in documents)
    elif dataset.source == "web":
        (folder / "access.log").write_text("".join(_LOG.format(**row) for row in rows[dataset.id]), encoding="utf-8")
    elif isinstance(read, FilesRead) and dataset.id != "chats.messages":
        path = folder / read.files.replace("*", dataset.name)
        if dataset.id == "chats.conversations":
            for each, message in zip(documents, rows["chats.messages"], strict=True):
                each["messages"] = [{"sender": message["sender"], "at": message["sent_at"], "text": message["text"]}]
        if read.format == "csv":
            with path.open("w", encoding=read.encoding, newline="") as file:
                writer = csv.DictWriter(file, list(documents[0]), delimiter=read.delimiter)
                writer.writeheader()
                writer.writerows(documents)
        elif read.format == "json":
            path.write_text(json.dumps({read.records: documents}), encoding="utf-8")
        else:
            path.write_text("".join(f"{json.dumps(each)}\n" for each in documents), encoding="utf-8")


def _database(file: Path, catalogue: Catalogue, rows: Mapping[str, list[Row]]) -> None:
    """The customer register: each record in its table, in the columns that the table has."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        crm_tables.insert(connection, {table: [] for table in crm_tables.TABLES})
        for dataset in catalogue.sources["crm"].datasets.values():
            table = _TABLES.get(dataset.name, dataset.name)
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            kind = {"kind": "company" if dataset.name == "companies" else "sole_trader"}
            values = [[(row | kind).get(column) for column in columns] for row in rows[dataset.id]]
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)  # noqa: S608 - names of the demonstration


def _document(dataset: Dataset, row: Row) -> dict[str, Any]:
    """A record as a document of its source."""
    document: dict[str, Any] = {}
    for name, each in dataset.fields.items():
        origin = each.shape.from_ or name
        if isinstance(origin, Pick):
            listed = document.setdefault(origin.each, [{key: value for key, value in origin.where.items() if value is not None}])
            listed[0][origin.take] = row[name]
        elif isinstance(origin, str):
            _put(document, origin, row[name])
    for path, value in dataset.read.where.items():
        _put(document, path, value[0] if isinstance(value, list) else value)
    return document


def _put(document: dict[str, Any], path: str, value: str) -> None:
    """Set what stands at a path, with the lists and objects on the way."""
    steps: list[str | int] = [name or int(number.replace("*", "0")) for name, number in _STEP.findall(path)]
    here: Any = document
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int) and len(here) <= step:
            here.append(empty)
        if following is None:
            here[step] = value
        else:
            here = here.setdefault(step, empty) if isinstance(step, str) else here[step]
