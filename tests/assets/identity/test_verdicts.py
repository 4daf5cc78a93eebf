"""What a named user decides of two persons holds, whatever is rebuilt, until it is undone."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from assets.identity.decisions import decide, proposals
from assets.identity.kept import Kept, least_of_groups
from resources.errors import AnsvarError
from resources.ledger import Ledger
from resources.ledger.identity import APART, JOIN, SPLIT, IdentityLedger
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.helpers.people import Group, People
    from tests.helpers.small import Small

AINO = ("email", "aino@koe.example")
EINO = ("email", "eino@koe.example")
NOW = dt.datetime(2026, 10, 15)  # noqa: DTZ001 - the ledger's times are naive UTC


@pytest.fixture
def people(people: People, tmp_path: Path) -> Iterator[People]:
    """Nobody yet, with a ledger."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    people.kept = Kept(IdentityLedger(ledger), "pepper")
    yield people
    ledger.close()


def _decide(people: People, kind: str, *labels: str) -> str:
    """Decide of persons by their labels, as the command does by their ids."""
    assert people.kept is not None
    hashes = []
    for label in labels:
        ((hashed,),) = people.engine.rows("SELECT sha256('pepper' || $person)", {"person": people.person(label)})
        hashes.append(hashed)
    pairs = [(each, None) for each in hashes] if kind == SPLIT else list(combinations(hashes, 2))
    return people.kept.ledger.decide(kind, pairs, "Maija", "asked them", NOW)


def _twice(people: People) -> tuple[str, str, str]:
    """One person whom the CRM has twice, and who wrote from her address."""
    contacts = people.record("crm", ("contact_id", "C1"), AINO), people.record("crm", ("contact_id", "C2"), AINO)
    return (*contacts, people.record("chats", AINO))


def test_two_contacts_with_one_address_are_proposed(people: People) -> None:
    """Two contacts of one source with one e-mail address stay apart, and wait for a decision; who has another one does not."""
    first, second, _ = _twice(people)
    people.record("crm", ("contact_id", "C3"), EINO)
    people.resolve()
    assert [*people.in_review().values()] == [{first, second}]
    assert people.engine.rows("SELECT DISTINCT reason, probability FROM identity.review") == [("same_value", None)]


@pytest.mark.parametrize(("bearers", "proposed"), [(5, 1), (6, 0)])
def test_an_address_of_many_is_not_proposed(people: People, bearers: int, proposed: int) -> None:
    """An e-mail address of more than five contacts is a mailbox that they share: nobody is asked about it."""
    for number in range(bearers):
        people.record("crm", ("contact_id", f"C{number}"), AINO)
    people.resolve()
    assert len(people.in_review()) == proposed


def test_a_shared_telephone_proposes_nobody(people: People) -> None:
    """That two persons of a source have one telephone says nothing."""
    for number in range(2):
        people.record("crm", ("contact_id", f"C{number}"), ("phone", "+358401234567"))
    people.resolve()
    assert people.in_review() == {}


def test_a_join_makes_them_one_with_all_that_is_theirs(people: People) -> None:
    """Once they are decided to be one, their address names them again, and the chat that was nobody's is hers; nothing waits any more."""
    first, second, chats = _twice(people)
    other = people.record("crm", ("contact_id", "C3"), EINO)
    people.resolve()
    _decide(people, JOIN, first, second)
    assert people.groups() == {frozenset([first, second, chats]), frozenset([other])}
    assert people.in_review() == {}


def test_an_apart_keeps_them_two_and_asks_no_more(people: People) -> None:
    """Once they are decided to be two, they are not proposed again, and the chat that may be either's is nobody's."""
    first, second, _ = _twice(people)
    people.resolve()
    _decide(people, APART, first, second)
    assert people.groups() == {frozenset([first]), frozenset([second])}
    assert people.in_review() == {}


def test_apart_parts_whom_their_identifiers_join(people: People) -> None:
    """Two of one e-mail address in two sources are one, until somebody decides that they are not."""
    web, forms = people.record("web", AINO), people.record("forms", AINO)
    assert people.groups() == {frozenset([web, forms])}
    _decide(people, APART, web, forms)
    assert frozenset([web, forms]) not in people.groups()
    assert people.reason(*AINO) == "several_persons_of_a_source"


def test_apart_holds_over_a_detour(people: People) -> None:
    """Where others would bring together two persons who are decided to be two, all of the chain stay apart, and wait for a decision."""
    one, other = people.record("crm", ("contact_id", "C1"), AINO), people.record("web", ("user_id", "U1"), EINO)
    between = people.record("sales", ("customer_number", "7"), AINO), people.record("shop", ("customer_number", "7"), EINO)
    assert people.groups() == {frozenset([one, other, *between])}
    _decide(people, APART, one, other)
    assert people.groups() == {frozenset([each]) for each in (one, other, *between)}
    assert [*people.in_review().values()] == [{one, other, *between}]


def test_a_split_takes_one_out(people: People) -> None:
    """Who is split off is a subject of its own, whatever it bears; the others stay together, under the id that they had."""
    persons = [people.record(source, AINO) for source in ("crm", "web", "forms")]
    before = people.subjects()[persons[0]]
    _decide(people, SPLIT, persons[2])
    after = people.subjects()
    assert (after[persons[0]], after[persons[1]]) == (before, before)
    assert after[persons[2]] not in (before, None)


