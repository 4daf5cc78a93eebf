"""How long answers take: one person and a thousand, out of a register of a million, from the requests' ids to the bundles on disk.

`python -m bench.rights --subjects 1000000 --records 30000000`; prints one line of JSON a step. The register is the demonstration's, in
whose proportions SQL fills it. `by_hand` is what reading alone costs: a SELECT a table of the same persons' rows, whose result is fetched.
Each step is a process of its own, so that its peak memory is told; `--home` keeps the register for another time.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from whenever import Instant

from assets.rights.export import export, export_many
from demo.names import names
from demo.world import SEED
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home, write_private
from resources.ledger.requests import RequestLedger, Step
from resources.register import open_register
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue, Dataset
    from resources.register import Register
    from resources.warehouse import Engine

REGISTER = Path(__file__).parents[1] / "register"
NOW = "2026-10-15T03:00:00Z"
# Records in the demonstration's sources, of a thousand persons.
SHARES = {
    "accounts_logins": 1312,
    "accounts_users": 526,
    "analytics_page_views": 3409,
    "analytics_service_events": 736,
    "calls_recordings": 109,
    "chats_conversations": 522,
    "chats_messages": 2288,
    "crm_consents": 1606,
    "crm_contact_periods": 572,
    "crm_contacts": 944,
    "crm_invoices": 1834,
    "crm_orders": 1834,
    "crm_sole_traders": 140,
    "crm_subscriptions": 577,
    "feedback_answers": 161,
    "forms_brochures": 105,
    "forms_contact_forms": 187,
    "helpdesk_messages": 1389,
    "helpdesk_tickets": 462,
    "mailings_events": 5109,
    "registry_sole_traders": 156,
    "social_likes": 121,
    "web_requests": 1534,
}
FIRST_NAMES, LAST_NAMES = names(SEED).first["fi"], names(SEED).last["fi"]
_AGENTS = 40
_BAD = 1000  # one record in so many could not be read
_TYPES = {
    "timestamp": f"TIMESTAMP '{NOW[:10]}' - to_minutes(number % 100000)",
    "date": f"DATE '{NOW[:10]}' - CAST(number % 300 AS INTEGER)",
    "integer": "number % 1000",
    "number": "(number % 1000) / 8",
    "boolean": "number % 2 = 0",
}
_FIRST = f"list_extract(names.firsts, 1 + CAST(person % {len(FIRST_NAMES)} AS INTEGER))"
_LAST = f"list_extract(names.lasts, 1 + CAST((person // {len(FIRST_NAMES)}) % {len(LAST_NAMES)} AS INTEGER))"
_IDENTIFIERS = {
    "email": "'person' || person || '@post' || person % 1000 || '.example'",
    "phone": "'+35840' || lpad(CAST(person AS VARCHAR), 7, '0')",
    "ip": "'10.' || person % 200 || '.' || (person // 200) % 200 || '.' || (person // 40000) % 200",
}
_AGENT = f"'agent' || number % {_AGENTS} || '@aurinko.example'"
_TEXT = f"""
    'Hei, viesti ' || number || ' laskusta ' || number % 977 || ', paneelit toimivat ja asentaja kävi. ' || CASE WHEN number % 20 = 0
    THEN 'Terveisin ' || {_FIRST} || ' ' || {_LAST} || ', puhuin myös ' || list_extract(names.firsts, 1 + CAST(number % 90 AS INTEGER))
    || ' ' || list_extract(names.lasts, 1 + CAST(number % 70 AS INTEGER)) || ' kanssa, 050 ' || 1000000 + number % 8999999
    ELSE 'Voisitteko vastata tällä viikolla? Kiitos avusta.' END
