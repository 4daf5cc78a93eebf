"""Dates of birth, wherever a data set holds one, and who is a minor by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from resources.warehouse.dialect import local_date, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

ADULT = 18
MINOR, WAS_MINOR = "minor", "was_minor"
_ONLINE = ("service_use", "website", "social_media")  # origins of what the online services gather
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


def minority(engine: Engine, catalogue: Catalogue, persons: Iterable[str], today: dt.date) -> str | None:
    """Whether a person is `minor`, or `was_minor` when something was gathered of it with the online services; None where neither.

    The latest of the dates of birth that are held counts. What was gathered as a child goes also once the person is none: GDPR, recital 65.
    """
    there = {*tables_of(engine, "register")}
    datasets = [dataset for dataset in catalogue.datasets if dataset.table in there]
    selects = [*births(datasets)]
    if not selects:
        return None
    engine.register("aged_persons", pa.table({"person": pa.array(list(persons), pa.string())}))
    births_of = f"({' UNION ALL '.join(selects)}) AS births (person, born_on)"
    born = f"SELECT max(births.born_on) FROM {births_of} SEMI JOIN aged_persons AS aged ON aged.person = births.person"
    found = _told(engine, catalogue, datasets, engine.scalar(born), today)
    engine.unregister("aged_persons")
    return found


def gathered_online(dataset: Dataset) -> bool:
    """Whether anything in a data set is gathered with the online services."""
    return any(field.shape.origin in _ONLINE for field in dataset.fields.values())


def _told(engine: Engine, catalogue: Catalogue, datasets: Iterable[Dataset], born: dt.date | None, today: dt.date) -> str | None:
    if born is None:
        return None
    adult = _years_after(born, ADULT)
    if today < adult:
        return MINOR
    gathered = any(engine.count(f"{select} < $adult", {"adult": adult}) for select in _gathered(datasets, catalogue.notice.time_zone))
    return WAS_MINOR if gathered else None


def _gathered(datasets: Iterable[Dataset], zone: str) -> Iterator[str]:
    """The SELECTs that count what was gathered of the persons with the online services, up to the local date that it came about on."""
    for dataset in datasets:
        if dataset.recorded is None or not gathered_online(dataset):
            continue
        recorded = f"held.{name(dataset.recorded)}"
        day = local_date(recorded, zone) if dataset.fields[dataset.recorded].shape.type == "timestamp" else recorded
        yield f"SELECT count(*) FROM register.{name(dataset.table)} AS held SEMI JOIN aged_persons ON held._person = person WHERE {day}"


def _years_after(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # born on 29 February: the other side of `years_before`
        return day.replace(year=day.year + years, month=3, day=1)
