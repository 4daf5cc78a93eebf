"""Dagster's UI in a real browser, on the demonstration's home."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from resources.catalogue import load_register
from tests.end_to_end.conftest import REPOSITORY
from tests.helpers.browser import CHROMIUM, WITHOUT_CHROMIUM, browser
from tests.helpers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.conftest import Demonstration

PATIENCE_MS = 60_000

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM),
    pytest.mark.early,
]


@pytest.fixture(scope="module")
def address(demonstration: Demonstration) -> Iterator[str]:
    """Dagster's UI, as `make ui` opens it."""
    port = free_port()
    program = [sys.executable, "-m", "demo", "ui", "--port", str(port)]
    log = (demonstration.home.parent / "ui.log").open("wb")
    served = subprocess.Popen(program, cwd=REPOSITORY, env=demonstration.environment(), stdout=log, stderr=log, start_new_session=True)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait(base, served)
        yield base
    finally:
        os.killpg(served.pid, signal.SIGINT)
        try:
            served.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(served.pid, signal.SIGKILL)
            served.wait()
        log.close()


def _wait(base: str, served: subprocess.Popen[bytes]) -> None:
    question = json.dumps({"query": "{ repositoriesOrError { __typename ... on RepositoryConnection { nodes { name } } } }"}).encode()
    deadline = time.monotonic() + 120
    while True:
        try:
            asked = urllib.request.Request(f"{base}/graphql", question, {"Content-Type": "application/json"})
            with urllib.request.urlopen(asked, timeout=10) as answer:
                if json.load(answer)["data"]["repositoriesOrError"].get("nodes"):
                    return
        except OSError:
            pass
        assert served.poll() is None, "Dagster's UI ended before it answered: see ui.log"
        assert time.monotonic() < deadline, "Dagster's UI did not start within two minutes"
        time.sleep(0.2)
        time.sleep(0.5)


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Page]:
    """A page of a browser that looks at the UI."""
    with browser() as chromium:
        opened = chromium.new_page(viewport={"width": 1600, "height": 1100}, base_url=address)
        opened.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened


def test_the_graph_stands_in_groups_by_stage(page: Page) -> None:
    """The asset graph shows the sources and each stage as a group."""
    page.goto("/asset-groups")
    for group in ("sources", "stores", "ingest", "identity", "retention", "rights", "accountability"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible()


def test_a_data_sets_page_shows_its_columns_with_tags_and_checks(page: Page) -> None:
    """Every column of a data set stands on its page with its tags and where it comes from; its checks have passed; its rows are counted."""
    dataset = load_register(REPOSITORY / "register").dataset("chats_conversations")
    page.goto("/assets/ingest/chats/conversations")
    expect(page.get_by_text(dataset.shape.record).first).to_be_visible()
    shown = page.locator("body")
    for name, field in dataset.fields.items():
        expect(shown).to_contain_text(f"from chats.conversations.{name}")
        expect(shown).to_contain_text(f"category: {field.shape.category}")
    for tag in ("origin: ", "promise: ", "purposes/customer_support", "legal_basis: ", "retention: chats"):
        expect(shown).to_contain_text(tag)
    expect(page.get_by_text("Row count").first).to_be_visible()
    page.goto("/assets/ingest/chats/conversations?view=checks")
    for check in ("accounted", "quarantine_share", "source_read"):
        expect(page.get_by_text(check, exact=True).first).to_be_visible()
    expect(page.get_by_text("Plots").first).to_be_visible()
    expect(page.get_by_text("rows", exact=True).first).to_be_visible()


def test_the_daily_job_has_its_schedule(page: Page) -> None:
    """The schedule runs the daily job at three in the morning, Helsinki time."""
    page.goto("/locations/ansvar/schedules/daily_at_three")
    expect(page.locator("body")).to_contain_text("0 3 * * *")
    expect(page.locator("body")).to_contain_text("Europe/Helsinki")
    expect(page.get_by_text("daily", exact=True).first).to_be_visible()


def test_the_export_job_answers_a_request_by_its_id(page: Page, demonstration: Demonstration, truth: dict[str, Any]) -> None:
    """A request filed on the command line is answered by a click in the UI: its bundle waits for its release."""
    email = truth["persons"][str(truth["cases"]["example_person"])]["identifiers"]["email"][0]
    request = demonstration.ansvar("request", "new", "--kind", "access", "--email", email).stdout.strip()
    demonstration.ansvar("request", "verify", request, "--how", "signed_in", "--by", "Dana Officer")
    page.goto("/locations/ansvar/jobs/export_bundle")
    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_text("Select a partition or create one").click()
    page.get_by_text(request).first.click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Launch").last.click()
    bundle = demonstration.home / "waiting" / f"{request}.zip.age"
    deadline = time.monotonic() + 90
    while not bundle.exists() and time.monotonic() < deadline:
        time.sleep(0.5)
    assert bundle.exists()


def test_promises_stand_as_checks_on_the_data_that_they_are_about(page: Page) -> None:
    """On the page of a data set each promise that it is about is a check, named after the promise, which has passed with its evidence."""
    page.goto("/assets/ingest/chats/conversations?view=checks")
    for promise in ("chats", "chats_3_months", "purposes", "basis", "origins", "completeness", "processors", "eea"):
        expect(page.get_by_text(promise, exact=True).first).to_be_visible()
    page.goto("/assets/ingest/chats/conversations?view=checks&checkDetail=chats_3_months")
    expect(page.locator("body")).to_contain_text("Promise of the notice: Saved customer service chats are kept for three months.")
    expect(page.locator("body")).to_contain_text("kept")


def test_all_promises_at_a_glance(page: Page) -> None:
    """The asset of promises counts the kept and the broken ones, and lists them all."""
    page.goto("/assets/accountability/promises")
    shown = page.locator("body")
    for said in ("kept", "broken", "not yet applicable"):
        expect(shown).to_contain_text(said)
