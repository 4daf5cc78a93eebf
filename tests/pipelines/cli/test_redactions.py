"""Texts side by side, and what a releaser decides on them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assets.rights.export import export
from resources.ledger.audit import entries, verify
from tests.assets.rights.small import small_register
from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations
from tests.helpers.bundles import members
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register
    from tests.pipelines.cli.conftest import Command

LOOK = ("--by", "Liisa Laine", "--reason", "before the release")
BY = ("--by", "Liisa Laine")
REGISTER = Path(__file__).parents[2] / "assets" / "rights" / "register"


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Register, str]]:
    """A register whose texts tell of others, and a request for access in it."""
    register = small_register(tmp_path_factory.mktemp("redactions"))
    request = file_verified(register.ledger, "access", "fi", [("email", "maija.korhonen@voltti.example")], register.clock.now())
    yield register, request.id
    register.ledger.close()


def _run(ansvar: Command, register: Register, *arguments: object) -> str:
    answer = ansvar("--register", REGISTER, "--home", register.home.path, "--clock", "2026-11-02T10:15", "redactions", *arguments)
    assert (answer.code, answer.err) == (0, "")
    return answer.out


def _body(register: Register, request: str) -> str:
    export(register, request)
    bundle = members(register, request)
    (ticket,) = (each for each in json.loads(bundle["data/helpdesk_tickets.json"]) if each["ticket_id"] == "T-1")
    return str(ticket["body"])


def test_side_by_side(filed: tuple[Register, str], ansvar: Command, tmp_path: Path) -> None:
    """The page has both texts with the kind of what goes, is its owner's alone, runs nothing; the look is recorded before."""
    register, request = filed
    page = tmp_path / "page.html"
    told = _run(ansvar, register, "show", request, *LOOK, "--output", page, "--language", "en")
    assert "Matti" not in told
    html = page.read_text(encoding="utf-8")
    assert "<mark>Matti Mäen <small>[▮ name]</small></mark>" in html
    assert '<span class="gone">[▮ name]</span>' in html
    assert "<script" not in html
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    look = register.ledger.looks("redactions", request)[0]
    assert (look["by"], look["reason"]) == ("Liisa Laine", "before the release")
    assert [each.what for each in entries(register.ledger.engine, request)][-1] == "bundle.review_looked"
    assert verify(register.ledger.engine) == []


@pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
def test_everybody_can_read_the_page(filed: tuple[Register, str], ansvar: Command, tmp_path: Path) -> None:
    """The page has no fault that axe-core knows, on a desktop and on a phone, in each language."""
    register, request = filed
    with browser() as opened:
        for language in ("fi", "sv", "en"):
            file = tmp_path / f"{language}.html"
            _run(ansvar, register, "show", request, *LOOK, "--output", file, "--language", language)
            for width in (DESKTOP, PHONE):
                page = opened.new_page(viewport={"width": width, "height": 900})
                page.goto(file.as_uri())
                assert (violations(page), scrolls_sideways(page)) == ([], False)


def test_decisions(filed: tuple[Register, str], ansvar: Command, tmp_path: Path) -> None:
    """Words that are added go out of the next bundle and words that are kept stay; taken back, it is as before; the list tells no words."""
    register, request = filed
    before = _body(register, request)
    assert ("2 500 euroa" in before, "Matti" in before) == (True, False)
    words = tmp_path / "words.txt"
    words.write_text("2 500 euroa\n", encoding="utf-8")
    assert "\n1 decision recorded: " in _run(ansvar, register, "add", request, *BY, "--text-file", words)
    words.write_text("Matti Mäki\nMatti\n", encoding="utf-8")
    assert "\n2 decisions recorded: " in _run(ansvar, register, "keep", request, *BY, "--text-file", words)
    body = _body(register, request)
    assert "[▮ toista henkilöä koskeva tieto]" in body
    assert ("2 500 euroa" in body, "Matti Mäen" in body, "Matille" in body) == (False, True, True)
    listed = json.loads(_run(ansvar, register, "list", request, "--json"))
    assert [each["decision"] for each in listed].count("keep") == 2
    assert "Matti" not in str(listed)
    for each in listed:
        _run(ansvar, register, "undo", each["id"], *BY)
    assert _body(register, request) == before
    assert not any(b"2 500 euroa" in file.read_bytes() for file in register.home.path.glob("ledger.db*"))
    assert verify(register.ledger.engine) == []


def test_words_that_stand_in_no_text(filed: tuple[Register, str], ansvar: Command, tmp_path: Path) -> None:
    """Nothing is recorded where words of any decision stand in no text of the answer; which ones is told by their place alone."""
    register, request = filed
    on, words = ("--register", REGISTER, "--home", register.home.path, "--clock", "2026-11-02T10:15"), tmp_path / "words.txt"
    for what in ("add", "keep"):
        words.write_text("2 500 euroa\n\n2 600 euroa\nMattila\n", encoding="utf-8")
        told = ansvar(*on, "redactions", what, request, *BY, "--text-file", words).message
        assert told.startswith("The words of decision 2, 3 stand in no text of the answer, so nothing was recorded")
        words.write_text("Mattila\n", encoding="utf-8")
        assert ansvar(*on, "redactions", what, request, *BY, "--text-file", words).message.startswith("The words stand in no text")
        assert "Mattila" not in told
    assert json.loads(_run(ansvar, register, "list", request, "--json")) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "r0", *LOOK, "--output", "x.html"), "There is no request of that id"),
        (("add", "{request}", *BY, "--text-file", "nowhere.txt"), "cannot be read as UTF-8 text"),
        (("add", "{request}", *BY, "--text-file", os.devnull), "There are no words to decide on"),
        (("show", "{request}", "--by", " ", "--reason", "x", "--output", "x.html"), "gives a name and a reason"),
        (("show", "{request}", *LOOK, "--output", "/nowhere/x.html"), "The folder of --output is not there"),
        (("undo", "x0", *BY), "There is no decision of that id"),
    ],
)
def test_mistakes(filed: tuple[Register, str], ansvar: Command, arguments: tuple[str, ...], message: str) -> None:
    """Each mistake ends in one message that says what to do."""
    register, request = filed
    given = [each.format(request=request) for each in arguments]
    assert message in ansvar("--register", REGISTER, "--home", register.home.path, "redactions", *given).message