@pytest.mark.parametrize("kind", [JOIN, APART, SPLIT])
def test_a_decision_can_be_undone(people: People, kind: str) -> None:
    """What was decided is as if it had never been once it is undone: groups, ids and what waits are those of before."""
    assert people.kept is not None
    first, second, _ = _twice(people)
    together = [people.record(source, EINO) for source in ("web", "forms", "sales")]
    before, waiting = people.subjects(), people.in_review()
    decision = _decide(people, kind, *([together[0]] if kind == SPLIT else [first, second] if kind == JOIN else together[:2]))
    assert before != people.subjects()
    people.kept.ledger.undo(decision, "Liisa", "it was wrong", NOW)
    assert before == people.subjects()
    assert waiting == people.in_review()
    (verdict,) = people.kept.ledger.all_verdicts()
    assert (verdict["made_by"], verdict["undone_by"], verdict["undone_reason"]) == ("Maija", "Liisa", "it was wrong")


def test_a_decision_that_is_not_there_cannot_be_undone(people: People) -> None:
    """An unknown decision, and one that was undone before, are refused."""
    assert people.kept is not None
    first, second, _ = _twice(people)
    people.resolve()
    decision = _decide(people, JOIN, first, second)
    people.kept.ledger.undo(decision, "Liisa", "wrong", NOW)
    for unknown in (decision, "v0"):
        with pytest.raises(AnsvarError, match="no decision of that id in force"):
            people.kept.ledger.undo(unknown, "Liisa", "wrong", NOW)


@pytest.mark.parametrize(("by", "reason"), [("", "why"), ("Maija", "  "), ("M" * 121, "why")])
def test_nobody_decides_without_a_name_and_a_reason(people: People, by: str, reason: str) -> None:
    """A decision bears the name of who answers for it, and why."""
    assert people.kept is not None
    with pytest.raises(AnsvarError, match="name"):
        people.kept.ledger.decide(JOIN, [("a", "b")], by, reason, NOW)
    assert people.kept.ledger.all_verdicts() == []


def test_groups_of_pairs() -> None:
    """Pairs that hang together are one group, in whatever order they come, and each stands for the least of it."""
    assert least_of_groups([("c", "d"), ("a", "b"), ("f", "f"), ("b", "c")]) == dict.fromkeys("abcd", "a") | {"f": "f"}


def _shop(small: Small) -> None:
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="aino@koe.example"), customer(3)])
    small.deliver("chats", [chat(1, email="aino@koe.example")])
    small.ingest("shop", "chats")


def _groups(small: Small) -> set[Group]:
    rows = small.rows("""
        SELECT persons.subject, coalesce(shop.customer_number, records.dataset) FROM identity.record_persons AS records
        INNER JOIN identity.persons AS persons ON persons.person = records.person
        LEFT JOIN register.shop_customers AS shop ON shop._record = records._record WHERE records.is_main
    """)
    found: dict[str, set[str]] = {}
    for subject, of in rows:
        found.setdefault(subject, set()).add(of)
    return {frozenset(group) for group in found.values()}


def test_a_decision_survives_the_next_nights(small: Small) -> None:
    """Decided by a proposal of the published register, a join holds after the sources are read again and after a purge."""
    _shop(small)
    with small.register.warehouse.reading() as engine:
        (proposal,) = proposals(engine)
    assert len(proposal["persons"]) == 2
    decide(small.register, JOIN, [proposal["proposal"]], "Maija", "asked them")
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, email="aino@koe.example", phone="040 7654321"), customer(3)])
    small.ingest("shop", "chats")
    joined = {frozenset(["C1", "C2", "chats_conversations"]), frozenset(["C3"])}
    assert joined == _groups(small)
    small.at("2027-03-01T03:00:00+02:00")
    assert [record.dataset for record in small.purge().records] == ["chats_conversations"]
    assert {frozenset(["C1", "C2"]), frozenset(["C3"])} == _groups(small)


def test_what_contradicts_an_earlier_decision_is_refused(small: Small) -> None:
    """Of three persons, who are decided to be one and another one, the two that are apart cannot be joined by way of the third."""
    _shop(small)
    one, two, three = (row[0] for row in small.rows("SELECT person FROM identity.persons WHERE key_kind = 'customer_number' ORDER BY 1"))
    decide(small.register, JOIN, [one, two], "Maija", "asked")
    decide(small.register, APART, [two, three], "Maija", "asked")
    for kind in (JOIN, APART):
        with pytest.raises(AnsvarError, match="An earlier decision says otherwise"):
            decide(small.register, kind, [one, three if kind == JOIN else two], "Maija", "asked")


@pytest.mark.parametrize(("ids", "message"), [(["unknown"], "neither a proposal nor a source person"), ([], "two persons at least")])
def test_a_decision_about_nobody_is_refused(small: Small, ids: list[str], message: str) -> None:
    """A decision needs persons that are there."""
    _shop(small)
    with pytest.raises(AnsvarError, match=message):
        decide(small.register, JOIN, ids, "Maija", "asked")
