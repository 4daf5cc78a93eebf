"""What a person takes elsewhere: what was given or observed, under consent or a contract, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assets.rights.export import export
from tests.assets.rights.conftest import Answer, members_of
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from resources.register import Register

MAIJA = ("email", "maija.korhonen@voltti.example")


@pytest.fixture
def answer(small: Register) -> Answer:
    """Maija's answer to a request for portability."""
    request = file_verified(small.ledger, "portability", "en", [MAIJA], small.clock.now())
    exported = export(small, request.id)
    return Answer(exported, members_of(exported.path))


def test_only_what_was_given_or_observed(small: Register, answer: Answer) -> None:
    """Every field in the files has such an origin and basis, or is about no person; what rests on other grounds is not there."""
    tables = {name[5:-5] for name in answer.members if name.startswith("data/") and name.endswith(".json")}
    assert tables == {"crm_contacts", "web_visits"}
    for table in tables:
        fields = small.catalogue.dataset(table).fields
        for row in answer.json(f"data/{table}.json"):
            shapes = [fields[name] for name in row if fields[name].is_personal]
            assert {each.shape.origin for each in shapes} <= {"data_subject", "service_use", "website"}
            assert all({"consent", "contract"} & set(each.legal_bases) for each in shapes)
    assert answer.json("data/crm_contacts.json")[0]["email"] == "Maija.Korhonen@voltti.example"


def test_the_data_comes_first(answer: Answer) -> None:
    """What a machine reads stands before the report; there is nothing of links, facts or quarantine."""
    names = list(answer.members)
    assert (names[0], names.index("report.html") > names.index("schema.json")) == ("data/crm_contacts.json", True)
    assert {"links.json", "data/facts.json", "data/quarantine.json"}.isdisjoint(names)


def test_what_is_left_out_is_told(answer: Answer) -> None:
    """Field by field or as a whole data set, with the reason, in the file and in the report."""
    left: list[dict[str, Any]] = answer.json("withheld.json")["left_out"]
    told = {(each["table"], each["field"], each["reason"]) for each in left}
    assert ("helpdesk_tickets", None, "legal_basis") in told
    assert ("crm_contacts", "business_id", "origin") in told
    page = answer.text("report.html")
    for said in ("Data portability (GDPR Art. 20)", "Neither given by you nor observed", "Processed neither by consent nor for a contract"):
        assert said in page
