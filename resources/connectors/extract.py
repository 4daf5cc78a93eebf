"""Extract one data set of a source into landing: fetched as it is, then decoded."""

from __future__ import annotations

from dataclasses import dataclass
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
from resources.connectors import database, files
from resources.connectors.decode import Decoded, decode
from resources.connectors.rest import RestSource
from resources.errors import AnsvarError
from resources.warehouse.engine import WarehouseError, engine

if TYPE_CHECKING:
    from resources.catalogue.model import Dataset, Source
    from resources.connectors.landing import Batch, Landing, RawFile
    from resources.home import Home


@dataclass(frozen=True)
class Extraction:
    """A batch in landing, and how many records it holds."""

    batch: Batch
    decoded: Decoded


class Connector:
    """Reads one source as the catalogue describes it."""

    def __init__(self, source: Source, home: Home) -> None:
        """Take the source and the home whose settings fill in its connection."""
        self.source = source
        self.home = home

    @property
    def folder(self) -> str:
        """The folder that a source of files lies in."""
        return self._path(cast("FilesConnection", self.source.connection).path)

    def extract(self, dataset: Dataset, landing: Landing) -> Extraction:
        """Read a data set into a new batch.

        Raises:
            SourceError: where the source cannot be read.
            AnsvarError: where a setting is missing.
        """
        batch = landing.new_batch(self.source.name, dataset.name)
        try:
            fetched = self._fetch(dataset, batch)
            with engine(None, self.home.path / "temporary") as memory:
                decoded = decode(memory, batch, fetched, dataset, self.source.shape.region)
        except WarehouseError as error:
            batch.remove()
            raise AnsvarError(f"The records of {dataset.id} cannot be decoded: see 'read' in the source's YAML. {error}") from None
        except BaseException:
            batch.remove()
            raise
        batch.write_manifest()
        return Extraction(batch, decoded)

    def _fetch(self, dataset: Dataset, batch: Batch) -> list[RawFile]:
        name, read, connection = self.source.name, dataset.read, self.source.connection
        if isinstance(read, RestRead) and isinstance(connection, RestConnection):
            rest = self._rest(connection)
            with rest.session:
                return rest.fetch(read, batch)
        if isinstance(read, DatabaseRead) and isinstance(connection, DatabaseConnection):
            return database.fetch(name, self._value(connection.url, "url"), read, batch)
        if isinstance(read, WeblogRead):
            return files.fetch_text(name, self.folder, read.files, "utf-8", batch)
        given = cast("FilesRead", read)
        if given.format == "parquet":
            return files.fetch_parquet(name, self.folder, given.files, batch)
        if given.format == "audio":
            return files.fetch_listing(name, self.folder, given.files, batch)
        return files.fetch_text(name, self.folder, given.files, given.encoding, batch)

    def _rest(self, connection: RestConnection) -> RestSource:
        source = RestSource(self.source.name, self._value(connection.base_url, "base_url"), connection)
        auth = connection.auth
        if auth.bearer is not None:
            source.session.headers["Authorization"] = f"Bearer {self._value(auth.bearer, 'auth.bearer')}"
        if auth.basic is not None:
            source.session.auth = (self._value(auth.basic[0], "auth.basic"), self._value(auth.basic[1], "auth.basic"))
        for header, value in (auth.header or {}).items():
            source.session.headers[header] = self._value(value, f"auth.header.{header}")
        return source

    def _value(self, text: str, key: str) -> str:
        return self.home.fill_in(text, f"The source '{self.source.name}' ({key} in its connection)")

    def _path(self, text: str) -> str:
        return str(self.source.folder / Path(self._value(text, "path")))
