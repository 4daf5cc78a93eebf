"""The vocabulary: each category has its parents, each word its labels, and the registers use what is there."""

from __future__ import annotations

import re
from importlib import resources as package_data
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from resources.catalogue import load_register
from resources.catalogue.loader import load_vocabulary
from resources.catalogue.positions import read
from resources.catalogue.shapes import OriginShape
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from resources.catalogue.shapes import Label, TermShape, VocabularyShape


@pytest.fixture(scope="module")
def vocabulary() -> VocabularyShape:
    """The vocabulary that comes with Ansvar."""
    return load_vocabulary()[0]


SECTIONS = ("categories", "origins", "legal_bases", "identifiers")
# Words that two of the languages, or all, write alike.
ALIKE = {"Organisation"}
WORDS = {"categories": 64, "origins": 7, "legal_bases": 4, "identifiers": 16}
CONFIRMED = {"categories": 48, "origins": 4, "legal_bases": 4, "identifiers": 4}  # looked up in release 2.0 of the Data Privacy Vocabulary


def _terms(vocabulary: VocabularyShape) -> dict[str, dict[str, TermShape]]:
    return {section: dict(getattr(vocabulary, section)) for section in SECTIONS}


def _labels(vocabulary: VocabularyShape) -> dict[str, dict[str, Label]]:
    return {section: {key: each.label for key, each in terms.items()} for section, terms in _terms(vocabulary).items()}


def test_no_word_stands_twice() -> None:
    """Reading the vocabulary meets no duplicate key, and no role mailbox is named twice."""
    with package_data.as_file(package_data.files("resources.catalogue") / "vocabulary.yaml") as path:
        document = read(path, "vocabulary.yaml")
    assert document.problems == []
    assert sorted(set(document.data["role_mailboxes"])) == sorted(document.data["role_mailboxes"])


def test_every_category_has_its_parents(vocabulary: VocabularyShape) -> None:
    """All that a dotted key begins with are categories, too."""
    keys = set(vocabulary.categories)
    parents = {key.rpartition(".")[0] for key in keys if "." in key}
    assert (set(), {"system", "user"}) == (parents - keys, {key for key in keys if "." not in key})


def test_every_word_in_three_languages(vocabulary: VocabularyShape) -> None:
    """Whatever people read is there in Finnish, Swedish and English, without blanks around it."""
    labels = [label for section in _labels(vocabulary).values() for label in section.values()]
    texts = [label.in_language(language) for label in labels for language in ("fi", "sv", "en")]
    assert [text.strip() for text in texts] == texts
    assert all(texts)


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("section", SECTIONS)
def test_labels_tell_words_apart(vocabulary: VocabularyShape, section: str, language: str) -> None:
    """No two words of a section read the same."""
    texts = [label.in_language(language) for label in _labels(vocabulary)[section].values()]
    assert sorted(set(texts)) == sorted(texts)


def test_every_legal_basis_quotes_the_law(vocabulary: VocabularyShape) -> None:
    """Each legal basis is one of GDPR Article 6(1), and each has another letter."""
    articles = [basis.article for basis in vocabulary.legal_bases.values()]
    assert sorted(articles) == ["GDPR Art. 6(1)(a)", "GDPR Art. 6(1)(b)", "GDPR Art. 6(1)(c)", "GDPR Art. 6(1)(f)"]


def test_labels_are_written_in_their_language(vocabulary: VocabularyShape) -> None:
    """A word reads differently in each of the three languages, but for the few that two of them share."""
    labels = [label for section in _labels(vocabulary).values() for label in section.values()]
    assert {label.en for label in labels if label.en in (label.sv, label.fi)} <= ALIKE
    assert [label.fi for label in labels if label.fi == label.sv] == []


