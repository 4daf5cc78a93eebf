"""The report that the person reads."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from assets.rights.holding import Row
from assets.rights.report import cell
from assets.rights.wording import LANGUAGES, Wording, texts
from resources.catalogue.shapes import Label

if TYPE_CHECKING:
    from resources.register import Register
    from tests.assets.rights.conftest import Ask

MAIJA = ("email", "maija.korhonen@voltti.example")
SCRIPT = ("email", "skripti@posti.example")


class Page(HTMLParser):
    """Gathers tags with their attributes, and text."""

    def __init__(self, page: str) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.words.append(data)


@pytest.mark.parametrize(
    ("language", "title", "opened", "basis"),
    [
        ("fi", "Henkilötietosi", "12.10.2026\u00a0klo\u00a015.00", "Oikeutettu etu"),
        ("sv", "Dina personuppgifter", "12.10.2026\u00a0kl.\u00a015.00", "Berättigat intresse"),
        ("en", "Your personal data", "12\u00a0October\u00a02026,\u00a015:00", "Legitimate interest"),
    ],
)
def test_report_is_in_the_language_of_the_request(ask: Ask, language: str, title: str, opened: str, basis: str) -> None:
    """Headings, labels, dates in local time and legal bases are in the person's language, which the page states."""
    answer = ask(MAIJA, language=language)
    page = Page(answer.text("report.html"))
    assert (("html", {"lang": language}), title) == (page.tags[0], next(word for word in page.words if word.strip()))
    text = "".join(page.words)
    assert [part for part in (opened, basis) if part not in text] == []
    assert language == answer.json("manifest.json")["language"]


def test_report_says_what_the_law_asks(ask: Ask) -> None:
    """Controller, officer, authority, request, purposes, origins, period and withheld things are all there."""
    answer = ask(MAIJA, language="en")
    wanted = (
        "Aurinko Oy",
        "9100001-3",
        "tietosuoja@aurinko.example",
        "https://tietosuoja.fi",
        answer.exported.request,
        "Customer support",
        "Given by the person",
        "Kept for seven years.",
        "Ostopäällikkö",
        "31\u00a0March\u00a02019",
        "audio/calls_recordings-1.wav",
        "Trade secret",
        "Connects your records",
        "Not shown: it may hold data of others",
    )
    page = answer.text("report.html")
    assert [each for each in wanted if each not in page] == []


def test_report_fetches_and_runs_nothing(ask: Ask) -> None:
    """No scripts, no addresses to load from: only links, and styles of its own."""
    page = Page(ask(MAIJA).text("report.html"))
    assert set() == {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "embed", "form", "audio", "video", "base"}
    assert [attributes for _, attributes in page.tags if "src" in attributes or any(name.startswith("on") for name in attributes)] == []


def test_tables_are_accessible(ask: Ask) -> None:
    """Every table has a caption and headings with a scope, scrolls by keyboard, and every place that is linked to exists."""
    page = Page(ask(MAIJA).text("report.html"))
    tags = [tag for tag, _ in page.tags]
    scrolling = [tag for tag, attributes in page.tags if attributes.get("tabindex") == "0"]
    assert (tags.count("table"), tags.count("table")) == (tags.count("caption"), len(scrolling))
    assert [attributes for tag, attributes in page.tags if tag == "th" and attributes.get("scope") not in ("col", "row", "rowgroup")] == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    wanted = {str(attributes["href"])[1:] for tag, attributes in page.tags if tag == "a" and str(attributes["href"]).startswith("#")}
    wanted |= {str(attributes["aria-labelledby"]) for _, attributes in page.tags if "aria-labelledby" in attributes}
    assert (set(), len(ids)) == (wanted - set(ids), len(set(ids)))


def test_names_and_texts_are_no_markup(ask: Ask) -> None:
    """A name that is a script, and a text that closes a table, are shown as they are written."""
    answer = ask(SCRIPT)
    page = answer.text("report.html")
    assert (page.count("<script"), page.count("&lt;script&gt;alert(1)&lt;/script&gt;"), page.count("&lt;/table&gt;&lt;script&gt;")) == (
        0,
        1,
        1,
    )
    assert answer.json("data/crm_contacts.json")[0]["first_name"] == "<script>alert(1)</script>"


def test_nothing_of_a_record_names_a_file(ask: Ask) -> None:
    """A name that is a path leads nowhere: members are named by tables and numbers alone."""
    around = {"report.pdf", "signing_key.pem", "VERIFY.html", "VERIFY.txt", "SHA256SUMS", "manifest.json.sig"}
    names = set(ask(SCRIPT).members) - around
    assert [name for name in names if not re.fullmatch(r"(data/|audio/)?[a-z_]+(-\d+)?\.(json|csv|html|wav)", name)] == []


def test_every_text_has_the_same_gaps_in_every_language() -> None:
    """What is filled into a text stands in all its translations."""
    gaps = {
        key: {frozenset(re.findall(r"\{(\w+)\}", label.in_language(language))) for language in LANGUAGES} for key, label in texts().items()
    }
    assert [key for key, found in gaps.items() if len(found) != 1] == []


def test_reasons_have_words(ask: Ask) -> None:
    """Each reason for which an identifier joins nobody is said in words."""
    assert [
        reason
        for reason in (
            "kind_never_joins",
            "declared_shared",
            "role_mailbox",
            "several_persons_of_a_source",
            "several_email_addresses",
            "over_common",
        )
        if not Wording("fi", "Europe/Helsinki").has(f"reason_{reason}")
    ] == []
    assert "Ei yhdistä: voi olla useamman yhteinen" in ask(MAIJA).text("report.html")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("solved", "Ratkaistu"),
        ("sent", "sent"),
        ('{"units": "\\u20ac", "start": null, "on": [true, {"a": 1}]}', "units: €\nstart: ei arvoa\non: kyllä, (a: 1)"),
        ("[1, 2]", "1, 2"),
        ("{}", "{}"),
        ("{not JSON}", "{not JSON}"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_codes_and_structures_are_read(small: Register, value: str, shown: str) -> None:
    """A code is shown as what it means, and what is structured without the signs of its form; what is neither, as it is."""
    dataset = small.catalogue.dataset("crm_contacts")
    meanings = {"solved": Label(en="Solved", sv="Löst", fi="Ratkaistu")}
    field = dataset.fields["position"]
    changed = replace(dataset, fields={"position": replace(field, shape=field.shape.model_copy(update={"meanings": meanings}))})
    row = Row("1", True, {"position": value}, {}, ())  # noqa: FBT003 - as it is
    assert cell(Wording("fi", "Europe/Helsinki"), changed, row, "position").text == shown


def test_what_a_person_wrote_is_no_structure(small: Register) -> None:
    """A message in JSON stays as it was written."""
    row = Row("1", True, {"body": '{"a": "b"}'}, {}, ())  # noqa: FBT003 - as it is
    assert cell(Wording("fi", "Europe/Helsinki"), small.catalogue.dataset("helpdesk_tickets"), row, "body").text == '{"a": "b"}'
