"""What falls due in the months to come, by data set and rule, as far as it is known today: a date that has not come yet changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from whenever import Date

from assets.retention.layers import layers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

MONTHS = 12


@dataclass(frozen=True)
class Forecast:
    """How many records of a layer, data set and rule fall due in each month; `months` has their first days, and of the first one today."""

    layer: str
    dataset: str
    rule: str
    months: tuple[dt.date, ...]
    records: tuple[int, ...]


def months_ahead(today: dt.date) -> tuple[dt.date, ...]:
    """Today, and the first days of the twelve calendar months after this one."""
    first = Date(today).replace(day=1)
    return (today, *(first.add(months=number).to_stdlib() for number in range(1, MONTHS + 1)))


def forecast(engine: Engine, catalogue: Catalogue, today: dt.date) -> list[Forecast]:
    """What falls due from tomorrow on, in the rest of this month and in the twelve calendar months after it.

    What is due today is the plan's. What waits for a relation that holds today is in no month, for nobody knows when that ends.

    Args:
        engine: a connection to what is held; nothing is changed but temporary tables.
        catalogue: the register's catalogue.
        today: the local date.
    """
    months = months_ahead(today)
    until = Date(months[-1]).add(months=1).to_stdlib()
    found = []
    for layer in layers(engine, catalogue, today):
        statement = f"""
            SELECT year(falls_due) AS due_year, month(falls_due) AS due_month, count(*) AS records
            FROM (SELECT CAST(last_day + 1 AS DATE) AS falls_due FROM ({layer.dates}) AS dated WHERE last_day >= $today) AS falling
            WHERE falls_due < $until GROUP BY year(falls_due), month(falls_due)
        """
        rows = {(year, month): records for year, month, records in engine.rows(statement, {"today": today, "until": until})}
        counts = tuple(rows.get((day.year, day.month), 0) for day in months)
        if any(counts):
            found.append(Forecast(layer.layer, layer.dataset.table, layer.rule, months, counts))
    return found


def totals(forecasts: Sequence[Forecast], today: dt.date) -> dict[dt.date, int]:
    """The records of all data sets that fall due in each month."""
    return {day: sum(each.records[number] for each in forecasts) for number, day in enumerate(months_ahead(today))}
