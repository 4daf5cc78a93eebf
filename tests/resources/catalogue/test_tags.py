"""The tags of a column: those of a field, those of what is made of several, and those that are declared beside a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resources.catalogue import load_register
from resources.catalogue.tags import SYSTEM_TAGS, Tags
from resources.catalogue.tags_declared import DeclaredTags

if TYPE_CHECKING:
    from resources.catalogue import Catalogue

EMAIL = Tags(
    categories=frozenset({"user.contact.email"}),
    origins=frozenset({"data_subject"}),
    promises=frozenset({"contact_details"}),
    identifies=frozenset({"email"}),
    shared=True,
)
TEXT = Tags(
    categories=frozenset({"user.content.private"}), origins=frozenset({"website"}), promises=frozenset({"forms"}), mentions_others=True
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The demonstration company's catalogue."""
    return load_register(Path(__file__).parents[3] / "register")


def test_the_tags_of_a_field(catalogue: Catalogue) -> None:
    """A field's tags are those that it states, and those that it inherits."""
    field = catalogue.dataset("crm_contacts").fields["switchboard"]
    tags = Tags.of(field)
    assert tags.categories == {"user.contact.phone_number"}
    assert tags.origins == {"public_register"}
    assert tags.promises == {"organisation"}
    assert tags.identifies == {"phone"}
    assert tags.purposes == {"customer_relation", "sales", "marketing"}
    assert tags.retention == {field.retention}
    assert tags.legal_bases == set(field.legal_bases)
    assert (tags.shared, tags.mentions_others, tags.withhold) == (True, False, frozenset())


def test_a_field_of_the_system_has_nothing_else(catalogue: Catalogue) -> None:
    """What is not about a person bears the one tag, whatever its data set inherits to others."""
    assert Tags.of(catalogue.dataset("crm_contacts").fields["updated_at"]) == SYSTEM_TAGS


def test_what_is_made_of_two_has_the_tags_of_both() -> None:
    """All words of either, and each flag that either has."""
    both = EMAIL | TEXT
    assert both.categories == {"user.contact.email", "user.content.private"}
    assert both.origins == {"data_subject", "website"}
    assert both.promises == {"contact_details", "forms"}
    assert both.identifies == {"email"}
    assert (both.shared, both.mentions_others, both.is_personal) == (True, True, True)
    assert both == TEXT | EMAIL


def test_what_is_mixed_with_system_data_stays_personal() -> None:
    """A key of the system beside an e-mail address takes nothing from it and adds nothing."""
    assert EMAIL | SYSTEM_TAGS == SYSTEM_TAGS | EMAIL == EMAIL | Tags() == EMAIL
    assert SYSTEM_TAGS | SYSTEM_TAGS == SYSTEM_TAGS | Tags() == SYSTEM_TAGS
    assert not SYSTEM_TAGS.is_personal


@pytest.mark.parametrize(
    ("tags", "missing"),
    [
        (Tags(), ["categories"]),
        (SYSTEM_TAGS, []),
        (EMAIL, []),
        (Tags(categories=frozenset({"user"})), ["origins", "promises"]),
        (Tags(categories=frozenset({"user"}), origins=frozenset({"derived"})), ["promises"]),
    ],
)
def test_what_is_missing(tags: Tags, missing: list[str]) -> None:
    """A column without any tags lacks its category; one about persons also lacks an origin or a promise that it has not."""
    assert tags.missing == missing


def test_tags_as_plain_data() -> None:
    """Lists are sorted, and what a column has not is left out."""
    assert (EMAIL | TEXT).as_dict() == {
        "categories": ["user.contact.email", "user.content.private"],
        "origins": ["data_subject", "website"],
        "promises": ["contact_details", "forms"],
        "identifies": ["email"],
        "shared": True,
        "mentions_others": True,
    }


def _declared(**stated: object) -> DeclaredTags:
    return DeclaredTags.model_validate({"why": "it is so"} | stated)


def test_what_is_declared_replaces_what_lineage_gives() -> None:
    """A declared tag stands for that of lineage; those that are not declared stay."""
    tags = _declared(category="user.unique_id.pseudonymous", origin="derived", identifies="none", shared=False).over(EMAIL)
    assert tags == Tags(
        categories=frozenset({"user.unique_id.pseudonymous"}), origins=frozenset({"derived"}), promises=frozenset({"contact_details"})
    )


def test_declared_system_data_has_nothing_else() -> None:
    """A count of persons bears nothing of the persons."""
    assert _declared(category="system").over(EMAIL | TEXT) == SYSTEM_TAGS


def test_what_holds_where_something_is_personal() -> None:
    """Tags that are declared for a hash of personal data do not make a hash of the system's data personal."""
    declared = _declared(category="user.unique_id.pseudonymous", origin="derived", when_personal=True)
    assert declared.over(SYSTEM_TAGS) == declared.over(Tags()) == SYSTEM_TAGS
    assert declared.over(EMAIL).categories == {"user.unique_id.pseudonymous"}


def test_declared_personal_data_is_not_mixed_with_the_systems() -> None:
    """A personal category that is declared of a column which lineage holds for the system's stands alone."""
    assert _declared(category="user.contact").over(SYSTEM_TAGS).categories == {"user.contact"}
