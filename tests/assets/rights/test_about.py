"""What is told beside the data: the facts of Art. 15(1) about this person, the schema of the files, and the ledger's part."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from resources.ledger.ledger import Disclosure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register
    from tests.assets.rights.conftest import Answer, Ask

MAIJA = ("email", "maija.korhonen@voltti.example")
PEKKA = ("email", "pekka.virtanen@voltti.example")


@pytest.fixture
def about(ask: Ask) -> dict[str, Any]:
    """What Maija is told, in English."""
    told: dict[str, Any] = ask(MAIJA, language="en").json("about.json")
    return told


def test_all_that_the_law_asks_for(about: dict[str, Any]) -> None:
    """Purposes with their bases, categories, recipients, periods, origins of each field, rights, authority and profiling are there."""
    assert [(each["id"], each["legal_basis_label"]) for each in about["purposes"]] == [
        ("customer_support", "Legitimate interest (GDPR Art. 6(1)(f))"),
        ("sales", "Performance of a contract (GDPR Art. 6(1)(b))"),
    ]
    assert {"id": "user.contact.email", "label": "E-mail address", "dpv": "https://w3id.org/dpv/pd#EmailAddress"} in about["categories"]
    assert [(each["recipient"], each["kind_label"], each["country_label"], each["transfer"]) for each in about["recipients"]] == [
        ("partner", "Partner", "Finland", None)
    ]
    assert {each["id"] for each in about["rights"]} == {"access", "rectify", "erase", "object", "restrict", "complain"}
    assert (about["authority"]["url"], about["automated_decisions_and_profiling"]) == ("https://tietosuoja.fi", "A text")
    fields = {(table["table"], field["field"]): field for table in about["tables"] for field in table["fields"]}
    assert fields["crm_contacts", "email"]["origin_label"] == "Given by the person"
    assert [key for key, field in fields.items() if not field["origin"]] == []


def test_until_when_it_is_kept(about: dict[str, Any]) -> None:
    """The last day of the newest record where its date decides it; none where an event does."""
    until = {table["table"]: table["retention"]["until"] for table in about["tables"]}
    assert until == {"calls_recordings": "2033-10-05", "crm_contacts": None, "helpdesk_tickets": "2033-10-12", "web_visits": "2033-10-01"}


GIVEN = ("sales", {"dataset": "crm.contacts", "fields": ["email", "gone"]})


def _disclose(small: Register, moment: dt.datetime, identifier: tuple[str, str], given: tuple[str, dict[str, Any]] | None = None) -> str:
    kind, value = identifier
    pepper = small.home.pepper
    hashed = hashlib.sha256(f"{pepper}disclosure/{kind}/{value}".encode()).hexdigest()
    return small.ledger.new_disclosure(Disclosure("partner", "partner", "FI", "a <fair>", None, "Dana", moment, *(given or ())), [hashed])


@pytest.fixture
def disclosed(small: Register) -> Iterator[dt.datetime]:
    """Disclosures of Maija's data, of Pekka's, and of a shared telephone's; gives when Maija's were made."""
    moment = dt.datetime(2026, 9, 1, 12)  # noqa: DTZ001 - naive UTC
    made = [
        _disclose(small, moment, MAIJA, GIVEN),
        _disclose(small, moment, MAIJA),
        _disclose(small, moment + dt.timedelta(days=1), PEKKA),
        _disclose(small, moment + dt.timedelta(days=2), ("phone", "+358401234567")),
    ]
    yield moment
    small.ledger.own_gone("test", moment, (), also=list(_deletions(made)))


def _deletions(made: list[str]) -> Any:
    from resources.ledger.written import deletions  # noqa: PLC0415 - of this fixture alone

    return deletions("disclosures", made)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["Contact persons: E-mail address, gone", "Selling: Performance of a contract (GDPR Art. 6(1)(b))", "not recorded"]),
        (
            "sv",
            [
                "Kontaktpersoner: E-postadress, gone",
                "Försäljning: Fullgörande av avtal (artikel 6.1 b i dataskyddsförordningen)",
                "inte antecknat",
            ],
        ),
        (
            "fi",
            [
                "Yhteyshenkilöt: Sähköpostiosoite, gone",
                "Myynti: Sopimuksen täytäntöönpano (tietosuoja-asetuksen 6 artiklan 1 kohdan b alakohta)",
                "ei merkintää",
            ],
        ),
    ],
)
def test_disclosures_of_this_person_alone(ask: Ask, disclosed: dt.datetime, language: str, said: list[str]) -> None:
    """To whom, which data, for what and on what ground, in the person's language; of another's nothing, nor of what several may share."""
    answer = ask(MAIJA, language=language)
    told = sorted(answer.json("about.json")["disclosures"], key=lambda each: each["purpose"] or "~")
    assert [(each["recipient"], each["at"], each["ground"]) for each in told] == [("partner", f"{disclosed.isoformat()}Z", "a <fair>")] * 2
    assert (told[0]["purpose"], told[0]["data_set"], told[0]["fields"]) == (GIVEN[0], *GIVEN[1].values())
    assert [told[0]["data"], told[0]["purpose_label"], told[1]["data"]] == said
    assert told[1]["data"] == told[1]["purpose_label"]
    report = answer.text("report.html")
    assert [each for each in (*said, "a &lt;fair&gt;") if each not in report] == []


def test_looks_are_told_without_who_looked(small: Register, ask: Ask) -> None:
    """Time and purpose of each look at the person, and at the person's quarantine; neither who looked nor why; of another's nothing."""
    with small.warehouse.reading() as engine:
        statement = "SELECT subject FROM identity.persons JOIN identity.links USING (person) WHERE value = $value"
        subjects = {value: engine.scalar(statement, {"value": value}) for _, value in (MAIJA, PEKKA)}
        bad = engine.rows("SELECT _quarantine FROM quarantine.records WHERE record LIKE '%/yhteys%' OR record LIKE '%/salainen%'")
    for (record,) in bad:
        small.ledger.record_look("quarantine", record, "Dana Officer", "to mend it", small.clock.now() - dt.timedelta(hours=1))
    for value in (MAIJA[1], PEKKA[1]):
        small.ledger.record_look("subject", subjects[value], "Dana Officer", f"about {value}", small.clock.now())
    answer = ask(MAIJA, language="en")
    looks = answer.json("about.json")["looks"]
    assert [(each["what"], each["purpose"]) for each in looks] == [
        ("quarantine", "Finding out why a record could not be read in, and having it mended"),
        ("subject", "Checking what is held about you, and that it is yours"),
    ]
    assert len(bad) == 2
    assert "Dana Officer" not in b"".join(answer.members.values()).decode("latin-1")


def _schemas(answer: Answer) -> dict[str, Any]:
    return dict(answer.json("schema.json")["$defs"])


@pytest.mark.parametrize("person", [MAIJA, PEKKA])
def test_the_schema_fits_the_files(ask: Ask, person: tuple[str, str]) -> None:
    """Each table's file is valid by its schema, which is a good one, and another shape is not."""
    answer = ask(person, language="sv")
    Draft202012Validator.check_schema(answer.json("schema.json"))
    for table, schema in _schemas(answer).items():
        validator = Draft202012Validator(schema)
        rows = answer.json(f"data/{table}.json")
        assert list(validator.iter_errors(rows)) == []
        assert not validator.is_valid([{**rows[0], "unknown": 1}])


def test_the_schema_bears_the_tags(ask: Ask) -> None:
    """Titles are in the person's language; categories, origins and bases are there, with their IRIs."""
    field = _schemas(ask(MAIJA, language="sv"))["crm_contacts"]["items"]["properties"]["email"]
    assert (field["title"], field["x-category"], field["x-origin"]) == ("E-postadress", "user.contact.email", "data_subject")
    assert field["x-dpv-category"] == "https://w3id.org/dpv/pd#EmailAddress"
    assert field["x-dpv-legal-bases"] == ["https://w3id.org/dpv/legal/eu/gdpr#A6-1-b"]
