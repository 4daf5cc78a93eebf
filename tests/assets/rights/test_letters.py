"""Letters: what they say in three languages, when they fit, and that everybody can read them."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pyrage
import pytest

from assets.rights.letters.compose import KINDS, _texts, compose, date_in_words
from assets.rights.letters.render import FORMATS, write
from resources.envelopes import Addressee
from resources.errors import AnsvarError
from resources.ledger import Request
from resources.requests.vocabulary import words
from resources.wording import LANGUAGES
from tests.helpers.browser import CHROMIUM, DESKTOP, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.register import Register

NOW = dt.datetime(2026, 10, 12, 9)  # noqa: DTZ001 - naive UTC
REQUEST = Request("r0123456789abcdef0123", "access", "fi", "received", NOW, (("email", "aino@koe.example"),))
FITTING = {
    "receipt": REQUEST,
    "identity": replace(REQUEST, asked_at=NOW),
    "extension": replace(REQUEST, extended_at=NOW),
    "refusal": replace(REQUEST, state="refused"),
    "answer": replace(REQUEST, state="answered"),
    "nothing_held": replace(REQUEST, state="answered", nothing_held=True),
    "lifting": replace(REQUEST, kind="restriction", state="answered"),
}
_OPENED = {
    "en": ("encrypted file", "the passphrase by another way"),
    "sv": ("krypterade fil", "Lösenfrasen får du på ett annat sätt"),
    "fi": ("salatussa tiedostossa", "Saat salalauseen muuta kautta"),
}
GROUNDS = {"extension": "complexity", "refusal": "excessive"}


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """A register with nothing in it, on 15 October 2026."""
    small = Small(tmp_path_factory.mktemp("letters"))
    yield small.register
    small.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_letter_is_written(register: Register, kind: str, language: str, form: str) -> None:
    """Each letter, language and form: named by the request's id, in its language, and without a word of what the person gave."""
    letter = compose(register, replace(FITTING[kind], language=language), kind, ground=GROUNDS.get(kind))
    written = write(letter, form)
    assert written == write(letter, form)
    assert b"aino" not in written
    if form == "pdf":
        assert written.startswith(b"%PDF")
        return
    text = written.decode()
    for expected in (REQUEST.id, "Koe Oy", "dpo@koe.example", letter.title):
        assert expected in text
    assert ("https://authority.example" in text) == (kind not in ("receipt", "identity"))
    assert "{" not in re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL)
    if form == "html":
        assert f'<html lang="{language}">' in text
    else:
        assert max(len(line) for line in text.splitlines()) <= 76


def test_long_facts_are_wrapped(register: Register) -> None:
    """In plain text what is asked for goes on in the next line under itself, whatever its length."""
    letter = replace(compose(register, REQUEST, "receipt"), facts=(("Pyyntö", "henkilötietojen käsittelyn vastustaminen " * 4),))
    lines = [line for line in write(letter, "txt").decode().splitlines() if "vastustaminen" in line]
    assert (len(lines), lines[0][:16], lines[1][:16]) == (3, "Pyyntö  henkilöt", "        vastusta")
    assert max(map(len, lines)) <= 76


@pytest.mark.parametrize(("language", "expected"), [("en", "31 January 2027"), ("sv", "31 januari 2027"), ("fi", "31. tammikuuta 2027")])
def test_dates_are_written_in_words(language: str, expected: str) -> None:
    """A date has its month in words, and does not break over a line."""
    assert date_in_words(dt.date(2027, 1, 31), language).replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("receipt", "viimeistään 12. marraskuuta 2026"),
        ("extension", "Vastaamme viimeistään 12. tammikuuta 2027."),
        ("refusal", "12 artiklan 5 kohta"),
        ("nothing_held", "eikä niillä löydy mitään"),
        ("lifting", "Ilmoitamme siitä sinulle ennen rajoituksen poistamista"),
        ("identity", "Vastaamme viimeistään 12. marraskuuta 2026. Ilman vastaustasi"),
    ],
)
def test_what_letters_say(register: Register, kind: str, said: str) -> None:
    """The deadlines and grounds of the request stand in its letters."""
    text = " ".join(write(compose(register, FITTING[kind], kind, ground=GROUNDS.get(kind)), "txt").decode().split())
    assert said in text.replace("\u00a0", " ")


@pytest.mark.parametrize("kind", [each for each in KINDS if each != "receipt"])
def test_a_letter_that_does_not_fit(register: Register, kind: str) -> None:
    """Nobody is told what did not happen: of a request that was only received, no other letter than the receipt is written."""
    with pytest.raises(AnsvarError, match="The letter does not fit the request"):
        compose(register, REQUEST, kind)


