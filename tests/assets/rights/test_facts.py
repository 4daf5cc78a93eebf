"""Facts that several sources tell of a person: every origin of each value, what they disagree on, and nothing that is not the person's."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from assets.rights.export import export
from tests.helpers.records import chat, customer, trader
from tests.helpers.requests import file_verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAME, OTHER = "liisa@lahti.example", "matti@maki.example"
_PHONE = {"type": "text", "category": "user.contact.phone_number", "origin": "public_register", "promise": "held", "identifies": "phone"}
_EMAIL = {"type": "text", "category": "user.contact.email", "origin": "public_register", "promise": "held", "identifies": "email"}
_NAME = {"type": "text", "category": "user.name", "promise": "held"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    """Two persons who stand in the shop and in the public register: one with the same telephone in both, one with another."""
    made = Small(tmp_path_factory.mktemp("facts"))
    traders = made.dataset("registry.traders")
    traders["persons"] = {"trader": ["id", "email", "phone"]}
    traders["fields"] |= {"email": _EMAIL | {"shared": False}, "phone": _PHONE | {"shared": False}, "exchange": _PHONE | {"shared": True}}
    traders["persons"]["trader"].append("exchange")
    chats = made.dataset("chats.conversations")
    chats["fields"] |= {"name": _NAME | {"origin": "data_subject"}, "agent_name": _NAME | {"origin": "service_use"}}
    made.describe()
    made.deliver(
        "shop",
        [
            customer(1, email=SAME, phone="040 123 4567", name="Liisa Lahti", born_on="1980-02-29"),
            customer(2, email=OTHER, phone="050 765 4321", name="Matti Mäki"),
        ],
    )
    made.deliver(
        "registry",
        [
            trader(1, email=SAME.upper(), phone="+358 40 1234567", exchange="09 765 4321", name="Lahti, Liisa"),
            trader(2, email=OTHER, phone="+358 44 999 8888", exchange="09 765 4321", name="Tmi Matti Mäki"),
        ],
    )
    made.deliver(
        "chats", [chat(1, email=SAME, name="LIISA LAHTI", agent_name="Aino Avulias", agent_email="aino@koe.example", text="040 123 4567")]
    )
    made.ingest("shop", "registry", "chats")
    yield made
    made.close()


def answered(small: Small, email: str, language: str = "en") -> dict[str, bytes]:
    """The members of the bundle that answers a person."""
    request = file_verified(small.register.ledger, "access", language, [("email", email)], small.register.clock.now())
    path: Path = export(small.register, request.id).path
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def told(members: dict[str, bytes]) -> dict[str, list[list[tuple[str, str, str]]]]:
    """The values of each fact: how it is written, in which table, and its origin there."""
    facts: list[dict[str, Any]] = json.loads(members["data/facts.json"])
    return {
        fact["category"]: [[(each["value"], each["table"], each["origin"]) for each in value] for value in fact["values"]] for fact in facts
    }


def test_a_value_that_two_sources_tell_has_both_origins(small: Small) -> None:
    """A telephone number, an e-mail address and a name that are written differently are one value each, as given, with all origins."""
    facts = told(answered(small, SAME))
    assert facts == {
        "user.name": [
            [
                ("LIISA LAHTI", "chats_conversations", "data_subject"),
                ("Lahti, Liisa", "registry_traders", "public_register"),
                ("Liisa Lahti", "shop_customers", "data_subject"),
            ]
        ],
        "user.contact.email": [
            [
                (SAME, "chats_conversations", "data_subject"),
                (SAME.upper(), "registry_traders", "public_register"),
                (SAME, "shop_customers", "data_subject"),
            ]
        ],
        "user.contact.phone_number": [
            [("+358 40 1234567", "registry_traders", "public_register"), ("040 123 4567", "shop_customers", "data_subject")]
        ],
    }


def test_where_sources_disagree_all_is_shown(small: Small) -> None:
    """Two different telephone numbers of one person are two values, each with its origin, and the report says so."""
    members = answered(small, OTHER)
    assert told(members)["user.contact.phone_number"] == [
        [("+358 44 999 8888", "registry_traders", "public_register")],
        [("050 765 4321", "shop_customers", "data_subject")],
    ]
    agrees = {fact["category"]: fact["agrees"] for fact in json.loads(members["data/facts.json"])}
    assert agrees == {"user.name": True, "user.contact.email": True, "user.contact.phone_number": False}
    page = members["report.html"].decode()
    assert page.count("The sources tell different things.") == 1


def test_since_when_it_is_held(small: Small) -> None:
    """Each origin says since when, at the latest, the value has been in the register."""
    facts = json.loads(answered(small, SAME)["data/facts.json"])
    moments = {each["held_since_at_latest"] for fact in facts for value in fact["values"] for each in value}
    assert moments == {"2026-10-15T00:00:00Z"}


def test_nothing_of_others_is_a_fact(small: Small) -> None:
    """Neither the name of who answered, nor a telephone that many share, nor another person's value is told as the person's own."""
    text = answered(small, SAME)["data/facts.json"].decode()
    assert [each for each in ("Aino", "aino", "765 4321", "Matti", OTHER, "999") if each in text] == []


def test_who_answers_is_told_of_own_data_alone(small: Small) -> None:
    """The agent's own bundle has the agent's address as the role gives it, and no fact of the visitor."""
    members = answered(small, "aino@koe.example")
    assert "data/facts.json" not in members
    assert SAME.encode() not in b"".join(members.values())


def test_what_is_withheld_is_no_fact(small: Small) -> None:
    """A field that is withheld from the person stands in no fact, though its value stands elsewhere too."""
    field = small.dataset("shop.customers")["fields"]["name"]
    small.dataset("shop.customers")["fields"]["name"] = field | {"category": "user.authorization", "withhold": "security"}
    small.describe()
    try:
        written = [each for value in told(answered(small, SAME))["user.name"] for each in value]
    finally:
        small.dataset("shop.customers")["fields"]["name"] = field
        small.describe()
    assert written == [("LIISA LAHTI", "chats_conversations", "data_subject"), ("Lahti, Liisa", "registry_traders", "public_register")]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("fi", ("Useasta lähteestä saadut tiedot", "Lähteet kertovat eri asioita.", "Puhelinnumero", "15.10.2026")),
        ("sv", ("Uppgifter från flera källor", "Källorna säger olika saker.", "Telefonnummer", "15.10.2026")),
        ("en", ("Facts from several sources", "The sources tell different things.", "Telephone number", "15\u00a0October\u00a02026")),
    ],
)
def test_the_report_in_three_languages(small: Small, language: str, wanted: tuple[str, ...]) -> None:
    """The report and the table of facts are in the person's language."""
    members = answered(small, OTHER, language)
    page = members["report.html"].decode()
    assert [each for each in wanted if each not in page] == []
    heading = members["data/facts.csv"].decode("utf-8-sig").splitlines()[0]
    assert heading.split(",")[0] == {"fi": "Tieto", "sv": "Uppgift", "en": "Fact"}[language]
    assert len(members["data/facts.csv"].decode().splitlines()) == 1 + 6


def test_identifiers_say_where_they_come_from(small: Small) -> None:
    """Of each identifier of the person, the origins of the fields that bear it stand in the list of links and in the report."""
    members = answered(small, SAME)
    origins = {(each["kind"], each["value"]): each["origins"] for each in json.loads(members["links.json"])["identifiers"]}
    assert origins["phone", "+358401234567"] == ["public_register", "data_subject"]
    assert origins["email", SAME] == ["data_subject", "public_register"]
    assert members["report.html"].decode().count("Given by the person, Public register") >= 1
