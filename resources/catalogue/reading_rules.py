"""What a way of reaching and of reading a source needs beyond its shape: without it, records would be left unread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.shapes import AuthShape, DatabaseRead, FilesRead, RestConnection, RestRead

if TYPE_CHECKING:
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import RecordsRead, Shape

_PAGING = {"page": ("parameter",), "offset": ("parameter",), "cursor": ("parameter", "next"), "next_url": ("next",)}


def check_connection(document: Document, place: Location, connection: Shape) -> None:
    """One way of being known to a source, not several."""
    if isinstance(connection, RestConnection):
        stated = [key for key in AuthShape.model_fields if getattr(connection.auth, key) is not None]
        for key in stated[1:]:
            document.report(
                (*place, "auth", key), f"'{key}' cannot go with '{stated[0]}': a source is told one of them, so remove the other"
            )


def check_read(document: Document, place: Location, read: RecordsRead) -> None:
    """What each way of reading needs."""
    if isinstance(read, DatabaseRead) and (read.table is None) == (read.query is None) and document.is_whole(place):
        document.report(place, "name either a 'table' or a 'query'")
    if isinstance(read, FilesRead):
        _check_files(document, place, read)
    if isinstance(read, RestRead) and not document.is_broken((*place, "paging", "kind")):
        for key in _PAGING.get(read.paging.kind, ()):
            if getattr(read.paging, key) is None:
                document.report((*place, "paging", key), f"'{key}' is missing: 'kind: {read.paging.kind}' needs it")


def _check_files(document: Document, place: Location, read: FilesRead) -> None:
    if document.is_broken((*place, "format")):
        return
    if read.format == "delimited" and read.columns is None:
        document.report((*place, "columns"), "'columns' is missing: 'format: delimited' needs it")
    if read.format == "csv" and len(read.delimiter) != 1:
        document.report((*place, "delimiter"), "'delimiter' must be one letter for 'csv': longer ones go with 'format: delimited'")
    if len(read.quote) > 1:
        document.report((*place, "quote"), "'quote' must be one letter, or empty where nothing is quoted")
