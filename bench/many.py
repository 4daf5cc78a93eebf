"""A register of many persons, filled by SQL as the demonstration is: each table in the order in which a publication leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from demo.names import names
from demo.world import SEED
from resources.warehouse.dialect import literal, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue, Dataset
    from resources.register import Register
    from resources.warehouse import Engine

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
    "email": "'p' || person || '@post' || person % 1000 || '.example'",
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


@dataclass(frozen=True)
class Named:
    """A field by which a data set names a person: the rows' expressions, and of whom they are, where `is_main` a person, else an agent."""

    dataset: Dataset
    number: int
    role: str
    field: str
    value: str
    is_main: bool
    is_key: bool


def fill(register: Register, subjects: int, records: int) -> None:
    """Publish so many records of so many persons, and who is who; each table is written in the order in which a publication leaves it."""
    warehouse = register.warehouse
    datasets = [(dataset, max(1, records * SHARES[dataset.table] // sum(SHARES.values()))) for dataset in datasets_of(register.catalogue)]
    with warehouse.writing("fill") as opened:
        opened.run(f"CREATE TEMP TABLE names AS SELECT {_list(FIRST_NAMES)} AS firsts, {_list(LAST_NAMES)} AS lasts")
        _people(opened, datasets, subjects)
        for dataset, number in datasets:
            _fill_dataset(opened, dataset, number, subjects)
        named = [each for dataset, number in datasets for each in _named(dataset, number)]
        for first, last in pairwise("0123456789abcdefg"):
            _fill_identity(opened, named, subjects, f"hash >= {literal(first)} AND hash < {literal(last)}")
        opened.run("""
            INSERT INTO identity.persons
            SELECT * FROM (
                SELECT hash, source, 'id', md5('s' || person) AS subject FROM people
                UNION ALL SELECT hash, source, 'email', md5(value) FROM agents
            ) AS rows
            ORDER BY subject
        """)
        for kind in sorted({str(each.dataset.fields[each.field].shape.identifies) for each in named if each.is_main}):
            _fill_links(opened, named, kind)
        opened.run("INSERT INTO identity.subjects SELECT subject, count(*), count(*), 0 FROM identity.persons GROUP BY subject")
        opened.run(f"""
            INSERT INTO quarantine.records
            SELECT md5('bad' || number), NULL, 'helpdesk_tickets', 'opened_at', 'type', 'not a time',
                '{{"id": "T' || number || '", "requester": {{"email": "' || {_IDENTIFIERS["email"]} || '"}}, "body": "Hei"}}',
                NULL, 'batch', TIMESTAMP '{NOW[:10]}', NULL
            FROM (SELECT number, number * 7919 % {subjects:d} AS person FROM range({records // _BAD:d}) AS numbers(number))
        """)  # noqa: S608 - our own names
        opened.run(f"INSERT INTO meta.generations VALUES ('fill', TIMESTAMP '{NOW[:10]}')")  # noqa: S608 - our own names
    file = warehouse.folder / "working-fill.duckdb"
    file.chmod(0o600)
    file.rename(warehouse.folder / "generation-fill.duckdb")
    (warehouse.folder / "current").symlink_to("generation-fill.duckdb")
    warehouse.release("fill")


def datasets_of(catalogue: Catalogue) -> list[Dataset]:
    """The data sets that are filled."""
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
            found[key] = _AGENT if other else _identifier(str(kind))
        elif field.shape.type == "text" and category.startswith("user.name"):
            found[key] = {"user.name.first": _FIRST, "user.name.last": _LAST}.get(category, f"{_FIRST} || ' ' || {_LAST}")
        elif field.shape.type == "text" and field.shape.mentions_others:
            found[key] = _TEXT
        else:
            found[key] = _TYPES.get(field.shape.type, f"{literal(f'{key} ')} || number % 1000")
    return found


def email_of(person: int) -> str:
    """The e-mail address of a person."""
    return f"p{person}@post{person % 1000}.example"


def _people(opened: Engine, datasets: list[tuple[Dataset, int]], subjects: int) -> None:
    """The persons of every source by the hash that names them there, and the agents, by whose number every 40th record is one's."""
    most: dict[str, int] = {}
    for dataset, number in datasets:
        most[dataset.source] = min(subjects, max(number, most.get(dataset.source, 0)))
    each = " UNION ALL ".join(
        f"SELECT {literal(source)} AS source, number AS person, md5({literal(source)} || number) AS hash "  # noqa: S608 - our own names
        f"FROM range({number:d}) AS numbers(number)"
        for source, number in most.items()
    )
    opened.run(f"CREATE TEMP TABLE people AS {each} ORDER BY hash")
    each = " UNION ALL ".join(
        f"SELECT {literal(source)} AS source, number AS agent, {_AGENT} AS value, md5({literal(source)} || {_AGENT}) AS hash "  # noqa: S608
        f"FROM range({_AGENTS:d}) AS numbers(number)"
        for source in most
    )
    opened.run(f"CREATE TEMP TABLE agents AS {each}")


def _identifier(kind: str) -> str:
    """An identifier of a person: short, as real ones are, for the engine tells by their first eight bytes where it need not read."""
    return _IDENTIFIERS.get(kind, f"{literal(f'{kind[0]}{kind[-1]}')} || person")


def _fill_dataset(opened: Engine, dataset: Dataset, number: int, subjects: int) -> None:
    columns = ", ".join(f"{value} AS {name(key)}" for key, value in _values(dataset).items())
    opened.run(f"""
        CREATE TABLE register.{name(dataset.table)} AS
        SELECT {columns}, md5({literal(dataset.table)} || number) AS _record, hash AS _person, 'batch' AS _batch,
            TIMESTAMP '{NOW[:10]}' AS _ingested_at
        FROM (
            SELECT person, hash, unnest(range(person, {number:d}, {subjects:d})) AS number
            FROM people WHERE source = {literal(dataset.source)}
        ) AS rows, names
    """)  # noqa: S608 - our own names


def _named(dataset: Dataset, number: int) -> Iterator[Named]:
    values = _values(dataset)
    for place, (role, fields) in enumerate(dataset.shape.persons.items()):
        for rank, field in enumerate(fields):
            yield Named(dataset, number, role, field, values[field], is_main=place == 0, is_key=rank == 0)


def _fill_identity(opened: Engine, named: list[Named], subjects: int, some: str) -> None:
    """Where some persons stand: to put all in order at once would take much memory."""
    people, agents = (f"(SELECT * FROM {table} WHERE {some})" for table in ("people", "agents"))  # noqa: S608 - our own names
    identifiers, records = [], []
    for each in named:
        table, source, shape = each.dataset.table, each.dataset.source, each.dataset.fields[each.field].shape
        kind = str(shape.identifies)
        held, step, first = (people, subjects, "person") if each.is_main else (agents, _AGENTS, "agent")
        numbers = f"unnest(range({first}, {each.number:d}, {step:d})) AS number"
        rows = f"(SELECT *, {numbers} FROM {held} WHERE source = {literal(source)}) AS rows"  # noqa: S608 - our own names
        told = f"md5({literal(table)} || number) AS _record, {literal(table)} AS dataset"
        identifiers.append(f"""
            SELECT {told}, {literal(source)} AS source, {literal(each.role)} AS role, {each.is_main} AS is_main, hash AS person,
                {literal(each.field)} AS field, {literal(kind)} AS kind, {each.value} AS value, {bool(shape.shared)} AS shared,
                {each.is_key} AS is_key
            FROM {rows}
        """)  # noqa: S608 - our own names
        if each.is_key:
            records.append(f"SELECT {told}, {literal(each.role)} AS role, {each.is_main} AS is_main, hash AS person FROM {rows}")  # noqa: S608
    for table, selects in (("identifiers", identifiers), ("record_persons", records)):
        opened.run(f"INSERT INTO identity.{table} SELECT * FROM ({' UNION ALL '.join(selects)}) AS rows ORDER BY person")  # noqa: S608


def _fill_links(opened: Engine, named: list[Named], kind: str) -> None:
    """Who bears the identifiers of a kind."""
    value = next(each.value for each in named if each.is_main and each.dataset.fields[each.field].shape.identifies == kind)
    sources = {each.dataset.source for each in named if each.is_main and each.dataset.fields[each.field].shape.identifies == kind}
    reason = literal("kind_never_joins") if kind == "ip" else "NULL"
    agents = "UNION ALL SELECT hash, value FROM agents" if kind == "email" else ""
    opened.run(f"""
        INSERT INTO identity.links
        SELECT hash, {literal(kind)}, value, {kind != "ip"}, {reason}
        FROM (SELECT hash, {value} AS value FROM people WHERE source IN ({", ".join(map(literal, sources))}) {agents}) AS rows
        ORDER BY value
    """)  # noqa: S608 - our own names
