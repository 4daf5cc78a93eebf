"""Who was entered twice, and refuses in one record, is given away in none; who shares a switchboard with somebody who refuses is not it."""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assets.outreach.disclose import disclose
from assets.outreach.disclose_list import Wanted, disclose_list
from assets.outreach.follow import follow
from assets.outreach.refusing import against_refusal
from assets.rights.whom import whom
from resources.errors import AnsvarError
from tests.helpers.outreach import outreaching
from tests.helpers.records import Row, customer
from tests.helpers.requests import verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WANTED = Wanted("partner", "marketing", "Trade fair", "shop.customers", ["customer_number", "email", "phone"])
NAMES = replace(WANTED, fields=["customer_number", "name"])
BY = "Liisa Lahti"
PEOPLE = 150
SWITCHBOARD, ROLE = "+358 9 123 4567", "info@firma.example"
COLLEAGUES = [
    customer(9001, name="Anna", email=ROLE, phone="+358 40 900 0001", switchboard=SWITCHBOARD, kind="company"),
    customer(9002, name="Berit", email=ROLE, phone="+358 40 900 0002", switchboard=SWITCHBOARD),
    customer(9003, name="Cilla", email="cilla@firma.example", phone="+358 40 900 0003", switchboard=SWITCHBOARD),
]


def _people(seed: int) -> list[Row]:
    """Records of people who were entered once to four times, each time with a telephone or an address of theirs; some prohibit partners."""
    chance, records = random.Random(seed), list[Row]()  # noqa: S311 - the same each time
    for person in range(PEOPLE):
        known = [("email", f"p{person}@koe.example"), ("email", f"p{person}@work.example"), ("phone", f"+358 40 {person:03d} 1111")]
        prohibiting = chance.random() < 0.3
        for each in range(chance.randint(1, 4)):
            kind = "company" if prohibiting and (each == 0 or chance.random() < 0.2) else "consumer"
            borne = dict(chance.sample(known, chance.randint(1, 3)))
            records.append(customer(len(records) + 1, name=f"Person {person}", kind=kind, **borne))
    chance.shuffle(records)
    return records


RECORDS = _people(20261015)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The people and three colleagues at one switchboard, of whom one prohibits partners."""
    made = Small(tmp_path_factory.mktemp("twice"))
    outreaching(made)
    customers = made.dataset("shop.customers")
    customers["prohibition"] = {"where": {"kind": ["company"]}}
    customers["persons"]["customer"].append("switchboard")
    customers["fields"]["switchboard"] = customers["fields"]["phone"] | {"origin": "public_register", "shared": True}
    made.describe()
    made.deliver("shop", [*RECORDS, *COLLEAGUES])
    made.ingest("shop")
    made.close()
    return made


@pytest.fixture
def small(ingested: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it."""
    made = ingested.copied(tmp_path / "small")
    yield made
    made.close()


def _written(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return [*csv.DictReader(opened)]


def _refused() -> set[str]:
    """The customer numbers that may be on no list: who prohibits, and who shares an address or a telephone with one of them, and so on."""
    found = {row["customer_number"] for row in RECORDS if row["kind"] == "company"}
    while True:
        theirs = {(key, row[key]) for row in RECORDS if row["customer_number"] in found for key in ("email", "phone") if key in row}
        sharing = {row["customer_number"] for row in RECORDS if theirs & {(key, row[key]) for key in ("email", "phone") if key in row}}
        if sharing == found:
            return found
        found = sharing


def test_of_many_duplicates_none_who_prohibits_is_in_a_file(small: Small, tmp_path: Path) -> None:
    """No file holds a record, an address or a telephone of who prohibits it in any record; nobody else is left out."""
    prohibiting = [row for row in RECORDS if row["kind"] == "company"]
    theirs = {str(row.get(key, "")).replace(" ", "") for row in prohibiting for key in ("customer_number", "email", "phone")} - {""}
    everybody, refused = {row["customer_number"] for row in RECORDS}, _refused()
    assert 0 < len(prohibiting) < len(refused) < len(everybody)
    for wanted in (WANTED, NAMES, replace(WANTED, lines=[f"customer_number={each}" for each in sorted(everybody - refused)])):
        file = tmp_path / "list.csv"
        given = disclose_list(small.register, wanted, BY, file)
        rows, written = _written(file), file.read_text(encoding="utf-8").replace(" ", "")
        assert [each for each in theirs if f"{each}," in written or f"{each}\n" in written] == []
        assert {row["customer_number"] for row in rows} & everybody == everybody - refused
        assert wanted.lines is not None or sum(given.left_out.values()) >= len(refused)
        file.unlink()
    with small.register.warehouse.reading() as engine:
        assert against_refusal(engine, small.register) == []


def _duplicates() -> list[str]:
    """Records that prohibit nothing themselves, of people who prohibit in another record: some of them."""
    return sorted(_refused() - {row["customer_number"] for row in RECORDS if row["kind"] == "company"})[::20]


@pytest.mark.parametrize("number", _duplicates())
def test_a_list_that_names_a_duplicate_is_refused(small: Small, tmp_path: Path, number: str) -> None:
    """By its number or by its address, for a list that is made here and for one that is recorded; nothing is written or recorded."""
    record = next(row for row in RECORDS if row["customer_number"] == number)
    for line in (f"customer_number={number}", *(f"{key}={record[key]}" for key in ("email", "phone") if key in record)):
        with pytest.raises(AnsvarError, match=r"The persons in line 2 .*: leave them out\."):
            disclose_list(small.register, replace(NAMES, lines=["customer_number=C9003", line]), BY, tmp_path / "list.csv")
        with pytest.raises(AnsvarError, match=r"The persons in line 2 .*: leave them out\."):
            disclose(small.register, "partner", "Trade fair", BY, ["customer_number=C9003", line])
    assert (small.register.ledger.disclosures(), (tmp_path / "list.csv").exists()) == ([], False)


def _against(small: Small) -> int:
    with small.register.warehouse.reading() as engine:
        return len(against_refusal(engine, small.register))


def test_a_switchboard_is_nobodys_own(small: Small, tmp_path: Path) -> None:
    """A colleague of one who prohibits is given, and that is no disclosure of the one who prohibits; her address is, if it is the same."""
    made = disclose_list(small.register, NAMES, BY, tmp_path / "names.csv")
    assert {"C9001", "C9002", "C9003"} & {row["customer_number"] for row in _written(tmp_path / "names.csv")} == {"C9002", "C9003"}
    assert (_against(small), made.left_out["prohibition"] > 0) == (0, True)
    disclose_list(small.register, WANTED, BY, tmp_path / "addresses.csv")
    assert {"C9001", "C9002", "C9003"} & {row["customer_number"] for row in _written(tmp_path / "addresses.csv")} == {"C9003"}


@pytest.mark.parametrize("carried_out", [False, True])
def test_an_objection_that_was_filed_after_the_list(small: Small, tmp_path: Path, *, carried_out: bool) -> None:
    """Received before the list was made, it is found by the check, and nobody else is; also when it was carried out."""
    disclose_list(small.register, NAMES, BY, tmp_path / "names.csv")
    before = small.register.clock.now() - dt.timedelta(days=1)
    request = small.register.ledger.new_request("objection", "en", [("email", "cilla@firma.example")], before, "marketing")
    if carried_out:
        verified(small.register.ledger, request, small.register.clock.now())
        small.at("2026-10-20T03:00:00+03:00")
        follow(small.register, request.id, BY, whom)
    assert _against(small) == 1
