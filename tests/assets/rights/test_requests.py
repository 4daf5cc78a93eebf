"""Requests on a small register: whom they mean, which belong together, and what is done where that is not plain."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assets.rights.delivery import release
from assets.rights.export import export
from assets.rights.find import Matches, UnclearError
from assets.rights.requests import candidates, file, identify, meant, meant_all, ready, related, settle, start
from resources.envelopes import Addressee
from resources.errors import AnsvarError
from resources.ledger.audit import entries
from resources.ledger.requests import Filing
from tests.helpers.records import chat, customer
from tests.helpers.requests import OFFICER, verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.ledger import Request

AINO = ("email", "aino@koe.example")
BO = ("email", "bo@koe.example")
NOBODY = ("email", "vera@koe.example")
SHARED = ("phone", "+358401234567")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Small]:
    """A register of Aino and Bo, who share a telephone."""
    small = Small(tmp_path)
    small.deliver("shop", [customer(1, email=AINO[1], phone=SHARED[1]), customer(2, email=BO[1], phone=SHARED[1])])
    small.deliver("chats", [chat(1, email=AINO[1])])
    small.ingest("shop", "chats")
    yield small
    small.close()


def _filed(small: Small, *identifiers: tuple[str, str], kind: str = "access") -> Request:
    return file(small.register, Filing(kind, "en", identifiers, small.register.clock.now()))


def _subject(small: Small, email: str) -> str:
    statement = "SELECT DISTINCT p.subject FROM identity.persons p JOIN identity.links l ON l.person = p.person WHERE l.value = "
    ((subject,),) = small.rows(f"{statement}'{email}'")
    return str(subject)


def test_who_shares_an_identifier_is_not_told_apart(shop: Small) -> None:
    """A request that gives nothing but a shared telephone is unclear from the beginning; its candidates are told by opaque ids."""
    request = _filed(shop, SHARED)
    assert request.state == "unclear"
    assert candidates(shop.register, request) == tuple(sorted(_subject(shop, each[1]) for each in (AINO, BO)))
    verified(shop.register.ledger, request, shop.register.clock.now())
    with pytest.raises(UnclearError, match="ansvar request settle"):
        export(shop.register, request.id)


def test_a_record_that_may_be_several_persons_is_no_candidate() -> None:
    """As a call from a shared telephone: it has no subject, and those that have one are told."""
    matches = Matches()
    matches.matched[0] |= {"aino", None, "bo"}
    assert matches.subjects(shared=True) == {"aino", "bo"}
    assert matches.subjects(shared=False) == set()


def test_a_named_user_settles_whom_it_means(shop: Small) -> None:
    """Once it is said whom it means, the answer is that subject's; that is recorded as a look at the person, with who and why."""
    request = verified(shop.register.ledger, _filed(shop, SHARED), shop.register.clock.now())
    subject = _subject(shop, AINO[1])
    with pytest.raises(AnsvarError, match="No subject of that id bears"):
        settle(shop.register, request.id, "s-other", OFFICER, "asked by phone")
    with pytest.raises(AnsvarError, match="a name and a reason"):
        settle(shop.register, request.id, subject, OFFICER, " ")
    settled = settle(shop.register, request.id, subject, OFFICER, "asked by phone")
    assert (settled.state, settled.subject) == ("verified", subject)
    (look,) = shop.register.ledger.looks("request", request.id)
    assert (look["by"], look["reason"]) == (OFFICER, "asked by phone")
    assert "request.settled" in [each.what for each in entries(shop.register.ledger.engine, request.id)]
    done = export(shop.register, request.id)
    assert done.records == 2
    with pytest.raises(AnsvarError, match="nothing to settle"):
        settle(shop.register, request.id, subject, OFFICER, "again")


