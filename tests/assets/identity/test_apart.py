"""What never joins: joining two people wrongly would hand one the other's data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.people import union_find

if TYPE_CHECKING:
    from tests.helpers.people import People

AINO = ("email", "aino@koe.example")
EINO = ("email", "eino@koe.example")
PHONE = ("phone", "+358401234567")
COOKIE = ("cookie_id", "k1")
SEVERAL = "several_persons_of_a_source"


def _apart(people: People, *persons: str, nobody: str | None = None) -> None:
    assert {frozenset([person]) for person in persons} == people.groups()
    assert {person for person in [nobody] if person is not None} == people.nobodies()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("contact_id", "C1"), ("contact_id", "C2")),
        (("email", "aino@koe.example"), ("email", "eino@koe.example")),
        (("user_id", "U1"), ("email", "eino@koe.example")),
        (("user_id", "U1"), ("cookie_id", "k1")),
        (("customer_number", "1"), ("user_id", "U1")),
    ],
)
def test_a_telephone_of_two_persons_of_a_source_joins_nobody(people: People, one: tuple[str, str], other: tuple[str, str]) -> None:
    """Colleagues or a family behind one number are not one, however the source names each; whoever calls from it may be either."""
    _apart(people, people.record("crm", one, PHONE), people.record("crm", other, PHONE), nobody=people.record("calls", PHONE))
    assert people.reason(*PHONE) == SEVERAL


def test_a_telephone_and_a_role_mailbox_of_two_persons_join_nobody(people: People) -> None:
    """That two write from info@… and call from one number does not make them one person."""
    info = ("email", "info@koe.example")
    _apart(people, people.record("crm", ("user_id", "U1"), info, PHONE), people.record("crm", COOKIE, info, PHONE))


def test_a_telephone_with_different_addresses_in_two_sources_joins_nobody(people: People) -> None:
    """Each source knows one person of the number, but by another e-mail address: they may be two."""
    contact = people.record("crm", ("contact_id", "C1"), AINO, PHONE)
    _apart(people, contact, people.record("forms", EINO, PHONE), nobody=people.record("calls", PHONE))
    assert people.reason(*PHONE) == "several_email_addresses"


def test_a_family_cookie_joins_nobody(people: People) -> None:
    """A browser with which two users logged in joins nobody, and what was done without a login is no named person's."""
    _apart(
        people,
        people.record("analytics", ("user_id", "U1"), COOKIE),
        people.record("analytics", ("user_id", "U2"), COOKIE),
        people.record("forms", AINO, COOKIE),
        nobody=people.record("analytics", COOKIE),
    )
    assert people.reason(*COOKIE) == SEVERAL


def test_a_family_cookie_of_two_sources_joins_nobody(people: People) -> None:
    """Nor does it where each source saw another of them log in; what tells who they are still joins each with herself."""
    aino = [people.record("accounts", ("user_id", "U1"), AINO, COOKIE), people.record("forms", AINO)]
    eino = [people.record("analytics", ("user_id", "U2"), COOKIE)]
    assert {frozenset(aino), frozenset(eino)} == people.groups()
    assert people.reason(*COOKIE) == SEVERAL


@pytest.mark.parametrize("sources", [("forms", "forms"), ("forms", "social")])
def test_a_cookie_with_two_addresses_joins_nobody(people: People, sources: tuple[str, str]) -> None:
    """A browser from which two e-mail addresses were given, without a login, is not one person's for certain."""
    _apart(people, people.record(sources[0], AINO, COOKIE), people.record(sources[1], EINO, COOKIE), nobody=people.record("web", COOKIE))
    assert people.reason(*COOKIE) == "several_email_addresses"


@pytest.mark.parametrize("kind", ["user_id", "customer_number", "contact_id", "requester_id"])
def test_an_address_of_two_keyed_persons_joins_nobody(people: People, kind: str) -> None:
    """An e-mail address that two contacts or users of one source share, or of two sources, is neither's alone."""
    _apart(
        people,
        people.record("crm", (kind, "1"), AINO),
        people.record("crm", (kind, "2"), AINO),
        nobody=people.record("chats", AINO),
    )
    assert people.reason(*AINO) == SEVERAL


