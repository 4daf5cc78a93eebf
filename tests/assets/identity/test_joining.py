"""What joins the persons of several sources into one data subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.records import call, chat, customer

if TYPE_CHECKING:
    from tests.helpers.people import People
    from tests.helpers.small import Small

AINO = ("email", "aino@koe.example")
EINO = ("email", "eino@koe.example")
PHONE = ("phone", "+358401234567")
COOKIE = ("cookie_id", "k1")
STRONG = (
    *("email", "customer_number", "user_id", "contact_id", "requester_id", "sole_trader_id", "account_number", "conversation_id"),
    "phone",
)


@pytest.mark.parametrize("kind", STRONG)
def test_a_strong_identifier_joins_over_sources(people: People, kind: str) -> None:
    """One value of a strong identifier in three sources is one subject; another value is another."""
    same = [people.record(source, (kind, "1")) for source in ("crm", "web", "chats")]
    other = people.record("crm", (kind, "2"))
    assert {frozenset(same), frozenset([other])} == people.groups()
    assert people.reason(kind, "1") is None


@pytest.mark.parametrize("kind", ["business_id", "ip", "message_id"])
def test_what_many_bear_joins_nobody(people: People, kind: str) -> None:
    """A company's business id, an address on the net or a message's id join nobody, as the vocabulary says."""
    persons = [people.record(source, ("user_id", source), (kind, "1")) for source in ("crm", "web")]
    assert {frozenset([person]) for person in persons} == people.groups()
    assert people.reason(kind, "1") == "kind_never_joins"


def test_a_value_joins_only_its_own_kind(people: People) -> None:
    """The same characters as a customer number and as a user id are two things."""
    number, user = people.record("crm", ("customer_number", "7")), people.record("web", ("user_id", "7"))
    assert {frozenset([number]), frozenset([user])} == people.groups()


def test_a_chain_of_evidence_joins(people: People) -> None:
    """Through what each source knows, persons that have nothing in common with each other come together."""
    chain = [
        people.record("crm", ("contact_id", "C1"), AINO),
        people.record("accounts", ("user_id", "U1"), AINO),
        people.record("analytics", ("user_id", "U1"), COOKIE),
        people.record("forms", COOKIE),
    ]
    apart = people.record("forms", ("cookie_id", "k2"))
    assert {frozenset(chain), frozenset([apart])} == people.groups()


def test_a_cookie_that_logged_in_joins(people: People) -> None:
    """A browser of which the same source knows that it logged in brings the visits before the login to the user."""
    before, after = people.record("analytics", COOKIE), people.record("analytics", ("user_id", "U1"), COOKIE)
    assert {frozenset([before, after])} == people.groups()


def test_a_telephone_of_one_person_joins(people: People) -> None:
    """A caller who is known by the number alone is the one person of that number."""
    known = people.record("crm", ("contact_id", "C1"), AINO, PHONE)
    same_source = people.record("crm", PHONE)
    caller = people.record("calls", PHONE)
    assert {frozenset([known, same_source, caller])} == people.groups()


def test_a_person_known_twice_in_a_source_by_the_same_address_keeps_the_telephone(people: People) -> None:
    """A chat with a login and one without, with one e-mail address and one telephone, are of one person, and the telephone is hers."""
    chats = [people.record("chats", ("user_id", "U1"), AINO, PHONE), people.record("chats", AINO, PHONE)]
    assert {frozenset([*chats, people.record("calls", PHONE)])} == people.groups()


def test_the_evidence_is_kept(people: People) -> None:
    """Each link says which identifier of which person joins, and why one does not."""
    people.record("crm", ("contact_id", "C1"), AINO, ("business_id", "B1"))
    people.record("web", AINO)
    counts = people.resolve()
    links = {
        (people.labels[person], kind, value): (joins, reason)
        for person, kind, value, joins, reason in people.engine.rows("SELECT person, kind, value, joins, reason FROM identity.links")
    }
    assert {
        ("crm:C1", "contact_id", "C1"): (True, None),
        ("crm:C1", *AINO): (True, None),
        ("crm:C1", "business_id", "B1"): (False, "kind_never_joins"),
        ("web:aino@koe.example", *AINO): (True, None),
    } == links
    found = {"persons": 2, "subjects": 1, "links": 4, "review": 0, "record_persons": 2}
    assert {key: count for key, count in counts.items() if count} == {key: count for key, count in found.items() if count}
    assert people.engine.rows("SELECT persons, sources, records FROM identity.subjects") == [(2, 2, 2)]


def test_no_table_of_the_way_is_left(people: People) -> None:
    """What is worked out on the way, and holds identifiers, does not stay; what is remembered holds none."""
    people.record("crm", AINO)
    people.resolve()
    left = people.engine.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'identity' ORDER BY 1")
    shown = ["identifiers", "links", "persons", "record_persons", "review", "subjects"]
    companies = ["companies", "company_records", "contact_periods"]
    assert [row[0] for row in left] == sorted(
        [*shown, *companies, "aliases", "candidates", "chains", "history", "judged_persons", "known_by", "memory", "remains"]
    )


def test_nobody_is_no_subject(people: People) -> None:
    """Without any identifier there is nobody, and a record that names nobody is nobody's."""
    assert people.groups() == set()
    people.record("crm", ("email", "info@koe.example"), named=False)
    assert people.groups() == set()


def test_real_sources_with_different_spellings(small: Small) -> None:
    """Through real sources: letter case, blanks and the spelling of telephone numbers do not part a person."""
    small.deliver("shop", [customer(1, email="Aino.Laine@Koe.EXAMPLE "), customer(2, phone="040-123 4567"), customer(3)])
    answered = chat(2, email="AINO.LAINE@KOE.EXAMPLE", agent_email="liisa@koe.example")
    small.deliver("chats", [chat(1, email="aino.laine@koe.example"), answered])
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1, phone="+358 (40) 1234567")], "calls.csv")
    small.ingest("shop", "chats", "calls")
    found = small.rows("""
        SELECT list_sort(list(DISTINCT coalesce(shop.customer_number, chats.id, calls.id, records.role)))
        FROM identity.persons AS persons
        INNER JOIN identity.record_persons AS records ON records.person = persons.person
        LEFT JOIN register.shop_customers AS shop ON shop._record = records._record
        LEFT JOIN register.chats_conversations AS chats ON chats._record = records._record AND records.is_main
        LEFT JOIN register.calls_recordings AS calls ON calls._record = records._record
        GROUP BY persons.subject ORDER BY 1
    """)
    assert found == [(["C1", "chat-1", "chat-2"],), (["C2", "call-1"],), (["C3"],), (["agent"],)]
