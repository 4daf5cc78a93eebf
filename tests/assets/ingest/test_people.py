"""Identifiers are made comparable, and name the person whose they are; what many share names nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from assets.ingest.normalise import phone
from assets.ingest.people import normalise_values, normalised, normalised_columns
from resources.warehouse.engine import engine
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small

PHONES = [
    ("040 123 4567", "FI", "+358401234567"),
    ("+358 40 1234567", "SE", "+358401234567"),
    ("00358401234567", "FI", "+358401234567"),
    ("+358 (0)40 123 4567", "SE", "+358401234567"),
    ("(09) 765-4321", "FI", "+35897654321"),
    ("08-123 456 78", "SE", "+46812345678"),
    ("+46 (0)8 123 456 78", "FI", "+46812345678"),
    ("+46 (00)8 123 456 78", "FI", "+46812345678"),
    ("+39 06 1234 5678", "FI", "+390612345678"),
    ("+1 (212) 555-0123", "FI", "+12125550123"),
    ("tel. 040 123 4567", "FI", "+358401234567"),
    ("tel:+358401234567", "SE", "+358401234567"),
    ("040\u2013123\u00a04567 (työ)", "FI", "+358401234567"),
    ("040 1234567 Aino", "FI", "+358401234567"),
    ("\uff0b358401234567", "FI", "+358401234567"),
    ("\u0660\u0664\u0660 1234567", "FI", "+358401234567"),
    ("09 765 4321 ext. 12", "FI", "+35897654321;ext=12"),
    ("09 765 4321 x012", "FI", "+35897654321;ext=12"),
    ("09 765 4321;ext=12", "FI", "+35897654321;ext=12"),
    ("09 765 4321 #12", "FI", "+35897654321;ext=12"),
    ("09 765 4321 alanumero 12", "FI", "+35897654321;ext=12"),
    ("08-123 456 78 ankn. 5", "SE", "+46812345678;ext=5"),
    ("anonymous", "FI", None),
    ("", "FI", None),
    ("12", "FI", None),
    ("1-800-FLOWERS", "US", None),
    ("040 123 4567 / 050 765 4321", "FI", None),
    ("040 123 4567, 050 765 4321", "FI", None),
    ("040 123 4567 tai 050 765 4321", "FI", None),
    ("1234567890123456789", "FI", None),
    ("0" * 300, "FI", None),
]
VALUES = [
    "Aino.Laine@Koe.Example",
    "  aino@koe.example ",
    "aino@koe.example\t",
    "\n aino@koe.example\r\n",
    "\u00a0aino@koe.example\u2003",
    "ANDRÉS@koe.example",
    "ÅSA.ÖBERG@KOE.EXAMPLE",
    "aino@koe",
    "aino@koe.",
    "@koe.example",
    "aino@@koe.example",
    "aino@x@koe.example",
    "ai no@koe.example",
    "aino",
    "info@koe.example",
    "INFO@koe.example",
    "o'brien+news@koe.example",
    "aino@ÖLJY.example",
    "aino@xn--ljy-rna.example",
    "Aino@XN--LJY-RNA.example",
    "A\u030asa@koe.example",
    "aino@\uff4boe.example",
    "aino@\u2603.example",
    "aino@xn--zz.example",
    "aino@fa\u00df.example",
    "1@koe.example\u200b",
    "",
    "   ",
]


@pytest.mark.parametrize(("written", "region", "expected"), PHONES)
def test_telephone_numbers_in_e164(written: str, region: str, expected: str | None) -> None:
    """A number has one form however it is written; what is none has none."""
    assert expected == phone(written, region)


def test_one_value_and_many_are_normalised_alike(small: Small, tmp_path: Path) -> None:
    """What a person gives with a request is compared as the register's records are: in bulk the rule is the same."""
    catalogue = small.register.catalogue
    dataset = catalogue.dataset("shop_customers")
    columns, joins = normalised_columns(dataset, catalogue)
    texts = [*VALUES, *(written for written, _, _ in PHONES)]
    rows = {
        key: pa.array(texts if key in ("customer_number", "email", "phone") else [None] * len(texts), pa.string()) for key in dataset.fields
    }
    with engine(None, tmp_path) as memory:
        memory.register("given", pa.table(rows | {"row": pa.array(range(len(texts)))}))
        normalise_values(memory, dataset, catalogue, "given")
        named = f"SELECT records.row{columns} FROM given AS records {joins}"  # noqa: S608 - expressions of the code under test
        found = memory.rows(f"SELECT _id_customer_number, _id_email, _id_phone FROM ({named}) AS found ORDER BY row")  # noqa: S608 - the same
    kinds = ("customer_number", "email", "phone")
    assert [tuple(normalised(kind, text, catalogue, "FI") for kind in kinds) for text in texts] == found