def test_every_word_quotes_the_law(vocabulary: VocabularyShape) -> None:
    """Each word names a place in the GDPR or a national act by its number; and those that the law treats apart, that place."""
    terms = {key: term for section in _terms(vocabulary).values() for key, term in section.items()}
    place = r"(GDPR (Art[.]|recital) \d+|Act (\d+/\d{4} [(]FI[)]|\d{4}:\d+ [(]SE[)]), (section|chapter) \d+)"
    assert [term.article for term in terms.values() if not re.match(place, term.article)] == []
    special = {key for key, term in terms.items() if "9(1)" in term.article}
    assert special == {
        *(f"user.demographic.{each}" for each in ("race_ethnicity", "political_opinion", "religious_belief", "sexual_orientation")),
        *("user.health_and_medical", "user.health_and_medical.genetic", "user.biometric"),
    }
    assert terms["user.criminal_history"].article == "GDPR Art. 10"
    assert terms["user.government_id.national_identification_number"].article.startswith("GDPR Art. 87; Act 1050/2018 (FI), section 29")
    assert "14(2)(f)" in terms["public_register"].article


def test_terms_of_the_data_privacy_vocabulary(vocabulary: VocabularyShape) -> None:
    """Of so many words so many have a term in the Data Privacy Vocabulary, in one of its namespaces, no two of a section the same one."""
    terms = _terms(vocabulary)
    assert {section: len(each) for section, each in terms.items()} == WORDS
    iris = {section: [term.iri for term in each.values() if term.iri is not None] for section, each in terms.items()}
    assert {section: len(each) for section, each in iris.items()} == CONFIRMED
    assert [section for section, each in iris.items() if len(set(each)) != len(each)] == []
    namespaces = {iri.partition("#")[0].removeprefix("https://w3id.org/") for each in iris.values() for iri in each}
    assert namespaces == {"dpv", "dpv/pd", "dpv/legal/eu/gdpr"}
    assert {key: term.iri for key, term in terms["legal_bases"].items()} == {
        "legitimate_interest": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-f",
        "contract": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-b",
        "legal_obligation": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-c",
        "consent": "https://w3id.org/dpv/legal/eu/gdpr#A6-1-a",
    }


@pytest.mark.parametrize(
    "iri", ["http://w3id.org/dpv#Name", "https://w3id.org/dpv/pd", "https://w3id.org/dpv/pd#", "https://example.com#Name"]
)
def test_an_iri_of_another_form_is_refused(iri: str) -> None:
    """What is no term of the Data Privacy Vocabulary cannot stand as one."""
    label = {"en": "a", "sv": "b", "fi": "c"}
    with pytest.raises(ValidationError, match="iri"):
        OriginShape.model_validate({"label": label, "article": "GDPR Art. 4(1)", "iri": iri})


def test_what_identifies_must_say_so(vocabulary: VocabularyShape) -> None:
    """Addresses, numbers and ids state what they identify, texts whether others stand in them, remarks why they are withheld."""
    states = {key: set(category.states) for key, category in vocabulary.categories.items()}
    assert {key for key, stated in states.items() if "identifies" in stated} == {
        "user.account.username",
        "user.contact.email",
        "user.contact.phone_number",
        "user.device.cookie_id",
        "user.device.ip_address",
        "user.unique_id",
        "user.unique_id.pseudonymous",
    }
    assert {key for key in states if key.startswith("user.content")} == {
        key for key, stated in states.items() if "mentions_others" in stated
    }
    assert {key for key, stated in states.items() if "withhold" in stated} == {
        "user.authorization",
        "user.authorization.credentials",
        "user.content.internal_note",
    }


def test_common_identifiers_never_join(vocabulary: VocabularyShape) -> None:
    """An IP address, a company's id and a message's id never join records; an e-mail address and a phone number do."""
    joins = {kind: identifier.joins for kind, identifier in vocabulary.identifiers.items()}
    assert {"ip": False, "business_id": False, "message_id": False, "email": True, "phone": True}.items() <= joins.items()
    assert "none" not in joins


def test_the_registers_use_the_vocabulary(vocabulary: VocabularyShape) -> None:
    """Every category, origin and kind of identifier of both registers stands in the vocabulary."""
    shapes = [
        field.shape
        for folder in (ROOT / "register", ROOT / "tests" / "registers" / "adventure_works")
        for dataset in load_register(folder).datasets
        for field in dataset.fields.values()
    ]
    used = (
        {each.category for each in shapes},
        {each.origin for each in shapes} - {None},
        {each.identifies for each in shapes} - {None, "none"},
    )
    unknown = (used[0] - vocabulary.categories.keys(), used[1] - vocabulary.origins.keys(), used[2] - vocabulary.identifiers.keys())
    assert unknown == (set(), set(), set())
