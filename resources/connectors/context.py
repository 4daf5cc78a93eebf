"""What a record's fields take from around it: from the document that holds it (`^`), its file, its line, its number in its list.

A record's own text does not hold these, so a bad record is kept with them, to be typed again once its rule is mended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.shapes import Pick
from resources.connectors.paths import SPECIAL
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resources.catalogue.model import Dataset, Field


def paths_of(field: Field) -> Iterator[str]:
    """The paths that a field is read from, those of picks by the list that is picked from."""
    given = field.shape.from_ if field.shape.from_ is not None else field.name
    for path in given if isinstance(given, list) else [given]:
        yield path.each if isinstance(path, Pick) else path


def context_paths(dataset: Dataset, columns: list[str] | None) -> list[str]:
    """The paths of a data set's fields that lie outside of the record; `columns` are those of records that are rows, else None."""
    found = (path for field in dataset.fields.values() for path in paths_of(field))
    return sorted({path for path in found if path in SPECIAL or (columns is None and path.startswith("^"))})


def context_text(paths: list[str], access: Callable[[str], str]) -> str:
    """The expression of the texts at these paths, as a JSON object."""
    texts = ", ".join(f"{literal(path)}, {access(path)}" for path in paths)
    return f"CAST(json_object({texts}) AS VARCHAR)"


def pointer(path: str) -> str:
    """A key of an object, whatever is in it, as a JSON pointer (RFC 6901)."""
    return "/" + path.replace("~", "~0").replace("/", "~1")
