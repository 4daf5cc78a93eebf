"""The helpdesk and the business register as servers: paging, limits, stumbles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from demo.servers import Servers, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS = 60


@pytest.fixture
def servers(world: Path) -> Iterator[Servers]:
    """Fresh servers, whose stumbles are still to come."""
    with running(world) as started:
        yield started


def _ask(servers: Servers, path: str, **query: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {servers.settings['HELPDESK_TOKEN']}"}
    params = {name: str(value) for name, value in query.items()}
    return requests.get(servers.settings["HELPDESK_URL"] + path, params=params, headers=headers, timeout=SECONDS)


def _companies(servers: Servers, page: int) -> dict[str, Any]:
    answer: dict[str, Any] = requests.get(servers.settings["REGISTRY_URL"] + "/companies", params={"page": page}, timeout=SECONDS).json()
    return answer


def test_tickets_by_page(servers: Servers, truth: dict[str, Any]) -> None:
    """All tickets come page by page; the rate limit meets the second page once; past the end a page is empty."""
    found, limited, page = [], [], 1
    while True:
        answer = _ask(servers, "/tickets", page=page, per_page=10)
        if answer.status_code == 429:
            limited.append((page, answer.headers["Retry-After"]))
            continue
        tickets = answer.json()["tickets"]
        if not tickets:
            break
        assert len(tickets) <= 10
        found += [str(ticket["id"]) for ticket in tickets]
        page += 1
    assert limited == [(2, "1")]
    assert sorted(found) == sorted(truth["anchors"]["helpdesk.tickets"])


def test_messages_by_cursor(servers: Servers, truth: dict[str, Any]) -> None:
    """All messages come cursor by cursor; the first page behind a cursor fails once and then passes."""
    found, failures, query = [], 0, {"limit": 25}
    while query:
        answer = _ask(servers, "/messages", **query)
        if answer.status_code == 500:
            failures += 1
            continue
        body = answer.json()
        found += [message["id"] for message in body["messages"]]
        query = {"limit": 25, "cursor": body["meta"]["next_cursor"]} if body["meta"]["has_more"] else {}
    assert failures == 1
    assert sorted(found) == sorted(truth["anchors"]["helpdesk.messages"])


@pytest.mark.parametrize("cursor", ["strange", "c3RyYW5nZQ==", "//8="])
def test_a_wrong_cursor_is_an_error_in_a_good_answer(servers: Servers, cursor: str) -> None:
    """Such APIs tell of errors with HTTP 200, too."""
    answer = _ask(servers, "/messages", cursor=cursor)
    assert (answer.status_code, answer.json()) == (200, {"error": {"code": "invalid_cursor"}})


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_the_helpdesk_wants_its_token(servers: Servers, headers: dict[str, str]) -> None:
    """Without the token nothing is given out."""
    answer = requests.get(servers.settings["HELPDESK_URL"] + "/tickets", headers=headers, timeout=SECONDS)
    assert (answer.status_code, answer.json()) == (401, {"error": {"code": "unauthorized"}})


@pytest.mark.parametrize("path", ["/strange", "/../tickets"])
def test_what_is_not_there(servers: Servers, path: str) -> None:
    """Other addresses of the helpdesk, and of the business register, are not found."""
    assert _ask(servers, path).status_code == 404
    assert requests.get(servers.settings["REGISTRY_URL"] + path, timeout=SECONDS).status_code == 404


def test_a_page_that_always_fails(world: Path) -> None:
    """With `failing`, the second page of tickets fails however often it is asked for; the first passes."""
    with running(world, failing=True) as servers:
        assert [_ask(servers, "/tickets", page=page).status_code for page in (1, 2, 2, 2)] == [200, 500, 500, 500]


def test_the_business_register_starts_again_past_the_end(tmp_path: Path) -> None:
    """A hundred companies a page with the total; a page past the end answers with page 1."""
    (tmp_path / "helpdesk").mkdir()
    for name in ("tickets.ndjson", "messages.ndjson"):
        (tmp_path / "helpdesk" / name).touch()
    (tmp_path / "registry").mkdir()
    lines = [json.dumps({"businessId": {"value": number}}) for number in range(230)]
    (tmp_path / "registry" / "companies.ndjson").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    with running(tmp_path) as servers:
        pages = [_companies(servers, page) for page in (1, 2, 3, 4)]
    assert [len(page["companies"]) for page in pages] == [100, 100, 30, 100]
    assert {page["totalResults"] for page in pages} == {230}
    assert pages[3] == pages[0]
    numbers = [company["businessId"]["value"] for page in pages[:3] for company in page["companies"]]
    assert numbers == list(range(230))


def test_ports_can_be_chosen(world: Path) -> None:
    """Settings name the port that was taken, and the servers are gone when the context ends."""
    with running(world) as servers:
        address = servers.settings["REGISTRY_URL"]
        assert requests.get(f"{address}/companies", timeout=SECONDS).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{address}/companies", timeout=SECONDS)
