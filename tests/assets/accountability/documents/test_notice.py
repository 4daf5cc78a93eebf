"""The privacy notice as it is read."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from assets.accountability.documents import notice_content
from assets.accountability.documents.notice import SECTIONS, notice_page
from assets.accountability.documents.render import html, markdown, markdown_text, pdf
from assets.accountability.documents.speaking import sentence
from resources.catalogue.shapes import in_language
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from assets.accountability.documents.model import Content
    from resources.catalogue import Catalogue
    from tests.assets.accountability.documents.conftest import Change

PDFINFO = shutil.which("pdfinfo")


class Tags(HTMLParser):
    """Gathers tags with their attributes."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    return str(request.param)


@pytest.fixture
def page(content: Content, language: str) -> str:
    """The notice as HTML, read as a person does."""
    return html(notice_page(content, language)).decode()


def test_every_promise_is_said(catalogue: Catalogue, page: str, language: str) -> None:
    """Every promise of the register stands in the notice word for word."""
    labels = [promise.label.in_language(language) for promise in catalogue.notice.promises.values()]
    assert [label for label in labels if label not in unescape(page)] == []


def test_every_text_of_the_register_is_said(catalogue: Catalogue, page: str, language: str) -> None:
    """Purposes with their weighing, persons, recipients, rights, periods, versions and who answers: all of it is there."""
    notice = catalogue.notice
    labels = [notice.name, notice.authority.name, notice.security, notice.profiling, *notice.origins.values()]
    labels += [each.label for each in notice.data_subjects.values()]
    labels += [label for each in notice.purposes.values() for label in (each.label, each.balancing) if label]
    labels += [label for each in notice.recipients.values() for label in (each.label, each.task)]
    labels += [each.transfer.safeguard for each in notice.recipients.values() if each.transfer]
    labels += [label for each in notice.rights.values() for label in (each.label, each.how)]
    labels += [each.changes for each in notice.versions]
    labels += [label for each in catalogue.datasets for label in (each.shape.label, each.rule.reason)]
    labels += [field.label for each in catalogue.datasets for field in each.fields.values() if field.is_personal]
    plain = [*notice.controller.reached(language), in_language(notice.authority.url, language)]
    said = unescape(page)
    assert [text for text in (*(label.in_language(language) for label in labels), *plain) if text not in said] == []


def test_a_period_is_said_in_words(change: Change) -> None:
    """Two months of chats are said in the notice of each language, and the three that they were nowhere about chats."""
    content = notice_content(change("retention.yaml", ("  chats:\n    period: P3M", "  chats:\n    period: P2M")))
    said = {language: unescape(html(notice_page(content, language)).decode()) for language in LANGUAGES}
    sentences = {
        "fi": ("Tallennetut asiakaspalvelun chat-keskustelut säilytetään kaksi kuukautta.", "chat-keskustelut säilytetään kolme"),
        "sv": ("Sparade chattsamtal med kundtjänsten bevaras i två månader.", "chattsamtal bevaras i tre"),
        "en": ("Saved customer service chats are kept for two months.", "chats are kept for three"),
    }
    assert dict.fromkeys(LANGUAGES, (True, False)) == {
        language: (new in said[language], old in said[language]) for language, (new, old) in sentences.items()
    }


def test_legal_bases_are_cited(page: str, language: str) -> None:
    """Each purpose bears its legal basis with the article, cited as the language does."""
    wanted = {
        "fi": "Oikeutettu etu (tietosuoja-asetuksen 6 artiklan 1 kohdan f alakohta)",
        "sv": "Berättigat intresse (artikel 6.1 f i dataskyddsförordningen)",
        "en": "Legitimate interest (GDPR Art. 6(1)(f))",
    }
    assert unescape(page).count(wanted[language]) == 5


