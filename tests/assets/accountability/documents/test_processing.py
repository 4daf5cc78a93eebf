"""The record of processing activities."""

from __future__ import annotations

import csv
import io
import json
from html import unescape
from typing import TYPE_CHECKING

import pytest

from assets.accountability.documents.processing import processing_record
from assets.accountability.documents.processing_page import processing_csv, processing_page
from assets.accountability.documents.render import html
from assets.accountability.documents.speaking import told
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from assets.accountability.documents.model import Content
    from resources.catalogue import Catalogue
    from tests.assets.accountability.documents.conftest import Change

BY_LAW = "P6Y from end_of_accounting_year at least P6Y from end_of_accounting_year"


@pytest.fixture(scope="session")
def record(catalogue: Catalogue) -> Content:
    """The demonstration's record."""
    return processing_record(catalogue)


def _rows(record: Content) -> list[dict[str, str]]:
    text = processing_csv(record, LANGUAGES).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_an_activity_is_a_purpose(catalogue: Catalogue, record: Content) -> None:
    """Each purpose is an activity, and holds the categories of the fields that are used for it, and no other."""
    used = {
        purpose: {
            field.shape.category
            for dataset in catalogue.datasets
            for field in dataset.fields.values()
            if field.is_personal and purpose in field.purposes
        }
        for purpose in catalogue.notice.purposes
    }
    assert used == {purpose: set(activity["categories"]) for purpose, activity in record["activities"].items()}


def test_invoicing_is_told_as_it_is(record: Content) -> None:
    """What the record says of invoicing, read out of the YAML by hand."""
    invoicing = record["activities"]["invoicing"]
    assert list(invoicing["legal_bases"]) == ["contract"]
    assert invoicing["legal_bases"]["contract"]["article"] == "GDPR Art. 6(1)(b)"
    assert list(invoicing["data_subjects"]) == ["contact_person"]
    assert {key: each["period"] for key, each in invoicing["time_limits"].items()} == dict.fromkeys(("crm.orders", "crm.invoices"), BY_LAW)
    assert "tax_administration" in invoicing["recipients"]
    assert {key: list(each["datasets"]) for key, each in invoicing["sources"].items()} == {"crm": ["crm.orders", "crm.invoices"]}


def test_a_transfer_bears_ground_and_safeguard(record: Content) -> None:
    """Customer support uses the calls, which a processor in the United Kingdom keeps: the transfer is there with ground and safeguard."""
    (row,) = [row for row in _rows(record) if (row["language"], row["id"]) == ("en", "customer_support")]
    transfers = row["Transfers to third countries"]
    parts = ("Puhelinvaihde Ltd", "United Kingdom", "adequacy decision", "Decision (EU) 2021/1772")
    assert [part for part in parts if part not in transfers] == []


def test_words_bear_article_and_iri(catalogue: Catalogue, record: Content) -> None:
    """A word of the vocabulary that has an article or an IRI bears it in the record; one that has none bears no empty one."""
    for activity in record["activities"].values():
        for part, words in (("categories", catalogue.vocabulary.categories), ("legal_bases", catalogue.vocabulary.legal_bases)):
            for key, told_word in activity[part].items():
                declared = {name: value for name in ("article", "iri") if (value := getattr(words[key], name, None))}
                assert declared == {name: value for name, value in told_word.items() if name != "label"}


def test_table_has_a_row_for_each_activity_and_language(catalogue: Catalogue, record: Content) -> None:
    """The table is whole in each language: no cell but the weighing of interests is empty, and each bears controller and officer."""
    rows = _rows(record)
    assert [(language, purpose) for language in LANGUAGES for purpose in catalogue.notice.purposes] == [
        (row["language"], row["id"]) for row in rows
    ]
    assert set() == {heading for row in rows for heading, cell in row.items() if not cell} - {"Weighing of interests"}
    for row in rows:
        *_, email, address = catalogue.notice.controller.reached(row["language"])
        assert f"{email}, {address}" == row["Data protection officer"]


def test_table_holds_no_formula(change: Change) -> None:
    """A label that a spreadsheet would take for a formula is guarded."""
    changed = change("notice.yaml", ("label: {en: Marketing, sv: Marknadsföring, fi: Markkinointi}", 'label: {en: "=cmd()", sv: M, fi: M}'))
    cells = [row["Processing activity (purpose)"] for row in _rows(processing_record(changed)) if row["language"] == "en"]
    assert (cells[0], any(cell.startswith("=") for cell in cells)) == ("'=cmd()", False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_all_of_it(catalogue: Catalogue, record: Content, language: str) -> None:
    """The page names controller and officer, and for each activity its basis, persons, categories, recipients, limits and the security."""
    page = unescape(html(processing_page(record, language)).decode())
    notice = catalogue.notice
    wanted = [*notice.controller.reached(language), notice.security.in_language(language)]
    for activity in record["activities"].values():
        for part in ("legal_bases", "categories", "origins", "recipients", "time_limits"):
            wanted += [each["label"][language] for each in activity[part].values()]
        wanted += [each["reason"][language] for each in activity["time_limits"].values()]
        wanted += [label[language] for label in activity["data_subjects"].values()]
    assert [text for text in wanted if text not in page] == []


def test_a_period_changes_the_record(record: Content, change: Change) -> None:
    """Two months of chats in retention.yaml are two months in the record, in all languages."""
    changed = processing_record(change("retention.yaml", ("  chats:\n    period: P3M", "  chats:\n    period: P2M")))
    before, after = (each["activities"]["customer_support"]["time_limits"]["chats.messages"]["words"] for each in (record, changed))
    assert (
        before,
        after,
    ) == (
        {"fi": "kolme kuukautta", "sv": "tre månader", "en": "three months"},
        {"fi": "kaksi kuukautta", "sv": "två månader", "en": "two months"},
    )


def test_record_is_json(catalogue: Catalogue, record: Content) -> None:
    """The record comes back the same from JSON, and names the register."""
    assert (record, told(catalogue.notice.name)) == (json.loads(json.dumps(record)), record["register"])
