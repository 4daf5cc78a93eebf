"""Which subject the identifiers of a request mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.rights.find import Subject, UnclearError, find
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from resources.register import Register

MAIJAS = ("email", " Maija.Korhonen@Voltti.example ")


def found(register: Register, *identifiers: tuple[str, str]) -> Subject:
    """What the published register says."""
    with register.warehouse.reading() as engine:
        return find(engine, register.catalogue, identifiers)


def test_address_names_the_subject_in_every_source(small: Register) -> None:
    """An e-mail address, however it is written, finds the persons of all sources that are the subject."""
    with small.warehouse.reading() as engine:
        sources = engine.rows(
            "SELECT count(*), count(DISTINCT source) FROM identity.persons WHERE subject = $subject", {"subject": found(small, MAIJAS).id}
        )
    assert (len(found(small, MAIJAS).persons), 4) == sources[0]


def test_identifiers_that_nobody_bears_are_passed_over(small: Register) -> None:
    """An address that is not in the register does not stand in the way of one that is."""
    assert found(small, MAIJAS) == found(small, ("email", "oma@uusi.example"), MAIJAS)


def test_shared_telephone_may_stand_beside_an_address(small: Register) -> None:
    """A telephone that a colleague has too does no harm where the address tells who it is."""
    assert found(small, MAIJAS) == found(small, ("phone", "0401234567"), MAIJAS)


def test_nobody_is_nothing(small: Register) -> None:
    """Identifiers that match nobody mean no subject."""
    assert Subject(None, ()) == found(small, ("email", "nobody@nowhere.example"), ("phone", "no number"))


@pytest.mark.parametrize(
    "identifiers",
    [
        [("phone", "+358 40 123 4567")],
        [("business_id", "9100001-3")],
        [("ip", "192.0.2.7")],
        [("phone", "09 7654321"), ("ip", "192.0.2.7")],
        [MAIJAS, ("email", "pekka.virtanen@voltti.example")],
        [("contact_id", "C-10001"), ("phone", "+358507654321")],
    ],
    ids=["shared phone", "company", "one person's IP address alone", "two weak ones", "two persons", "contradiction"],
)
def test_what_does_not_tell_one_person_is_unclear(small: Register, identifiers: list[tuple[str, str]]) -> None:
    """Several persons, contradictions and identifiers that may be shared mean nobody."""
    with pytest.raises(UnclearError):
        found(small, *identifiers)


def test_unknown_kind_is_refused(small: Register) -> None:
    """A kind of identifier that is not known is an error, not an answer that nothing is held."""
    with pytest.raises(AnsvarError, match="file it again with one of email"):
        found(small, ("e-mail", "maija.korhonen@voltti.example"))