def test_a_letter_without_an_identifier(shop: Small) -> None:
    """It is filed with its words, dated, and unclear: nothing is done, and nobody told that nothing is held, before one is added."""
    ledger, now = shop.register.ledger, shop.register.clock.now()
    letter = Filing("erasure", "en", (), now, message="Erase my data. Aino, Koekatu 1")
    request = file(shop.register, letter)
    assert (request.state, request.received_at, candidates(shop.register, request)) == ("unclear", now, ())
    assert request.id not in related(shop.register)
    assert verified(ledger, request, now).state == "unclear"
    with shop.register.warehouse.reading() as engine:
        with pytest.raises(UnclearError, match="ansvar request identify"):
            meant(engine, shop.register, ledger.request(request.id))
        assert isinstance(meant_all(engine, shop.register, [ledger.request(request.id)])[request.id], UnclearError)
    with pytest.raises(AnsvarError, match="cannot be started"):
        start(shop.register, request.id, OFFICER)
    for mistake, told in (((), "needs what the person is known by"), ((("email", "Aino"),), "does not look like one")):
        with pytest.raises(AnsvarError, match=told):
            identify(shop.register, request.id, mistake, OFFICER)
    assert identify(shop.register, request.id, [SHARED], OFFICER).state == "unclear"
    added = identify(shop.register, request.id, [AINO, SHARED], OFFICER)
    assert (added.state, added.identifiers) == ("verified", (AINO, SHARED))
    with pytest.raises(AnsvarError, match="it is verified, and that follows only unclear"):
        identify(shop.register, request.id, [BO], OFFICER)
    assert "request.identified" in [each.what for each in entries(ledger.engine, request.id)]
    assert file(shop.register, replace(letter, kind="complaint")).state == "received"


def test_requests_of_one_person_are_tied(shop: Small) -> None:
    """Open requests with an equal identifier, however written, or of the same subject are related; ended ones and others' are not."""
    number = shop.rows("SELECT customer_number FROM register.shop_customers WHERE email = 'aino@koe.example'")[0][0]
    by_email = _filed(shop, ("email", "AINO@koe.example "))
    again = _filed(shop, AINO, kind="erasure")
    by_number = _filed(shop, ("customer_number", number))
    other, stranger, same_stranger = _filed(shop, BO), _filed(shop, NOBODY), _filed(shop, NOBODY)
    found = related(shop.register)
    assert set(found[by_email.id]) == {again.id, by_number.id}
    assert set(found[by_number.id]) == {by_email.id, again.id}
    assert found[stranger.id] == (same_stranger.id,)
    assert other.id not in found
    verified(shop.register.ledger, by_email, shop.register.clock.now())
    export(shop.register, by_email.id)
    assert by_email.id in related(shop.register)
    release(shop.register, by_email.id, Addressee("a passphrase of some length"), OFFICER)
    assert by_email.id not in related(shop.register)


def test_requests_that_may_be_of_two_persons_are_tied_to_none(shop: Small) -> None:
    """Neither an identifier that is shared nor a request with identifiers of two persons ties requests of different persons."""
    ainos, bos = _filed(shop, AINO, SHARED), _filed(shop, BO, SHARED)
    both, shared, mailbox = _filed(shop, AINO, BO), _filed(shop, SHARED), _filed(shop, ("email", "info@koe.example"))
    _filed(shop, ("email", "info@koe.example"))
    found = related(shop.register)
    assert [each.id in found for each in (ainos, bos, both, shared, mailbox)] == [False] * 5


@pytest.mark.parametrize("kind", ["rectification", "restriction", "withdrawal"])
def test_nothing_held_is_an_answer(shop: Small, kind: str) -> None:
    """A request of somebody whom no record knows is answered by that when it is started on; one of a customer goes on."""
    stranger = verified(shop.register.ledger, _filed(shop, NOBODY, kind=kind), shop.register.clock.now())
    answered = start(shop.register, stranger.id, OFFICER)
    assert (answered.state, answered.nothing_held) == ("answered", True)
    customers = verified(shop.register.ledger, _filed(shop, AINO, kind=kind), shop.register.clock.now())
    assert start(shop.register, customers.id, OFFICER).state == "in_progress"


