"""The generated documents in a real browser, at the width of a desk and of a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.accountability.documents.write import map_documents, notice_documents, processing_documents, write_documents
from resources.catalogue import load_register
from resources.wording import LANGUAGES
from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

from tests.end_to_end.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
DOCUMENTS = ("notice", "record_of_processing", "data_map")
REGISTERS = {"demonstration": REPOSITORY / "register", "adventure_works": REPOSITORY / "tests" / "registers" / "adventure_works"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of both registers, in every language, a folder a register."""
    folder = tmp_path_factory.mktemp("documents")
    for name, register in REGISTERS.items():
        catalogue = load_register(register)
        for documents in (notice_documents, processing_documents, map_documents):
            write_documents(folder / name, documents(catalogue, LANGUAGES, {"html", "svg"}))
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all pages."""
    with browser() as opened:
        yield opened


@pytest.fixture
def open_page(chromium: Browser, written: Path) -> Iterator[OpenPage]:
    """Opens a written page at a width; whatever it says on the console or asks the net for is kept."""
    opener = OpenPage(chromium, written)
    yield opener
    opener.close()


class OpenPage:
    """Opens pages, and closes them at the end."""

    def __init__(self, chromium: Browser, written: Path) -> None:
        """Open nothing yet."""
        self._chromium = chromium
        self._written = written
        self._pages: list[Page] = []
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def __call__(self, file: str, width: int) -> Page:
        """A page, opened."""
        page = self._chromium.new_page(viewport={"width": width, "height": 900})
        self._pages.append(page)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto((self._written / file).as_uri())
        return page

    def close(self) -> None:
        """Close what was opened."""
        for page in self._pages:
            page.close()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("document", DOCUMENTS)
def test_everybody_can_use_the_page(open_page: OpenPage, document: str, language: str, width: int) -> None:
    """axe-core finds nothing, the page as a whole does not scroll sideways, and it fetches nothing and complains of nothing."""
    page = open_page(f"demonstration/{document}.{language}.html", width)
    assert (violations(page), scrolls_sideways(page)) == ([], False)
    assert (open_page.complaints, len(open_page.requests)) == ([], 1)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_another_registers_pages_are_as_good(open_page: OpenPage, document: str) -> None:
    """The register over real input has other labels, and pages that hold as well on a phone."""
    page = open_page(f"adventure_works/{document}.sv.html", PHONE)
    assert (violations(page), scrolls_sideways(page)) == ([], False)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_picture_can_be_read(open_page: OpenPage, width: int) -> None:
    """Letters in the picture are no smaller than 11 CSS pixels; on a phone it scrolls in its own box, which the keyboard reaches."""
    page = open_page("demonstration/data_map.fi.html", width)
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg text')].map(text =>"
        " parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"
    )
    assert smallest >= 11
    box = page.locator(".picture")
    box.focus()
    before = box.evaluate("element => element.scrollLeft")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    assert (width == PHONE) == (box.evaluate("element => element.scrollLeft") > before)


def test_labels_stay_within_their_boxes(open_page: OpenPage) -> None:
    """No label of the picture runs over its number or out of its box."""
    for register in REGISTERS:
        for language in LANGUAGES:
            page = open_page(f"{register}/data_map.{language}.html", DESKTOP)
            over = page.evaluate(
                """() => {
                    const boxes = [...document.querySelectorAll('svg rect[rx]')].map(box => box.getBBox());
                    const inside = (text, box) => text.x >= box.x && text.x + text.width <= box.x + box.width && text.y >= box.y - 4
                        && text.y + text.height <= box.y + box.height + 4;
                    const last = document.querySelectorAll("svg g:last-of-type text");
                    const texts = [...last].map(text => text.getBBox()).filter(text => text.width);
                    const outside = texts.filter(text => !boxes.some(box => inside(text, box))).length;
                    const meet = (a, b) => a !== b && a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < 8;
                    return [texts.length > 20, outside, texts.filter(text => texts.some(other => meet(text, other))).length];
                }"""
            )
            assert over == [True, 0, 0]


def test_the_picture_alone_opens(open_page: OpenPage) -> None:
    """The SVG file is a picture of its own."""
    page = open_page("demonstration/data_map.en.svg", DESKTOP)
    assert (
        page.evaluate("document.documentElement.querySelector('title').textContent")
        == "Data map: sources, categories, purposes and recipients of personal data"
    )
