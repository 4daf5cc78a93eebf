"""The page of promises in a real browser, with all promises kept and with one broken."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from assets.accountability.documents.write import write_documents
from assets.accountability.promises.page import promises_documents
from assets.accountability.promises.status import status_of
from resources.home import Home
from resources.register import open_register
from resources.wording import LANGUAGES
from tests.end_to_end.breaking import Place, break_promise
from tests.end_to_end.test_promises import CATALOGUE
from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Request

    from tests.end_to_end.conftest import Demonstration

pytestmark = [pytest.mark.early, pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)]


@pytest.fixture(scope="module")
def pages(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The pages that the daily run wrote, and the English one of a register whose chats are overdue."""
    folder = tmp_path_factory.mktemp("promises")
    shutil.copytree(demonstration.home, folder / "home", symlinks=True, ignore=shutil.ignore_patterns("dagster"))
    kept = [folder / "home" / "documents" / f"promises.{language}.html" for language in LANGUAGES]
    register = open_register(CATALOGUE, Home(folder / "home"))
    break_promise(Place(register), "chats_3_months")
    broken = write_documents(folder / "broken", promises_documents(status_of(register), CATALOGUE))
    register.ledger.close()
    return [*kept, *(folder / "broken" / each.name for each in broken if each.name == "promises.en.html")]


def _noting(asked: list[str]) -> Callable[[Request], None]:
    return lambda request: asked.append(request.url)


def test_everybody_can_use_the_page(pages: list[Path]) -> None:
    """In each language, on a desk and on a phone, axe-core finds nothing, nothing is cut off at the side, and nothing is fetched."""
    with browser() as chromium:
        for width in (DESKTOP, PHONE):
            for path in pages:
                page = chromium.new_page(viewport={"width": width, "height": 900})
                asked: list[str] = []
                page.on("request", _noting(asked))
                page.goto(path.as_uri())
                assert asked == [path.as_uri()]
                assert (violations(page), scrolls_sideways(page)) == ([], False)
                page.close()


def test_what_is_broken_stands_first(pages: list[Path]) -> None:
    """Where a promise is broken, the first table is of what is broken, where, and what to do."""
    with browser() as chromium:
        page = chromium.new_page()
        page.goto(pages[-1].as_uri())
        assert page.locator("table").first.locator("caption").inner_text() == "Broken promises"
        cells = page.locator("table").first.locator("tbody tr").first.locator("th, td").all_inner_texts()
        assert cells[1] == "Customer service chat: Chat conversations"
        assert "past their period" in cells[2]
        assert cells[3].startswith("Run `ansvar purge`")
