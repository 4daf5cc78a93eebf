"""What a way of reaching and of reading a source needs beyond its shape: without it, records would be left unread."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resources.catalogue.shapes import AuthShape, DatabaseRead, FilesRead, RestConnection, RestRead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import DatasetShape, ListRead, RecordsRead, Shape

_PAGING = {
    "page": ("parameter",),
    "offset": ("parameter",),
    "cursor": ("parameter", "next"),
    "next_url": ("next",),
    "keyset": ("parameter", "since", "value"),
}
_PLACE = re.compile(r"(?<!\$)\{([a-z]+)\}")


def check_connection(document: Document, place: Location, connection: Shape) -> None:
    """One way of being known to a source, not several."""
    if isinstance(connection, RestConnection):
        stated = [key for key in AuthShape.model_fields if getattr(connection.auth, key) is not None]
        for key in stated[1:]:
            document.report(
                (*place, "auth", key), f"'{key}' cannot go with '{stated[0]}': a source is told one of them, so remove the other"
            )


def check_read(document: Document, place: Location, read: RecordsRead, dataset: DatasetShape, connection: Shape) -> None:
    """What each way of reading needs."""
    if isinstance(read, DatabaseRead) and (read.table is None) == (read.query is None) and document.is_whole(place):
        document.report(place, "name either a 'table' or a 'query'")
    if isinstance(read, FilesRead):
        _check_files(document, place, read)
    if isinstance(read, RestRead):
        _check_list(document, place, read, connection)
        if read.parents is not None:
            _check_list(document, (*place, "parents"), read.parents, connection)
        _check_memory(document, place, read, dataset)
        _check_places(document, place, read)
    if read.deleted and dataset.key == "content":
        document.report((*place, "deleted"), "'deleted' needs a 'key' of fields: a record without one cannot be found again")


def _check_list(document: Document, place: Location, read: ListRead, connection: Shape) -> None:
    paging = read.paging
    if document.is_broken((*place, "paging", "kind")):
        return
    for key in _PAGING.get(paging.kind, ()):
        if getattr(paging, key) is None:
            document.report((*place, "paging", key), f"'{key}' is missing: 'kind: {paging.kind}' needs it")
    if "{value}" not in paging.written:
        document.report((*place, "paging", "written"), "'written' lacks '{value}': it says how a value stands in the parameter 'since'")
    if paging.more is not None and paging.end is not None:
        document.report((*place, "paging", "end"), "'end' cannot go with 'more': a list says one of them, so remove the other")
    if paging.resume and paging.kind != "cursor":
        document.report((*place, "paging", "resume"), "'resume' goes with 'kind: cursor' alone: other lists name no place to go on from")
    if isinstance(connection, RestConnection) and connection.auth.form is not None and read.send != "form":
        document.report((*place, "send"), "'auth: form' goes in the body of a form: write 'send: form'")


def _check_memory(document: Document, place: Location, read: RestRead, dataset: DatasetShape) -> None:
    """What is read piece by piece is never the whole, and what is read twice must be known again."""
    key = "since" if read.since is not None else "paging"
    if read.since is None and not read.paging.resume:
        return
    if read.since is not None and read.paging.resume:
        document.report((*place, "since"), "'since' cannot go with 'resume': a list is gone on with by its time or by its cursor")
    if read.paging.resume and (read.each or read.parents is not None):
        document.report((*place, "paging", "resume"), "'resume' goes with one list: it cannot go with 'each' or 'parents'")
    if dataset.load != "append":
        document.report((*place, key), "a list that is read only since the last time is not the whole: write 'load: append'")
    if dataset.key == "content":
        document.report(
            (*place, key), "a list that is read only since the last time needs a 'key' of fields: records come twice, and changed"
        )


def _check_places(document: Document, place: Location, read: RestRead) -> None:
    """Every `{name}` stands for something, and what is read since a time says so in the request."""
    known = {"parent"} if read.parents is not None else set()
    if read.since is not None:
        known |= {"day"} if read.since.by == "day" else {"since", "until"}
    lists = [read, *([read.parents] if read.parents is not None else [])]
    texts = [text for each in lists for text in _texts([each.path, each.params, each.first_params])]
    used = {name for text in [*texts, *_texts(read.each)] for name in _PLACE.findall(text)}
    for name in sorted(used - known):
        document.report(
            place, f"'{{{name}}}' stands for nothing here: known are {', '.join(sorted(known)) or 'none'}, by 'since' and 'parents'"
        )
    if read.since is not None and not used & {"day", "since"}:
        document.report((*place, "since"), f"'since' is never sent: write '{{{'day' if read.since.by else 'since'}}}' into 'params'")
    if read.parents is not None and "parent" not in _PLACE.findall(read.path):
        document.report((*place, "parents"), "'parents' is never used: write '{parent}' into 'path'")


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _check_files(document: Document, place: Location, read: FilesRead) -> None:
    if document.is_broken((*place, "format")):
        return
    if read.format == "delimited" and read.columns is None:
        document.report((*place, "columns"), "'columns' is missing: 'format: delimited' needs it")
    if read.format == "csv" and len(read.delimiter) != 1:
        document.report((*place, "delimiter"), "'delimiter' must be one letter for 'csv': longer ones go with 'format: delimited'")
    if len(read.quote) > 1:
        document.report((*place, "quote"), "'quote' must be one letter, or empty where nothing is quoted")
