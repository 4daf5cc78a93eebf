"""A small register in a folder of its own: real YAML, real files, a real home, and a clock that stands where the test puts it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from copy import copy, deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from whenever import Instant, OffsetDateTime

from assets.identity.kept import Kept
from assets.identity.resolve import update
from assets.ingest.source import Outcome, ingest_source
from assets.retention.run import Purged, purge_in_run
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home, write_private
from resources.keys import PLAIN_SETTING
from resources.ledger import Ledger
from resources.register import Register, open_register
from resources.runs import finish_run
from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of
from tests.helpers.described import NOTICE, RETENTION, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assets.ingest.account import Account

TODAY = "2026-10-15T03:00:00+03:00"
Row = dict[str, Any]


@cache
def _parsed(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@cache
def _new_ledger() -> bytes:
    """A ledger in which nothing stands: its migrations take longer than many a test."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        ledger = Ledger(f"sqlite:///{file}")
        ledger.requests()
        ledger.close()
        return file.read_bytes()


class Small:
    """A register whose sources are files; `described` is its YAML as plain values, to be changed before the next `describe`."""

    def __init__(
        self,
        folder: Path,
        sources: Mapping[str, str] = SOURCES,
        moment: str = TODAY,
        *,
        encrypted: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """Write the YAML, make the home, open both; the warehouse is plain, so that bytes can be looked for in it, unless asked."""
        self.folder = folder
        self.described: dict[str, Any] = {each: deepcopy(_parsed(text)) for each, text in sources.items()}
        self.home = Home(folder / "home")
        self.home.create()
        write_private(self.home.path / "ledger.db", _new_ledger())
        self.data = folder / "data"
        for source in sources:
            (self.data / source).mkdir(parents=True)
        settings = {"DATA": str(self.data), PLAIN_SETTING: "no" if encrypted else "yes"} | dict(settings or {})
        write_private(self.home.path / "settings.env", "".join(f"{key}={value}\n" for key, value in settings.items()))
        self._runs = 1
        (folder / "register" / "sources").mkdir(parents=True)
        (folder / "register" / "notice.yaml").write_text(NOTICE, encoding="utf-8")
        (folder / "register" / "retention.yaml").write_text(RETENTION, encoding="utf-8")
        self._write()
        catalogue = load_register(folder / "register")
        self.register: Register = open_register(catalogue, self.home, Clock(catalogue.notice.time_zone))
        self.at(moment)

    def copied(self, folder: Path) -> Small:
        """Another register in the same state, in a folder of its own; this one must be closed."""
        shutil.copytree(self.folder, folder, symlinks=True, dirs_exist_ok=True)
        other = copy(self)
        other.folder, other.described = folder, deepcopy(self.described)
        other.home, other.data = Home(folder / "home"), folder / "data"
        settings = other.home.path / "settings.env"
        write_private(settings, settings.read_text(encoding="utf-8").replace(str(self.data), str(other.data)))
        other.register = open_register(load_register(folder / "register"), other.home, self.register.clock)
        return other

    def close(self) -> None:
        """Let go of what is open."""
        self.register.ledger.close()

    def _write(self) -> None:
        for source, described in self.described.items():
            (self.folder / "register" / "sources" / f"{source}.yaml").write_text(json.dumps(described), encoding="utf-8")

    def describe(self) -> None:
        """Put the changed description into force."""
        self._write()
        self.register = replace(self.register, catalogue=load_register(self.folder / "register"))

    def dataset(self, table: str) -> Any:
        """A data set's description, by `source.dataset`."""
        source, _, dataset = table.partition(".")
        return self.described[source]["datasets"][dataset]

    def at(self, moment: str) -> None:
        """Put the clock to a moment, given with its offset."""
        instant = Instant(moment) if moment.endswith("Z") else OffsetDateTime(moment).to_instant()
        self.register = replace(self.register, clock=Clock(self.register.catalogue.notice.time_zone, instant))

    def deliver(self, source: str, records: Iterable[Row] | str, file: str = "records.ndjson") -> None:
        """Put a source's file where it is read: rows as JSON lines or separated values, or text as it is."""
        if isinstance(records, str):
            text = records
        elif file.endswith(".csv"):
            rows = list(records)
            written = io.StringIO()
            writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
            text = written.getvalue()
        else:
            text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (self.data / source / file).write_text(text, encoding="utf-8")

    @property
    def run(self) -> str:
        """The id of the run that is under way, or comes next."""
        return f"run{self._runs:03d}"

    def load(self, *sources: str, run: str | None = None) -> dict[str, Outcome]:
        """Read sources into a run's working copy, which stays unpublished; the outcomes by `source.dataset`."""
        found = {}
        for source in sources:
            for outcome in ingest_source(self.register, source, run or self.run, self.register.catalogue.sources[source].datasets):
                found[outcome.dataset.id] = outcome
        return found

    def account(self, source: str) -> Account:
        """Read a source of one data set into the working copy, and give the batch's account."""
        (outcome,) = self.load(source).values()
        if outcome.error is not None or outcome.account is None:
            raise outcome.error or ValueError(source)
        return outcome.account

    def resolve(self) -> None:
        """Work out who is who in the working copy."""
        with self.register.warehouse.writing(self.run) as engine:
            update(engine, self.register.catalogue, Kept.of(self.register))

    def publish(self) -> None:
        """Work out who is who, and publish the run."""
        self.resolve()
        finish_run(self.register, self.run)
        self._runs += 1

    def ingest(self, *sources: str, whole: bool = True) -> dict[str, Outcome]:
        """Read sources and publish the run; one that cannot be read is an error, unless it is said that it may not be `whole`."""
        found = self.load(*sources)
        for outcome in found.values():
            if whole and outcome.error is not None:
                raise outcome.error
        self.publish()
        return found

    def purge(self) -> Purged:
        """Purge as the last step of the run, which is thereby published."""
        purged = purge_in_run(self.register, self.run)
        self._runs += 1
        return purged

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the working copy, or of what is published where there is none."""
        with self.register.warehouse.viewing(self.run) as engine:
            return engine.rows(statement)

    def everything(self, *, without: Iterable[str] = ()) -> dict[str, list[Row]]:
        """Every row of every table that `rows` sees, with all columns but those named, sorted; by `schema.table`."""
        found = {}
        with self.register.warehouse.viewing(self.run) as engine:
            for schema in ("register", "quarantine", "identity"):
                for table in tables_of(engine, schema):
                    rows = engine.arrow(f"SELECT * FROM {schema}.{name(table)}")  # noqa: S608 - names of the register's own tables
                    kept = rows.select([column for column in rows.column_names if column not in without])
                    found[f"{schema}.{table}"] = sorted(kept.to_pylist(), key=repr)
        return found
