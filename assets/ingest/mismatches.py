"""Fields whose tags do not fit their values: tagged as no personal data, or as data of one kind, with values that look like another.

A sample of each text column is looked at; values are read and forgotten here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.recognise import LIKELY, LONGEST, fits, likeness
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from resources.catalogue import Catalogue, Dataset, Field
    from resources.warehouse import Engine

LEAST_VALUES = 20
"""Of fewer distinct values nothing is told."""
_SAMPLED_VALUES = 1_000
_SAMPLED_ROWS = 200_000


@dataclass(frozen=True)
class Mismatch:
    """A field whose values look like something that its tags do not say.

    Attributes:
        field: the field, with the place of its declaration.
        looks_like: the recogniser that its values meet; `category` is the data category that they mean.
        category: that category.
        share: the share of the sampled distinct values that do.
        values: how many distinct values were sampled.
    """

    field: Field
    looks_like: str
    category: str
    share: float
    values: int


def mismatches(engine: Engine, dataset: Dataset, catalogue: Catalogue) -> list[Mismatch]:
    """The fields of a data set's register table whose tags do not fit their values, in the order in which they are declared.

    At most 1,000 distinct values of a field are looked at, out of about 200,000 rows spread over the table. A field is told of where it has
    at least `LEAST_VALUES` of them, four of five look alike, and the recogniser's category and those that may go with it
    (`resources/recognise/recognisers.yaml`) are not the field's. Free text is passed over.

    Args:
        engine: any connection that sees the table: a run's working copy, or what is published.
        dataset: the data set; a table or a column that is not there yet is passed over.
        catalogue: the register's catalogue.
    """
    columns = {
        row[0]
        for row in engine.rows(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'register' AND table_name = $table",
            {"table": dataset.table},
        )
    }
    fields = [
        field for key, field in dataset.fields.items() if key in columns and field.shape.type == "text" and not field.shape.mentions_others
    ]
    if not fields:
        return []
    table = f"register.{name(dataset.table)}"
    rows = engine.count(f"SELECT count(*) FROM {table}")
    region = catalogue.sources[dataset.source].shape.region
    found = (_mismatch(engine, f"{table}{_spread(rows)}", field, region) for field in fields)
    return [each for each in found if each is not None]


def _spread(rows: int) -> str:
    """Which rows are looked at: all of a small table, of a large one whole vectors here and there."""
    if rows <= _SAMPLED_ROWS:
        return ""
    share = _SAMPLED_ROWS / rows * 100
    return f" TABLESAMPLE system({share:.6f}%)"


def _mismatch(engine: Engine, relation: str, field: Field, region: str) -> Mismatch | None:
    worth = f"length(value) <= $longest AND regexp_matches(value, {literal(LIKELY)})"
    ((sampled, likely),) = engine.rows(
        f"""
        WITH sampled AS (
          SELECT DISTINCT {name(field.name)} AS value FROM {relation} WHERE {name(field.name)} IS NOT NULL LIMIT {_SAMPLED_VALUES:d}
        )
        SELECT count(*), coalesce(list_sort(list(DISTINCT value) FILTER ({worth})), []) FROM sampled
        """,
        {"longest": LONGEST},
    )
    looks = likeness(likely, sampled, region) if sampled >= LEAST_VALUES else None
    if looks is None or fits(looks.recogniser, field.shape.category, field.identifies):
        return None
    return Mismatch(field, looks.recogniser.name, looks.recogniser.category, round(looks.share, 3), sampled)
