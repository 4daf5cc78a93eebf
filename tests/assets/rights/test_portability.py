"""What a person takes elsewhere: what was given or observed, under consent or a contract, and nothing else."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assets.rights.bundle import Bundle
from assets.rights.export import export
from assets.rights.holding import Holding, Row, Table
from assets.rights.portability import portable
from assets.rights.wording import LANGUAGES, Wording
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


def test_the_report_tells_of_the_copy(answer: Answer) -> None:
    """It says how many records the copy holds and that the register may hold more, not that these were all; Art. 20(4), not 15(4)."""
    page = re.sub(r"\s+", " ", answer.text("report.html").replace("\u00a0", " "))
    records = answer.json("manifest.json")["records"]
    assert f"This copy was made on 2 November 2026 and holds {records} records: data that you have the right to take elsewhere" in page
    assert "<dt>Kind of request</dt> <dd>Data portability (GDPR Art. 20)</dd>" in page
    for said in ("the register held", "What is held about you", "15(4)"):
        assert said not in page
    assert "The register may hold more about you; what this copy leaves out is listed under" in page


def test_a_reason_is_true_of_each_field(small: Register) -> None:
    """A data set is left out as a whole for what all its fields have in common; where they have nothing in common, field by field."""
    shop = small.catalogue.dataset("helpdesk_tickets")

    def told(*tags: tuple[str, tuple[str, ...]]) -> list[tuple[str | None, str]]:
        fields = [each for each in shop.fields.values() if each.is_personal][: len(tags)]
        changed = {
            field.name: replace(field, legal_bases=bases, shape=field.shape.model_copy(update={"origin": origin}))
            for field, (origin, bases) in zip(fields, tags, strict=True)
        }
        given = portable(Holding([Table(replace(shop, fields=changed), [])]))
        assert given.tables == []
        return [(each.field and str(list(changed).index(each.field)), each.reason) for each in given.left_out]

    interest, contract = ("legitimate_interest",), ("contract",)
    assert told(("derived", interest), ("data_subject", interest)) == [(None, "legal_basis")]
    assert told(("derived", contract), ("derived", interest)) == [(None, "origin")]
    assert told(("derived", contract), ("data_subject", interest)) == [("0", "origin"), ("1", "legal_basis")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_of_whom_all_is_left_out(small: Register, language: str) -> None:
    """Where nothing may be taken elsewhere, it is not said that nothing is held, but what is left out, and why."""
    request = file_verified(small.ledger, "portability", language, [MAIJA], small.clock.now())
    tickets = Table(small.catalogue.dataset("helpdesk_tickets"), [Row("1", True, {"subject": "hello"}, {}, ())])  # noqa: FBT003 - as it is
    wording, written = Wording(language, "Europe/Helsinki"), io.BytesIO()
    bundle = Bundle(small.catalogue, request, wording, small.clock.now(), portable(Holding([tickets])))
    assert bundle.write(written, Ed25519PrivateKey.generate()).says["ledgered"], "the request is not answered by that nothing is held"
    with zipfile.ZipFile(written) as archive:
        page, withheld, about = (archive.read(name).decode() for name in ("report.html", "withheld.json", "about.json"))
    assert (wording.text("left_out_only_title") in page, wording.text("nothing_title") in page) == (True, False)
    assert (json.loads(withheld)["left_out"][0]["reason"], json.loads(about)["held"]) == ("legal_basis", True)
    assert wording.text("left_out_legal_basis") in page