def test_nothing_is_fetched_or_run(page: str, language: str) -> None:
    """The page holds all it needs, states its language, and forbids everything else."""
    tags = Tags(page).tags
    assert set() == {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object", "embed", "form", "audio", "video", "base"}
    assert [attributes for _, attributes in tags if "src" in attributes or any(name.startswith("on") for name in attributes)] == []
    policies = [attributes["content"] for _, attributes in tags if attributes.get("http-equiv") == "Content-Security-Policy"]
    assert (("html", {"lang": language}), ["default-src 'none'; style-src 'unsafe-inline'"]) == (tags[0], policies)
    assert re.findall(r"url\(|@import", page) == []


def test_places_that_are_linked_to_exist(page: str) -> None:
    """Every link within the page and every label by reference leads to one place."""
    tags = Tags(page).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    wanted = {str(attributes["href"])[1:] for _, attributes in tags if str(attributes.get("href", "")).startswith("#")}
    wanted |= {name for _, attributes in tags for name in str(attributes.get("aria-labelledby") or "").split()}
    assert (set(), len(set(ids)), len(SECTIONS)) == (wanted - set(ids), len(ids), len(wanted & set(SECTIONS)))


def test_what_the_register_says_is_no_markup(change: Change) -> None:
    """A label that looks like HTML or Markdown is shown as it is written."""
    changed = change(
        "notice.yaml", ("label: {en: Marketing, sv: Marknadsföring, fi: Markkinointi}", 'label: {en: "<b>*Marketing*</b>|x", sv: M, fi: M}')
    )
    page = notice_page(notice_content(changed), "en")
    assert "<b>*Marketing" not in html(page).decode()
    assert "&lt;b&gt;*Marketing*&lt;/b&gt;|x" in html(page).decode()
    assert r"\<b\>\*Marketing\*\</b\>\|x" in markdown(page).decode()


def test_markdown_is_what_it_seems(content: Content, language: str, catalogue: Catalogue) -> None:
    """Read as Markdown, the notice has a title, a heading a section, and a table row a data set; no mark is left over as text."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown(notice_page(content, language)).decode())
    headings = [token.tag for token in tokens if token.type == "heading_open"]
    datasets = len(list(catalogue.datasets)) + len(content["own"]) + sum(len(each["fields"]) for each in content["retention"].values())
    tables = [token for token in tokens if token.type == "table_open"]
    assert (1, len(SECTIONS), datasets + len(tables)) == (
        headings.count("h1"),
        headings.count("h2"),
        [token.type for token in tokens].count("tr_open"),
    )
    assert [
        child.content
        for token in tokens
        for child in token.children or []
        if child.type == "text" and ("**" in child.content or "| --" in child.content)
    ] == []


@pytest.mark.parametrize("text", ["1. first", "2) second", "# no heading", "- no item", "+ no item", "a_b_c [d](e) `f`", "a | b", "<i>"])
def test_no_text_is_taken_for_markdown(text: str) -> None:
    """Whatever a text begins with or holds, it comes back as the same plain text."""
    tokens = MarkdownIt("commonmark").parse(markdown_text(text))
    assert (["paragraph_open", "inline", "paragraph_close"], text) == (
        [token.type for token in tokens],
        "".join(child.content for child in tokens[1].children or []),
    )


def test_pdf_says_what_it_is(content: Content, language: str) -> None:
    """The PDF is tagged, states its language and title, claims PDF/UA-1, and bears no date of its making."""
    made = pdf(notice_page(content, language), "Aurinkolahti Oy")
    facts = [
        b"/StructTreeRoot",
        b"/Marked true",
        f"/Lang({language})".encode(),
        b"/DisplayDocTitle true",
        b"<pdfuaid:part>1</pdfuaid:part>",
    ]
    assert [fact for fact in facts if fact not in made] == []
    assert [fact for fact in (b"CreationDate", b"ModDate", b"xmp:CreateDate", b"xmp:ModifyDate") if fact in made] == []


@pytest.mark.skipif(PDFINFO is None, reason="pdfinfo (Debian's poppler-utils) is not installed")
def test_pdf_reads_as_the_notice(content: Content, language: str, tmp_path: Path) -> None:
    """The text that a screen reader finds in the PDF's structure holds the controller, every purpose and every period."""
    file = tmp_path / "notice.pdf"
    file.write_bytes(pdf(notice_page(content, language), "Aurinkolahti Oy"))
    read = subprocess.run(
        [str(PDFINFO), "-struct-text", str(file)], capture_output=True, encoding="utf-8", errors="replace", check=True
    ).stdout
    said = re.sub(r"\s+", "", "".join(re.findall(r'^ *"(.*)"$', read, re.MULTILINE)))
    wanted = [content["controller"]["name"], *(each["label"][language] for each in content["purposes"].values())]
    wanted += [each["words"][language] for each in content["retention"].values()]
    assert [text for text in wanted if re.sub(r"[\s-]+", "", text) not in said.replace("-", "")] == []


def test_consent_can_be_withdrawn_where_there_is_one(content: Content) -> None:
    """The right to withdraw a consent is told where something rests on consent, and only there (Art. 13(2)(c))."""
    marketing = content["purposes"]["marketing"] | {"basis": "consent"}
    consenting = content | {"purposes": content["purposes"] | {"marketing": marketing}}
    said = [html(notice_page(each, "en")).decode() for each in (content, consenting)]
    assert ["You may withdraw a consent at any time." in page for page in said] == [False, True]


def test_without_transfers_and_recipients_that_is_said(content: Content) -> None:
    """Where nobody receives data, the notice says so in words."""
    alone = content | {"recipients": {}}
    said = html(notice_page(alone, "en")).decode()
    assert ("Nobody else receives the data." in said, "No data are transferred outside the European Economic Area." in said) == (True, True)


def test_duties_are_sentences(content: Content, page: str, language: str) -> None:
    """A promise ends with a full stop where it is said."""
    assert sentence(content["duties"]["purposes"][language]) in unescape(page)
