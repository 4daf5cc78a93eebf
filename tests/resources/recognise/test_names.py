"""What a field's name says it holds, in three languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources.catalogue.loader import load_vocabulary
from resources.recognise import named
from resources.recognise.recognisers import described

if TYPE_CHECKING:
    from collections.abc import Iterator

EMAIL, PHONE, NAME = "user.contact.email", "user.contact.phone_number", "user.name"
NATIONAL_ID = "user.government_id.national_identification_number"


@pytest.mark.parametrize(
    ("path", "category"),
    [
        *(
            (path, EMAIL)
            for path in ("email", "customerEmail", "customer_email", "E-Mail", "EMAIL2", "Sähköpostiosoite", "epost", "e_post")
        ),
        *(
            (path, PHONE)
            for path in ("phone", "contact.mobile", "callback_number", "puhelinnumero", "Telefon", "homePhone", "matkapuhelin_1")
        ),
        *((path, NAME) for path in ("name", "fullName", "customer name", "nimi", "namn", "^visitor.name", "names[*].nimi")),
        *((path, NATIONAL_ID) for path in ("hetu", "henkilötunnus", "personnummer", "SSN", "national_id", "personbeteckning")),
        ("first_name", "user.name.first"),
        ("sukunimi", "user.name.last"),
        ("dateOfBirth", "user.demographic.date_of_birth"),
        ("syntymäaika", "user.demographic.date_of_birth"),
        ("födelsedatum", "user.demographic.date_of_birth"),
        ("kön", "user.demographic.gender"),
        ("sukupuoli", "user.demographic.gender"),
        ("street_address", "user.contact.address.street"),
        ("osoite", "user.contact.address"),
        ("postinumero", "user.contact.address.postal_code"),
        ("ipAddress", "user.device.ip_address"),
        ("client-ip", "user.device.ip_address"),
        ("cardNo", "user.financial.credit_card"),
        ("iban", "user.financial.bank_account"),
        ("company_name", "user.contact.organization"),
        ("address.co", "user.contact.address"),
        ("file_name", "system"),
    ],
)
def test_names_in_three_languages(path: str, category: str) -> None:
    """A name is taken apart where people join words, read without accents, and its longest known word tells."""
    assert (path, named(path)) == (path, category)


@pytest.mark.parametrize(
    "path", ["", "at", "type", "created_at", "score", "x1", "messages[*].at", "zippy", "shipped", "names[*].version", "meta.page"]
)
def test_names_that_say_nothing(path: str) -> None:
    """A word is whole: `ip` does not stand in `shipped`; and what tells of a record's making is not what the record is of."""
    assert (path, named(path)) == (path, None)


def test_every_category_is_in_the_vocabulary() -> None:
    """What a name may mean stands in the vocabulary, and no word is given two meanings."""
    data: dict[str, Any] = described()

    def given() -> Iterator[str]:
        for listed in data["names"].values():
            yield from listed

    words = list(given())
    assert sorted(set(words)) == sorted(words)
    assert {*data["names"], *data["groups"]} - set(load_vocabulary()[0].categories) == set()
