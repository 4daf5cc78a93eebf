"""Values that should identify and do not: text that is no e-mail address, a number that nobody can call, a check digit that is wrong.

They stay in the register as the source gave them, join nobody, and are counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest.normalise import RULES
from assets.ingest.people import how_normalised
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from resources.catalogue import Catalogue, Dataset, Field
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Unfit:
    """A field of which some records hold a value that is no identifier of its kind: how many of how many that hold any."""

    field: Field
    records: int
    filled: int


def unfit(engine: Engine, dataset: Dataset, catalogue: Catalogue) -> list[Unfit]:
    """The identifying fields of a data set in which values are held that are no identifiers, in the order in which they are declared.

    Args:
        engine: any connection that sees the register: a run's working copy, or what is published.
        dataset: the data set; a table or a column that is not there yet is passed over.
        catalogue: the register's catalogue.
    """
    held = {
        row[0]
        for row in engine.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'register' AND table_name = $table",
            {"table": dataset.table},
        )
    }
    fields = [field for key, field in dataset.fields.items() if key in held and how_normalised(field, catalogue) in RULES]
    if not fields:
        return []
    counted = ", ".join(f"count({name(field.name)})" for field in fields)
    (filled,) = engine.rows(f"SELECT {counted} FROM register.{name(dataset.table)}")
    listed = ", ".join(literal(field.name) for field in fields)
    fit = dict(
        engine.rows(
            f"SELECT field, count(*) FROM identity.identifiers WHERE dataset = $table AND field IN ({listed}) GROUP BY field",
            {"table": dataset.table},
        )
    )
    counts = ((field, count, count - fit.get(field.name, 0)) for field, count in zip(fields, filled, strict=True))
    return [Unfit(field, wrong, count) for field, count, wrong in counts if wrong]
