"""Dates of birth, wherever a data set holds one, and who is a minor by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

ADULT = 18
_BIRTH = "user.demographic.date_of_birth"


def births(datasets: Iterable[Dataset]) -> Iterator[str]:
    """The SELECTs of the dates of birth that data sets hold of their main persons: the person, and the date."""
    for dataset in datasets:
        for field in dataset.fields.values():
            if field.shape.category == _BIRTH and field.shape.type == "date" and dataset.shape.persons:
                born, table = name(field.name), f"register.{name(dataset.table)}"
                yield f"SELECT _person, {born} FROM {table} WHERE _person IS NOT NULL AND {born} IS NOT NULL"


def years_before(day: dt.date, years: int) -> dt.date:
    """The day so many years before; whoever was born on it, or earlier, is so old. Born on 29 February, one is a year older on 1 March."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def is_minor(engine: Engine, catalogue: Catalogue, persons: Iterable[str], today: dt.date) -> bool:
    """Whether any date of birth that is held of a person says that it is a minor."""
    there = {*tables_of(engine, "register")}
    selects = [*births(dataset for dataset in catalogue.datasets if dataset.table in there)]
    if not selects:
        return False
    engine.register("aged_persons", pa.table({"person": pa.array(list(persons), pa.string())}))
    select = f"SELECT count(*) FROM ({' UNION ALL '.join(selects)}) AS births (person, born_on) SEMI JOIN aged_persons USING (person)"
    found = engine.count(f"{select} WHERE born_on > $adult", {"adult": years_before(today, ADULT)})
    engine.unregister("aged_persons")
    return found > 0
