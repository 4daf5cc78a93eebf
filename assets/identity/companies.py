"""Which companies there are, who works for them or is their contact person, and whether they are customers; all as the catalogue says.

A data set's `company` says what its records tell of companies, its `employment` whose person works for which. Companies of several sources
are one where their business ids are the same and right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.ingest.normalise import make_lookup, stripped
from resources.warehouse.dialect import literal, local_date, name
from resources.warehouse.engine import tables_of
from resources.warehouse.models import model

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

COMPANY_TABLES = ("companies", "company_records", "contact_periods")
_GIVEN = {
    "described_companies": "_record VARCHAR, dataset VARCHAR, source VARCHAR, source_company VARCHAR, business_id VARCHAR, "
    "states_business_id BOOLEAN, name VARCHAR, is_public BOOLEAN, is_customer BOOLEAN, customer_from DATE, customer_until DATE",
    "employments": "_record VARCHAR, dataset VARCHAR, source_company VARCHAR, person_role VARCHAR, role VARCHAR, started DATE, ended DATE",
}


def join_companies(engine: Engine, catalogue: Catalogue, pepper: str) -> dict[str, int]:
    """Rebuild `identity.companies`, `company_records` and `contact_periods` of what the register holds; gives counts.

    A company's id is a keyed hash of its business id, or else of its source and the id that it has there: the same in every run, and after
    the warehouse was built anew. `identity.record_persons` must be up to date.

    Args:
        engine: the run's working copy, in the caller's transaction.
        catalogue: the register's catalogue.
        pepper: the secret of keyed hashes.
    """
    for table, columns in _GIVEN.items():
        engine.run(f"CREATE OR REPLACE TABLE identity.{table} ({columns})")
    held = tables_of(engine, "register")
    for dataset in catalogue.datasets:
        if dataset.table in held and dataset.shape.company is not None:
            _describe(engine, catalogue, dataset)
        if dataset.table in held and dataset.shape.employment is not None:
            engine.run(f"INSERT INTO identity.employments {_employed(catalogue, dataset)}")
    engine.run(f"CREATE OR REPLACE TABLE identity.company_keys AS {model('identity/company_keys')}", {"pepper": pepper})
    for table in COMPANY_TABLES:
        engine.run(f"CREATE OR REPLACE TABLE identity.{table} AS {model(f'identity/{table}')}")
    counts = _counts(engine)
    for table in (*_GIVEN, "company_keys"):
        engine.run(f"DROP TABLE identity.{table}")
    return counts


def _describe(engine: Engine, catalogue: Catalogue, dataset: Dataset) -> None:
    """Add what a data set's records say of companies to `identity.described_companies`."""
    company, zone = dataset.shape.company, catalogue.notice.time_zone
    if company is None:
        return
    table, own = f"register.{name(dataset.table)}", name(company.id)
    given = f"records.{name(company.business_id)}" if company.business_id else "CAST(NULL AS VARCHAR)"
    region = catalogue.sources[dataset.source].shape.region
    make_lookup(engine, "business_id", [company.business_id] if company.business_id else [], table, region)
    states_customers = company.customer_from is not None or company.customer_until is not None
    is_customer = f"{name(company.customer_from)} IS NOT NULL" if company.customer_from else str(states_customers).lower()
    engine.run(f"""
        INSERT INTO identity.described_companies
        SELECT
          records._record, {literal(dataset.table)}, {literal(dataset.source)}, {_source_company(dataset, own)}, ids.value,
          coalesce({stripped(given)} <> '', false), {_text(company.name)}, {str(company.public_register).lower()}, {is_customer},
          {_day(dataset, company.customer_from, zone)}, {_day(dataset, company.customer_until, zone)}
        FROM {table} AS records LEFT JOIN business_ids AS ids ON ids.text = {given}
        WHERE {own} IS NOT NULL
    """)
    engine.run("DROP TABLE business_ids")


def _employed(catalogue: Catalogue, dataset: Dataset) -> str:
    """The SELECT of a data set's records that say whom somebody works for, as `identity.employments` holds them."""
    employment, zone = dataset.shape.employment, catalogue.notice.time_zone
    if employment is None:
        return ""
    own = name(employment.company)
    return f"""
        SELECT
          _record, {literal(dataset.table)}, {_source_company(dataset, own)}, {literal(employment.person)}, {_text(employment.role)},
          {_day(dataset, employment.from_, zone)}, {_day(dataset, employment.until, zone)}
        FROM register.{name(dataset.table)} WHERE {own} IS NOT NULL
    """


def _source_company(dataset: Dataset, own: str) -> str:
    """The expression of a company as its source knows it."""
    return f"md5({literal(dataset.source + '/')} || CAST({own} AS VARCHAR))"


def _text(field: str | None) -> str:
    return f"CAST({name(field)} AS VARCHAR)" if field else "CAST(NULL AS VARCHAR)"


def _day(dataset: Dataset, field: str | None, zone: str) -> str:
    if field is None:
        return "CAST(NULL AS DATE)"
    return name(field) if dataset.fields[field].shape.type == "date" else local_date(name(field), zone)


def _counts(engine: Engine) -> dict[str, int]:
    counts = {table: engine.count(f"SELECT count(*) FROM identity.{table}") for table in COMPANY_TABLES}
    counts["companies_joined"] = engine.count("SELECT count(*) FROM identity.companies WHERE sources > 1 AND is_registered")
    counts["customer_companies"] = engine.count("SELECT count(*) FROM identity.companies WHERE is_customer AND customer_until IS NULL")
    for why in ("invalid_business_id", "several_business_ids", "not_described"):
        counts[why] = engine.count("SELECT count(*) FROM identity.company_keys WHERE why = $why", {"why": why})
    return counts


@dataclass(frozen=True)
class Employer:
    """A company that a person works for or is a contact person of, as one record says; days are local dates.

    `company` is its opaque id; `name` and `business_id` are None where no record describes it. `is_live`: the company is a customer today.
    """

    company: str
    name: str | None
    business_id: str | None
    role: str | None
    started: dt.date | None
    ended: dt.date | None
    customer_from: dt.date | None
    customer_until: dt.date | None
    is_live: bool
    related_until: dt.date | None
    dataset: str
    record: str


def employers(engine: Engine, persons: Sequence[str], today: dt.date) -> tuple[Employer, ...]:
    """For whom source persons work or have worked, the latest first, as far as the register holds it.

    Args:
        engine: what is published.
        persons: source persons, by their opaque ids.
        today: the day on which a company is or is not a customer.
    """
    rows = engine.rows(
        """
        SELECT
          periods.company, companies.name, companies.business_id, periods.role, periods.started, periods.ended, periods.customer_from,
          periods.customer_until,
          periods.is_customer AND coalesce(periods.customer_from <= $today, true) AND coalesce(periods.customer_until >= $today, true),
          periods.related_until, periods.dataset, periods._record
        FROM identity.contact_periods AS periods
        LEFT JOIN identity.companies AS companies ON companies.company = periods.company
        WHERE list_contains($persons, periods.person)
        ORDER BY periods.related_until DESC NULLS FIRST, periods.started DESC NULLS LAST, periods.dataset, periods._record
        """,
        {"persons": list(persons), "today": today},
    )
    return tuple(Employer(*row) for row in rows)
