"""The vocabulary: each category has its parents, each word its labels, and the registers use what is there."""

from __future__ import annotations

from importlib import resources as package_data
from typing import TYPE_CHECKING

import pytest

from resources.catalogue import load_register
from resources.catalogue.loader import load_vocabulary
from resources.catalogue.positions import read
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from resources.catalogue.shapes import Label, VocabularyShape


@pytest.fixture(scope="module")
def vocabulary() -> VocabularyShape:
    """The vocabulary that comes with Ansvar."""
    return load_vocabulary()[0]


def _labels(vocabulary: VocabularyShape) -> dict[str, dict[str, Label]]:
    return {
        "categories": {key: each.label for key, each in vocabulary.categories.items()},
        "origins": dict(vocabulary.origins),
        "legal_bases": {key: each.label for key, each in vocabulary.legal_bases.items()},
        "identifiers": {key: each.label for key, each in vocabulary.identifiers.items()},
    }


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
@pytest.mark.parametrize("section", ["categories", "origins", "legal_bases", "identifiers"])
def test_labels_tell_words_apart(vocabulary: VocabularyShape, section: str, language: str) -> None:
    """No two words of a section read the same."""
    texts = [label.in_language(language) for label in _labels(vocabulary)[section].values()]
    assert sorted(set(texts)) == sorted(texts)


def test_every_legal_basis_quotes_the_law(vocabulary: VocabularyShape) -> None:
    """Each legal basis is one of GDPR Article 6(1), and each has another letter."""
    articles = [basis.article for basis in vocabulary.legal_bases.values()]
    assert sorted(articles) == ["GDPR Art. 6(1)(a)", "GDPR Art. 6(1)(b)", "GDPR Art. 6(1)(c)", "GDPR Art. 6(1)(f)"]


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
