"""A subject keeps its id, whatever comes, goes, joins or parts; what it was called before still finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assets.identity.kept import Kept
from resources.ledger import Ledger
from resources.ledger.identity import IdentityLedger
from resources.warehouse.engine import engine
from tests.helpers.people import People

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.catalogue import Catalogue

AINO = ("email", "aino@koe.example")
EINO = ("email", "eino@koe.example")
LINK = ("customer_number", "7")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    """A ledger, and the secret of its hashes."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    yield Kept(IdentityLedger(ledger), "pepper")
    ledger.close()


@pytest.fixture
def people(people: People, kept: Kept) -> People:
    """Nobody yet, with a ledger."""
    people.kept = kept
    return people


def _bridge(people: People) -> list[str]:
    """Two records that make one of whoever has the two addresses."""
    return [people.record("billing", AINO, LINK), people.record("support", EINO, LINK)]


def _aliases(people: People) -> dict[str, str]:
    return dict(people.engine.rows("SELECT alias, subject FROM identity.aliases"))


def test_an_id_tells_nothing(people: People, catalogue: Catalogue, tmp_path: Path) -> None:
    """Two registers that know the same person call the subject otherwise: an id is random, no hash of an address."""
    with engine(None, tmp_path) as memory:
        other = People(memory, catalogue)
        assert people.record("crm", AINO) == other.record("crm", AINO)
        (mine,), (theirs,) = people.subjects().values(), other.subjects().values()
        assert mine != theirs


def test_a_cluster_that_grows_keeps_its_id(people: People) -> None:
    """Persons who join a subject later take its id, also where one of them would have been the least of all."""
    first = people.record("crm", AINO)
    before = people.subjects()[first]
    for source in ("web", "chats", "a", "zz"):
        people.record(source, AINO)
        assert {before} == set(people.subjects().values())
    assert _aliases(people) == {}


def test_the_older_id_stays_and_the_other_is_an_alias(people: People) -> None:
    """When two subjects turn out to be one, the id that was there first stays, and the later one leads to it."""
    old = people.record("crm", AINO)
    older = people.subjects()[old]
    new = [people.record("web", EINO), people.record("forms", EINO)]
    newer = people.subjects()[new[0]]
    _bridge(people)
    assert {older} == set(people.subjects().values())
    assert newer is not None
    assert _aliases(people)[newer] == older


def test_what_parts_again_is_called_as_before(people: People) -> None:
    """When what joined two subjects goes, each has the id again that it had before; no alias is left."""
    large = [people.record(source, AINO) for source in ("crm", "web", "chats")]
    small = people.record("forms", EINO)
    before = people.subjects()
    bridge = _bridge(people)
    assert {before[large[0]]} == set(people.subjects().values())
    people.engine.run("DELETE FROM identity.links")  # so that nothing is known of who goes
    people.drop(*bridge)
    after = people.subjects()
    assert {person: before[person] for person in [*large, small]} == after
    assert _aliases(people) == {}


def test_the_part_with_most_persons_keeps_the_id(people: People) -> None:
    """A subject that was one from the beginning and comes apart: most of it keeps the id, the rest has a new one."""
    large = [people.record(source, AINO) for source in ("crm", "web")]
    small = people.record("forms", EINO)
    bridge = _bridge(people)
    (whole,) = set(people.subjects().values())
    people.engine.run("DELETE FROM identity.links")
    people.drop(*bridge)
    after = people.subjects()
    assert {after[person] for person in large} == {whole}
    assert after[small] not in (whole, None)


def test_a_person_whose_record_changes_its_address_stays_the_same_subject(people: People) -> None:
    """A record that is known by its e-mail address alone, and gets another, is still of the same subject."""
    people.record("news", AINO)
    people.record("news", ("email", "other@koe.example"))
    before = people.subjects()["news:aino@koe.example"]
    (row,) = (row for row in people.rows if row["value"] == AINO[1])
    changed = People(people.engine, people.catalogue)
    changed.record("news", EINO)
    row |= {key: changed.rows[0][key] for key in ("person", "value")}
    people.labels |= changed.labels
    after = people.subjects()
    assert after["news:eino@koe.example"] == before
    assert "news:aino@koe.example" not in after
    assert people.engine.rows("SELECT * FROM identity.history") == []


