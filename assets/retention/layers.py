"""The layers of what is held, and when each row of them is due: the register's rows, fields that go before their record, quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest.dates import anchored_on, dated, is_ahead, register_dates
from assets.ingest.early import earliest_last_day
from assets.ingest.relations import relate
from assets.ingest.typing import anchor_date
from resources.warehouse.dialect import literal, local_date, name
from resources.warehouse.engine import tables_of
from resources.warehouse.last_days import last_day_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator

    from resources.catalogue import Catalogue, Dataset, Field
    from resources.warehouse import Engine


@dataclass(frozen=True)
class Layer:
    """One layer of a data set: `dates` is the SELECT of `id`, `anchored`, `last_day` and `by_ingestion` of its rows in `table`.

    `action` is what happens to what is due: `delete` the row, `blank` its `fields`, or `aggregate`: count the rows, then delete them. In
    `dates`, `$today` stands for the local date, and a `last_day` that is NULL is not known yet: such a row is kept.
    """

    dataset: Dataset
    layer: str
    rule: str
    table: str
    dates: str
    fields: tuple[str, ...] = ()
    action: str = "delete"

    @property
    def leaves_hashes(self) -> bool:
        """Whether its rows may be due by something that their source gives again, so that their going must be remembered."""
        rule = self.dataset.rule
        waits = rule.is_counted_from_ingestion or rule.of_future != "keep" or bool(self.dataset.relations)
        return self.layer == "quarantine" or (self.layer == "register" and waits)


def layers(engine: Engine, catalogue: Catalogue, today: dt.date) -> Iterator[Layer]:
    """Every layer of every data set, in the order in which it is purged.

    The relations that rules wait for are worked out first, into temporary tables of the connection: what a purge takes changes them not.
    """
    zone, held = catalogue.notice.time_zone, tables_of(engine, "register")
    waited = dict.fromkeys(relation for dataset in catalogue.datasets if dataset.table in held for relation in dataset.relations)
    known = relate(engine, catalogue, today, waited)
    for dataset in catalogue.datasets:
        if dataset.table in held:
            if dataset.rule.action != "blank":
                yield _register(dataset, zone, known)
            yield from _fields(dataset, zone, known)
        yield _quarantine(dataset, zone)


def _register(dataset: Dataset, zone: str, known: Collection[str]) -> Layer:
    table, dates = f"register.{name(dataset.table)}", register_dates(dataset, zone, known)
    return Layer(dataset, "register", dataset.shape.retention, table, dates, action=dataset.rule.action)


def _fields(dataset: Dataset, zone: str, known: Collection[str]) -> Iterator[Layer]:
    """The fields of each rule of their own, in the rows that do not go themselves today."""
    by_rule: dict[str, list[Field]] = {}
    for field in dataset.early:
        by_rule.setdefault(field.retention, []).append(field)
    table = f"register.{name(dataset.table)}"
    anchored = anchor_date(dataset, name(dataset.shape.anchor), zone)
    for rule, fields in by_rule.items():
        keys = tuple(field.name for field in fields)
        filled = " OR ".join(f"{name(key)} IS NOT NULL" for key in keys)
        record = anchored_on(dataset, zone)
        rows = (
            f"SELECT _record AS id, {anchored} AS anchored, {record} AS record_anchored, false AS by_ingestion FROM {table} WHERE {filled}"
        )
        dates = dated(rows, dataset.limit_of(fields[0]), "anchored", {})
        yield Layer(dataset, "field", rule, table, _staying(dataset, dates, zone, known), keys, "blank")


def _staying(dataset: Dataset, dates: str, zone: str, known: Collection[str]) -> str:
    """The dates of the rows that do not go themselves today; of a rule that empties fields, none goes."""
    if dataset.rule.action == "blank":
        return dates
    if not dataset.relations:
        return f"SELECT * FROM ({dates}) AS fields WHERE coalesce({last_day_of(dataset.rule.limit, 'record_anchored')} >= $today, true)"
    going = f"SELECT id AS going FROM ({register_dates(dataset, zone, known)}) AS dated WHERE last_day < $today"
    return f"SELECT * FROM ({dates}) AS fields WHERE NOT EXISTS (SELECT 1 FROM ({going}) AS records WHERE records.going = fields.id)"


def _quarantine(dataset: Dataset, zone: str) -> Layer:
    kind = dataset.fields[dataset.shape.anchor].shape.type
    anchor, since = "CAST(anchor AS DATE)" if kind == "date" else local_date("anchor", zone), local_date("_quarantined_at", zone)
    anchored, ahead = f"coalesce({anchor}, {since})", "false"
    if dataset.rule.of_future != "keep":
        ahead = f"coalesce({is_ahead(anchor, since)}, false)"
        anchored = f"CASE WHEN {ahead} THEN {since} ELSE {anchored} END"
    table = "quarantine.records"
    rows = f"""
        SELECT _quarantine AS id, {anchored} AS anchored, (anchor IS NULL OR {ahead}) AS by_ingestion
        FROM {table} WHERE dataset = {literal(dataset.table)}
    """
    shortest = min(dataset.rules, key=lambda rule: dataset.rules[rule].limit.nominal_days)
    dates = f"SELECT *, {earliest_last_day(dataset, 'anchored')} AS last_day FROM ({rows}) AS anchors"
    return Layer(dataset, "quarantine", shortest, table, dates)
