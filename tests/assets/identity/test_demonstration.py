"""The demonstration company's sources, read in as they are, against what its generator knows of who is who."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from whenever import OffsetDateTime

from assets.identity.resolve import resolve
from assets.ingest.source import ingest_source
from demo.generate import generate
from demo.servers import running
from demo.settings import settings_of
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home, write_private
from resources.register import open_register
from resources.runs import finish_run
from tests.helpers.people import Group, union_find

pytestmark = pytest.mark.early
PERSONS = 200
FIRST_RUN = "2026-10-14T03:00:00+03:00"
STRONG = ("email", "user_id", "customer_number", "contact_id", "requester_id")


@dataclass
class Known:
    """What the register came to hold, by record id, and what is true of it.

    Attributes:
        owners: whose each record is, in truth.
        subjects: the subject of whoever each record is about.
        nobodies: the records of whoever may be any of several persons.
        identifiers: the identifiers of each record's main person.
        persons: the truth of each person.
        cases: the planted cases.
        companies: of each record of the customer register that describes a company, its own business id and last day as a customer, and the
            company's business id, number of sources and last day.
    """

    owners: dict[str, str]
    subjects: dict[str, str]
    nobodies: set[str]
    identifiers: dict[str, set[tuple[str, str]]]
    persons: dict[str, Any]
    cases: dict[str, Any]
    companies: list[tuple[Any, ...]]

    def of(self, person: str) -> list[str]:
        """The records of a person that the register holds somebody's."""
        return [record for record, owner in self.owners.items() if owner == person and record in self.subjects]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    """A world of two hundred persons, read in from its real servers and files, and resolved."""
    world, home = tmp_path_factory.mktemp("world"), Home(tmp_path_factory.mktemp("home"))
    generate(world, PERSONS)
    home.create()
    catalogue = load_register(Path(__file__).parents[3] / "register")
    register = open_register(catalogue, home, Clock(catalogue.notice.time_zone, OffsetDateTime(FIRST_RUN).to_instant()))
    with running(world) as servers:
        settings = settings_of(world) | servers.settings
        write_private(home.path / "settings.env", "".join(f"{name}={value}\n" for name, value in settings.items()))
        outcomes = [
            outcome for source in catalogue.sources.values() for outcome in ingest_source(register, source.name, "run", source.datasets)
        ]
    assert all(outcome.account is not None and outcome.account.balances for outcome in outcomes)
    with register.warehouse.writing("run") as engine:
        resolve(engine, catalogue)
    finish_run(register, "run")
    truth = json.loads((world / "truth.json").read_text(encoding="utf-8"))
    owners = {
        _record(world, dataset, key): number
        for number, person in truth["persons"].items()
        for dataset, keys in person["records"].items()
        for key in keys
    }
    identifiers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    with register.warehouse.reading() as engine:
        found = engine.rows("""
            SELECT records._record, persons.subject FROM identity.record_persons AS records
            INNER JOIN identity.persons AS persons ON persons.person = records.person WHERE records.is_main
        """)
        companies = engine.rows("""
            SELECT coalesce(crm.business_id, traders.business_id), coalesce(crm.relation_ended_on, traders.relation_ended_on),
              companies.business_id, companies.sources, companies.customer_until, companies.is_registered
            FROM identity.company_records AS records
            INNER JOIN identity.companies AS companies ON companies.company = records.company
            LEFT JOIN register.crm_companies AS crm ON crm._record = records._record
            LEFT JOIN register.crm_sole_traders AS traders ON traders._record = records._record
            WHERE records.dataset IN ('crm_companies', 'crm_sole_traders')
        """)
        for record, kind, value in engine.rows("SELECT _record, kind, value FROM identity.identifiers WHERE is_main"):
            identifiers[record].add((kind, value))
    subjects = {record: subject for record, subject in found if subject is not None}
    nobodies = {record for record, subject in found if subject is None}
    register.ledger.close()
    return Known(owners, subjects, nobodies, identifiers, truth["persons"], truth["cases"], companies)


def _record(world: Path, dataset: str, key: str) -> str:
    """The stable id of a record: of its data set and its key, or its text where it has no key."""
    parts = key.split("/") if dataset == "chats.messages" else [key]
    if dataset == "web.requests":
        name, _, number = key.rpartition(":")
        content = (world / "web" / name).read_bytes()
        text = gzip.decompress(content) if name.endswith(".gz") else content
        parts = [text.decode().splitlines()[int(number) - 1], "1"]
    return hashlib.md5("\x1f".join((dataset, *parts)).encode(), usedforsecurity=False).hexdigest()


def test_the_register_holds_what_is_known(known: Known) -> None:
    """Nearly every record that is somebody's in truth is found under its stable id: the others are past their period, or name nobody."""
    held = [record for record in known.owners if record in known.subjects]
    assert len(held) > 3_000
    assert len({known.owners[record] for record in held}) > PERSONS * 0.95


