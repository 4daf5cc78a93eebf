"""What is proposed because records resemble each other; tests/end_to_end/test_labelled_identity.py measures how good it is."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

import assets.identity.propose as propose_module
from assets.identity.features import compared
from assets.identity.propose import FEWEST_PERSONS, Proposed, propose
from tests.helpers.records import customer

if TYPE_CHECKING:
    from tests.helpers.small import Small

SEED = 20261015
LETTERS = "abcdefghijklmnoprstuvy"


@pytest.fixture
def named(small: Small) -> Small:
    """The shop, which knows its customers' names."""
    fields = small.dataset("shop.customers")["fields"]
    fields |= {each: fields["name"] | {"category": f"user.name.{each.partition('_')[0]}"} for each in ("first_name", "last_name")}
    small.describe()
    return small


def _customers(persons: int) -> list[dict[str, Any]]:
    """Customers with names and birthdays out of a pool; every tenth is there again, with a letter wrong and under the number + 10,000."""
    rng = random.Random(SEED)  # noqa: S311 - sample data, no secret
    names = ["".join(rng.choices(LETTERS, k=8)).title() for _ in range(persons)]
    rows = []
    for number in range(1, persons + 1):
        born = f"19{rng.randint(60, 79)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}"
        row = customer(number, phone=f"+3584{rng.randint(10_000_000, 99_999_999)}") | {"born_on": born}
        rows.append(row | {"first_name": rng.choice(names), "last_name": rng.choice(names[: persons // 4])})
    twins = [
        row | {"customer_number": f"C{number}", "first_name": f"{row['first_name']}n"} for number, row in enumerate(rows[::10], 10_000)
    ]
    return [*rows, *twins]


def _propose(small: Small, rows: list[dict[str, Any]]) -> Proposed:
    small.deliver("shop", rows)
    small.load("shop")
    with small.register.warehouse.writing(small.run) as engine:
        found = propose(engine, small.register.catalogue)
    small.resolve()
    return found


def test_who_is_entered_twice_is_proposed_and_not_joined(named: Small) -> None:
    """Of many customers, those who stand there twice with a letter wrong are proposed, with a probability; nobody is joined."""
    found = _propose(named, _customers(600))
    assert (found.persons, found.reason) == (660, None)
    rows = named.rows("""
        SELECT review.proposal, min(review.reason), min(review.probability),
          list_sort(list(CAST(substr(rows.customer_number, 2) AS INTEGER)))
        FROM identity.review AS review INNER JOIN register.shop_customers AS rows ON rows._person = review.person GROUP BY review.proposal
    """)
    assert len(rows) == found.pairs
    assert all(reason == "probable" and 0.95 <= probability <= 1 for _, reason, probability, _ in rows)
    twins = {(number, 10_000 + place) for place, number in enumerate(range(1, 600, 10))}
    proposed = {tuple(numbers) for *_, numbers in rows}
    assert len(proposed & twins) >= 0.9 * len(twins)
    assert len(proposed - twins) <= 0.1 * len(twins)
    assert named.rows("SELECT count(*) FROM identity.subjects WHERE persons > 1") == [(0,)]


def test_too_few_persons_are_not_compared(named: Small) -> None:
    """From a handful of persons nothing can be estimated: nobody is proposed, and why is said."""
    assert _propose(named, _customers(100)) == Proposed(110, 0, "too few persons")
    assert FEWEST_PERSONS > 110


def test_names_alone_are_too_little(named: Small) -> None:
    """Where nothing but names is known, that two are alike is not worth a question."""
    rows = [row | {"born_on": None, "email": None, "phone": None} for row in _customers(200)]
    assert _propose(named, rows) == Proposed(220, 0, "too little to compare persons by")


@pytest.mark.parametrize(
    ("first", "last", "phone", "folded"),
    [
        (" ÄNNI ", "O'Neill", "040-123 4567", ("änni", "o neill", "01234567")),
        ("A\u030ake", "Öhman", "+358 40 1234567", ("åke", "öhman", "01234567")),
        ("André", "Müller-Šimek", "00358401234567", ("andre", "muller simek", "01234567")),
        ("Anna-Liisa", "af  Hällström", "(09) 765 4321", ("anna liisa", "af hällström", "97654321")),
        ("Anna Liisa", "Hanninen", "112", ("anna liisa", "hanninen", "112")),
        ("αβγ", "-", "-", ("αβγ", None, None)),
    ],
)
def test_records_are_compared_folded(named: Small, first: str, last: str, phone: str, folded: tuple[str | None, ...]) -> None:
    """Case, accents, blanks, hyphens and the spelling of telephone numbers make no difference; å, ä and ö are letters of their own.

    A data set without names is left out, and what is shown stays as it was given.
    """
    named.deliver("shop", [customer(1, phone=phone) | {"first_name": first, "last_name": last}])
    named.deliver("chats", [])
    named.load("shop")
    with named.register.warehouse.writing(named.run) as engine:
        (row,) = compared(engine, named.register.catalogue).to_pylist()
    assert (row["first_name"], row["last_name"], row["phone"], row["street"]) == (*folded, None)
    assert named.rows("SELECT last_name FROM register.shop_customers") == [(last,)]


def test_a_training_that_fails_stops_nothing(named: Small) -> None:
    """Where nothing varies that could be learnt from, as of a source full of one person's copies, nobody is proposed, and why is said."""
    rows = [row | {"first_name": "Aino", "last_name": "Laine", "born_on": "1970-01-01"} for row in _customers(200)]
    found = _propose(named, rows)
    assert (found.persons, found.pairs) == (220, 0)
    assert found.reason == "too little to compare persons by"


def test_what_cannot_be_trained_is_told(named: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training in which Splink finds no pairs to learn from ends without proposals, told by the kind of error alone."""
    monkeypatch.setattr("assets.identity.propose._FEWEST_PAIRS", 0)
    monkeypatch.setattr("assets.identity.propose._TRAINING", (("phone",), ("national_id",), ("email",)))
    rows = [
        row | {"phone": f"+35840{number:07d}", "email": f"{number}@koe.example"} for number, row in enumerate(_customers(300), 1_000_000)
    ]
    found = _propose(named, rows)
    assert found.pairs == 0
    assert found.reason == "the comparison could not be trained on these persons (EMTrainingException)"


def test_memory_that_does_not_suffice_is_told(named: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that takes more memory than it may use ends without proposals, and the run goes on."""
    monkeypatch.setitem(propose_module._CONFIG, "memory_limit", "6MB")
    found = _propose(named, _customers(600))
    assert found.pairs == 0
    assert found.reason is not None
    assert "memory" in found.reason
