"""A source described in YAML, and what its connector makes of it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from resources.catalogue import load_register
from resources.connectors.extract import Connector, Extraction
from resources.connectors.landing import Landing
from resources.connectors.pieces import Moment
from tests.resources.catalogue.conftest import SMALL

if TYPE_CHECKING:
    from pathlib import Path

    from resources.home import Home

Row = dict[str, Any]
NOW = Moment(dt.datetime(2026, 10, 15, 1, 0))  # noqa: DTZ001 - naive UTC, as everywhere


@dataclass(frozen=True)
class Read:
    """What was extracted: the account, and the records as they lie in landing."""

    extraction: Extraction
    rows: list[Row]

    @property
    def account(self) -> tuple[int, int, int]:
        """How many records were read, how many of them can be used, how many are broken."""
        broken = sum(row["_broken"] is not None for row in self.rows)
        return self.extraction.decoded.read, len(self.rows) - broken, broken

    @property
    def good(self) -> list[Row]:
        """The records that can be used, with their fields alone."""
        return [{key: value for key, value in row.items() if key[0] != "_"} for row in self.rows if row["_broken"] is None]

    @property
    def broken(self) -> list[tuple[str, str]]:
        """The text and the reason of those that cannot."""
        return [(row["_raw"], row["_broken"]) for row in self.rows if row["_broken"] is not None]

    def column(self, name: str) -> list[str | None]:
        """A field of the records that can be used."""
        return [row[name] for row in self.good]


class Source:
    """A folder that a source's files lie in, and its description."""

    def __init__(self, folder: Path, home: Home) -> None:
        """Take places for the files and the register."""
        self.files = folder / "files"
        self.files.mkdir()
        self.home = home
        self.register = folder / "register"
        (self.register / "sources").mkdir(parents=True)
        (self.register / "retention.yaml").write_bytes((SMALL / "retention.yaml").read_bytes())

    def put(self, name: str, content: str | bytes) -> Path:
        """Put a file at the source."""
        file = self.files / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def described(self, read: Row, fields: Row, connector: str = "files", connection: Row | None = None) -> None:
        """Describe the source; a field is where it comes from, or all of its keys."""
        texts = {
            name: {"type": "text", "category": "system"} | (given if isinstance(given, dict) and "take" not in given else {"from": given})
            for name, given in fields.items()
        }
        label = {"en": "x", "sv": "x", "fi": "x"}
        dataset = {
            "label": label,
            "record": "One record.",
            "read": read,
            "load": "append",
            "key": "content",
            "anchor": "anchor",
            "retention": "orders",
            "purposes": ["invoicing"],
            "persons": {},
            "fields": texts | {"anchor": {"from": "none", "type": "date", "required": True, "category": "system"}},
        }
        source = {
            "source": "shop",
            "label": label,
            "team": "sales",
            "operator": "controller",
            "connector": connector,
            "connection": connection or {"path": str(self.files)},
            "region": "FI",
            "time_zone": "UTC",
            "datasets": {"records": dataset},
        }
        self._write_notice({text.get("promise") for text in texts.values()})
        (self.register / "sources" / "shop.yaml").write_text(json.dumps(source, indent=1), encoding="utf-8")

    def _write_notice(self, held: set[object]) -> None:
        """The small notice, in which promises of which the source holds nothing say so."""
        notice = (SMALL / "notice.yaml").read_text(encoding="utf-8")
        for promise in {"contact_details", "orders"} - held:
            notice = notice.replace(f"  {promise}: {{label:", f"  {promise}: {{nothing_held: {{en: x, sv: x, fi: x}}, label:")
        (self.register / "notice.yaml").write_text(notice, encoding="utf-8")

    def extract(self, moment: Moment = NOW) -> Extraction:
        """Extract what is described into landing, at a moment."""
        described = load_register(self.register).sources["shop"]
        return Connector(described, self.home).extract(described.datasets["records"], Landing(self.home.path / "landing"), moment)

    def read(self, read: Row, fields: Row, connector: str = "files", connection: Row | None = None) -> Read:
        """Describe, extract, and give the records without the anchor."""
        self.described(read, fields, connector, connection)
        extraction = self.extract()
        rows = pq.read_table(extraction.batch.records).to_pylist()
        return Read(extraction, [{key: value for key, value in row.items() if key != "anchor"} for row in rows])


@pytest.fixture
def source(tmp_path: Path, home: Home) -> Source:
    """A source with nothing in it."""
    return Source(tmp_path, home)
