"""Presets against services that keep every rule of the real ones: every record once, whatever stumbles on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resources.connectors.source_error import SourceError
from tests.presets import services
from tests.presets.conftest import Preset
from tests.presets.services import COUNT, TOKEN, Troubles, times
from tests.resources.connectors.serving import Answer, Asked, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.presets.services import Service

Row = dict[str, Any]
SETTINGS = {
    "hubspot": {"HUBSPOT_TOKEN": TOKEN},
    "salesforce": {"SALESFORCE_TOKEN": TOKEN},
    "zendesk": {"ZENDESK_USER": "agent@example.com/token", "ZENDESK_TOKEN": TOKEN},
    "freshdesk": {"FRESHDESK_KEY": TOKEN},
    "intercom": {"INTERCOM_TOKEN": TOKEN},
    "matomo": {"MATOMO_TOKEN": TOKEN, "MATOMO_SITE": "1"},
    "mailchimp": {"MAILCHIMP_KEY": TOKEN, "MAILCHIMP_LIST": "abc"},
    "prh": {"PRH_LOCATION": "Turku"},
}
TICKETS: list[Row] = [
    {
        "id": number,
        "created_at": stamp,
        "updated_at": stamp,
        "requester_id": 1,
        "status": 2,
        "subject": "Hello",
        "deleted": number % 10 == 3,
    }
    for number, stamp in enumerate(times())
]
NUMBERS = [str(number) for number in range(COUNT)]


def _preset(folder: Path, name: str, url: str) -> Preset:
    preset = Preset(folder, name)
    at = f"{url}/3.0" if name == "mailchimp" else url
    preset.set(**SETTINGS[name], **{f"{name.upper()}_URL": at})
    return preset


READ: list[tuple[str, str, Service, list[str], list[str]]] = [
    ("hubspot", "contacts", services.hubspot, ["contact_id"], NUMBERS),
    ("hubspot", "companies", services.hubspot, ["company_id"], NUMBERS),
    ("hubspot", "lists", services.hubspot, ["list_id"], NUMBERS[:5]),
    (
        "hubspot",
        "list_members",
        services.hubspot,
        ["list_id", "contact_id"],
        [f"{one}/{other}" for one in range(5) for other in range(COUNT)],
    ),
    ("salesforce", "contacts", services.salesforce, ["contact_id"], [f"003{number}" for number in range(COUNT)]),
    ("zendesk", "tickets", services.zendesk, ["ticket_id"], NUMBERS),
    ("zendesk", "users", services.zendesk, ["requester_id"], NUMBERS),
    ("zendesk", "comments", services.zendesk, ["comment_id"], [f"{ticket}-{number}" for ticket in range(COUNT) for number in range(3)]),
    ("intercom", "conversations", services.intercom, ["conversation_id"], NUMBERS),
    ("intercom", "parts", services.intercom, ["part_id"], [f"{each}-{number}" for each in range(COUNT) for number in (0, 2)]),
    (
        "mailchimp",
        "activity",
        services.mailchimp,
        ["campaign_id", "member_id"],
        [f"{each}/{number}" for each in "abc" for number in range(COUNT)],
    ),
    ("prh", "companies", services.prh, ["business_id"], [f"{number:07d}-0" for number in range(250)]),
]


@pytest.mark.parametrize("case", READ, ids=lambda case: f"{case[0]} {case[1]}")
def test_every_record_once(tmp_path: Path, case: tuple[str, str, Service, list[str], list[str]]) -> None:
    """Each list of a preset is read to its end, through a 429, a 500 and a dropped connection, and no record comes twice."""
    name, dataset, service, key, expected = case
    troubles = Troubles(service)
    with serving(troubles) as served:
        extraction = (preset := _preset(tmp_path, name, served.url)).extract(dataset)
        rows = preset.rows(extraction)
    assert sorted("/".join(row[part] for part in key) for row in rows) == sorted(expected)
    assert (troubles.met, extraction.retried) == (["429", "500", "drop"], 3)


@pytest.mark.parametrize(
    ("name", "dataset", "service", "key"),
    [("freshdesk", "tickets", services.freshdesk(TICKETS), "ticket_id"), ("mailchimp", "members", services.mailchimp, "member_id")],
)
def test_lists_that_move(tmp_path: Path, name: str, dataset: str, service: Service, key: str) -> None:
    """A list in the order of change is begun anew at each page: all of it is loaded, each record once."""
    troubles = Troubles(service)
    with serving(troubles) as served:
        preset = _preset(tmp_path, name, served.url)
        (outcome,) = preset.ingest(dataset)
    gone = [str(row["id"]) for row in TICKETS if row["deleted"]] if name == "freshdesk" else []
    assert outcome.error is None
    assert preset.held(dataset, key) == sorted(number for number in NUMBERS if number not in gone)
    assert outcome.account is not None
    assert outcome.account.balances
    assert troubles.met == ["429", "500", "drop"]


def test_a_ticket_that_changes_while_the_list_is_read(tmp_path: Path) -> None:
    """A ticket of a page that was read moves to the end and shifts all others by one: none of them is lost."""
    tickets = [dict(ticket, deleted=False) for ticket in TICKETS]
    answers = services.freshdesk(tickets)

    def moving(asked: Asked) -> Answer:
        answer = answers(asked)
        tickets[0]["updated_at"] = "2026-10-14T10:00:00Z"
        return answer

    with serving(moving) as served:
        preset = _preset(tmp_path, "freshdesk", served.url)
        rows = preset.read("tickets")
    assert {row["ticket_id"] for row in rows} == set(NUMBERS)


def test_more_tickets_of_one_moment_than_pages_hold(tmp_path: Path) -> None:
    """Where Freshdesk would refuse page 301, the error says so before it is asked for."""
    tickets = [{"id": number, "created_at": "2026-10-01T10:00:00Z", "updated_at": "2026-10-01T10:00:00Z"} for number in range(1600)]
    with serving(services.freshdesk(tickets)) as served:
        preset = _preset(tmp_path, "freshdesk", served.url)
        with pytest.raises(SourceError, match="more records have one 'updated_at' than its 300 pages can hold"):
            preset.extract("tickets")
    assert max(int(asked.query["page"]) for asked in served.asked) == 300


def test_matomo_day_by_day(tmp_path: Path) -> None:
    """Closed days alone are read, one by one, to the last page of each; the next time the last two come again, with what is new."""
    troubles = Troubles(services.matomo)
    with serving(troubles) as served:
        preset = _preset(tmp_path, "matomo", served.url)
        first = preset.extract("visits", {"day": "2026-10-11"})
        days = [row["visit_id"] for row in preset.rows(first)]
        again = [row["visit_id"] for row in preset.read("visits", first.memory, "2026-10-15T23:00:00Z")]
    assert days == [f"2026-10-{day}-{number}" for day in (10, 11, 12, 13, 14) for number in range(7)]
    assert first.memory == {"day": "2026-10-14"}
    assert {visit[:10] for visit in again} == {"2026-10-13", "2026-10-14", "2026-10-15"}
    assert {TOKEN in asked.path or TOKEN in str(asked.query) for asked in served.asked} == {False}


def test_matomo_s_errors_come_as_http_200(tmp_path: Path) -> None:
    """A wrong token is an error, though the answer is HTTP 200."""
    with serving(services.matomo) as served:
        preset = _preset(tmp_path, "matomo", served.url)
        preset.set(MATOMO_TOKEN="wrong", MATOMO_SITE="1", MATOMO_URL=served.url)  # noqa: S106 - nobody's
        with pytest.raises(SourceError, match="answered with an error body"):
            preset.extract("visits", {"day": "2026-10-13"})


def test_zendesk_goes_on_from_its_cursor(tmp_path: Path) -> None:
    """The first reading begins at a time, the next at the cursor that the last one ended with; it is asked for nothing that was read."""
    with serving(services.zendesk) as served:
        preset = _preset(tmp_path, "zendesk", served.url)
        first = preset.extract("tickets")
        assert preset.read("tickets", first.memory) == []
    assert first.memory == {"cursor": "c5"}
    starts = [(asked.query.get("start_time"), asked.query.get("cursor")) for asked in served.asked]
    assert starts == [("946684800", None), (None, "c1"), (None, "c2"), (None, "c3"), (None, "c4"), (None, "c5")]


@pytest.mark.parametrize("name", ["zendesk", "salesforce"])
def test_what_the_source_deleted_goes(tmp_path: Path, name: str) -> None:
    """A record that the source tells to be deleted is not loaded, and takes the row that is held of it."""
    dataset, key, gone = {"zendesk": ("users", "requester_id", "3"), "salesforce": ("contacts", "contact_id", "0033")}[name]
    service = {"zendesk": services.zendesk, "salesforce": services.salesforce}[name]

    def before(asked: Asked) -> Answer:
        answer = service(asked)
        for row in answer.body.get("users", []) + answer.body.get("records", []):
            row |= {"active": True, "IsDeleted": False}
        return answer

    with serving(before) as served:
        preset = _preset(tmp_path, name, served.url)
        preset.ingest(dataset)
        held = preset.held(dataset, key)
    with serving(service) as served:
        preset.set(**SETTINGS[name], **{f"{name.upper()}_URL": served.url})
        # the source's own cursor is of the other server: the list is read from its beginning
        preset.forget()
        (outcome,) = preset.ingest(dataset)
    assert outcome.account is not None
    assert (outcome.account.deleted, outcome.account.dropped) == (1, {"deleted_at_source": 1})
    assert [each for each in held if each not in preset.held(dataset, key)] == [gone]


@pytest.mark.parametrize(("name", "dataset", "service"), [(each[0], each[1], each[2]) for each in READ if each[0] != "prh"])
def test_wrong_credentials(tmp_path: Path, name: str, dataset: str, service: Service) -> None:
    """Wrong credentials are one clear error that does not show them."""
    with serving(service) as served:
        preset = _preset(tmp_path, name, served.url)
        wrong = {key: "wr0ng" if value == TOKEN else value for key, value in SETTINGS[name].items()}
        preset.set(**wrong, **{f"{name.upper()}_URL": f"{served.url}/3.0" if name == "mailchimp" else served.url})
        with pytest.raises(SourceError, match="it refuses our credentials") as caught:
            preset.extract(dataset)
    assert "wr0ng" not in repr(caught.value)
    assert len(served.asked) == 1


def test_recipients_of_mailchimp_who_did_nothing_yet(tmp_path: Path) -> None:
    """However many did nothing with a campaign, the others are loaded; whoever opens it later comes in with the next reading."""
    idle = {str(number) for number in range(COUNT) if number % 4}

    def quiet(asked: Asked) -> Answer:
        answer = services.mailchimp(asked)
        for row in answer.body.get("emails", []):
            row["activity"] = [] if row["email_id"] in idle else row["activity"]
        return answer

    with serving(quiet) as served:
        preset = _preset(tmp_path, "mailchimp", served.url)
        (first,) = preset.ingest("activity")
        idle.remove("1")
        (second,) = preset.ingest("activity", now="2026-10-16T01:00:00Z")
    assert (first.error, second.error) == (None, None)
    assert first.account is not None
    assert second.account is not None
    assert (first.account.inserted, first.account.quarantined, first.account.dropped) == (18, 0, {"where": 51})
    assert (second.account.inserted, second.account.unchanged, second.account.dropped) == (3, 18, {"where": 48})


def test_companies_of_a_customer_register_and_of_the_business_register(tmp_path: Path) -> None:
    """HubSpot's companies are those of PRH where their business ids are the same, and its contact persons work for them."""

    def hubspot(asked: Asked) -> Answer:
        stated = {"business_id": "2077474-0", "name": "Ours", "relation_started_on": "2024-05-01"}
        contact = {"email": "a@example.com", "jobtitle": "Buyer", "associatedcompanyid": "7"}
        row = {"id": "7", "properties": stated} if asked.path.endswith("/companies") else {"id": "1", "properties": contact}
        return Answer({"results": [row]})

    def prh(_: Asked) -> Answer:
        offices = [{"type": 2, "postOffices": [{"city": "TURKU"}]}, {"type": 1, "street": "Katu", "postOffices": [{"city": "ESPOO"}]}]
        forms, names = [{"type": "16"}], [{"name": "Virallinen Oy", "type": "1"}]
        row = {"businessId": {"value": "2077474-0"}, "companyForms": forms, "names": names, "addresses": offices}
        return Answer({"totalResults": 1, "companies": [row]})

    with serving(hubspot) as crm, serving(prh) as book:
        preset = _preset(tmp_path, "hubspot", crm.url)
        preset.add("prh")
        preset.set(**SETTINGS["hubspot"], **SETTINGS["prh"], HUBSPOT_URL=crm.url, PRH_URL=book.url)
        preset.ingest("contacts", "companies")
        preset.ingest("companies", source="prh")
    preset.resolve()
    with preset.register.warehouse.reading() as engine:
        companies = engine.rows("SELECT business_id, name, sources, is_registered, is_customer FROM identity.companies")
        periods = engine.rows("SELECT role, is_customer, CAST(customer_from AS VARCHAR) FROM identity.contact_periods")
        cities = engine.rows("SELECT city FROM register.prh_companies")
    assert companies == [("2077474-0", "Virallinen Oy", 2, True, True)]
    assert periods == [("Buyer", True, "2024-05-01")]
    assert cities == [("ESPOO",)]