def test_a_large_subject_does_not_take_the_id_of_a_small_one_with_it(people: People) -> None:
    """One person, known for longer, and many are joined by mistake and parted again: the one has its own id again, and so have the many."""
    one = people.record("forms", EINO)
    people.resolve()
    many = [people.record(source, AINO) for source in ("crm", "web", "chats", "sales")]
    before = people.subjects()
    bridge = _bridge(people)
    assert {before[one]} == set(people.subjects().values())
    people.engine.run("DELETE FROM identity.links")
    people.drop(*bridge)
    assert {person: before[person] for person in [one, *many]} == people.subjects()


def test_ids_survive_a_warehouse_that_is_built_anew(people: People, catalogue: Catalogue, tmp_path: Path) -> None:
    """From the ledger and the sources alone come the same ids and aliases as before, in whatever order the sources are read."""
    people.record("crm", AINO)
    people.subjects()
    people.record("web", EINO)
    people.subjects()
    _bridge(people)
    before, aliases = people.subjects(), _aliases(people)
    assert len(aliases) == 1
    with engine(None, tmp_path) as memory:
        again = People(memory, catalogue, list(people.rows[:2]), people.labels, people.kept)
        assert set(again.subjects().values()) <= {*before.values(), *aliases}
        again.rows = list(people.rows)
        assert before == again.subjects()
        assert aliases == _aliases(again)


def test_the_ledger_knows_hashes_alone_and_forgets_who_has_gone(people: People, kept: Kept) -> None:
    """The ledger holds no opaque person of the register, and nothing of persons that are no longer held."""
    for number in range(30):
        people.record("crm", ("customer_number", str(number)))
    people.resolve()
    rows = people.engine.rows("SELECT sha256('pepper' || person), subject FROM identity.persons")
    assert {(row["hash"], row["subject"]) for row in kept.ledger.subjects_of([hashed for hashed, _ in rows])} == set(rows)
    people.drop(*(f"crm:{number}" for number in range(20)))
    people.resolve()
    assert len(kept.ledger.subjects_of([hashed for hashed, _ in rows])) == 10


def test_who_has_gone_still_leads_to_what_is_held(people: People) -> None:
    """After the contact that tied an address to a customer number has gone, its invoices and its letters are still one subject's."""
    people.record("crm", ("contact_id", "C1"), AINO, ("customer_number", "7"))
    left = [people.record("sales", ("customer_number", "7")), people.record("news", AINO)]
    before = people.subjects()["crm:C1"]
    people.drop("crm:C1")
    for _ in range(2):
        assert people.subjects() == dict.fromkeys(left, before)
    held = repr(people.engine.rows("SELECT * FROM identity.history"))
    assert AINO[1] not in held
    assert people.person("crm:C1") not in held
    people.drop(*left)
    people.resolve()
    assert people.engine.rows("SELECT * FROM identity.history") == []


def test_an_address_that_was_given_away_leads_nowhere(people: People) -> None:
    """An address that somebody else has now does not bring the former bearer's invoices to that person."""
    people.record("crm", ("contact_id", "C1"), AINO, ("customer_number", "7"))
    invoice = people.record("sales", ("customer_number", "7"))
    people.resolve()
    people.drop("crm:C1")
    now = people.record("crm", ("contact_id", "C2"), AINO)
    assert people.groups() == {frozenset([invoice]), frozenset([now])}


def test_who_comes_back_is_no_longer_history(people: People) -> None:
    """A person that a source delivers again is known by its own record, and its hashes go."""
    people.record("crm", ("contact_id", "C1"), AINO, ("customer_number", "7"))
    people.record("sales", ("customer_number", "7"))
    rows, before = list(people.rows), people.subjects()
    people.drop("crm:C1")
    people.resolve()
    assert people.engine.rows("SELECT count(DISTINCT former) FROM identity.history") == [(1,)]
    people.rows = rows
    assert before == people.subjects()
    assert people.engine.rows("SELECT * FROM identity.history") == []