def test_an_address_with_two_customer_numbers_in_two_sources_joins_nobody(people: People) -> None:
    """Two customers stay two where one writes from the other's address; each stays one with herself over the sources."""
    first = [people.record(source, ("customer_number", "1")) for source in ("crm", "calls")]
    second = [people.record(source, ("customer_number", "2"), AINO) for source in ("crm", "shop")]
    third = people.record("chats", ("customer_number", "1"), AINO)
    assert {frozenset([*first, third]), frozenset(second)} == people.groups()
    assert people.reason(*AINO) == SEVERAL


@pytest.mark.parametrize("mailbox", ["info", "noreply", "asiakaspalvelu", "faktura", "sales"])
def test_a_role_mailbox_joins_nobody(people: People, mailbox: str) -> None:
    """Two who write from a role's mailbox are not one."""
    address = ("email", f"{mailbox}@koe.example")
    _apart(people, people.record("crm", ("contact_id", "C1"), address), people.record("helpdesk", ("requester_id", "R1"), address))
    assert people.reason(*address) == "role_mailbox"


def test_what_one_source_declares_shared_joins_nobody_anywhere(people: People) -> None:
    """A number that one source knows as a switchboard is one for the others, too."""
    _apart(
        people,
        people.record("crm", ("contact_id", "C1"), PHONE, shared=["phone"]),
        people.record("chats", ("user_id", "U1"), PHONE),
        people.record("calls", PHONE),
    )
    assert people.reason(*PHONE) == "declared_shared"


def test_an_over_common_value_joins_nobody(people: People) -> None:
    """Fifty persons of fifty sources may be one; fifty-one of one value are none."""
    many, too_many = (
        [people.record(f"s{number}", ("conversation_id", f"{value}-{number}"), ("account_number", value)) for number in range(count)]
        for value, count in (("A", 50), ("B", 51))
    )
    assert {frozenset(many), *(frozenset([person]) for person in too_many)} == people.groups()
    assert people.reason("account_number", "B") == "over_common"


def test_a_chain_that_would_join_two_contacts_is_left_apart_and_reviewed(people: People) -> None:
    """Where evidence would join two contacts of one source by a detour, all of the chain stay apart until a person decides."""
    chain = [
        people.record("crm", ("contact_id", "C1"), AINO),
        people.record("forms", AINO, COOKIE),
        people.record("analytics", COOKIE, ("account_number", "A1")),
        people.record("billing", ("account_number", "A1"), EINO),
        people.record("crm", ("contact_id", "C2"), EINO),
    ]
    innocent = [people.record(source, ("user_id", "U9")) for source in ("crm", "web")]
    # The browser's and the account's holders know one address each, so no single value is to blame: only the whole contradicts itself.
    assert {frozenset(innocent), *(frozenset([person]) for person in chain)} == people.groups()
    (proposal,) = people.in_review().values()
    assert set(chain) == proposal
    assert people.engine.rows("SELECT DISTINCT reason FROM identity.review") == [(SEVERAL,)]


def test_a_chain_over_two_sources_is_left_apart_too(people: People) -> None:
    """Two users that are known to different sources are two all the same."""
    chain = [
        people.record("accounts", ("user_id", "U1"), AINO),
        people.record("forms", AINO, ("account_number", "A1")),
        people.record("analytics", ("user_id", "U2"), ("account_number", "A1")),
    ]
    assert {frozenset([person]) for person in chain} == people.groups()


def test_what_parts_two_parts_only_those(people: People) -> None:
    """Where two persons are kept apart, the others are joined as ever."""
    pairs = []
    for number in range(20):
        one = people.record("crm", ("contact_id", f"C{number}"), ("email", f"{number}@koe.example"), PHONE)
        pairs.append((one, people.record("web", ("email", f"{number}@koe.example"))))
    assert union_find([person for pair in pairs for person in pair], pairs) == people.groups()
