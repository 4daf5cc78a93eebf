"""The web entrance in a real browser, on the demonstration's home: the login, Dagster's UI behind it, and what each role may."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, Page, expect

from resources.catalogue import load_register
from resources.roles import Role
from tests.end_to_end.conftest import REPOSITORY, Ansvar, Demonstration
from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations
from tests.helpers.ports import free_port
from tests.helpers.visiting import PASSWORD, Visitor, add_user

if TYPE_CHECKING:
    from collections.abc import Iterator


PATIENCE_MS = 60_000

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM),
    pytest.mark.early,
]


@pytest.fixture(scope="module")
def place(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    """A copy of the demonstration's home, which these tests change."""
    return demonstration.copied(tmp_path_factory.mktemp("ui") / "home")


@pytest.fixture(scope="module")
def address(place: Demonstration) -> Iterator[str]:
    """The entrance, as `make ui` opens it, with a user of each role."""
    for role in Role:
        if role.value not in ("officer", "administrator"):  # these the demonstration has
            add_user(place.environment(), role.value, role.value)
    port = free_port()
    program = [sys.executable, "-m", "demo", "ui", "--port", str(port)]
    log = (place.home.parent / "ui.log").open("wb")
    served = subprocess.Popen(program, cwd=REPOSITORY, env=place.environment(), stdout=log, stderr=log, start_new_session=True)
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
    operator, deadline = Visitor(base), time.monotonic() + 120
    while True:
        with suppress(OSError):
            if not operator.cookies:
                operator.login("operator")
            answer = operator.graphql("{ repositoriesOrError { __typename ... on RepositoryConnection { nodes { name } } } }")
            if answer.status == 200 and answer.json["data"]["repositoriesOrError"].get("nodes"):
                return
        assert served.poll() is None, "the entrance ended before it answered: see ui.log"
        assert time.monotonic() < deadline, "the entrance did not start within two minutes"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    """A browser."""
    with browser() as chromium:
        expect.set_options(timeout=PATIENCE_MS)
        yield chromium


