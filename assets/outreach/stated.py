"""What the sources say of who may be written to, as `outreach.yaml` names it: consents, addresses, purchases, dates of birth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.identity.age import births
from resources.warehouse.dialect import last_day, literal, local_date, midnight, name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from resources.calendar import Period
    from resources.catalogue import Catalogue, Dataset
    from resources.catalogue.outreach_shapes import AddressShape, ConsentShape, OutreachShape
    from resources.warehouse import Engine

_GIVEN = "data_subject"
_TABLES = {
    "stated_consents": "person VARCHAR, purpose VARCHAR, channel VARCHAR, decision VARCHAR, since TIMESTAMP, until TIMESTAMP, "
    "counted_at TIMESTAMP",
    "reachable": "person VARCHAR, channel VARCHAR, purpose VARCHAR",
    "addresses": "person VARCHAR, channel VARCHAR, purpose VARCHAR, dataset VARCHAR, _record VARCHAR, value VARCHAR, place INTEGER, "
    "is_given BOOLEAN",
    "unreached": "channel VARCHAR, value VARCHAR",
    "customers": "person VARCHAR, until DATE",
    "births": "person VARCHAR, born_on DATE",
}


def name_stated(engine: Engine, catalogue: Catalogue) -> None:
    """Make the temporary tables that the models of outreach read of the sources; see `sql/outreach/columns.yaml`.

    In a register that does not say who may be written to there are no channels, no addresses and no consents.
    """
    there, zone, outreach = {*tables_of(engine, "register")}, catalogue.notice.time_zone, catalogue.outreach
    datasets = {dataset.id: dataset for dataset in catalogue.datasets if dataset.table in there}
    for table, columns in _TABLES.items():
        engine.run(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    engine.register("listed", pa.table({"purpose": pa.array([*catalogue.notice.purposes], pa.string())}))
    engine.run("CREATE OR REPLACE TEMP TABLE purposes AS SELECT purpose FROM listed")
    engine.unregister("listed")
    channels = outreach.channels if outreach is not None else {}
    engine.run("CREATE OR REPLACE TEMP TABLE channels (channel VARCHAR, needs_consent BOOLEAN, soft_opt_in BOOLEAN)")
    for channel, shape in channels.items():
        bound = {"channel": channel, "needs": shape.needs == "consent", "soft": shape.soft_opt_in}
        engine.run("INSERT INTO channels VALUES ($channel, $needs, $soft)", bound)
    selects = [
        *(("births", select) for select in births(datasets.values())),
        *(_of(outreach, datasets, zone) if outreach is not None else ()),
    ]
    for table, select in selects:
        engine.run(f"INSERT INTO {table} {select}")


def _of(outreach: OutreachShape, datasets: Mapping[str, Dataset], zone: str) -> list[tuple[str, str]]:
    return [
        *_consents(outreach, datasets, zone),
        *_addresses(outreach, datasets),
        *_unreached(outreach, datasets),
        *(_customers(datasets[each.dataset], each.at, zone, each.within) for each in outreach.customers if each.dataset in datasets),
    ]


def meets(where: Mapping[str, Sequence[str]] | None, relation: str) -> str:
    """The condition that a row of a relation has the values that are stated."""
    parts = [
        f"CAST({relation}.{name(field)} AS VARCHAR) IN ({', '.join(literal(value) for value in values)})"
        for field, values in (where or {}).items()
    ]
    return " AND ".join(parts) or "true"


def _consents(outreach: OutreachShape, datasets: Mapping[str, Dataset], zone: str) -> Iterator[tuple[str, str]]:
    for consent in outreach.consents:
        dataset = datasets.get(consent.dataset)
        if dataset is None:
            continue
        since, until, at = _times(dataset, consent, zone)
        channel = f"CAST(held.{name(consent.channel_in)} AS VARCHAR)" if consent.channel_in else literal(consent.channel or "")
        known = ", ".join(map(literal, outreach.channels))
        for purpose in consent.purposes:
            yield (
                "stated_consents",
                f"""
                SELECT held._person, {literal(purpose)}, {channel}, {literal(consent.decision)}, {since}, {until}, {at}
                FROM register.{name(dataset.table)} AS held
                WHERE held._person IS NOT NULL AND {channel} IN ({known}) AND {meets(consent.where, "held")}
                """,
            )


def _times(dataset: Dataset, consent: ConsentShape, zone: str) -> tuple[str, str, str]:
    """Since and until when, and when it is counted from beside others; what is not known exactly counts against writing.

    A consent of a day ends when the day of its end begins, a prohibition when that is over.
    """
    is_consent = consent.decision == "consent"

    def moment(field: str | None, *, after: bool) -> str:
        if field is None:
            return "CAST(NULL AS TIMESTAMP)"
        value = f"held.{name(field)}"
        if dataset.fields[field].shape.type == "timestamp":
            return value
        return midnight(f"{value} + 1" if after else value, zone)

    return moment(consent.from_, after=False), moment(consent.until, after=not is_consent), moment(consent.from_, after=not is_consent)


def _addresses(outreach: OutreachShape, datasets: Mapping[str, Dataset]) -> Iterator[tuple[str, str]]:
    for channel, shape in outreach.channels.items():
        for place, address in enumerate(shape.addresses):
            dataset = datasets.get(address.dataset)
            if dataset is None:
                continue
            purposes = [each for each in outreach.marketing if all(each in dataset.fields[field].purposes for field in address.fields)]
            for purpose in purposes:
                head = f"held._person, {literal(channel)}, {literal(purpose)}"
                table = f"register.{name(dataset.table)} AS held"
                yield "reachable", f"SELECT DISTINCT {head} FROM {table} WHERE held._person IS NOT NULL"
                yield "addresses", _address(dataset, address, head, place)


def _address(dataset: Dataset, address: AddressShape, head: str, place: int) -> str:
    table = f"register.{name(dataset.table)} AS held"
    is_given = all(dataset.fields[each].shape.origin == _GIVEN for each in address.fields)
    tail = f"{place}, {'true' if is_given else 'false'}"
    whole = " AND ".join(f"nullif(trim(held.{name(each)}), '') IS NOT NULL" for each in address.fields)
    if [dataset.fields[each].identifies for each in address.fields] == [None] * len(address.fields):
        value = " || chr(31) || ".join(f"lower(trim(held.{name(each)}))" for each in address.fields)
        head = f"{head}, {literal(dataset.table)}, held._record, {value}, {tail}"
        return f"SELECT {head} FROM {table} WHERE held._person IS NOT NULL AND {whole}"
    return f"""
        SELECT {head}, {literal(dataset.table)}, held._record, own.value, {tail}
        FROM {table}
        INNER JOIN identity.identifiers AS own
          ON own._record = held._record AND own.dataset = {literal(dataset.table)} AND own.field = {literal(address.fields[0])}
        WHERE held._person IS NOT NULL AND {whole}
    """


def _unreached(outreach: OutreachShape, datasets: Mapping[str, Dataset]) -> Iterator[tuple[str, str]]:
    for channel, shape in outreach.channels.items():
        for each in shape.unreachable:
            dataset = datasets.get(each.dataset)
            if dataset is None:
                continue
            again = f"max(CASE WHEN {meets(each.unless, 'held')} THEN held.{name(each.at)} END)" if each.unless else "NULL"
            failed = f"max(CASE WHEN {meets(each.where, 'held')} THEN held.{name(each.at)} END)"
            yield (
                "unreached",
                f"""
                SELECT {literal(channel)}, told.value FROM (
                  SELECT own.value, {failed} AS failed, {again} AS again
                  FROM register.{name(dataset.table)} AS held
                  INNER JOIN identity.identifiers AS own
                    ON own._record = held._record AND own.dataset = {literal(dataset.table)} AND own.field = {literal(each.address)}
                  GROUP BY own.value
                ) AS told
                WHERE told.failed IS NOT NULL AND (told.again IS NULL OR told.again <= told.failed)
                """,
            )


def _customers(dataset: Dataset, at: str, zone: str, within: Period) -> tuple[str, str]:
    value = f"held.{name(at)}"
    day = value if dataset.fields[at].shape.type == "date" else local_date(value, zone)
    until = f"max({last_day(day, within)})"
    return (
        "customers",
        f"SELECT held._person, {until} FROM register.{name(dataset.table)} AS held WHERE held._person IS NOT NULL GROUP BY held._person",
    )
