"""The report as PDF: tagged, in the person's language, with the same content as the page, whatever the records hold."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
import typst

from assets.rights import pdf, report
from assets.rights.about import About
from assets.rights.holding import Holding, Identifier, Row, Table
from assets.rights.pdf_widths import BOLD, width
from assets.rights.report import Report
from assets.rights.wording import LANGUAGES, Wording
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from resources.register import Register
    from tests.assets.rights.conftest import Ask

MAIJA = ("email", "maija.korhonen@voltti.example")
_MARGIN = (210 - 22) / 25.4 * 72 + 1  # points from the left, of A4
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

    def __call__(self, subjects: Iterator[str] | list[str], number: int, identifiers: Sequence[Identifier] = ()) -> tuple[str, bytes]:
        """The page, and the PDF, in English; with the identifiers by which the tickets were found."""
        catalogue, clock = self._register.catalogue, self._register.clock
        request = replace(file_verified(self._register.ledger, "access", "en", [MAIJA], clock.now()))
        listed = list(subjects)
        rows = [Row(str(each), True, {"subject": listed[each % len(listed)]}, {}, ()) for each in range(number)]  # noqa: FBT003 - as it is
        holding = Holding([Table(catalogue.dataset("helpdesk_tickets"), rows)], list(identifiers))
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
    assert len(re.findall(r"<td[^>]*>hello</td>", page)) == report.MOST_ROWS
    assert text.count("hello") == pdf.MOST_ROWS
    for said, shown in ((page, "1,000"), (text, "300")):
        assert f"The first {shown} of 1,200 records are shown here; all of them are in the file data/helpdesk_tickets.csv." in said


@poppler
def test_no_value_is_hyphenated(typeset: Typeset, tmp_path: Path) -> None:
    """An address stands in one piece, in a table as in a list; a word longer than the line goes on in the next."""
    address, endless = "matti.meikalainen-virtanen@asiakaspalveluyhtiot.example", "x" * 300
    for number in (1, 3):
        text = _run("pdftotext", typeset([f"{address} {endless}"], number)[1], tmp_path, "-layout")
        assert (text.count(address), text.count("x" * 100) == 0, text.count("x" * 60) >= 3 * number) == (number, True, True)


@poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_printed_over_something_else(ask: Ask, tmp_path: Path, language: str) -> None:
    """No word stands upon another, in a table as elsewhere, nor beyond the margin."""
    content = ask(MAIJA, language=language).members["report.pdf"]
    assert (len(_words(content, tmp_path)) > 500, _overprinted(content, tmp_path)) == (True, [])


@poppler
@pytest.mark.parametrize("word", ["W" * 90, "Ⅷ" * 60, "19.8.2026\u00a0klo\u00a019.14.13\u00a0" * 5, "WWW-" * 40, "@" * 44 + " W"])
def test_wide_words_are_broken(typeset: Typeset, tmp_path: Path, word: str) -> None:
    """A word of wide letters, or of parts that stay together, is within its column, in a table as in a list of values."""
    for number in (1, 3):
        assert _overprinted(typeset([word], number)[1], tmp_path) == []


@poppler
def test_columns_hold_their_words(typeset: Typeset, tmp_path: Path) -> None:
    """Long words side by side, as names of systems and identifiers of messages, stand each in its own column."""
    systems, message = (
        ("Asiakaspalvelukeskustelut", "Henkilöstöhallintojärjestelmä"),
        "1787058032.1486BB48449AB907@post.aurinkolahti.example",
    )
    listed = [Identifier("email", each, systems, joins=True, reason=None, origins=("website", "derived")) for each in ("C-1", message)]
    assert _overprinted(typeset(["hello"], 1, listed)[1], tmp_path) == []


@pytest.mark.parametrize("weight", ["400", "700"])
def test_no_letter_is_wider_than_is_reckoned(weight: str) -> None:
    """The widths by which columns are made are at least those of the typefaces, for every sign that is kept, in bold for Latin letters."""
    points = range(33, 0x180) if weight == "700" else (*range(33, 0x3000), 0x25AF)
    letters = [chr(each) for each in points if not pdf._UNKNOWN.match(chr(each))]
    source = """#set text(font: "Libertinus Serif", hyphenate: false)
    #let wide(it) = measure(text(100pt, weight: int(sys.inputs.weight), it)).width.pt()
    #context [#metadata(json(bytes(sys.inputs.letters)).map(wide)) <widths>]"""
    inputs = {"letters": json.dumps(letters), "weight": weight}
    measured = json.loads(typst.query(source.encode(), "<widths>", field="value", one=True, sys_inputs=inputs, ignore_system_fonts=True))
    more = BOLD if weight == "700" else 1
    assert [each for each, wide in zip(letters, measured, strict=True) if wide / 100 > more * width(each) + 0.005] == []


def _words(content: bytes, folder: Path) -> list[tuple[int, float, float, float, float, str]]:
    """The words of a PDF: on which page, from where to where across and down, and what."""
    pages = _run("pdftotext", content, folder, "-bbox").split("<page ")[1:]
    found = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    return [
        (number, float(left), float(top), float(right), float(bottom), word)
        for number, page in enumerate(pages)
        for left, top, right, bottom, word in re.findall(found, page)
    ]


def _overprinted(content: bytes, folder: Path) -> list[tuple[str, str]]:
    """Words that stand upon one another, each with the other, or with `margin`, where it stands in that."""
    words = _words(content, folder)
    beyond = [(word, "margin") for _, _, _, right, _, word in words if right > _MARGIN]
    upon = [
        (one[-1], other[-1])
        for one, other in combinations(words, 2)
        if one[0] == other[0] and min(one[3], other[3]) - max(one[1], other[1]) > 1 and min(one[4], other[4]) - max(one[2], other[2]) > 4
    ]
    return beyond + upon


def test_a_value_without_end(typeset: Typeset) -> None:
    """A text of five million letters is cut in the PDF, which is made in good time."""
    _, content = typeset(["word " * 1_000_000], 1)
    assert len(content) < 2_000_000
