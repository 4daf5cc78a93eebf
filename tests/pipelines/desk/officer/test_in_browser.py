"""An officer releases and fetches a bundle in a real browser; everybody can use the rooms, in each language, on a desktop and a phone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from pipelines.cli import ansvar
from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations
from tests.helpers.visiting import PASSWORD
from tests.pipelines.desk.officer.conftest import OFFICER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.pipelines.desk.officer.conftest import Rooms

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
AGE = shutil.which("age")


@pytest.fixture(scope="module")
def opened() -> Iterator[Browser]:
    """A browser."""
    with browser() as chromium:
        yield chromium


def _officer(opened: Browser, rooms: Rooms, width: int, language: str) -> Page:
    """A page of the officer, who has logged in."""
    page = opened.new_context(viewport={"width": width, "height": 900}, base_url=rooms.base, locale="en-GB").new_page()
    page.goto(f"/login?language={language}")
    page.locator("#name").fill(OFFICER)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".who")).to_be_visible()
    return page


def _seen(page: Page, name: str) -> None:
    """The page is as everybody can use it; a picture of it is kept where that is asked for."""
    if shots := os.environ.get("ANSVAR_SCREENSHOTS"):
        width = (page.viewport_size or {"width": 0})["width"]
        language = page.locator("html").get_attribute("lang")
        page.screenshot(path=f"{shots}/{width}-{language}-{name}.png", full_page=True)
    assert violations(page) == [], name
    assert not scrolls_sideways(page), name


@pytest.mark.parametrize(("width", "language"), [(DESKTOP, "en"), (PHONE, "fi"), (PHONE, "sv")])
def test_everybody_can_use_the_rooms(opened: Browser, rooms: Rooms, width: int, language: str) -> None:
    """No page has a violation of axe-core's rules, is wider than its window, or runs anything."""
    request, page = rooms.bundle(), _officer(opened, rooms, width, language)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    (proposal,) = rooms.small.rows("SELECT DISTINCT proposal FROM identity.review")[0]
    (record,) = rooms.small.rows("SELECT _quarantine FROM quarantine.records WHERE dataset = 'shop_customers'")[0]
    for name, path in (
        ("bundles", "/bundles"),
        ("bundle", f"/bundles/{request}"),
        ("review", "/review"),
        ("decisions", "/review/decisions"),
        ("quarantine", "/quarantine?dataset=shop_customers"),
        ("holds", "/holds"),
        ("none", "/bundles/r0"),
    ):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        _seen(page, name)
    for name, path in (
        ("redactions", f"/bundles/{request}/redactions"),
        ("proposal", f"/review/{proposal}"),
        ("record", f"/quarantine/{record}"),
        ("report", f"/bundles/{request}/report"),
    ):
        page.goto(path)
        _seen(page, f"{name}-reason")
        page.locator("#reason").fill("before the release")
        page.keyboard.press("Enter")
        page.wait_for_url("**look=*")
        if name == "report":
            expect(page.locator("h1")).to_be_visible()
            assert page.evaluate("document.querySelectorAll('script').length") == 0
        else:
            _seen(page, name)
    page.context.close()
    assert [each for each in said if "404" not in each] == []


@pytest.mark.skipif(AGE is None, reason="Debian's age is not installed")
def test_an_officer_releases_and_fetches_a_bundle(opened: Browser, rooms: Rooms, tmp_path: Path) -> None:
    """From the list to the released bundle by the pages' own buttons; what was fetched opens in `age` with the person's key, whole."""
    request, page = rooms.bundle(), _officer(opened, rooms, DESKTOP, "en")
    key = tmp_path / "key.txt"
    made = subprocess.run(["age-keygen", "-o", str(key)], check=True, capture_output=True, text=True).stderr
    page.get_by_role("link", name="Bundles").click()
    page.get_by_role("link", name=request).click()
    page.get_by_role("link", name="What is taken out of the texts").click()
    page.get_by_label("Reason").fill("before the release")
    page.get_by_role("button", name="Show the texts").click()
    expect(page.get_by_text("Veli Vieras").first).to_be_visible()
    page.goto(f"/bundles/{request}")
    page.get_by_label("Public key").fill(re.findall("age1[a-z0-9]+", made)[0])
    page.get_by_role("button", name="Release for this key").click()
    expect(page.get_by_role("heading", name="Download")).to_be_visible()
    _seen(page, "released")
    with page.expect_download() as coming:
        page.get_by_role("button", name="Download the bundle").click()
    assert coming.value.suggested_filename == f"{request}.zip.age"
    sealed, plain = tmp_path / "bundle.zip.age", tmp_path / "bundle.zip"
    coming.value.save_as(sealed)
    subprocess.run([str(AGE), "--decrypt", "-i", str(key), "-o", str(plain), str(sealed)], check=True)
    from click.testing import CliRunner  # noqa: PLC0415 - here alone

    told = CliRunner().invoke(ansvar, ["bundle", "verify", str(plain)])
    assert (told.exit_code, f"The bundle of {request} is whole" in told.output) == (0, True)
    page.context.close()
