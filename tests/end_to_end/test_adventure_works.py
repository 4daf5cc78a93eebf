"""The second register, of real input: AdventureWorks and others, read in through its YAML and compared with what was counted by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML
from whenever import OffsetDateTime

from assets.identity.resolve import resolve
from assets.ingest.source import ingest_source
from assets.retention.run import Verified, verify
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home, write_private
from resources.register import Register, open_register
from resources.runs import finish_run
from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.ingest.account import Account
    from resources.warehouse import Engine

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "tests" / "registers" / "adventure_works"
DATA = ROOT.parent / "shared" / "data"
DAY = "2015-06-01"

pytestmark = [
    pytest.mark.skipif(not DATA.is_dir(), reason=f"the real input is not there: {DATA}"),
    pytest.mark.early,
]


@cache
def expected() -> dict[str, Any]:
    """What the register must come to hold, counted in the input itself."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load((REGISTER / "EXPECTED.yaml").read_text(encoding="utf-8"))
    return found


DATASETS = list(expected()["datasets"])


@dataclass
class Read:
    """The register after the real input was read in, and the accounts of it, by data set."""

    register: Register
    accounts: dict[str, Account]
    engine: Engine

    def rows(self, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
        """Rows of what is published."""
        return self.engine.rows(statement, parameters)

    def subject(self, kind: str, value: str) -> str:
        """The one subject of whoever bears an identifier."""
        statement = """
            SELECT DISTINCT persons.subject FROM identity.identifiers AS borne
            INNER JOIN identity.persons AS persons ON persons.person = borne.person
            WHERE borne.kind = $kind AND borne.value = $value
        """
        ((subject,),) = self.rows(statement, kind=kind, value=value)
        return str(subject)


def ingest(register: Register, run: str) -> dict[str, Account]:
    """Read every source and publish."""
    accounts = {}
    for source in register.catalogue.sources.values():
        for outcome in ingest_source(register, source.name, run, source.datasets):
            if outcome.account is None:
                raise outcome.error or ValueError(source.name)
            accounts[outcome.dataset.id] = outcome.account
    with register.warehouse.writing(run) as engine:
        resolve(engine, register.catalogue)
    finish_run(register, run)
    return accounts


def empty(folder: Path, **settings: str) -> Register:
    """The register with an empty home in a folder, on the first of June 2015; with settings beside the place of its input."""
    home = Home(folder)
    home.create()
    stated = {"ADVENTURE_WORKS_DATA": str(DATA)} | settings
    write_private(home.path / "settings.env", "".join(f"{key}={value}\n" for key, value in stated.items()))
    catalogue = load_register(REGISTER)
    return open_register(catalogue, home, Clock(catalogue.notice.time_zone, OffsetDateTime(f"{DAY}T03:00:00+03:00").to_instant()))


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """The register with an empty home."""
    opened = empty(tmp_path_factory.mktemp("home"))
    yield opened
    opened.ledger.close()


@pytest.fixture(scope="module")
def read(register: Register) -> Iterator[Read]:
    """The register after its first run."""
    accounts = ingest(register, "first")
    with register.warehouse.reading() as engine:
        yield Read(register, accounts, engine)


def test_every_data_set_is_expected(read: Read) -> None:
    """All twenty-eight data sets of the register are compared."""
    assert set(read.accounts) == set(DATASETS)
    assert len(DATASETS) == 28


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_record_is_accounted_for(read: Read, dataset: str) -> None:
    """What was read, kept, quarantined by each rule and dropped equals the count of the input."""
    account, counted = read.accounts[dataset], expected()["datasets"][dataset]
    on_the_day = counted[DAY]
    table = dataset.replace(".", "_")
    quarantined = read.rows("SELECT field, rule FROM quarantine.records WHERE dataset = $table", table=table)
    ((kept,),) = read.rows(f"SELECT count(*) FROM register.{name(table)}")  # noqa: S608 - a name of the catalogue
    found = {
        "read": account.read,
        "left_out": account.dropped.get("where", 0),
        "past_retention": account.dropped.get("past_retention", 0),
        "superseded": account.dropped.get("superseded_in_batch", 0),
        "quarantined": dict(Counter(f"{field}.{rule}" if field else rule for field, rule in quarantined)),
        "kept": kept,
    }
    assert found == {"read": counted["read"], "left_out": counted["left_out"], **on_the_day}
    assert account.balances
    assert (account.inserted, account.quarantined) == (kept, len(quarantined))


def test_the_broken_line_of_the_log(read: Read) -> None:
    """Line 8899, which lacks a quotation mark, stands in quarantine as it came, with the reason."""
    lines = (DATA / "weblogs" / "apache_logs").read_text(encoding="utf-8").splitlines()
    found = read.rows("SELECT rule, reason, record FROM quarantine.records WHERE dataset = 'web_site_requests'")
    assert found == [("unreadable", "is not a line of the combined log format", lines[8898])]


@pytest.mark.parametrize("person", expected()["persons"], ids=lambda person: person["email"])
def test_the_records_of_a_person_come_together(read: Read, person: dict[str, Any]) -> None:
    """Of each example person, all identifiers lead to one subject, and orders, names and birth dates are as in the input."""
    kinds = ("business_entity_id", "customer_number", "account_number", "email")
    (subject,) = {read.subject(kind, person[kind]) for kind in kinds if read.rows(_BORNE, kind=kind, value=person[kind])}
    counts = {
        table: read.rows(
            f"SELECT count(*) FROM register.{table} AS rows INNER JOIN identity.persons AS persons ON persons.person = rows._person"  # noqa: S608 - fixed names
            " WHERE persons.subject = $subject",
            subject=subject,
        )[0][0]
        for table in ("sales_orders", "web_shop_order_lines")
    }
    assert counts == {"sales_orders": person["orders"], "web_shop_order_lines": person["order_lines"]}
    if "birth_date" in person:
        found = read.rows(
            """
            SELECT rows.birth_date FROM register.web_shop_customers AS rows
            INNER JOIN identity.persons AS persons ON persons.person = rows._person WHERE persons.subject = $subject
            """,
            subject=subject,
        )
        assert found == [(dt.date.fromisoformat(str(person["birth_date"])),)]


_BORNE = "SELECT 1 FROM identity.identifiers WHERE kind = $kind AND value = $value LIMIT 1"


@pytest.mark.parametrize("apart", expected()["apart"], ids=lambda apart: apart["why"])
def test_who_must_never_come_together(read: Read, apart: dict[str, Any]) -> None:
    """Namesakes, and persons of one telephone number, are subjects of their own."""
    subjects = {read.subject("business_entity_id", number) for number in apart["business_entity_ids"]}
    assert len(subjects) == len(apart["business_entity_ids"])


def test_subjects_are_as_many_as_the_input_has(read: Read) -> None:
    """As many subjects come of the customers as the input has persons, and stores without one; the rest is known by one identifier each."""
    identity = expected()["identity"]
    by_source = dict(read.rows("SELECT source, count(DISTINCT subject) FROM identity.persons GROUP BY source"))
    assert by_source["crm"] == identity["subjects"]
    conversations, numbers, addresses, role_mailboxes = 128, 1_000, 19, 1
    assert (by_source["chat"], by_source["telephony"]) == (conversations, numbers)
    assert by_source["mail_services"] == addresses - role_mailboxes
    ((subjects,),) = read.rows("SELECT count(*) FROM identity.subjects")
    assert subjects == identity["subjects"] + conversations + numbers + addresses - role_mailboxes


@pytest.mark.parametrize("kind", ["business_entity_id", "customer_number", "email"])
def test_no_subject_has_two(read: Read, kind: str) -> None:
    """No subject has two numbers in the CRM, two customer numbers or two e-mail addresses."""
    statement = """
        SELECT max(count(DISTINCT borne.value)) OVER () FROM identity.identifiers AS borne
        INNER JOIN identity.persons AS persons ON persons.person = borne.person
        WHERE borne.kind = $kind GROUP BY persons.subject LIMIT 1
    """
    assert read.rows(statement, kind=kind) == [(expected()["identity"]["most_business_entities"],)]
    assert read.rows("SELECT count(*) FROM identity.review") == [(0,)]


def test_telephone_numbers_join_nobody(read: Read) -> None:
    """No number of the CRM joins, and the one that 209 persons have is kept with all of them."""
    joining = read.rows("""
        SELECT count(*) FROM identity.links AS links INNER JOIN identity.persons AS persons ON persons.person = links.person
        WHERE links.kind = 'phone' AND links.joins AND persons.source = 'crm'
    """)
    assert joining == [(0,)]
    phones = expected()["phones"]
    number = phones["most_shared"]["number"]
    statement = "SELECT count(DISTINCT business_entity_id) FROM register.crm_phones WHERE phone = $number"
    assert read.rows(statement, number=number) == [(phones["most_shared"]["persons"],)]
    assert read.rows("SELECT count(DISTINCT phone) FROM register.crm_phones") == [(phones["numbers"],)]


def test_double_encoded_names_are_repaired(read: Read) -> None:
    """The names that were encoded twice stand as they are written, and no other is touched."""
    values = expected()["values"]
    for full in values["sales.persons.repaired_names"]:
        first, last = full.split()
        statement = "SELECT count(*) > 0 FROM register.sales_persons WHERE first_name = $first AND last_name = $last"
        assert read.rows(statement, first=first, last=last) == [(True,)], full
    damaged = "SELECT count(*) FROM register.sales_persons WHERE regexp_matches(first_name || last_name, 'Ã|Â|â€')"
    assert read.rows(damaged) == [(0,)]


def test_values_are_typed_as_the_input_has_them(read: Read) -> None:
    """Sums, dates and counts of the typed columns equal those of the input."""
    values = expected()["values"]
    birth = values["web_shop.customers.birth_date"]
    found = {
        "sales.orders.total": float(read.rows("SELECT sum(total) FROM register.sales_orders")[0][0]),
        "web_shop.customers.birth_date": read.rows("SELECT min(birth_date), max(birth_date) FROM register.web_shop_customers")[0],
        "web_shop.customers.annual_income": int(read.rows("SELECT sum(annual_income) FROM register.web_shop_customers")[0][0]),
        "web_shop.order_lines.quantity": int(read.rows("SELECT sum(quantity) FROM register.web_shop_order_lines")[0][0]),
        "telephony.calls.calls": read.rows("SELECT count(DISTINCT call_id) FROM register.telephony_calls")[0][0],
        "telephony.calls.caller_name": read.rows("SELECT count(caller_name) FROM register.telephony_calls")[0][0],
        "telephony.calls.answered_at": read.rows("SELECT count(answered_at) FROM register.telephony_calls")[0][0],
        "chat.turns.by_speaker": dict(read.rows("SELECT speaker, count(*) FROM register.chat_turns GROUP BY speaker")),
        "business_register.companies.name": read.rows("SELECT name FROM register.business_register_companies")[0][0],
        "sales.persons.email_promotion": {str(key): count for key, count in read.rows(_PROMOTIONS)},
    }
    days = {"web_shop.customers.birth_date": tuple(dt.date.fromisoformat(str(birth[key])) for key in ("first", "last"))}
    assert found == {key: values[key] for key in found} | days


_PROMOTIONS = "SELECT email_promotion, count(*) FROM register.sales_persons GROUP BY 1 ORDER BY 1"


def test_recordings_are_kept_byte_for_byte(read: Read) -> None:
    """The four recordings lie in the home as they are in the input."""
    kept = sorted(file.read_bytes() for file in read.register.recordings.rglob("*") if file.is_file())
    given = sorted(file.read_bytes() for file in (DATA / "calls").iterdir() if file.suffix in (".wav", ".flac"))
    assert kept == given
    assert len(kept) == expected()["datasets"]["call_recordings.clips"][DAY]["kept"]


def test_nothing_is_overdue_or_undeclared(read: Read) -> None:
    """On that day nothing is past its period, no table is undeclared, and every recording has its row."""
    assert verify(read.register) == Verified(overdue=0, undeclared=0, orphans=0)


def test_reading_it_again_changes_nothing(read: Read) -> None:
    """The second run finds every record unchanged, and leaves every row of every table as it was, to the last column."""
    before = _digests(read.engine)
    accounts = ingest(read.register, "second")
    for dataset, first in read.accounts.items():
        again = accounts[dataset]
        assert (again.inserted, again.updated, again.unchanged, again.deleted) == (0, 0, first.inserted, 0), dataset
        assert (again.read, again.quarantined, again.dropped) == (first.read, first.quarantined, first.dropped), dataset
    with read.register.warehouse.reading() as engine:
        assert before == _digests(engine)


def _digests(engine: Engine) -> dict[str, tuple[Any, ...]]:
    """Of each table how many rows it has, and a sum over the digests of all their columns."""
    tables = [f"{schema}.{name(table)}" for schema in ("register", "quarantine", "identity") for table in tables_of(engine, schema)]
    return {
        table: engine.rows(f"SELECT count(*), sum(hash(rows)) FROM {table} AS rows")[0]  # noqa: S608 - names of the register
        for table in tables
    }


def test_stores_are_companies_and_their_contact_persons_work_there(read: Read) -> None:
    """The 701 stores of each of two files and the company of the business register are companies; all 753 contact persons are of a store.

    Without business ids nothing tells that the stores of the two files are one, so they are not.
    """
    assert read.rows("SELECT is_registered, is_customer, count(*) FROM identity.companies GROUP BY ALL ORDER BY ALL") == [
        (False, True, 1402),
        (True, False, 1),
    ]
    assert read.rows("SELECT name, business_id FROM identity.companies WHERE is_registered") == [("Nokia Oyj", "0112038-9")]
    assert read.rows("""
        SELECT count(*), count(DISTINCT company), bool_and(is_customer), count(related_until) FROM identity.contact_periods
    """) == [(753, 701, True, 0)]
    assert read.rows("SELECT role, count(*) FROM identity.contact_periods GROUP BY role ORDER BY role") == [
        *read.rows("SELECT contact_type, count(*) FROM register.crm_store_contacts GROUP BY contact_type ORDER BY contact_type")
    ]
