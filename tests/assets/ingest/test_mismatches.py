"""Tags that do not fit the values under them, and those that do though they look odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assets.ingest.mismatches import LEAST_VALUES, _spread, mismatches
from resources.warehouse.engine import engine
from tests.helpers.described import WORDS
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small

SYSTEM = {"type": "text", "category": "system", "label": WORDS}
PERSONAL = {"type": "text", "origin": "data_subject", "promise": "held"}
EMAILS = [f"person{number}@posti.example" for number in range(40)]
PHONES = [f"040 123 {number:04d}" for number in range(40)]
VALUES: dict[str, list[str]] = {
    "email": EMAILS,
    "phone": PHONES,
    "ip_address": [f"192.0.2.{number}" for number in range(40)],
    "iban": ["FI2112345600000785"] * 40,
}


def _found(small: Small, field: dict[str, Any], values: list[str]) -> list[tuple[str, str, float, int]]:
    """What is told of a field of the shop's customers that has these values."""
    small.dataset("shop.customers")["fields"]["extra"] = field
    small.describe()
    small.deliver("shop", [customer(number, extra=value) for number, value in enumerate(values)])
    (outcome,) = small.load("shop").values()
    return [(each.field.name, each.looks_like, each.share, each.values) for each in outcome.mismatches]


@pytest.mark.parametrize("name", ["email", "phone", "ip_address"])
def test_personal_data_that_is_tagged_as_none(small: Small, name: str) -> None:
    """A column that is tagged as no personal data and holds addresses or numbers is told, with the place of its declaration."""
    assert _found(small, SYSTEM, VALUES[name]) == [("extra", name, 1.0, 40)]
    with small.register.warehouse.viewing(small.run) as engine:
        dataset = small.register.catalogue.dataset("shop_customers")
        (found,) = mismatches(engine, dataset, small.register.catalogue)
    assert (found.field.file, found.field.line) == ("sources/shop.yaml", dataset.fields["extra"].line)


def test_one_kind_that_is_tagged_as_another(small: Small) -> None:
    """Telephone numbers under the tag of a job title are told."""
    assert _found(small, PERSONAL | {"category": "user.job_title"}, PHONES) == [("extra", "phone", 1.0, 40)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (EMAILS[:32] + [f"word{number}" for number in range(8)], [("extra", "email", 0.8, 40)]),
        (EMAILS[:31] + [f"word{number}" for number in range(9)], []),
        (EMAILS[:LEAST_VALUES] * 2, [("extra", "email", 1.0, LEAST_VALUES)]),
        (EMAILS[: LEAST_VALUES - 1] * 2, []),
        ([f"{number}" for number in range(20_000_000, 20_000_040)], []),
    ],
)
def test_how_many_must_look_alike(small: Small, values: list[str], expected: list[tuple[str, str, float, int]]) -> None:
    """Four of five distinct values, and at least twenty of them: fewer tell nothing, and mere numbers look like nothing."""
    assert _found(small, SYSTEM, values) == expected


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        ({"category": "user.contact.email", "identifies": "none"}, "email"),
        ({"category": "user.account.username", "identifies": "none"}, "email"),
        ({"category": "user.contact.organization"}, "phone"),
        ({"category": "user.contact.phone_number", "identifies": "none"}, "phone"),
        ({"category": "user.content.private", "mentions_others": True}, "email"),
    ],
)
def test_tags_that_fit(small: Small, tags: dict[str, Any], name: str) -> None:
    """The right tag, a user name that is an e-mail address, a company's switchboard, and free text are no mistakes."""
    assert _found(small, PERSONAL | tags, VALUES[name]) == []


def test_a_table_that_is_not_there(small: Small) -> None:
    """Of a data set that was never read, and of a column that is new, nothing is told."""
    catalogue = small.register.catalogue
    small.deliver("chats", [chat(1)])
    small.load("chats")
    with small.register.warehouse.viewing(small.run) as engine:
        assert mismatches(engine, catalogue.dataset("shop_customers"), catalogue) == []
        small.dataset("chats.conversations")["fields"]["extra"] = SYSTEM
        small.describe()
        assert mismatches(engine, small.register.catalogue.dataset("chats_conversations"), catalogue) == []


def test_large_tables_are_sampled(tmp_path: Path) -> None:
    """Of a large table a part is read; of a small one all."""
    assert _spread(200_000) == ""
    with engine(None, tmp_path) as memory:
        memory.run("CREATE TABLE large AS SELECT range AS number FROM range(2000000)")
        counted = memory.count("SELECT count(*) FROM large" + _spread(2_000_000))  # noqa: S608 - no value of a record
    assert 50_000 < counted < 400_000