def _page(opened: Browser, address: str, name: str, password: str, width: int = 1600) -> Page:
    """A page of somebody who has logged in."""
    context = opened.new_context(viewport={"width": width, "height": 1100}, base_url=address, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto("/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def page(opened: Browser, address: str, place: Demonstration) -> Page:
    """A page of the officer, who logged in with the password that the demonstration printed."""
    printed = re.search(r"the password of both: (\S+)", place.printed)
    assert printed is not None
    return _page(opened, address, "officer", printed[1])


def test_the_graph_stands_in_groups_by_stage(page: Page) -> None:
    """The asset graph shows the sources and each stage as a group."""
    page.goto("/dagster/asset-groups")
    for group in ("sources", "stores", "ingest", "identity", "retention", "rights", "accountability"):
        expect(page.get_by_text(group, exact=True).first).to_be_visible()


def test_a_data_sets_page_shows_its_columns_with_tags_and_checks(page: Page) -> None:
    """Every column of a data set stands on its page with its tags and where it comes from; its checks have passed; its rows are counted."""
    dataset = load_register(REPOSITORY / "register").dataset("chats_conversations")
    page.goto("/dagster/assets/ingest/chats/conversations")
    expect(page.get_by_text(dataset.shape.record).first).to_be_visible()
    shown = page.locator("body")
    for name, field in dataset.fields.items():
        expect(shown).to_contain_text(f"from chats.conversations.{name}")
        expect(shown).to_contain_text(f"category: {field.shape.category}")
    for tag in ("origin: ", "promise: ", "purposes/customer_support", "legal_basis: ", "retention: chats"):
        expect(shown).to_contain_text(tag)
    expect(page.get_by_text("Row count").first).to_be_visible()
    page.goto("/dagster/assets/ingest/chats/conversations?view=checks")
    for check in ("accounted", "quarantine_share", "source_read"):
        expect(page.get_by_text(check, exact=True).first).to_be_visible()
    expect(page.get_by_text("Plots").first).to_be_visible()
    expect(page.get_by_text("rows", exact=True).first).to_be_visible()


def test_the_daily_job_has_its_schedule(page: Page) -> None:
    """The schedule runs the daily job at three in the morning, Helsinki time."""
    page.goto("/dagster/locations/ansvar/schedules/daily_at_three")
    expect(page.locator("body")).to_contain_text("0 3 * * *")
    expect(page.locator("body")).to_contain_text("Europe/Helsinki")
    expect(page.get_by_text("daily", exact=True).first).to_be_visible()


def test_the_export_job_answers_a_request_by_its_id(page: Page, place: Demonstration, truth: dict[str, Any], ansvar: Ansvar) -> None:
    """A request filed on the command line is answered by a click in the UI: its bundle waits for its release."""
    email = truth["persons"][str(truth["cases"]["example_person"])]["identifiers"]["email"][0]
    request = ansvar(place, "request", "new", "--kind", "access", "--email", email, "--by", "Dana Officer").out.strip()
    ansvar(place, "request", "verify", request, "--how", "signed_in", "--by", "Dana Officer")
    page.goto("/dagster/locations/ansvar/jobs/export_bundle")
    page.get_by_role("button", name="Materialize").first.click()
    page.get_by_text("Select a partition or create one").click()
    page.get_by_text(request).first.click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Launch").last.click()
    bundle = place.home / "waiting" / f"{request}.zip.age"
    deadline = time.monotonic() + 90
    while not bundle.exists() and time.monotonic() < deadline:
        time.sleep(0.5)
    assert bundle.exists()


def test_an_erasure_is_carried_out_by_a_click(page: Page, place: Demonstration, truth: dict[str, Any], ansvar: Ansvar) -> None:
    """What a named user decided on the command line is carried out by the job of erasures; the answer tells what went."""
    example = str(truth["cases"]["example_person"])
    others = (each["identifiers"]["email"] for number, each in truth["persons"].items() if number != example)
    for email, *_ in filter(None, others):
        request = ansvar(place, "request", "new", "--kind", "erasure", "--email", email, "--by", "Dana Officer").out.strip()
        ansvar(place, "request", "verify", request, "--how", "signed_in", "--by", "Dana Officer")
        if "Decided." in ansvar(place, "erase", request, "--by", "Dana Officer", "--later").out:
            break
    page.goto("/dagster/locations/ansvar/jobs/erasures")
    page.get_by_role("button", name="Materialize").first.click()
    deadline = time.monotonic() + 90
    while "Olemme poistaneet" not in (answer := ansvar(place, "erase", request, "--answer").out) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert "Olemme poistaneet" in answer
    assert request in ansvar(place, "request", "list").out


def test_promises_stand_as_checks_on_the_data_that_they_are_about(page: Page) -> None:
    """On the page of a data set each promise that it is about is a check, named after the promise, which has passed with its evidence."""
    page.goto("/dagster/assets/ingest/chats/conversations?view=checks")
    for promise in ("chats", "chats_3_months", "purposes", "basis", "origins", "completeness", "processors", "eea"):
        expect(page.get_by_text(promise, exact=True).first).to_be_visible()
    page.goto("/dagster/assets/ingest/chats/conversations?view=checks&checkDetail=chats_3_months")
    expect(page.locator("body")).to_contain_text("Promise of the notice: Saved customer service chats are kept for three months.")
    expect(page.locator("body")).to_contain_text("kept")


def test_all_promises_at_a_glance(page: Page) -> None:
    """The asset of promises counts the kept and the broken ones, and lists them all."""
    page.goto("/dagster/assets/accountability/promises")
    shown = page.locator("body")
    for said in ("kept", "broken", "not yet applicable"):
        expect(shown).to_contain_text(said)


def test_a_viewer_sees_and_starts_nothing(opened: Browser, address: str) -> None:
    """The graph and the promises are there; what starts runs is greyed out; the pages of others are not; the policy blocks nothing."""
    page = _page(opened, address, "viewer", PASSWORD)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    assert page.get_by_role("navigation", name="Main menu").get_by_role("link").all_inner_texts() == [
        "Front page",
        "Promises",
        "Runs and data (Dagster)",
    ]
    page.goto("/dagster/asset-groups")
    expect(page.get_by_text("ingest", exact=True).first).to_be_visible()
    page.goto("/dagster/locations/ansvar/jobs/daily")
    expect(page.get_by_role("button", name="Materialize").first).to_be_disabled()
    assert [each for each in said if "Content Security Policy" in each] == []
    page.goto("/users")
    expect(page.get_by_role("heading", level=1)).to_have_text("You do not have access")
    page.context.close()


def test_an_operator_runs_the_daily_job(opened: Browser, address: str, place: Demonstration, ansvar: Ansvar) -> None:
    """A click in Dagster's UI starts it; who did is in the audit chain, and the run comes to its end."""
    page = _page(opened, address, "operator", PASSWORD)
    page.goto("/dagster/locations/ansvar/jobs/daily")
    page.get_by_role("button", name="Materialize").first.click()
    operator, deadline = Visitor(address), time.monotonic() + 240
    operator.login("operator")
    question = '{ runsOrError(filter: {pipelineName: "daily"}, limit: 1) { ... on Runs { results { status } } } }'
    chain = ansvar(place, "audit", "list", "--thing", "daily").out
    while "dagster.launch" not in chain and time.monotonic() < deadline:
        time.sleep(1)
        chain = ansvar(place, "audit", "list", "--thing", "daily").out
    assert "dagster.launch" in chain
    while operator.graphql(question).json["data"]["runsOrError"]["results"][0]["status"] not in ("SUCCESS", "FAILURE"):
        assert time.monotonic() < deadline
        time.sleep(1)
    assert operator.graphql(question).json["data"]["runsOrError"]["results"][0]["status"] == "SUCCESS"
    page.context.close()


def test_an_administrator_adds_a_user_who_logs_in(opened: Browser, address: str, place: Demonstration) -> None:
    """The administrator adds, changes and disables a user on the page of users, and sees it in the audit log, which is whole."""
    printed = re.search(r"the password of both: (\S+)", place.printed)
    assert printed is not None
    page = _page(opened, address, "administrator", printed[1], DESKTOP)
    page.goto("/users")
    page.locator("#new-user").fill("maija.testinen")
    page.locator("#new-role").select_option("viewer")
    page.locator("#new-password").fill(PASSWORD)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("rowheader", name="maija.testinen")).to_be_visible()
    other = _page(opened, address, "maija.testinen", PASSWORD)
    page.reload()
    page.get_by_role("button", name="Disable maija.testinen").click()
    expect(page.get_by_role("button", name="Enable maija.testinen")).to_be_visible()
    other.goto("/promises")
    expect(other.get_by_role("heading", level=1)).to_have_text("Log in")
    page.goto("/audit?verify=1")
    expect(page.get_by_role("status")).to_have_text("The log is whole.")
    expect(page.get_by_text("user.disabled").first).to_be_visible()
    for each in (page, other):
        each.context.close()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_everybody_can_read_the_promises(opened: Browser, address: str, width: int) -> None:
    """A viewer sees every promise with its state; the page has no violation of axe-core's rules, and is not wider than its window."""
    page = _page(opened, address, "viewer", PASSWORD, width)
    for language in ("fi", "sv", "en"):
        page.goto(f"/promises?language={language}")
        if shots := os.environ.get("ANSVAR_SCREENSHOTS"):
            page.screenshot(path=f"{shots}/{width}-{language}-promises.png")
        assert violations(page) == []
        assert not scrolls_sideways(page)
    for promise in load_register(REPOSITORY / "register").notice.promises:
        expect(page.get_by_role("rowheader", name=f"({promise})").first).to_be_visible()
    expect(page.locator("#main")).not_to_contain_text("Broken promises")  # and serving the page breaks none
    page.context.close()
