"""Which paths of a source's records a data set declares: read by its fields, by `where`, by the way of reading, or ignored on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.catalogue.shapes import FilesRead, Pick, RestRead
from resources.connectors.paths import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue.model import Dataset


@dataclass(frozen=True)
class Declared:
    """Paths that are known.

    Attributes:
        own: into the record itself.
        above: into the document that holds it, without the mark `^`.
        ignored: those of both that are known and not loaded, as they are written.
    """

    own: tuple[str, ...]
    above: tuple[str, ...]
    ignored: tuple[str, ...]

    def knows(self, shown: str) -> bool:
        """Whether a path as it is reported stands below one that is ignored."""
        return any(shown == path or shown.startswith((f"{path}.", f"{path}[")) for path in self.ignored)


def declared(dataset: Dataset) -> Declared:
    """What a data set declares."""
    read = dataset.read
    paths = [*_paths(dataset), *read.where, *read.deleted, *read.ignore]
    above = [path[1:] for path in paths if path.startswith("^")]
    if isinstance(read, RestRead):
        paging = read.paging
        signals = (read.error, paging.total, paging.next, paging.more, paging.end)
        above += [path for path in (read.records, *signals) if path and path != "."]
        paths += [path for path in (paging.value,) if path]
    elif isinstance(read, FilesRead) and read.records is not None:
        above.append(read.records)
    own = [path for path in paths if not path.startswith("^")]
    return Declared(_distinct(own), _distinct(above), tuple(read.ignore))


def templates(paths: tuple[str, ...]) -> list[str]:
    """Paths as JSONPaths without numbers, each once: a path that names one element of a list declares the same of every element."""
    return list(dict.fromkeys(template(path) for path in paths))


def _paths(dataset: Dataset) -> Iterator[str]:
    for name, field in dataset.fields.items():
        given = field.shape.from_ if field.shape.from_ is not None else name
        for path in given if isinstance(given, list) else [given]:
            if isinstance(path, Pick):
                yield from (f"{path.each}[*].{inner}" for inner in (path.take, *path.where))
            else:
                yield path


def _distinct(paths: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))
