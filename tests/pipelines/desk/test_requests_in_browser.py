"""An officer does a request from filing to the letter, in a real browser, on a desktop and on a telephone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations
from tests.helpers.visiting import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.pipelines.desk.rooms import Room

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)


def _looked_at(page: Page, name: str, width: int) -> None:
    """Everybody can use the page as it stands, and it says what it says without an error."""
    if shots := os.environ.get("ANSVAR_SCREENSHOTS"):
        page.screenshot(path=f"{shots}/{width}-{name}.png", full_page=True)
    assert violations(page) == [], name
    assert not scrolls_sideways(page), name


def _in_each_language(page: Page, path: str, name: str, width: int) -> None:
    """The same page in another language, on a telephone in that of the longest words, and then in English again."""
    for language in ("fi" if width == PHONE else "sv", "en"):
        page.goto(f"{path}{'&' if '?' in path else '?'}language={language}")
        assert page.locator("html").get_attribute("lang") == language
        _looked_at(page, f"{name}-{language}", width)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_from_filing_to_the_letter(desk: Room, width: int) -> None:
    """By the labels that screen readers speak: filed, at first wrongly, verified, carried out, answered by a letter; no violations."""
    with browser() as opened:
        page = opened.new_context(viewport={"width": width, "height": 900}, base_url=desk.base, locale="en-GB").new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if "400" not in message.text else None)
        page.goto("/login?language=en&next=/requests/new")
        expect(page.get_by_label("User name")).to_be_focused()
        page.keyboard.type("officer")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Requests", exact=True).click()
        page.get_by_role("link", name="File a request").click()
        page.get_by_label("Kind", exact=True).select_option("restriction")
        page.get_by_label("Identifier 1").fill("Maija")
        page.get_by_label("The person's own words").fill("Älkää käyttäkö tietojani.")
        page.get_by_role("button", name="File the request").click()
        expect(page.get_by_role("alert")).to_contain_text("The request was not filed.")
        assert page.evaluate("document.activeElement.id") == "value-0"
        _looked_at(page, "wrong", width)
        page.get_by_label("Identifier 1").fill("maija.korhonen@voltti.example")
        page.get_by_role("button", name="File the request").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Restriction of processing")
        at = page.url.removeprefix(desk.base)
        _in_each_language(page, at, "one", width)
        page.get_by_label("answered from an address that was held already").check()
        page.get_by_role("button", name="Identity is verified").click()
        expect(page.locator("#state")).to_contain_text("identity verified")
        page.get_by_role("link", name="See what is held").click()
        _in_each_language(page, f"{at}/held", "held", width)
        page.get_by_label("Why you look").fill("To see that it is she")
        page.get_by_role("button", name="Look").click()
        expect(page.get_by_role("status")).to_contain_text("Your look is recorded.")
        _looked_at(page, "records", width)
        page.goto(f"{at}/carry-out")
        _in_each_language(page, f"{at}/carry-out", "carry-out", width)
        page.get_by_label("You contest that the data are accurate.").check()
        page.get_by_role("button", name="Carry it out").click()
        expect(page.locator("#state")).to_contain_text("answered")
        page.get_by_label("Letter").select_option("answer")
        with page.expect_download() as letter:
            page.get_by_role("button", name="Make and download").click()
        assert Path(letter.value.path()).read_bytes().startswith(b"%PDF")
        page.reload()
        expect(page.get_by_role("table").last).to_contain_text("letter made")
        _looked_at(page, "answered", width)
        _in_each_language(page, "/requests?which=all", "list", width)
        assert said == []


def test_an_unclear_request_and_an_export(desk: Room) -> None:
    """So can the pages of whom a request may mean, and of a bundle that is asked for, be used by everybody."""
    from assets.rights.requests import file  # noqa: PLC0415 - here alone
    from resources.ledger.requests import Filing  # noqa: PLC0415 - here alone

    register = desk.register
    unclear = file(register, Filing("access", "en", (("phone", "040 123 4567"),), register.clock.now(), by="officer")).id
    with browser() as opened:
        page = opened.new_context(viewport={"width": PHONE, "height": 900}, base_url=desk.base, locale="en-GB").new_page()
        page.goto("/login?language=en")
        page.get_by_label("User name").fill("officer")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Log out")).to_be_visible()
        _in_each_language(page, f"/requests/{unclear}/export", "export", PHONE)
        _in_each_language(page, f"/requests/{unclear}/candidates", "candidates", PHONE)
        page.get_by_role("radio").first.check()
        page.get_by_label("Why you look").fill("To see who it is")
        page.get_by_role("button", name="Look at this person").click()
        page.locator("summary").first.click()
        _looked_at(page, "candidate", PHONE)
        page.get_by_role("button", name="The request means this person").click()
        expect(page.locator("#state")).to_contain_text("received")
