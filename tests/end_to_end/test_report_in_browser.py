"""The report, and the page on how to verify it, as the person opens them: in a real browser, at the width of a desk and of a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.rights.export import export
from resources.wording import LANGUAGES
from tests.assets.rights.small import small_register
from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations
from tests.helpers.bundles import members
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
MAIJA = ("email", "maija.korhonen@voltti.example")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles in every language and of both kinds, a folder each, and one of a person of whom nothing is held."""
    folder = tmp_path_factory.mktemp("bundles")
    register = small_register(folder / "register")
    asked = [("access", language, MAIJA) for language in LANGUAGES] + [("portability", "fi", MAIJA)]
    for kind, language, person in [*asked, ("nothing", "sv", ("email", "nobody@nowhere.example"))]:
        request = file_verified(register.ledger, "access" if kind == "nothing" else kind, language, [person], register.clock.now())
        export(register, request.id)
        for name, content in members(register, request.id).items():
            file = folder / f"{kind}-{language}" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    register.ledger.close()
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all pages."""
    with browser() as opened:
        yield opened


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize(
    "page", ["access-fi/report", "access-sv/report", "access-en/report", "access-fi/VERIFY", "portability-fi/report", "nothing-sv/report"]
)
def test_everybody_can_use_the_page(chromium: Browser, unpacked: Path, page: str, width: int, scheme: str) -> None:
    """axe-core finds nothing, the page as a whole does not scroll sideways, and it fetches nothing and complains of nothing."""
    complaints: list[str] = []
    requests: list[str] = []
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light")
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto((unpacked / f"{page}.html").as_uri())
    assert (violations(opened), scrolls_sideways(opened), complaints, len(requests)) == ([], False, [], 1)
    context.close()
