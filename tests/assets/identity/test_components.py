"""Subjects are connected components, whatever the order of the rows and however large the graph."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.helpers.people import union_find

if TYPE_CHECKING:
    from tests.helpers.people import People

SEED = 20261015
KINDS = ("account_number", "conversation_id", "user_id")


def _random_graph(people: People, persons: int, values: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Persons of two hundred sources, who bear values that several may bear; gives persons, and the pairs that share one."""
    rng = random.Random(SEED)  # noqa: S311 - sample data, no secret
    bearers: dict[tuple[str, str], list[str]] = {}
    labels = []
    for number in range(persons):
        chosen = sorted({(kind, str(rng.randrange(values))) for kind in rng.choices(KINDS, k=rng.randint(0, 2))})
        label = people.record(f"s{rng.randrange(200)}", ("cookie_id", f"k{number}"), *chosen)
        labels.append(label)
        for value in chosen:
            bearers.setdefault(value, []).append(label)
    return labels, [pair for bearing in bearers.values() for pair in pairwise(bearing)]


def test_five_thousand_persons_against_plain_union_find(people: People) -> None:
    """The rounds of least labels come to the components that a plain union-find comes to, small and large ones alike."""
    labels, pairs = _random_graph(people, persons=5_000, values=2_500)
    expected = union_find(labels, pairs)
    sizes = sorted((len(group) for group in expected), reverse=True)
    assert sizes[0] > 20
    assert sizes.count(1) > 500
    assert expected == people.groups()


def test_a_long_chain_comes_to_one_subject(people: People) -> None:
    """A thousand persons in a row, each with something in common with the next alone, are one."""
    rng = random.Random(SEED)  # noqa: S311 - sample data, no secret
    names = rng.sample(range(10_000), 1_000)
    chain = [
        people.record("web", ("cookie_id", f"k{name}"), ("account_number", str(number)), ("account_number", str(number + 1)))
        for number, name in enumerate(names)
    ]
    assert {frozenset(chain)} == people.groups()


def test_subjects_do_not_depend_on_the_order_of_the_rows(people: People) -> None:
    """The same records in any order, and worked out again, give the same opaque ids."""
    _random_graph(people, persons=300, values=200)
    expected = people.subjects()
    for seed in range(3):
        random.Random(seed).shuffle(people.rows)  # noqa: S311 - sample data, no secret
        assert expected == people.subjects()
    assert expected == people.subjects()


def test_a_new_person_leaves_the_others_ids(people: People) -> None:
    """A subject's id stays while other subjects come and go, and is no identifier of a person."""
    one, other = people.record("crm", ("email", "aino@koe.example")), people.record("crm", ("email", "eino@koe.example"))
    before = people.subjects()
    people.record("web", ("email", "ulla@koe.example"))
    after = people.subjects()
    assert (before[one], before[other]) == (after[one], after[other])
    assert len({*after.values()} | {*people.labels}) == 6


def test_no_subject_bears_two_keys_of_one_kind(people: People) -> None:
    """On a world full of shared values, no subject ever has two customer numbers or two user ids to name its persons."""
    rng = random.Random(SEED)  # noqa: S311 - sample data, no secret
    for number in range(1_500):
        key = rng.choice([("customer_number", f"{rng.randrange(400)}"), ("user_id", f"{rng.randrange(400)}"), ("cookie_id", f"k{number}")])
        email = f"{rng.randrange(900)}@koe.example"
        weak = [("phone", f"+3584010{rng.randrange(300):05d}"), ("cookie_id", f"w{rng.randrange(600)}"), ("email", email)]
        people.record(f"s{rng.randrange(5)}", key, *rng.sample(weak, rng.randint(0, 2)))
    people.resolve()
    assert (
        people.engine.rows("""
            SELECT persons.subject FROM identity.persons AS persons
            INNER JOIN identity.identifiers AS keys ON keys.person = persons.person AND keys.is_key
            WHERE keys.kind IN ('customer_number', 'user_id')
            GROUP BY persons.subject, keys.kind HAVING count(DISTINCT keys.value) > 1
        """)
        == []
    )
    ((joined,),) = people.engine.rows("SELECT count(*) FROM identity.subjects WHERE persons > 1")
    assert joined > 100
