"""The customer register: a SQLite database."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from demo.identifiers import phone_as_written
from demo.planted import EXAMPLE
from demo.sources import crm_sales
from demo.sources.crm_tables import TABLES, insert
from demo.times import at_local_time, between, local, local_date, past, past_day
from demo.world import LAST_DAY, chance, has, some

if TYPE_CHECKING:
    import random
    from datetime import date
    from pathlib import Path

    from demo.sources.crm_tables import Rows
    from demo.truth import Truth
    from demo.world import Chunk, Person

DATABASE = "crm.sqlite"
_ROLES = ("päättäjä", "tekninen yhteyshenkilö", "laskutusyhteyshenkilö", "kontaktperson för leveranser")
_LISTS = ("uutiskirje", "nyhetsbrev", "tarjoukset", "energianeuvonta", "tuotetiedotteet")
_CHANNELS = (("email", 1.0), ("phone", 0.2), ("sms", 0.15), ("post", 0.05), ("partners", 0.1))


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Add a chunk's customers to the database."""
    rng = chunk.rng("crm")
    rows: Rows = {table: [] for table in TABLES}
    _companies(rows, chunk, truth)
    for person in chunk.persons:
        if person.contact_id is None:
            continue
        _contact(rows, rng, person, truth)
        _periods(rows, rng, person, truth)
        _consents(rows, rng, person, truth)
        _subscriptions(rows, rng, person, truth)
        crm_sales.add(rows, rng, person, truth)
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        insert(connection, rows)
        connection.execute("COMMIT")


def _companies(rows: Rows, chunk: Chunk, truth: Truth) -> None:
    for each in chunk.companies:
        address = (each.street, each.postal_code, each.city)
        identity = (each.company_id, each.customer_number, each.business_id, each.name, each.kind)
        rows["companies"].append((*identity, *address, each.switchboard, each.mailbox, _day(each.started), _day(each.ended)))
        truth.record("crm.sole_traders" if each.owner else "crm.companies", each.company_id, each.owner, each.ended)


def _contact(rows: Rows, rng: random.Random, person: Person, truth: Truth) -> None:
    settings = json.dumps({"units": rng.choice(("kWh", "€")), "start_page": rng.choice(("production", "invoices"))})
    phone = phone_as_written(rng, person.phone) if has(rng, person, 0.9) else None
    updated = local(at_local_time(rng, between(rng, person.started, person.ended)))
    for contact_id in (person.contact_id, person.second_contact_id):
        if contact_id is None:
            continue
        row = (
            *(contact_id, person.customer_number, person.kind, person.first, person.last, person.email, phone, person.position or None),
            *(person.language, person.interests if has(rng, person, 0.6) else None, settings),
            *(person.company.company_id if person.company else None, _day(person.started), _day(person.ended), updated),
        )
        rows["contacts"].append(row)
        truth.record("crm.contacts", contact_id, person, person.ended)


def _periods(rows: Rows, rng: random.Random, person: Person, truth: Truth) -> None:
    company = person.company
    if company is None or not (person.kind == "company_contact" or person.thorough):
        return
    spans: list[tuple[date, date | None]] = [(person.started, person.ended)]
    if person.number == EXAMPLE or chance(rng, 0.15):
        change = past_day(rng, person, "contact_while")
        if person.started < change < (person.ended or LAST_DAY):
            spans = [(person.started, change), (change + timedelta(days=1), person.ended)]
    for number, (started, ended) in enumerate(spans):
        period_id = f"P{person.number:07d}-{number + 1}"
        rows["contact_periods"].append((period_id, person.contact_id, company.company_id, rng.choice(_ROLES), _day(started), _day(ended)))
        truth.record("crm.contact_periods", period_id, person, ended)


def _consents(rows: Rows, rng: random.Random, person: Person, truth: Truth) -> None:
    for channel, share in _CHANNELS:
        if not has(rng, person, share):
            continue
        given = at_local_time(rng, between(rng, person.started, person.ended))
        ended: int | None = at_local_time(rng, person.ended) if person.ended else None
        changed = past(rng, person, "consents") if person.edge or chance(rng, 0.1) else None
        decision = rng.choice(("consent", "consent", "prohibition"))
        through = rng.choice(("verkkolomake", "puhelin", "sopimus", "messut"))
        spans = [(given, ended)]
        if changed is not None and not (ended is not None and ended < changed):
            spans = [(min(given, changed - 3600), changed)] + ([] if person.edge else [(changed, ended)])
        for number, (start, end) in enumerate(spans):
            consent_id = f"{channel}-{person.number:07d}-{number + 1}"
            rows["consents"].append((consent_id, person.contact_id, channel, decision, local(start), through, local(end) if end else None))
            truth.record("crm.consents", consent_id, person, local_date(end) if end else None)
            decision = "prohibition" if decision == "consent" else "consent"


def _subscriptions(rows: Rows, rng: random.Random, person: Person, truth: Truth) -> None:
    if not has(rng, person, 0.4):
        return
    for number, name in enumerate(some(rng, _LISTS, 2)):
        cancelled = past_day(rng, person, "mailing_lists") if person.edge or chance(rng, 0.2) else None
        ordered = min(between(rng, person.started, person.ended), cancelled or LAST_DAY)
        subscription_id = f"S{person.number:07d}-{number + 1}"
        rows["subscriptions"].append((subscription_id, person.contact_id, name, _day(ordered), _day(cancelled)))
        truth.record("crm.subscriptions", subscription_id, person, cancelled)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
