"""Extract one data set of a source into landing: fetched as it is, then decoded."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from resources.catalogue.shapes import (
    DatabaseConnection,
    DatabaseRead,
    FilesConnection,
    FilesRead,
    RestConnection,
    RestRead,
    WeblogRead,
)
from resources.connectors import answers, database, files
from resources.connectors.answers import Answers
from resources.connectors.decode import Decoded, decode
from resources.connectors.deleting import by_request, by_statement
from resources.connectors.http_client import HttpClient
from resources.connectors.pace import Pace
from resources.connectors.rest import RestSource
from resources.errors import AnsvarError
from resources.warehouse.engine import WarehouseError, engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue.model import Dataset, Source
    from resources.connectors.deleting import Deleter
    from resources.connectors.landing import Batch, Landing, RawFile
    from resources.connectors.pieces import Moment
    from resources.home import Home


@dataclass(frozen=True)
class Extraction:
    """A batch in landing, and how many records it holds.

    `memory` is what the next extraction goes on from, once this one's records are loaded and published; None where a data set is read as a
    whole each time. `pages`, `resumed` and `retried` count what was asked of a server: pages, those of them that an extraction that was
    broken off had read, and requests that had to be sent again.
    """

    batch: Batch
    decoded: Decoded
    memory: dict[str, str] | None = None
    pages: int = 0
    resumed: int = 0
    retried: int = 0

    @property
    def asked(self) -> dict[str, int]:
        """What was asked of a server, by what people call it; nothing where there is none."""
        if not self.pages:
            return {}
        return {"pages read": self.pages, "pages read before a break": self.resumed, "requests sent again": self.retried}


class Connector:
    """Reads one source as the catalogue describes it."""

    def __init__(self, source: Source, home: Home) -> None:
        """Take the source, and the home whose settings fill in its connection."""
        self.source = source
        self.home = home

    @property
    def folder(self) -> str:
        """The folder that a source of files lies in."""
        return self._path(cast("FilesConnection", self.source.connection).path)

    def extract(self, dataset: Dataset, landing: Landing, moment: Moment) -> Extraction:
        """Read a data set into a new batch, or go on with one whose extraction was broken off.

        Args:
            dataset: the data set.
            landing: where the batch lies.
            moment: when it is read, and what the last extraction ended with.

        Raises:
            SourceError: where the source cannot be read.
            AnsvarError: where a setting is missing.
        """
        moment = replace(moment, zone=self.source.shape.time_zone)
        read, connection = dataset.read, self.source.connection
        if isinstance(read, RestRead) and isinstance(connection, RestConnection):
            return self._extract_rest(dataset, read, connection, landing, moment)
        batch = landing.new_batch(self.source.name, dataset.name)
        try:
            decoded = self._decode(dataset, batch, self._fetch(dataset, batch))
        except BaseException:
            batch.remove()
            raise
        batch.write_manifest()
        return Extraction(batch, decoded)

    def _extract_rest(self, dataset: Dataset, read: RestRead, connection: RestConnection, landing: Landing, moment: Moment) -> Extraction:
        base_url = self._value(connection.base_url, "base_url")
        described = [read.model_dump(mode="json"), base_url, dict(moment.memory or {}), [day.isoformat() for day in moment.days]]
        place = f"{dataset.name}.days" if moment.days else dataset.name  # what a reading of other extent left stays
        batch = landing.unfinished(self.source.name, place)
        left = answers.begun(batch, described, moment.now) if batch is not None else None
        if batch is None or left is None:
            batch = landing.new_batch(self.source.name, place)
            answers.begin(batch, described, moment.now)
            left = (moment.now, [])
        client = self._client(connection)
        try:
            with client.session:
                answered = Answers(client, batch, left[1])
                source = RestSource(self.source.name, base_url, answered, lambda text: self._value(text, "read"), dataset.id)
                fetched = source.fetch(read, replace(moment, now=left[0]))
            decoded = self._decode(dataset, batch, fetched.files or [_nothing(batch, read)])
        except Exception:  # whatever else breaks it off, as a signal does, leaves what was read: the next extraction goes on from there
            batch.remove()
            raise
        batch.write_manifest()
        return Extraction(batch, decoded, fetched.memory, source.pages, answered.resumed, client.retried.total())

    @contextmanager
    def deleting(self, dataset: Dataset) -> Iterator[Deleter]:
        """What deletes a record of a data set at the source, by its key, as `deletes` of the data set says.

        Raises:
            AnsvarError: where the data set has no `deletes`, or a setting is missing.
            SourceError: where the source is away or refuses us.
        """
        deletes, connection = dataset.shape.deletes, self.source.connection
        if deletes is None:
            raise AnsvarError(f"{dataset.id} does not say how its records are deleted at the source: state 'deletes' in its YAML.")
        if isinstance(connection, DatabaseConnection):
            with by_statement(self.source.name, self._value(connection.url, "url"), deletes, self.source.folder) as deleter:
                yield deleter
        elif isinstance(connection, RestConnection):
            base_url = self._value(connection.base_url, "base_url")
            client = self._client(connection)
            with client.session:
                yield by_request(client, base_url, deletes)

    def _decode(self, dataset: Dataset, batch: Batch, fetched: list[RawFile]) -> Decoded:
        try:
            with engine(None, self.home.path / "temporary") as memory:
                return decode(memory, batch, fetched, dataset, self.source.shape.region)
        except WarehouseError as error:
            raise AnsvarError(f"The records of {dataset.id} cannot be decoded: see 'read' in the source's YAML. {error}") from None

    def _fetch(self, dataset: Dataset, batch: Batch) -> list[RawFile]:
        name, read, connection = self.source.name, dataset.read, self.source.connection
        if isinstance(read, DatabaseRead) and isinstance(connection, DatabaseConnection):
            return database.fetch(name, self._value(connection.url, "url"), read, batch, self.source.folder)
        if isinstance(read, WeblogRead):
            return files.fetch_text(name, self.folder, read.files, "utf-8", batch)
        given = cast("FilesRead", read)
        if given.format == "parquet":
            return files.fetch_parquet(name, self.folder, given.files, batch)
        if given.format == "audio":
            return files.fetch_listing(name, self.folder, given.files, batch)
        return files.fetch_text(name, self.folder, given.files, given.encoding, batch)

    @cached_property
    def _pace(self) -> Pace:
        """One for all data sets of the source, and for all processes that read it: they share what it allows."""
        return Pace(self.home.path / "temporary", self.source.name)

    def _client(self, connection: RestConnection) -> HttpClient:
        auth = connection.auth
        form = {key: self._value(value, f"auth.form.{key}") for key, value in (auth.form or {}).items()}
        client = HttpClient(self.source.name, connection.timeout, connection.retries, self._pace, form=form)
        if auth.bearer is not None:
            client.session.headers["Authorization"] = f"Bearer {self._value(auth.bearer, 'auth.bearer')}"
        if auth.basic is not None:
            client.session.auth = (self._value(auth.basic[0], "auth.basic"), self._value(auth.basic[1], "auth.basic"))
        for header, value in (auth.header or {}).items():
            client.session.headers[header] = self._value(value, f"auth.header.{header}")
        return client

    def _value(self, text: str, key: str) -> str:
        return self.home.fill_in(text, f"The source '{self.source.name}' ({key} in its connection)")

    def _path(self, text: str) -> str:
        return str(self.source.folder / Path(self._value(text, "path")))


def _nothing(batch: Batch, read: RestRead) -> RawFile:
    """A page without records, where no page was due: no day was over, or there was no parent."""
    body: object = []
    for step in reversed(read.records.split(".") if read.records != "." else []):
        body = {step: body}
    file = batch.new_file(read.path)
    file.path.write_text(json.dumps(body), encoding="utf-8")
    return file
