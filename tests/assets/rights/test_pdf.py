"""The report as PDF: tagged, in the person's language, with the same content as the page, whatever the records hold."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assets.rights import pdf, report
from assets.rights.about import About
from assets.rights.holding import Holding, Row, Table
from assets.rights.report import Report
from assets.rights.wording import LANGUAGES, Wording
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.register import Register
    from tests.assets.rights.conftest import Ask

MAIJA = ("email", "maija.korhonen@voltti.example")
poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="Debian's poppler-utils is not installed")


def _run(program: str, content: bytes, folder: Path, *arguments: str) -> str:
    file = folder / "report.pdf"
    file.write_bytes(content)
    after = ("-",) if program == "pdftotext" else ()
    return subprocess.run([program, *arguments, str(file), *after], capture_output=True, check=True).stdout.decode(errors="replace")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_tagged(ask: Ask, language: str) -> None:
    """It says of itself that it is PDF/UA-1, and has a tree of tags, a language, bookmarks, and a title that is shown."""
    content = ask(MAIJA, language=language).members["report.pdf"]
    assert content.startswith(b"%PDF-1.7")
    catalogue = re.search(rb"<</Type/Catalog.*?>>\n", content, re.DOTALL)
    assert catalogue is not None
    wanted = (f"/Lang({language})".encode(), b"/StructTreeRoot", b"/Marked true", b"/DisplayDocTitle true", b"/Outlines")
    assert [each for each in wanted if each not in catalogue[0]] == []
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert Wording(language, "UTC").text("title").encode() in content


@poppler
def test_its_structure(ask: Ask, tmp_path: Path) -> None:
    """Headings, tables with the cells of their headings, and lists are tagged as such; there are no scripts, forms, or pictures."""
    content = ask(MAIJA).members["report.pdf"]
    structure = _run("pdfinfo", content, tmp_path, "-struct")
    found = {line.split()[0] for line in structure.splitlines() if line.strip()}
    assert {"H1", "H2", "H3", "Table", "TR", "TH", "L", "LI"} <= {each.rstrip(":") for each in found}
    said = _run("pdfinfo", content, tmp_path)
    assert re.search(r"Tagged:\s+yes", said)
    assert re.search(r"JavaScript:\s+no", said)
    assert "Figure" not in found


@poppler
def test_it_says_what_the_page_says(ask: Ask, tmp_path: Path) -> None:
    """Every value of the person's records, and all the law asks for, stands in it too."""
    answer = ask(MAIJA, language="en")
    text = re.sub(r"\s+", " ", _run("pdftotext", answer.members["report.pdf"], tmp_path))
    wanted = ("Maija.Korhonen@voltti.example", "Ostopäällikkö", "31 March 2019", "49.9", "Trade secret", "https://tietosuoja.fi")
    assert [
        each
        for each in (*wanted, answer.exported.request, "Who receives the data", "When your data were looked at", "Files in this bundle")
        if each not in text
    ] == []
    assert re.search(r"Identifier Value \w[\w ]* Origin \w+ ", text), "where each identifier came from"


@pytest.fixture
def typeset(small: Register) -> Typeset:
    """Makes the report of a holding."""
    return Typeset(small)


class Typeset:
    """Makes the page and the PDF of tickets with given subjects."""

    def __init__(self, register: Register) -> None:
        """Take the register whose tickets they are."""
        self._register = register

    def __call__(self, subjects: Iterator[str] | list[str], number: int) -> tuple[str, bytes]:
        """The page, and the PDF, in English."""
        catalogue, clock = self._register.catalogue, self._register.clock
        request = replace(file_verified(self._register.ledger, "access", "en", [MAIJA], clock.now()))
        listed = list(subjects)
        rows = [Row(str(each), True, {"subject": listed[each % len(listed)]}, {}, ()) for each in range(number)]  # noqa: FBT003 - as it is
        holding = Holding([Table(catalogue.dataset("helpdesk_tickets"), rows)])
        wording = Wording("en", "Europe/Helsinki")
        about = About(catalogue, wording, request, clock.now(), holding).told()
        made = Report(catalogue, wording, request, clock.now(), {}, about)
        shown = made.shown(holding)
        return made.html(holding, shown).decode(), pdf.pdf(made, holding, shown)


@poppler
def test_signs_that_the_typeface_lacks(typeset: Typeset, tmp_path: Path) -> None:
    """Emoji, other scripts and signs that are not seen are replaced by a mark, and it is said; the page has them."""
    page, content = typeset(["\U0001f600 hei", "中文", "ไทย", "a\x01b", "\ue000", "Žofia Łęcka Ωмега"], 6)
    text = _run("pdftotext", content, tmp_path)
    assert ("\u25af hei" in text, "Some signs cannot be shown" in text, "Žofia Łęcka Ωмега" in text) == (True, True, True)
    assert ("\U0001f600 hei" in page, "中文" in page) == (True, True)


def test_every_sign_that_is_kept_can_be_shown(typeset: Typeset) -> None:
    """Whatever is not replaced can be typeset, each sign of the Basic Multilingual Plane and a few beyond, in each weight."""
    signs = [chr(each) for each in (*range(0xD800), *range(0xE000, 0x10000), 0x1F600, 0x10FFFF)]
    _, content = typeset([" ".join(signs[start : start + 500]) for start in range(0, len(signs), 500)], 128)
    assert content.startswith(b"%PDF")


@poppler
def test_markup_is_text(typeset: Typeset, tmp_path: Path) -> None:
    """What would be typst's markup or code stands as it was written."""
    hostile = '#read("/etc/passwd") *x* $y$ <a> @b = c // d \\ e'
    _, content = typeset([hostile], 1)
    assert re.sub(r"\s+", " ", hostile) in re.sub(r"\s+", " ", _run("pdftotext", content, tmp_path))


@poppler
def test_a_long_table_is_cut_and_says_so(typeset: Typeset, tmp_path: Path) -> None:
    """Page and PDF show the first records and name the file that has all."""
    page, content = typeset(["hello"], 1200)
    text = re.sub(r"\s+", " ", _run("pdftotext", content, tmp_path))
    assert page.count("<td>hello</td>") == report.MOST_ROWS
    assert text.count("hello") == pdf.MOST_ROWS
    for said, shown in ((page, "1,000"), (text, "300")):
        assert f"The first {shown} of 1,200 records are shown here; all of them are in the file data/helpdesk_tickets.csv." in said


@poppler
def test_no_value_is_hyphenated(typeset: Typeset, tmp_path: Path) -> None:
    """An address stands in one piece, in a table as in a list; a word longer than the line goes on in the next."""
    address, endless = "matti.meikalainen-virtanen@asiakaspalveluyhtiot.example", "x" * 300
    for number in (1, 3):
        text = _run("pdftotext", typeset([f"{address} {endless}"], number)[1], tmp_path, "-layout")
        assert (text.count(address), text.count("x" * 75 + "x") == 0, text.count("x" * 60) >= 4 * number) == (number, True, True)


def test_a_value_without_end(typeset: Typeset) -> None:
    """A text of five million letters is cut in the PDF, which is made in good time."""
    _, content = typeset(["word " * 1_000_000], 1)
    assert len(content) < 2_000_000