def test_no_subject_holds_records_of_two_persons(known: Known) -> None:
    """No subject holds a record of another person."""
    persons: dict[str, set[str]] = defaultdict(set)
    for record, subject in known.subjects.items():
        if record in known.owners:
            persons[subject].add(known.owners[record])
    assert [owners for owners in persons.values() if len(owners) > 1] == []


def test_what_may_be_of_several_is_nobodys(known: Known) -> None:
    """What is known by a telephone or a browser of several persons alone is nobody's: of the planted cases, and of the second address."""
    several = [number for case in ("family_cookie", "phone_sharers", "at_switchboard") for number in known.cases[case]]
    expected = {str(number) for number in (*several, known.cases["second_email"], known.cases["entered_twice"])}
    owners = {known.owners[record] for record in known.nobodies if record in known.owners}
    assert owners <= expected
    assert {str(number) for number in known.cases["family_cookie"]} <= owners
    assert {str(number) for number in known.cases["phone_sharers"]} <= owners


def _by_own_identifiers(known: Known, person: str) -> tuple[set[Group], set[Group]]:
    """A person's records, grouped by the strong identifiers that are this person's alone, and as the register has grouped them."""
    own = {
        (kind, value.lower() if kind == "email" else value)
        for kind, values in known.persons[person]["identifiers"].items()
        for value in values
        if kind in STRONG and not any(value in other["identifiers"].get(kind, []) for key, other in known.persons.items() if key != person)
    }
    bearers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in known.of(person):
        for identifier in known.identifiers[record] & own:
            bearers[identifier].append(record)
    records = sorted({record for bearing in bearers.values() for record in bearing})
    expected = union_find(records, [pair for bearing in bearers.values() for pair in pairwise(bearing)])
    found: dict[str, set[str]] = defaultdict(set)
    for record in records:
        found[known.subjects[record]].add(record)
    return expected, {frozenset(group) for group in found.values()}


def test_each_persons_own_identifiers_bring_the_records_together(known: Known) -> None:
    """All records that bear an e-mail address, user id, customer number or contact id of a person's own are as much one as these tell."""
    twice = str(known.cases["entered_twice"])
    parted = []
    for person in known.persons:
        expected, found = _by_own_identifiers(known, person)
        # Two groups that truth cannot join may still be one subject, by a cookie or a telephone.
        if not all(any(group <= other for other in found) for group in expected):
            parted.append(person)
    assert parted == [twice]


def test_the_example_person_is_one_subject(known: Known) -> None:
    """All that is held of the person who stands everywhere, and names herself, is one subject's."""
    person = str(known.cases["example_person"])
    expected, found = _by_own_identifiers(known, person)
    assert expected == found
    assert len(found) == 1
    assert {known.subjects[record] for record in known.of(person)} == {known.subjects[next(iter(next(iter(found))))]}


def test_colleagues_and_a_family_are_told_apart(known: Known) -> None:
    """Who share a telephone, a browser, a mailbox, a name or a switchboard stay as many subjects as they are persons."""
    for case in ("phone_sharers", "family_cookie", "role_mailbox", "namesakes", "at_switchboard"):
        subjects = [{known.subjects[record] for record in known.of(str(number))} for number in known.cases[case]]
        assert all(subjects), case
        assert len(set().union(*subjects)) == sum(len(each) for each in subjects), case


def test_one_who_writes_in_other_letters_is_one(known: Known) -> None:
    """The person who writes the e-mail address otherwise each time is one named subject."""
    person = str(known.cases["odd_case"])
    assert len({known.subjects[record] for record in known.of(person)}) == 1


def test_who_came_with_a_cookie_first_is_one(known: Known) -> None:
    """Visits before the first login are those of the person who logged in later."""
    person = str(known.cases["cookie_first"])
    assert len({known.subjects[record] for record in known.of(person)}) == 1


def test_a_second_address_stays_apart(known: Known) -> None:
    """A telephone alone does not tell that two e-mail addresses are one person's: what came from the second one stays apart."""
    person = known.persons[str(known.cases["second_email"])]
    first, second = (
        {known.subjects[record] for record, found in known.identifiers.items() if ("email", email) in found and record in known.subjects}
        for email in person["identifiers"]["email"]
    )
    assert (len(first), len(second)) == (1, 1)
    assert first != second


def test_each_company_is_found_in_the_business_register(known: Known) -> None:
    """Every company and sole trader of the customer register is one with its entry in the business register, if that is held."""
    assert len(known.companies) > 20
    for own, ended, joined, sources, until, is_registered in known.companies:
        assert (own, ended) == (joined, until)
        assert is_registered or ended is not None
        assert sources == (2 if is_registered else 1)