"""


def fill(register: Register, subjects: int, records: int) -> None:
    """Publish so many records of so many persons, and who is who."""
    catalogue = register.catalogue
    datasets = [(dataset, max(1, records * SHARES[dataset.table] // sum(SHARES.values()))) for dataset in _datasets(catalogue)]
    with register.warehouse.writing("fill") as opened:
        opened.run(f"CREATE TEMP TABLE names AS SELECT {_list(FIRST_NAMES)} AS firsts, {_list(LAST_NAMES)} AS lasts")
        for dataset, number in datasets:
            _fill_dataset(opened, dataset, number, subjects)
        for source in catalogue.sources:
            held = [(dataset, number) for dataset, number in datasets if dataset.source == source]
            if held:
                _fill_source(opened, source, held, subjects)
        opened.run("INSERT INTO identity.subjects SELECT subject, count(*), count(*), 0 FROM identity.persons GROUP BY subject")
        opened.run(f"""
            INSERT INTO quarantine.records
            SELECT md5('bad' || number), NULL, 'helpdesk_tickets', 'opened_at', 'type', 'not a time',
                '{{"id": "T' || number || '", "requester": {{"email": "' || {_IDENTIFIERS["email"]} || '"}}, "body": "Hei"}}',
                NULL, 'batch', TIMESTAMP '{NOW[:10]}', NULL
            FROM (SELECT number, number * 7919 % {subjects:d} AS person FROM range({records // _BAD:d}) AS numbers(number))
        """)  # noqa: S608 - our own names
    register.warehouse.publish("fill", dt.datetime.fromisoformat(NOW[:19]))


def _datasets(catalogue: Catalogue) -> list[Dataset]:
    return [dataset for dataset in catalogue.datasets if dataset.table in SHARES]


def _list(words: object) -> str:
    return "[" + ", ".join(literal(word) for word in words) + "]"  # type: ignore[attr-defined] # the names' own shape


def _values(dataset: Dataset) -> dict[str, str]:
    """Of each field the expression of its value, of a person and a number."""
    main = next(iter(dataset.shape.persons))
    found = {}
    for key, field in dataset.fields.items():
        kind, category, other = field.shape.identifies, field.shape.category, dataset.roles_of.get(key, main) != main
        if kind not in (None, "none"):
            found[key] = _AGENT if other else _IDENTIFIERS.get(str(kind), f"{literal(f'{kind}-')} || person")
        elif field.shape.type == "text" and category.startswith("user.name"):
            found[key] = {"user.name.first": _FIRST, "user.name.last": _LAST}.get(category, f"{_FIRST} || ' ' || {_LAST}")
        elif field.shape.type == "text" and field.shape.mentions_others:
            found[key] = _TEXT
        else:
            found[key] = _TYPES.get(field.shape.type, f"{literal(f'{key} ')} || number % 1000")
    return found


def _fill_dataset(opened: Engine, dataset: Dataset, number: int, subjects: int) -> None:
    rows = f"(SELECT number, number % {subjects:d} AS person FROM range({number:d}) AS numbers(number)) AS rows"  # noqa: S608 - our own
    columns = ", ".join(f"{value} AS {name(key)}" for key, value in _values(dataset).items())
    ids = f"md5({literal(dataset.table)} || number) AS _record, md5({literal(dataset.source)} || person) AS _person"
    opened.run(f"""
        CREATE TABLE register.{name(dataset.table)} AS
        SELECT {columns}, {ids}, 'batch' AS _batch, TIMESTAMP '{NOW[:10]}' AS _ingested_at FROM {rows}, names
    """)  # noqa: S608 - our own names
    values = _values(dataset)
    for place, (role, fields) in enumerate(dataset.shape.persons.items()):
        person = f"md5({literal(dataset.source)} || person)" if place == 0 else f"md5({literal(dataset.source)} || {_AGENT})"
        for rank, field in enumerate(fields):
            shape = dataset.fields[field].shape
            opened.run(f"""
                INSERT INTO identity.identifiers
                SELECT md5({literal(dataset.table)} || number), {literal(dataset.table)}, {literal(dataset.source)}, {literal(role)},
                    {place == 0}, {person}, {literal(field)}, {literal(str(shape.identifies))}, {values[field]}, {bool(shape.shared)},
                    {rank == 0}
                FROM {rows}, names
            """)  # noqa: S608 - our own names
        opened.run(f"""
            INSERT INTO identity.record_persons
            SELECT md5({literal(dataset.table)} || number), {literal(dataset.table)}, {literal(role)}, {place == 0}, {person} FROM {rows}
        """)  # noqa: S608 - our own names


def _fill_source(opened: Engine, source: str, datasets: list[tuple[Dataset, int]], subjects: int) -> None:
    """The persons of a source, and their identifiers."""
    most = min(subjects, max(number for _, number in datasets))
    persons = f"(SELECT number AS person FROM range({most:d}) AS numbers(number)) AS rows"  # noqa: S608 - our own names
    kinds = {str(dataset.fields[field].shape.identifies) for dataset, _ in datasets for field in next(iter(dataset.shape.persons.values()))}
    person = f"md5({literal(source)} || person)"
    opened.run(f"INSERT INTO identity.persons SELECT {person}, {literal(source)}, 'id', md5('s' || person) FROM {persons}")  # noqa: S608 - our own
    for kind in sorted(kinds):
        value, reason = _IDENTIFIERS.get(kind, f"{literal(f'{kind}-')} || person"), literal("kind_never_joins") if kind == "ip" else "NULL"
        links = f"SELECT {person}, {literal(kind)}, {value}, {kind != 'ip'}, {reason} FROM {persons}"  # noqa: S608 - our own names
        opened.run(f"INSERT INTO identity.links {links}")
    agents = f"(SELECT DISTINCT {_AGENT} AS value FROM range({_AGENTS:d}) AS numbers(number)) AS agents"  # noqa: S608 - our own names
    agent = f"md5({literal(source)} || value)"
    opened.run(f"INSERT INTO identity.persons SELECT {agent}, {literal(source)}, 'email', md5(value) FROM {agents}")  # noqa: S608 - our own
    opened.run(f"INSERT INTO identity.links SELECT {agent}, 'email', value, true, NULL FROM {agents}")  # noqa: S608 - our own names


def _opened(folder: Path) -> Register:
    return open_register(load_register(REGISTER), Home(folder), Clock("Europe/Helsinki", Instant(NOW)))


def _request(register: Register, person: int) -> str:
    email = ("email", f"person{person}@post{person % 1000}.example")
    moment = register.clock.now()
    request = register.ledger.new_request("access", "fi", [email], moment)
    RequestLedger(register.ledger).step(request.id, Step("verified", "Dana Officer", moment, "signed_in"))
    return request.id


def _of_persons(register: Register, persons: list[int]) -> float:
    """How long it takes to read the persons' rows, a SELECT a table."""
    began = time.perf_counter()
    with register.warehouse.reading() as opened:
        for dataset in _datasets(register.catalogue):
            opened.run("CREATE OR REPLACE TEMP TABLE wanted (person VARCHAR)")
            listed = ", ".join(f"(md5({literal(dataset.source)} || {person:d}))" for person in persons)
            opened.run(f"INSERT INTO wanted VALUES {listed}")  # noqa: S608 - our own names
            opened.rows(f"SELECT * FROM register.{name(dataset.table)} WHERE _person IN (SELECT person FROM wanted)")  # noqa: S608 - our own
    return time.perf_counter() - began


def measure(step: str, folder: Path, subjects: int, records: int, persons: int) -> None:
    """Do one step, and tell how long it took."""
    chosen = random.Random(f"{step} {subjects}").sample(range(subjects), persons)  # noqa: S311 - sample data, no secret
    register = _opened(folder)
    began = time.perf_counter()
    told: dict[str, object] = {}
    if step == "fill":
        fill(register, subjects, records)
        told["megabytes"] = (register.warehouse.folder / "current").resolve().stat().st_size >> 20
    elif step == "one":
        told = _seconds(_each(register, chosen[:21]))
    elif step == "thousand":
        requests = [_request(register, person) for person in chosen]
        began = time.perf_counter()
        batch = export_many(register, requests)
        told = {"bundles": len(batch.done), "failed": len(batch.failed), "records": sum(each.records for each in batch.done)}
    elif step == "by_hand_one":
        told = _seconds(_of_persons(register, [person]) for person in chosen[:21])
    elif step == "by_hand_thousand":
        _of_persons(register, chosen)
    seconds = round(time.perf_counter() - began, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"step": step, "seconds": seconds} | told | {"peak_mb": peak}), flush=True)  # noqa: T201 - a program
    register.ledger.close()


def _each(register: Register, persons: list[int]) -> Iterator[float]:
    for person in persons:
        request = _request(register, person)
        began = time.perf_counter()
        export(register, request)
        yield time.perf_counter() - began


def _seconds(each: Iterator[float]) -> dict[str, object]:
    """The first, which finds nothing in memory, and the median of the others."""
    first, *others = each
    return {"first": round(first, 3), "median": round(statistics.median(others), 3)}


STEPS = ("fill", "one", "by_hand_one", "thousand", "by_hand_thousand")


def main() -> None:
    """Read the arguments, and take each step in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=1_000_000)
    parser.add_argument("--records", type=int, default=30_000_000)
    parser.add_argument("--persons", type=int, default=1000, help="how many are answered at once")
    parser.add_argument("--memory", help="the engine's memory limit; by default the warehouse's own")
    parser.add_argument("--home", type=Path, help="a home to fill, or that was filled; by default one that goes again")
    parser.add_argument("--steps", default=",".join(STEPS), help="which steps, by default all")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = given.home or Path(passing) / "home"
        if not folder.exists():
            Home(folder).create()
        write_private(folder / "settings.env", f"ANSVAR_MEMORY={given.memory}\n" if given.memory else "")
        for step in given.steps.split(","):
            arguments = (step, folder, given.subjects, given.records, given.persons)
            process = multiprocessing.get_context("spawn").Process(target=measure, args=arguments)
            process.start()
            process.join()


if __name__ == "__main__":
    main()
