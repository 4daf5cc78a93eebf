"""What a ground keeps of an erased person is found by everything that the person was known by, and by nothing of anybody else's."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from assets.retention.erasure import apply_erasures
from assets.rights.find import Subject, UnclearError, find
from resources.runs import begin_run
from tests.helpers.described import SOURCES
from tests.helpers.erasing import erase, keeping
from tests.helpers.records import chat, customer
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFUSALS = """
source: refusals
label: &words {en: A name, sv: Ett namn, fi: Nimi}
team: sales
operator: controller
connector: files
connection: {path: "${DATA}/refusals"}
region: FI
time_zone: Europe/Helsinki
datasets:
  records:
    label: *words
    record: One refusal of calls.
    read: {files: "*.ndjson", format: ndjson}
    load: snapshot
    key: [id]
    anchor: on
    retention: month
    purposes: [relation]
    persons: {caller: [phone]}
    fields:
      id: {type: text, required: true, category: system, label: {en: Number, sv: Nummer, fi: Numero}}
      phone: {type: text, category: user.contact.phone_number, origin: data_subject, promise: held, identifies: phone, shared: false}
      on: {type: date, required: true, category: system, label: {en: Day, sv: Dag, fi: Päivä}}
"""
EMAIL, PHONE = ("email", "aino@koe.example"), ("phone", "+358401000001")
KEPT = {"shop_orders", "refusals_records"}
Row = dict[str, Any]
Identifier = tuple[str, str]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A register in which the law keeps orders, known by the customer's number, and refusals of calls, known by the telephone."""
    made = Small(tmp_path, SOURCES | {"refusals": REFUSALS})
    customers, refusals = made.dataset("shop.customers"), made.dataset("refusals.records")
    # Customers and their orders are persons of one source, as in a CRM.
    customers["read"]["files"] = "records.ndjson"
    customers["recorded"], made.dataset("chats.conversations")["recorded"] = "seen_at", "ended_at"
    number = {"customer_number": customers["fields"]["customer_number"]}
    fields = {key: value for key, value in refusals["fields"].items() if key != "phone"} | number
    orders = {"read": {"files": "orders.ndjson", "format": "ndjson"}, "persons": {"customer": [*number]}, "retention": "year"}
    made.described["shop"]["datasets"]["orders"] = refusals | orders | {"fields": fields}
    keeping(made, year={"keeps": "legal_obligation"}, month={"keeps": "prohibition"})
    yield made
    made.close()


def _order(number: int, customer_number: str) -> Row:
    return {"id": f"O{number}", "customer_number": customer_number, "on": "2026-10-01"}


def _refusal(number: int, phone: str) -> Row:
    return {"id": f"R{number}", "phone": phone, "on": "2026-10-01"}


def _deliver(small: Small, **records: list[Row]) -> None:
    for source, rows in records.items():
        if source == "orders":
            small.deliver("shop", rows, "orders.ndjson")
        else:
            small.deliver("shop" if source == "customers" else source, rows)
    small.ingest("shop", "chats", "refusals")


def _random(rng: random.Random) -> dict[str, list[Row]]:
    """Records of some twenty persons, who share telephones and addresses now and then."""

    def phone() -> str:
        return f"+3584010000{rng.randrange(30):02d}"

    def email() -> str:
        return f"p{rng.randrange(30)}@koe.example"

    def some(**values: object) -> Row:
        return {key: value for key, value in values.items() if rng.random() < 0.6}

    numbers = range(20)
    return {
        "customers": [customer(each, **some(email=email(), phone=phone())) for each in numbers],
        "orders": [_order(each, f"C{rng.randrange(20)}") for each in range(25)],
        "refusals": [_refusal(each, phone()) for each in range(15)],
        "chats": [
            chat(each, **{"user_id": f"u{rng.randrange(15)}"} | some(email=email(), phone=phone(), cookie=f"k{rng.randrange(15)}"))
            for each in numbers
        ],
    }


def _found(small: Small, *identifiers: Identifier) -> Subject:
    with small.register.warehouse.reading() as engine:
        return find(engine, small.register.catalogue, identifiers, small.home.pepper)


def _records(small: Small, *identifiers: Identifier) -> set[str]:
    """The records of whom identifiers mean."""
    persons = ", ".join(f"'{each}'" for each in _found(small, *identifiers).persons) or "''"
    return {row[0] for row in small.rows(f"SELECT dataset || '/' || _record FROM identity.record_persons WHERE person IN ({persons})")}  # noqa: S608 - opaque ids


def _subjects(small: Small) -> dict[str, tuple[set[Identifier], set[str]]]:
    """Of each subject what is surely its own, of which nobody else has any, and its records."""
    found: dict[str, tuple[set[Identifier], set[str]]] = {}
    for subject, kind, value, record in small.rows("""
        SELECT persons.subject, links.kind, links.value, records.dataset || '/' || records._record
        FROM identity.persons AS persons
        INNER JOIN identity.record_persons AS records ON records.person = persons.person
        LEFT JOIN identity.links AS links ON links.person = persons.person AND links.joins
        WHERE persons.subject IS NOT NULL
    """):
        identifiers, held = found.setdefault(subject, (set(), set()))
        held.add(record)
        if kind is not None:
            identifiers.add((kind, value))
    borne = Counter(each for own, _ in found.values() for each in own)
    return {subject: ({each for each in own if borne[each] == 1}, records) for subject, (own, records) in found.items()}