def test_each_identifier_is_kept_as_it_is_compared(small: Small) -> None:
    """Every identifying field of a record stands among the identifiers in its normal form, with the one that names the person marked."""
    small.deliver("shop", [customer(1, email=" Aino@Koe.EXAMPLE", phone="040 123 4567")])
    small.load("shop")
    assert small.rows("SELECT kind, value, is_key FROM identity.identifiers ORDER BY kind") == [
        ("customer_number", "C1", True),
        ("email", "aino@koe.example", False),
        ("phone", "+358401234567", False),
    ]


def test_the_first_identifier_that_there_is_names_the_person(small: Small) -> None:
    """A visitor is known by the user id, else by the e-mail address, else by the telephone, else by nothing."""
    small.deliver(
        "chats",
        [
            chat(1, user_id="U1", email="aino@koe.example"),
            chat(2, user_id="U1", email="other@koe.example"),
            chat(3, email="aino@koe.example"),
            chat(4, email="AINO@koe.example ", phone="040 123 4567"),
            chat(5, email="not given", phone="040 123 4567"),
            chat(6, phone="anonymous"),
            chat(7),
        ],
    )
    small.load("chats")
    named = dict(small.rows("SELECT id, _person FROM register.chats_conversations"))
    assert named["chat-1"] == named["chat-2"]
    assert named["chat-3"] == named["chat-4"]
    assert len({named["chat-1"], named["chat-3"], named["chat-5"]}) == 3
    assert (named["chat-6"], named["chat-7"]) == (None, None)


def test_role_mailboxes_and_shared_values_name_nobody(small: Small) -> None:
    """A record known by info@… alone, or by what is declared shared alone, is nobody's; the identifiers are kept."""
    small.dataset("chats.conversations")["fields"]["phone"]["shared"] = True
    small.describe()
    small.deliver(
        "chats", [chat(1, email="Info@koe.example"), chat(2, phone="040 123 4567"), chat(3, email="info@koe.example", cookie="k3")]
    )
    small.load("chats")
    assert small.rows("SELECT id, _person FROM register.chats_conversations WHERE _person IS NULL ORDER BY 1") == [
        ("chat-1", None),
        ("chat-2", None),
    ]
    assert small.rows("SELECT DISTINCT kind FROM identity.identifiers WHERE is_key") == [("cookie_id",)]
    assert len(small.rows("SELECT value FROM identity.identifiers")) == 4


def test_a_person_in_another_role_is_not_whom_the_record_is_about(small: Small) -> None:
    """Who answered a chat stands in it in a role of her own, and the record is the visitor's."""
    small.deliver("chats", [chat(1, email="aino@koe.example", agent_email="liisa@koe.example")])
    small.load("chats")
    assert small.rows("SELECT role, is_main, value FROM identity.identifiers ORDER BY role") == [
        ("agent", False, "liisa@koe.example"),
        ("visitor", True, "aino@koe.example"),
    ]
    small.resolve()
    assert small.rows("SELECT count(*) FROM identity.subjects") == [(2,)]
    assert small.rows("""
        SELECT is_main FROM identity.record_persons AS persons
        INNER JOIN register.chats_conversations AS chats ON chats._record = persons._record AND chats._person = persons.person
    """) == [(True,)]


def test_one_key_in_two_sources_names_two_source_persons(small: Small) -> None:
    """The same value names a person of its own in each source: whether they are one is decided later."""
    small.deliver("shop", [customer(1, email="aino@koe.example")])
    small.deliver("chats", [chat(1, email="aino@koe.example")])
    small.load("shop", "chats")
    assert len({row[0] for row in small.rows("SELECT person FROM identity.identifiers")}) == 2
