"""Presets against answers that the real services gave, page by page, served on loopback (tests skip where they are not at hand)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from resources.connectors.source_error import SourceError
from tests.presets.conftest import Preset
from tests.presets.services import TOKEN, Troubles, freshdesk
from tests.resources.connectors.serving import Answer, Asked, serving

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, Any]
SETTINGS = {
    "hubspot": {"HUBSPOT_TOKEN": TOKEN},
    "zendesk": {"ZENDESK_USER": "agent@example.com/token", "ZENDESK_TOKEN": TOKEN},
    "intercom": {"INTERCOM_TOKEN": TOKEN},
    "freshdesk": {"FRESHDESK_KEY": TOKEN},
    "prh": {"PRH_LOCATION": "Espoo"},
}


def _preset(folder: Path, name: str, url: str) -> Preset:
    preset = Preset(folder, name)
    preset.set(**SETTINGS[name], **{f"{name.upper()}_URL": url})
    return preset


def _cursor(asked: Asked) -> str | None:
    """The cursor that a page is asked for by, wherever a service has it."""
    if asked.method == "POST":
        sent = asked.document
        found = sent.get("pagination", {}).get("starting_after") or sent.get("offset")
        return str(found) if found else None
    return asked.query.get("after") or asked.query.get("cursor")


@pytest.mark.parametrize(
    ("place", "key", "pages"),
    [
        (
            "hubspot contacts results",
            "id",
            {None: "hubspot/search__contacts__1-first-page", "54": "hubspot/search__contacts__2-second-page"},
        ),
        ("hubspot lists lists", "listId", {None: "hubspot/read-lists-1-first-page", "2": "hubspot/read-lists-2-second-page"}),
        (
            "zendesk users users",
            "id",
            {
                None: "zendesksupport/read__incremental__users-1-first-page",
                "MTczOTkwMTY5OC4wfHwzODYzNDM4MTYyMDM3MXw=": "zendesksupport/read__incremental__users-2-last-page",
            },
        ),
        ("zendesk tickets tickets", "id", {None: "zendesksupport/read__incremental__tickets"}),
        (
            "intercom conversations conversations",
            "id",
            {None: "intercom/read-search-conversations", "WzE3MjY3NTIxNDUwMDAsNSwyXQ==": "intercom/read-conversations"},
        ),
    ],
    ids=["HubSpot contacts", "HubSpot lists", "Zendesk users", "Zendesk tickets", "Intercom conversations"],
)
def test_real_pages(tmp_path: Path, shared: Path, place: str, key: str, pages: dict[str | None, str]) -> None:
    """Every record of the real pages is read once, by the cursors that they name, through a 429, a 500 and a dropped connection."""
    name, dataset, records = place.split()
    bodies = {cursor: (shared / "api_pages" / f"{page}.json").read_bytes() for cursor, page in pages.items()}
    troubles = Troubles(lambda asked: Answer(bodies[_cursor(asked)]))
    with serving(troubles) as served:
        extraction = (preset := _preset(tmp_path, name, served.url)).extract(dataset)
    expected = [str(record[key]) for body in bodies.values() for record in json.loads(body)[records]]
    first = next(iter(preset.source.datasets[dataset].shape.key))
    assert [row[first] for row in preset.rows(extraction)] == expected
    assert extraction.pages == len(pages)


@pytest.mark.parametrize(
    ("name", "dataset", "pages"),
    [
        ("zendesk", "tickets", ["zendesksupport/read__incremental__tickets"]),
        ("zendesk", "users", ["zendesksupport/read__incremental__users-2-last-page"]),
        ("hubspot", "lists", ["hubspot/read-lists-1-first-page", "hubspot/read-lists-2-second-page"]),
        ("intercom", "conversations", ["intercom/read-conversations"]),
    ],
)
def test_real_pages_are_declared_and_loaded(tmp_path: Path, shared: Path, name: str, dataset: str, pages: list[str]) -> None:
    """What the real services give is loaded without quarantine, and every field of it is declared or ignored on purpose."""
    bodies = iter([(shared / "api_pages" / f"{page}.json").read_bytes() for page in pages])
    with serving(lambda _: Answer(next(bodies))) as served:
        (outcome,) = _preset(tmp_path, name, served.url).ingest(dataset)
    assert outcome.error is None
    assert outcome.account is not None
    assert (outcome.account.quarantined, [each.path for each in outcome.account.undeclared]) == (0, [])
    assert outcome.account.read > 0


def test_real_tickets_of_freshdesk(tmp_path: Path, shared: Path) -> None:
    """Freshdesk's top-level list, as it came, behind a server that keeps its rules."""
    tickets = json.loads((shared / "api_pages" / "freshdesk" / "tickets.json").read_bytes())
    with serving(freshdesk(tickets)) as served:
        preset = _preset(tmp_path, "freshdesk", served.url)
        (outcome,) = preset.ingest("tickets")
    assert outcome.account is not None
    assert (outcome.account.quarantined, [each.path for each in outcome.account.undeclared]) == (0, [])
    assert preset.held("tickets", "ticket_id") == sorted(str(ticket["id"]) for ticket in tickets)


def test_a_real_company_of_the_business_register(tmp_path: Path, shared: Path) -> None:
    """The current name of a company with many names is the one of type 1 that has no end."""
    body = (shared / "registry" / "nokia_0112038-9.json").read_bytes()
    with serving(lambda _: Answer(body)) as served:
        (row,) = _preset(tmp_path, "prh", served.url).read("companies")
    assert (row["business_id"], row["name"], len(served.asked)) == ("0112038-9", "Nokia Oyj", 1)


@pytest.mark.parametrize(
    ("place", "page", "said"),
    [
        (("intercom", "conversations"), ("intercom/page-req-too-large", 200), "answered with an error body"),
        (("intercom", "conversations"), ("intercom/resource-not-found", 404), "HTTP 404"),
        (("zendesk", "users"), ("zendesksupport/resource-not-found", 200), "answered with an error body"),
        (("zendesk", "users"), ("zendesksupport/forbidden", 403), "refuses our credentials"),
        (("zendesk", "users"), ("zendesksupport/record-validation", 422), "HTTP 422"),
        (("hubspot", "contacts"), ("hubspot/search__error-invalid-object", 400), "HTTP 400"),
    ],
)
def test_real_error_bodies(tmp_path: Path, shared: Path, place: tuple[str, str], page: tuple[str, int], said: str) -> None:
    """The error bodies of real services are one clear error, with the status that they come with or with HTTP 200."""
    body = (shared / "api_pages" / f"{page[0]}.json").read_bytes()
    with serving(lambda _: Answer(body, page[1])) as served:
        preset = _preset(tmp_path, place[0], served.url)
        with pytest.raises(SourceError, match=said):
            preset.extract(place[1])


def test_a_cursor_that_comes_again(tmp_path: Path, shared: Path) -> None:
    """A page that names its own cursor again is an error: the list would never end."""
    body = (shared / "api_pages" / "zendesksupport" / "read__incremental__users-1-first-page.json").read_bytes()
    with serving(lambda _: Answer(body)) as served:
        preset = _preset(tmp_path, "zendesk", served.url)
        with pytest.raises(SourceError, match="comes to a page again that was read already"):
            preset.extract("users")
    assert len(served.asked) == 2
