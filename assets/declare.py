"""What the declarations of all stages share: how tables are described to Dagster, and how errors reach it.

Dagster keeps what it is told for good, so nothing here hands it a value of a record.
"""

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from assets.ingest.table import OWN_COLUMNS
from assets.ingest.typing import SQL_TYPES
from resources.catalogue import Catalogue, Dataset, Field
from resources.errors import AnsvarError
from resources.register import Register

Opener = Callable[[str], Register]
"""Opens the register for a run, once; takes the run's id."""
Publish = Callable[[dg.AssetExecutionContext, Register, str], bool]
"""Publishes a run's work where no later stage of it will write."""
_OWN_MEANINGS = {
    "_record": "The record's stable id.",
    "_person": "The main role's person within the source.",
    "_batch": "The batch that wrote the row.",
    "_ingested_at": "When the row was written, in UTC.",
}
_OWN_TAGS = {key: {"category": "system"} for key in _OWN_MEANINGS} | {
    "_person": {"category": "user.unique_id.pseudonymous", "origin": "derived", "promise": "contact_details"}
}


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


def table_schema(dataset: Dataset, catalogue: Catalogue) -> dg.TableSchema:
    """The columns of a data set's table, each with its tags."""
    own = [dg.TableColumn(name, kind, description=_OWN_MEANINGS[name], tags=_OWN_TAGS[name]) for name, kind in OWN_COLUMNS.items()]
    return dg.TableSchema(columns=[*own, *(_column(field, dataset, catalogue) for field in dataset.fields.values())])


def _column(field: Field, dataset: Dataset, catalogue: Catalogue) -> dg.TableColumn:
    shape = field.shape
    tags = {"category": shape.category}
    if field.is_personal:
        tags |= {
            "origin": shape.origin or "",
            "promise": shape.promise or "",
            "purposes": ".".join(field.purposes),
            "legal_basis": ".".join(field.legal_bases),
            "retention": field.retention,
        }
    for key, value in (("identifies", field.identifies), ("withhold", shape.withhold)):
        if value not in (None, "none"):
            tags[key] = str(value)
    for key in ("shared", "mentions_others"):
        if getattr(shape, key):
            tags[key] = "true"
    label = field.label.en if shape.label or field.is_personal else catalogue.category(shape.category).label.en
    constraints = dg.TableColumnConstraints(nullable=not shape.required)
    return dg.TableColumn(
        field.name, SQL_TYPES[shape.type], description=f"{label}, from {dataset.id}.{field.name}", tags=tags, constraints=constraints
    )
