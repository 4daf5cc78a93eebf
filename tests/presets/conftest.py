"""A preset as a company puts it to use: copied into its register, its settings filled in, its source on loopback."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from whenever import Instant

from assets.identity.kept import Kept
from assets.identity.resolve import update
from assets.ingest.source import Outcome, ingest_source
from resources.catalogue import load_register
from resources.clock import Clock
from resources.connectors.extract import Connector, Extraction
from resources.connectors.landing import Landing
from resources.connectors.pieces import Moment
from resources.home import Home, write_private
from resources.ledger import tables
from resources.register import open_register
from resources.runs import finish_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.catalogue import Source

ROOT = Path(__file__).parents[2]
NOW = "2026-10-15T01:00:00Z"
Row = dict[str, Any]


class Preset:
    """A preset in a copy of the register that is shipped, and what comes of reading it."""

    def __init__(self, folder: Path, name: str) -> None:
        """Copy the preset into a register, and make a home."""
        self.name = name
        register = folder / "register"
        shutil.copytree(ROOT / "register", register)
        shutil.copy(ROOT / "presets" / f"{name}.yaml", register / "sources")
        self.catalogue = load_register(register)
        self.home = Home(folder / "home")
        self.home.create()
        self.register = open_register(self.catalogue, self.home)
        self.runs = 0

    @property
    def source(self) -> Source:
        """The preset's source."""
        return self.catalogue.sources[self.name]

    def add(self, name: str) -> None:
        """Put another preset beside it."""
        shutil.copy(ROOT / "presets" / f"{name}.yaml", self.catalogue.folder / "sources")
        self.reload()

    def reload(self) -> None:
        """Load the register anew, after its YAML was changed."""
        self.catalogue = load_register(self.catalogue.folder)

    def set(self, **settings: str) -> None:
        """Fill in the settings."""
        write_private(self.home.path / "settings.env", "".join(f"{name}={value}\n" for name, value in settings.items()))

    def extract(self, dataset: str, memory: Mapping[str, str] | None = None, now: str = NOW) -> Extraction:
        """Read a data set into landing."""
        moment = Moment(Instant(now).to_stdlib().astimezone(dt.UTC).replace(tzinfo=None), memory=memory)
        landing = Landing(self.home.path / "landing")
        return Connector(self.source, self.home).extract(self.source.datasets[dataset], landing, moment)

    def read(self, dataset: str, memory: Mapping[str, str] | None = None, now: str = NOW) -> list[Row]:
        """The records of a data set as they lie in landing, none of them broken."""
        return self.rows(self.extract(dataset, memory, now))

    def rows(self, extraction: Extraction) -> list[Row]:
        """The records of a batch, none of them broken."""
        rows: list[Row] = pq.read_table(extraction.batch.records).to_pylist()
        assert [row["_broken"] for row in rows if row["_broken"]] == []
        return rows

    def forget(self) -> None:
        """Let the ledger know no more how far the sources were read."""
        with self.register.ledger.engine.begin() as connection:
            connection.execute(tables.cursors.delete())

    def ingest(self, *datasets: str, now: str = NOW, published: bool = True, source: str | None = None) -> list[Outcome]:
        """Read data sets of the preset, or of one beside it, into the register, as the daily job does."""
        self.runs += 1
        run = f"run{self.runs}"
        self.register = open_register(self.catalogue, self.home, Clock(self.catalogue.notice.time_zone, Instant(now)))
        outcomes = list(ingest_source(self.register, source or self.name, run, datasets))
        if published:
            finish_run(self.register, run)
        self.register.ledger.close()
        return outcomes

    def resolve(self) -> None:
        """Work out who is who, and publish it."""
        with self.register.warehouse.writing("resolve") as engine:
            update(engine, self.catalogue, Kept.of(self.register))
        finish_run(self.register, "resolve")

    def held(self, dataset: str, column: str) -> list[str]:
        """A column of what is held of a data set, sorted."""
        with self.register.warehouse.reading() as engine:
            return [str(row[0]) for row in engine.rows(f"SELECT {column} FROM register.{self.name}_{dataset} ORDER BY 1")]  # noqa: S608


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real input; the test skips where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real input is not at {folder}")
    return folder
