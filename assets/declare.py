"""What the declarations of all stages share: how tables are described to Dagster, and how errors reach it.

Dagster keeps what it is told for good, so nothing here hands it a value of a record.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from assets.lineage import Column, Lineage, build_lineage
from resources.catalogue import Catalogue, Field
from resources.catalogue.lineage_scope import Base
from resources.catalogue.tags import Tags
from resources.errors import AnsvarError
from resources.register import Register

Opener = Callable[[str], Register]
"""Opens the register for a run, once; takes the run's id."""
Publish = Callable[[dg.AssetExecutionContext, Register, str], bool]
"""Publishes a run's work where no later stage of it will write."""
_TAGS = {
    "categories": "category",
    "origins": "origin",
    "promises": "promise",
    "identifies": "identifies",
    "purposes": "purposes",
    "legal_bases": "legal_basis",
    "retention": "retention",
    "withhold": "withhold",
}
_FLAGS = ("shared", "mentions_others")
_MOST_NAMED = 3


@contextmanager
def guarded() -> Iterator[None]:
    """Turn every error into a failure whose text is safe to keep: a user's mistake in full, anything else by its kind and place."""
    try:
        yield
    except dg.Failure:
        raise
    except AnsvarError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None
    except Exception as error:  # noqa: BLE001 - whatever it is, its text must not reach Dagster's storage
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
        text = (
            f"Unexpected {type(error).__name__} at {place}. Its text is left out, for it may hold personal data: please report the place."
        )
        raise dg.Failure(description=text, allow_retries=False) from None


def table_metadata(catalogue: Catalogue, name: str, assets: Mapping[str, dg.AssetKey]) -> dict[str, Any]:
    """What Dagster is told of a table: its name, its columns with their tags, and the columns of upstream assets that they are made of.

    Args:
        catalogue: the register's catalogue.
        name: the table, as `register.crm_contacts`.
        assets: the assets that may be upstream, by the name of their table; what lies between is seen through.
    """
    lineage = build_lineage(catalogue)
    columns, deps = [], {}
    for column in lineage.tables[name].columns.values():
        nearest = sorted(_nearest(lineage, (name, column.name), assets))
        field = _field(catalogue, lineage.tables[name].dataset, column.name)
        description = _described(column, nearest) if field is None else column.description
        constraints = dg.TableColumnConstraints(nullable=field is None or not field.shape.required)
        columns.append(dg.TableColumn(column.name, column.type, description, constraints, as_dagster(column.tags)))
        if nearest:
            deps[column.name] = [dg.TableColumnDep(assets[table], _within(table, source)) for table, source in nearest]
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "dagster/column_lineage": dg.TableColumnLineage(deps_by_column=deps),
        "dagster/table_name": name,
    }


def as_dagster(tags: Tags) -> dict[str, str]:
    """Tags as Dagster takes them: `category: user.contact.email`, or for several `category/user.contact.email` and so on, each empty.

    Keys and values hold 63 letters at most, of `A-Za-z0-9_.-` (https://docs.dagster.io/guides/build/assets/metadata-and-tags/tags), so that
    several cannot stand in one value.
    """
    found: dict[str, str] = {}
    for key, name in _TAGS.items():
        words = sorted(getattr(tags, key))
        found |= {name: words[0]} if len(words) == 1 else {f"{name}/{word}": "" for word in words}
    return found | {flag: "true" for flag in _FLAGS if getattr(tags, flag)}


def _nearest(lineage: Lineage, base: Base, assets: Mapping[str, dg.AssetKey]) -> set[Base]:
    """The columns of other assets that a column is made of, through tables that are none."""
    found: set[Base] = set()
    seen: set[Base] = set()
    waiting = list(lineage.sources(*base))
    while waiting:
        source = waiting.pop()
        if source[0] in assets and source[0] != base[0]:
            found.add(source)
        elif source not in seen:
            seen.add(source)
            waiting += lineage.sources(*source)
    return found


def _within(table: str, column: str) -> str:
    """A column as it is named within its asset: a source system is one asset, so its fields bear their data set's name."""
    return f"{table.partition('.')[2]}.{column}" if table.startswith("source:") else column


def _described(column: Column, nearest: list[Base]) -> str:
    """A column's description, with where it comes from at its end."""
    if not nearest:
        return column.description
    named = [f"{table.removeprefix('source:')}.{source}" for table, source in nearest[:_MOST_NAMED]]
    more = len(nearest) - len(named)
    listed = ", ".join(named) + (f" and {more} more" if more else "")
    return f"{column.description.rstrip('.')}, from {listed}"


def _field(catalogue: Catalogue, dataset: str | None, column: str) -> Field | None:
    """The field that a column holds; None for what is no field."""
    if dataset is None:
        return None
    source, _, own = dataset.partition(".")
    return catalogue.sources[source].datasets[own].fields.get(column)
