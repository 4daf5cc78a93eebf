"""A correction holds against what the source still says, until the source has it; then it goes, and with it what was right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from assets.outreach.disclose import disclose
from assets.outreach.disclose_list import Wanted as Given
from assets.outreach.disclose_list import disclose_list
from assets.retention.orders import files_of
from assets.retention.rectify import Rectified, Wanted, rectify
from assets.retention.sending import send
from assets.rights.whom import whom
from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import entries
from resources.ledger.corrections import CorrectionLedger
from tests.assets.retention.test_bytes import Marks
from tests.helpers.erasing import erase, keeping
from tests.helpers.records import chat, customer
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from tests.helpers.small import Small

WRONG, RIGHT = "aino@wrong.example", "aino@right.example"


def _small(small: Small, email: str = WRONG, **values: object) -> None:
    keeping(small)
    small.deliver("shop", [customer(1, email=email, name="Aino", **values), customer(2, email="bo@koe.example")])
    small.ingest("shop")


def _again(small: Small, email: str, **values: object) -> list[str]:
    """The shop delivers Aino anew; gives the address that is held then."""
    small.deliver("shop", [customer(1, email=email, name="Aino", **values), customer(2, email="bo@koe.example")])
    small.ingest("shop")
    return _held(small)


def _held(small: Small) -> list[str]:
    return [row[0] for row in small.rows("SELECT email FROM register.shop_customers WHERE customer_number = 'C1'")]


def _correct(
    small: Small, field: str = "email", value: str | None = RIGHT, given: tuple[str, str] = ("customer_number", "C1")
) -> Rectified:
    request = file_verified(small.register.ledger, "rectification", "en", [given], small.register.clock.now())
    return rectify(small.register, request.id, Wanted("shop.customers", field, value, "Seen in a letter"), "Dana Officer", whom)


def _state(small: Small) -> str:
    (row,) = CorrectionLedger(small.register.ledger).corrections()
    return str(row["state"])


def test_it_holds_until_the_source_has_it(small: Small) -> None:
    """At once in the register; against the old value at the next reading; done when the source says the same; then the source counts."""
    _small(small)
    made = _correct(small)
    assert (_held(small), _state(small)) == ([RIGHT], "in_force")
    assert _again(small, WRONG) == [RIGHT]
    assert _state(small) == "in_force"
    assert _again(small, RIGHT) == [RIGHT]
    assert _state(small) == "fulfilled"
    with small.register.ledger.engine.connect() as connection:
        value = tables.corrections.c
        assert connection.execute(sa.select(value.value, value.old_hash, value.proof)).all() == [(None, "", None)]
    assert _again(small, "aino@new.example") == ["aino@new.example"]
    assert [each.what for each in entries(small.register.ledger.engine, made.correction)] == ["correction.made"]


def test_identity_follows(small: Small) -> None:
    """Who is who goes by the corrected address: the chat under it is the person's, and what stood under the wrong one no longer is."""
    small.deliver("chats", [chat(1, email=RIGHT), chat(2, email=WRONG)])
    small.ingest("chats")
    _small(small)
    _correct(small)
    rows = small.rows("""
        SELECT links.value, persons.subject FROM identity.links AS links
        INNER JOIN identity.persons AS persons ON persons.person = links.person WHERE links.kind IN ('email', 'customer_number')
    """)
    subjects = dict(rows)
    assert subjects["C1"] == subjects[RIGHT] != subjects[WRONG]


def test_a_third_value_asks_a_person(small: Small) -> None:
    """Where the source says something else, the correction holds and waits; a person keeps it, or lets the source have its way."""
    _small(small)
    made = _correct(small)
    assert _again(small, "aino@third.example") == [RIGHT]
    assert _state(small) == "asked"
    ledger = CorrectionLedger(small.register.ledger)
    ledger.keep(made.correction, "Dana Officer", small.register.clock.now())
    assert _again(small, "aino@third.example") == [RIGHT]
    assert _state(small) == "in_force"
    assert _again(small, "aino@fourth.example") == [RIGHT]
    assert _state(small) == "asked"
    ledger.withdraw(made.correction, "Dana Officer", small.register.clock.now())
    assert _again(small, "aino@fourth.example") == ["aino@fourth.example"]


def test_the_source_and_who_was_told_are_named(small: Small) -> None:
    """There is a work order with the key and the field, without what is right; it is never sent as a deletion. Recipients are listed."""
    _small(small)
    disclose(small.register, "partner", "Fair", "Liisa", [f"email={WRONG}"])
    made = _correct(small)
    assert made.recipients == ("partner",)
    (order,) = made.orders
    text = "".join(file.read_text(encoding="utf-8") for file in files_of(small.register, order))
    assert ("C1" in text, made.correction in text, "email" in text, RIGHT in text, WRONG in text) == (True, True, True, False, False)
    assert list(send(small.register, "shop", None)) == []


@pytest.mark.parametrize(("fields", "recipients"), [(["name", "email"], ("partner",)), (["name"], ())])
def test_who_was_not_given_the_field_is_not_told(small: Small, fields: list[str], recipients: tuple[str, ...]) -> None:
    """Of a list that says which fields were given, the recipient is told of a correction of these alone."""
    _small(small)
    notice = small.folder / "register" / "notice.yaml"
    notice.write_text(notice.read_text(encoding="utf-8").replace("kind: partner", "kind: authority"), encoding="utf-8")
    small.describe()
    disclose_list(small.register, Given("partner", "relation", "An Act", "shop.customers", fields), "Liisa", small.folder / "list.csv")
    assert _correct(small).recipients == recipients


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("customer_number", "C9", "'customer_number' is what the record is known by, or a file: it is corrected at the source alone."),
        ("emial", RIGHT, "'emial' is no field of shop.customers: did you mean 'email'?"),
        ("kind", "ghost", "What is said to be right does not fit 'kind' of shop.customers: it must be one of consumer, company."),
        ("born_on", "yesterday", "What is said to be right does not fit 'born_on' of shop.customers: it must be a date."),
        ("email", WRONG, "'email' of that record is so already: there is nothing to correct."),
    ],
)
def test_what_cannot_be_corrected(small: Small, field: str, value: str, said: str) -> None:
    """Each mistake is told without a value of the record, and changes nothing."""
    _small(small)
    with pytest.raises(AnsvarError) as caught:
        _correct(small, field, value)
    assert str(caught.value) == said
    assert (_held(small), CorrectionLedger(small.register.ledger).corrections()) == ([WRONG], [])


def test_it_goes_with_the_person(small: Small) -> None:
    """No byte of what was said to be right is left when the person is erased, nor of an emptied field's."""
    marks = Marks()
    _small(small, born_on="1980-01-01")
    _correct(small, "name", marks.text("name"))
    assert "name" in marks.found(small.home.path)
    _correct(small, "born_on", None)
    assert small.rows("SELECT born_on FROM register.shop_customers WHERE customer_number = 'C1'") == [(None,)]
    erase(small, ("customer_number", "C1"))
    assert marks.found(small.home.path) == set()
    assert {row["state"] for row in CorrectionLedger(small.register.ledger).corrections()} == {"gone"}
