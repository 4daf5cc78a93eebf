"""The demonstration's sources read with plain Python, field by field, as a second witness of what a bundle must hold.

What a field is called in its source stands in the register's YAML, which is read as plain data.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import re
import sqlite3
from contextlib import closing
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Document = dict[str, Any]
_LOG = re.compile(r'(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d+) (\d+|-) "([^"]*)" "([^"]*)"')
_COMBINED = ("host", "user", "time", "method", "path", "status", "bytes", "referrer", "user_agent")
_MARK = re.compile(r"\[▮ [^\]]*\]")


@cache
def described(register: Path) -> dict[str, dict[str, Any]]:
    """Every data set's description, by `source_dataset`, with its source's under `source`."""
    found = {}
    for file in sorted((register / "sources").glob("*.yaml")):
        source = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
        for dataset, shape in source["datasets"].items():
            found[f"{source['source']}_{dataset}"] = shape | {"source": source}
    return found


def records(world: Path, table: str, shape: dict[str, Any]) -> Iterator[Document]:
    """Every record of a data set that can be read at all; what stands around it under `^`."""
    source, read = table.partition("_")[0], shape["read"]
    if source == "crm":
        query = read.get("query") or f"SELECT * FROM {read['table']}"  # noqa: S608 - the register's own
        with closing(sqlite3.connect(world / "crm" / "crm.sqlite")) as connection:
            connection.row_factory = sqlite3.Row
            yield from (dict(row) for row in connection.execute(query).fetchall())
    elif source == "web":
        yield from _requests(world)
    else:
        yield from _in_files(world / source, table, read)


def _in_files(folder: Path, table: str, read: dict[str, Any]) -> Iterator[Document]:
    pattern = read.get("files") or {"helpdesk": f"{table.partition('_')[2]}.ndjson", "registry": "*.ndjson"}[folder.name]
    for file in sorted(folder.glob(pattern)):
        text = file.read_text(encoding=read.get("encoding", "utf-8"))
        if file.suffix == ".csv":
            yield from csv.DictReader(text.splitlines(keepends=True), delimiter=read.get("delimiter", ","))
        else:
            for document in [json.loads(text)] if file.suffix == ".json" else _lines(text):
                if all(_at(document, path) in _listed(wanted) for path, wanted in read.get("where", {}).items()):
                    yield from _within(document, read)


def _listed(wanted: Any) -> list[Any]:
    return wanted if isinstance(wanted, list) else [wanted]


def _lines(text: str) -> Iterator[Document]:
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def _within(document: Document, read: dict[str, Any]) -> Iterator[Document]:
    """A document, or the records in it where it holds several."""
    inner = document.get(read.get("records", ""), None)
    if not isinstance(inner, list):
        yield document
        return
    for index, each in enumerate(inner):
        yield each | {"^": document, "_index": index}


def _requests(world: Path) -> Iterator[Document]:
    for file in sorted((world / "web").glob("access.log*")):
        text = gzip.decompress(file.read_bytes()).decode() if file.suffix == ".gz" else file.read_text(encoding="utf-8")
        for line in text.splitlines():
            found = _LOG.fullmatch(line)
            if found:
                yield {key: None if value == "-" else value for key, value in zip(_COMBINED, found.groups(), strict=True)}


def value(document: Document, name: str, field: dict[str, Any]) -> Any:
    """What a record has in a field; None where it has nothing."""
    path = field.get("from", name)
    if isinstance(path, dict):
        wanted = path["where"].items()
        taken = [_at(each, path["take"]) for each in document[path["each"]] if all(_says(each.get(key), want) for key, want in wanted)]
        found = taken[0] if taken else None
    else:
        found = _at(document, path)
    return None if found in ("", [], None) else found


def _says(found: Any, wanted: Any) -> bool:
    """Whether a value is the one that is asked for; numbers are asked for as text."""
    return found is wanted if wanted is None else str(found) == str(wanted)


def _at(document: Any, path: str) -> Any:
    if path.startswith("^"):
        return _at(document["^"], path[1:])
    found = document
    for step in path.split("."):
        key, _, index = step.partition("[")
        found = found.get(key) if isinstance(found, dict) else None
        if index and index != "*]":
            found = found[int(index[:-1])] if found else None
    return found


def is_same(field: dict[str, Any], zone: str, raw: Any, shown: Any) -> bool:  # noqa: PLR0911 - a type each
    """Whether a bundle shows what the source has; what is marked in a text may have been anything."""
    kind = field["type"]
    if raw is None or shown is None:
        return raw is shown
    if kind == "timestamp":
        return _moment(field, zone, raw) == dt.datetime.fromisoformat(shown)
    if kind in ("integer", "decimal", "number"):
        return Decimal(str(raw)) == Decimal(str(shown))
    if kind == "boolean":
        return str(raw).lower() in ({"true", "1"} if shown else {"false", "0"})
    if kind == "date":
        return bool(str(raw)[:10] == shown)
    if isinstance(raw, list):
        return all(str(each) in shown for each in raw)
    if field.get("mentions_others"):
        parts = (re.escape(part.strip()) for part in _MARK.split(shown))
        return re.fullmatch(r"\s*.+?\s*".join(parts), str(raw).strip(), re.DOTALL) is not None
    return str(raw).strip() == str(shown)


def _moment(field: dict[str, Any], zone: str, raw: Any) -> dt.datetime:
    if "epoch" in field:
        return dt.datetime.fromtimestamp(float(raw) / {"seconds": 1, "milliseconds": 1000}[field["epoch"]], dt.UTC)
    given = field.get("formats")
    found = dt.datetime.strptime(raw, given[0]) if given else dt.datetime.fromisoformat(raw)  # noqa: DTZ007 - its zone is the source\'s
    return found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))