def test_the_end_of_nothing_is_not_told(register: Register) -> None:
    """That a restriction ends is told of one that was granted alone: of no other answer, nor where nothing is held."""
    for request in (FITTING["answer"], replace(FITTING["lifting"], state="in_progress"), replace(FITTING["lifting"], nothing_held=True)):
        with pytest.raises(AnsvarError, match="The letter does not fit the request: it tells that a restriction ends"):
            compose(register, request, "lifting")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_has_its_answer(register: Register, language: str) -> None:
    """What was done is said for every kind and scope, each in words of its own; what is added stands in the letter."""
    said = set()
    for kind, shape in words().kinds.items():
        for scope in shape.scopes or [None]:  # type: ignore[list-item] # kinds without a scope
            request = replace(FITTING["answer"], kind=kind, scope=scope, language=language)
            letter = compose(register, request, "answer", more=["Further."])
            assert letter.parts[1].paragraphs == ("Further.",)
            said.add(letter.parts[0].paragraphs[1])
    assert len(said) == 10


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["access", "portability"])
def test_an_answer_says_how_its_file_is_opened(register: Register, kind: str, language: str) -> None:
    """That it is encrypted, what opens it, by which command, and that the passphrase comes by another way; no other answer says so."""
    request = replace(FITTING["answer"], kind=kind, language=language)
    text = write(compose(register, request, "answer"), "txt").decode()
    assert f"\n  age --decrypt --output answer.zip {request.id}.zip.age\n" in text
    for expected in ("https://age-encryption.org", "report.html", "--identity", *_OPENED[language]):
        assert expected in " ".join(text.split())
    assert "age --decrypt" not in write(compose(register, replace(request, kind="rectification"), "answer"), "txt").decode()


@pytest.mark.skipif(shutil.which("age") is None, reason="Debian's age is not installed")
def test_what_the_letter_says_opens_the_file(register: Register, tmp_path: Path) -> None:
    """The command, with a key as the letter says, opens a file that was encrypted as a bundle is."""
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "key").write_text(str(identity))
    Addressee(recipient=str(identity.to_public())).seal(io.BytesIO(b"bundle"), tmp_path / f"{REQUEST.id}.zip.age")
    text = write(compose(register, FITTING["answer"], "answer"), "txt").decode()
    line = next(line for line in text.splitlines() if line.strip().startswith("age --decrypt"))
    subprocess.run(line.replace("--output", "--identity key --output").split(), cwd=tmp_path, check=True)
    assert (tmp_path / "answer.zip").read_bytes() == b"bundle"


def test_texts_are_translated() -> None:
    """Each text differs between the languages, but for a word that is the same in two."""
    assert {key for key, label in _texts().items() if len({label.fi, label.sv, label.en}) < len(LANGUAGES)} == {"register"}


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_pdf_says_the_same(register: Register, tmp_path: Path) -> None:
    """What stands in the plain text stands in the PDF."""
    letter = compose(register, FITTING["refusal"], "refusal", ground="excessive")
    file = tmp_path / "letter.pdf"
    file.write_bytes(write(letter, "pdf"))
    done = subprocess.run(["pdftotext", "-raw", str(file), "-"], capture_output=True, text=True, check=True)
    hyphens = r"[\s\u00ad-]+"
    found = re.sub(hyphens, "", done.stdout)
    assert all(re.sub(hyphens, "", paragraph) in found for part in letter.parts for paragraph in part.paragraphs)


@pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
@pytest.mark.parametrize("kind", ["identity", "refusal"])
def test_everybody_can_read_the_page(register: Register, tmp_path: Path, kind: str) -> None:
    """axe-core finds nothing against a letter, on a desktop or a phone, and no width is missing."""
    file = tmp_path / "letter.html"
    file.write_bytes(write(compose(register, FITTING[kind], kind, ground=GROUNDS.get(kind)), "html"))
    with browser() as opened:
        for width in (DESKTOP, PHONE):
            page = opened.new_page(viewport={"width": width, "height": 900})
            page.goto(file.as_uri())
            assert (violations(page), scrolls_sideways(page)) == ([], False)


def test_lists_of_an_answer_are_lists(register: Register, tmp_path: Path) -> None:
    """What an answer lists, as what an erasure took and what stays, are items in each form; a ground stands under its own."""
    more = [
        "We have erased:",
        "  Chats: 3",
        "  Orders: 1",
        "",
        "This stays:",
        "  Accounts: 2 (a law)",
        f"    {'Because of it. ' * 9}",
        "Goodbye.",
    ]
    letter = compose(register, replace(FITTING["answer"], language="en"), "answer", more=more)
    page, text = (write(letter, form).decode() for form in ("html", "txt"))
    items = [re.sub(r"\s+", " ", each) for each in re.findall(r"<li>(.*?)</li>", page, re.DOTALL)]
    assert items[:2] == ["Chats: 3", "Orders: 1"]
    assert items[2].startswith("Accounts: 2 (a law)<br>Because of it.")
    assert "We have erased:\n\n- Chats: 3\n- Orders: 1\n\nThis stays:\n\n- Accounts: 2 (a law)\n  Because of it. " in text
    assert "\n  Because of it." in text.partition("(a law)\n")[2], "the second line of the ground is indented, too"
    if shutil.which("pdfinfo"):
        file = tmp_path / "letter.pdf"
        file.write_bytes(write(letter, "pdf"))
        structure = subprocess.run(["pdfinfo", "-struct", file], capture_output=True, check=True).stdout.decode()
        assert len(re.findall(r"\bLI\b", structure)) >= len(items)