def _aino() -> dict[str, list[Row]]:
    aino = {"email": EMAIL[1], "phone": PHONE[1]}
    return {
        "customers": [customer(1, **aino), customer(2, email="bo@koe.example", phone="+358401000002")],
        "orders": [_order(1, "C1"), _order(2, "C1"), _order(3, "C2")],
        "refusals": [_refusal(1, PHONE[1]), _refusal(2, "+358401000002")],
        "chats": [chat(1, user_id="u1", email=EMAIL[1]), chat(2, user_id="u1", cookie="k1"), chat(3, email="bo@koe.example")],
    }


def _kinds(records: set[str]) -> list[str]:
    return sorted(each.split("/")[0] for each in records)


def test_every_identifier_finds_all_that_is_kept(small: Small) -> None:
    """The address, cookie and user id that went find the orders and the refusal, as one subject; what went does not come back.

    So it is once the sources are read again, and where an old warehouse is put back.
    """
    _deliver(small, **_aino())
    before, backup = _found(small, EMAIL), (small.home.path / "warehouse" / "current").read_bytes()
    erase(small, EMAIL)
    for turn in ("erased", "read again", "restored"):
        if turn == "restored":
            (small.home.path / "warehouse" / "current").resolve().write_bytes(backup)
            begin_run(small.register, small.run)
            with small.register.warehouse.writing(small.run) as engine:
                apply_erasures(engine, small.register)
            small.publish()
        kept = _records(small, ("customer_number", "C1"))
        assert _kinds(kept) == ["refusals_records", "shop_orders", "shop_orders"]
        for identifier in (EMAIL, ("user_id", "u1"), ("cookie_id", "k1"), ("phone", "040 1000001"), ("customer_number", "C1")):
            assert _found(small, identifier).id == before.id
            assert _records(small, identifier) == kept
        assert len(_records(small, ("email", "bo@koe.example"))) == 4
        held = repr({table: rows for table, rows in small.everything().items() if table != "quarantine.records"})
        assert EMAIL[1] not in held
        assert "'k1'" not in held
        if turn == "erased":
            small.ingest("shop", "chats", "refusals")  # the sources have the person still


def test_nobody_else_is_drawn_in(small: Small) -> None:
    """Whoever gets her telephone or address later is another; who comes back by her user id is she; the hashes go with the last record."""
    _deliver(small, **_aino())
    erase(small, EMAIL)
    orders = {each for each in _records(small, EMAIL) if each.startswith("shop_orders")}
    after = {"seen_at": "2026-10-16T10:00:00Z"}
    small.at("2026-10-17T03:00:00+03:00")
    customers = [
        customer(9, phone=PHONE[1], email="nils@koe.example", **after),
        customer(10, email="eva@koe.example", phone="+358401000009"),
    ]
    chats = [chat(9, "2026-10-16T10:00:00Z", phone=PHONE[1], email="nils@koe.example"), chat(10, "2026-10-16T10:00:00Z", user_id="u1")]
    _deliver(small, **_aino() | {"customers": customers, "chats": chats})
    assert _kinds(_records(small, ("customer_number", "C9"))) == ["chats_conversations", "shop_customers"]
    assert _kinds(_records(small, EMAIL)) == ["chats_conversations", "shop_orders", "shop_orders"]
    assert orders < _records(small, ("user_id", "u1"))
    _deliver(small, **_aino() | {"customers": [customers[0], customers[1] | {"email": EMAIL[1]} | after], "chats": []})
    assert _kinds(_records(small, ("customer_number", "C10"))) == ["shop_customers"]
    assert orders < _records(small, ("customer_number", "C1"))
    with pytest.raises(UnclearError):
        _found(small, EMAIL)
    small.at("2028-02-01T03:00:00+02:00")
    small.purge()
    assert small.rows("SELECT * FROM identity.remains UNION ALL SELECT former, hash FROM identity.known_by") == []


@pytest.mark.parametrize("seed", range(2))
def test_of_whomever_all_that_is_kept_is_found_and_nothing_of_others(small: Small, seed: int) -> None:
    """Of random persons who are erased, each identifier finds what was theirs and stays, no more; also once all is read again."""
    rng = random.Random(seed)  # noqa: S311 - sample data, no secret
    _deliver(small, **_random(rng))
    erased: list[tuple[set[Identifier], set[str]]] = []
    gone: set[str] = set()
    for _ in range(4):
        candidates = {
            subject: (own, records)
            for subject, (own, records) in _subjects(small).items()
            if own and not any(known & own for known, _ in erased) and {each.split("/")[0] for each in records} - KEPT
        }
        own, records = candidates[rng.choice(sorted(candidates, key=lambda each: sorted(candidates[each][0])))]
        erase(small, *rng.sample(sorted(own), 1))
        kept = {each for each in records if each.split("/")[0] in KEPT}
        erased.append((own, kept))
        gone |= records - kept
        _check(small, erased, gone)
    assert sum(len(kept) for _, kept in erased) > 0
    small.ingest("shop", "chats", "refusals")
    _check(small, erased, gone)


def _check(small: Small, erased: list[tuple[set[Identifier], set[str]]], gone: set[str]) -> None:
    held = {
        f"{table.partition('.')[2]}/{row['_record']}" for table, rows in small.everything().items() if "register." in table for row in rows
    }
    assert not gone & held
    for own, kept in erased:
        for identifier in own:
            assert _records(small, identifier) == kept