def test_an_answer_by_bundle_says_itself_that_nothing_is_held(shop: Small) -> None:
    """A request for access of somebody unknown is not answered before its bundle is."""
    request = verified(shop.register.ledger, _filed(shop, NOBODY), shop.register.clock.now())
    assert start(shop.register, request.id, OFFICER).state == "in_progress"
    assert not export(shop.register, request.id).held
    assert shop.register.ledger.request(request.id).state == "in_progress"
    release(shop.register, request.id, Addressee("a passphrase of some length"), OFFICER)
    answered = shop.register.ledger.request(request.id)
    assert (answered.state, answered.nothing_held) == ("answered", True)


def test_nothing_is_handed_out_before_verification(shop: Small) -> None:
    """Without a named user's verification there is no bundle, no start, and no file."""
    request = _filed(shop, AINO)
    for refused in (lambda: export(shop.register, request.id), lambda: ready(shop.register, request.id, ("access",))):
        with pytest.raises(AnsvarError, match="identity of who asks was not verified"):
            refused()
    with pytest.raises(AnsvarError, match="cannot be started"):
        start(shop.register, request.id, OFFICER)
    assert [*shop.register.outbox.iterdir()] == []


@pytest.mark.parametrize(
    ("filing", "told"),
    [
        ({"kind": "curiosity"}, "no kind of request"),
        ({"kind": "objection"}, "What the person objects to is missing"),
        ({"kind": "objection", "scope": "cookies"}, "is one of marketing, profiling, legitimate_interest"),
        ({"scope": "marketing"}, "The scope of a request of access is none"),
        ({"purpose": "relation"}, "The purpose of a request of access is none"),
        ({"kind": "withdrawal", "purpose": "fun"}, "is one of relation"),
        ({"kind": "withdrawal", "purpose": "relation"}, "it rests on contract"),
        ({"language": "de"}, "is one of fi, sv, en"),
        ({"identifiers": ()}, "needs what the person is known by"),
        ({"identifiers": (("email", "not one"),)}, "does not look like one"),
        ({"identifiers": (("shoe_size", "44"),)}, "is none that a person can be found by"),
    ],
)
def test_what_cannot_be_filed(shop: Small, filing: dict[str, object], told: str) -> None:
    """A mistake in what is filed is told, without what was given, and nothing is filed."""
    given: dict[str, object] = {"kind": "access", "language": "en", "identifiers": (AINO,), "received_at": shop.register.clock.now()}
    with pytest.raises(AnsvarError, match=told) as caught:
        file(shop.register, Filing(**(given | filing)))  # type: ignore[arg-type] # mistakes
    assert "not one" not in str(caught.value)
    assert shop.register.ledger.requests() == []


def test_a_request_of_tomorrow_is_a_mistake(shop: Small) -> None:
    """What is said to have been received later than now is not filed."""
    now = shop.register.clock.now()
    with pytest.raises(AnsvarError, match="The time of receipt is ahead"):
        file(shop.register, Filing("access", "en", (AINO,), now.replace(day=now.day + 1)))


def test_a_kind_of_identifier_that_is_no_more_ties_nobody(shop: Small) -> None:
    """Requests with an identifier of a kind that the vocabulary has no more are listed with the others, and tied by the rest."""
    ledger, now = shop.register.ledger, shop.register.clock.now()
    one = ledger.new_request("access", "en", [("shoe_size", "44"), AINO], now)
    other = ledger.new_request("access", "en", [("shoe_size", "44")], now)
    tied = ledger.new_request("access", "en", [AINO], now)
    assert related(shop.register) == {one.id: (tied.id,), tied.id: (one.id,)}
    assert candidates(shop.register, other) == ()


def test_requests_are_filed_before_anything_is_published(tmp_path: Path) -> None:
    """A register that has read nothing yet takes requests, and ties those of equal identifiers."""
    small = Small(tmp_path)
    first, second = _filed(small, AINO), _filed(small, AINO)
    assert related(small.register)[first.id] == (second.id,)
    assert candidates(small.register, first) == ()
    small.close()
