"""The desk's pages in a real browser: everybody can use them, in each language, on a desktop and on a telephone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations
from tests.helpers.visiting import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.pipelines.desk.conftest import Served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
PAGES = ("/", "/promises", "/audit?verify=1", "/users", "/password")


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    """A browser."""
    with browser() as chromium:
        yield chromium


def _page(opened: Browser, served: Served, name: str, width: int) -> Page:
    """A page of somebody who has logged in, by the keyboard alone."""
    page = opened.new_context(viewport={"width": width, "height": 900}, base_url=served.base, locale="en-GB").new_page()
    page.goto("/login?language=en")
    expect(page.get_by_label("User name")).to_be_focused()
    for typed in (name, PASSWORD):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    return page


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_everybody_can_use_the_pages(opened: Browser, served: Served, width: int, language: str) -> None:
    """No page has a violation of axe-core's rules, is wider than its window, or says anything in another language than the one chosen."""
    page = _page(opened, served, "administrator", width)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in (*PAGES, "/login"):
        if path == "/login":
            page.context.clear_cookies()
        page.goto(f"{path}{'&' if '?' in path else '?'}language={language}")
        assert page.locator("html").get_attribute("lang") == language
        if shots := os.environ.get("ANSVAR_SCREENSHOTS"):
            page.screenshot(path=f"{shots}/{width}-{language}-{path.strip('/').partition('?')[0] or 'front'}.png", full_page=True)
        assert violations(page) == [], path
        assert not scrolls_sideways(page), path
    assert said == []
    page.context.close()


def test_what_went_wrong_is_told_where_it_went_wrong(opened: Browser, served: Served) -> None:
    """A wrong password, and a page that the role may not see, are told as text that screen readers speak, without violations."""
    page = _page(opened, served, "viewer", PHONE)
    page.goto("/users")
    expect(page.get_by_role("heading", level=1)).to_have_text("You do not have access")
    assert violations(page) == []
    page.get_by_role("button", name="Log out").click()
    page.get_by_label("User name").fill("viewer")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("The user name, the password or the code is wrong. Try again.")
    assert violations(page) == []
    page.context.close()
