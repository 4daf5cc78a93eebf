"""`ansvar request …`: each kind of request from the letter that it comes by to the letter that answers it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from resources.ledger.audit import verify
from resources.ledger.requests import RequestLedger
from resources.requests.vocabulary import words
from tests.helpers.erasing import keeping
from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

BY = ("--by", "Dana Officer")
AINO = ("--email", "aino@koe.example")


@pytest.fixture
def shop(small: Small) -> Small:
    """A register of Aino and Bo, who share a telephone."""
    keeping(small)
    phone = "+358401234567"
    small.deliver("shop", [customer(1, email="aino@koe.example", phone=phone), customer(2, email="bo@koe.example", phone=phone)])
    small.deliver("chats", [chat(1, email="aino@koe.example")])
    small.ingest("shop", "chats")
    small.close()
    return small


def _new(ansvar: Command, on: tuple[str, ...], kind: str, *given: str) -> str:
    scope = ("--scope", "marketing") if words().kinds[kind].scopes else ()
    return ansvar(*on, "request", "new", "--kind", kind, *(given or AINO), *scope, *BY, "--language", "en").out.strip()


def _state(ansvar: Command, on: tuple[str, ...], request: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ansvar(*on, "request", "show", request, "--json").out)
    return found


def _letter(ansvar: Command, on: tuple[str, ...], request: str, kind: str, folder: Path) -> str:
    file = folder / f"{kind}.txt"
    done = ansvar(*on, "request", "letter", request, "--kind", kind, "--output", file, *BY)
    assert (done.code, done.err) == (0, "")
    return " ".join(file.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("kind", words().kinds)
def test_from_the_letter_to_the_answer(ansvar: Command, on: tuple[str, ...], shop: Small, kind: str, tmp_path: Path) -> None:
    """Filed, receipt written, identity asked and verified, started, carried out as far as it is by a command, answered, told."""
    request = _new(ansvar, on, kind)
    assert "By 16 November 2026" in _letter(ansvar, on, request, "receipt", tmp_path).replace("by", "By").replace("\u00a0", " ")
    assert ansvar(*on, "request", "ask", request, *BY).out == f"{request} is verifying.\n"
    assert "who you are" not in _letter(ansvar, on, request, "identity", tmp_path)
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).out == f"{request} is verified.\n"
    assert ansvar(*on, "request", "start", request, *BY).out == f"{request} is in progress.\n"
    if kind in words().by_bundle:
        assert f"The bundle of {request} waits for its release" in ansvar(*on, "export", request).out
        assert "is answered when its bundle is released" in ansvar(*on, "request", "answered", request, *BY).message
        assert ansvar(*on, "bundle", "release", request, *BY, "--new-passphrase").code == 0
    elif kind in ("restriction", "objection", "withdrawal"):
        assert f"Nothing was done for this request of {kind} yet" in ansvar(*on, "request", "answered", request, *BY).message
        ground = ("--ground", "accuracy") if kind == "restriction" else ()
        assert ansvar(*on, "request", "carry-out", request, *ground, *BY).code == 0
    else:
        if kind == "erasure":
            assert "Nothing was done for this request of erasure yet" in ansvar(*on, "request", "answered", request, *BY).message
            assert ansvar(*on, "erase", request, *BY).code == 0
        if kind == "rectification":
            assert "Nothing was corrected for this request yet" in ansvar(*on, "request", "answered", request, *BY).message
            (tmp_path / "right.txt").write_text("Aino", encoding="utf-8")
            right = ("--dataset", "shop.customers", "--field", "name", "--value", tmp_path / "right.txt", "--proof", "A letter")
            assert ansvar(*on, "correct", "new", request, *right, *BY).code == 0
        if kind == "complaint":
            assert "say it with --finding TEXT" in ansvar(*on, "request", "answered", request, *BY).message
            finding = ["--finding", "The bill went to an old address.\n\nWe have mended that."]
        else:
            assert "--finding tells of a complaint" in ansvar(*on, "request", "answered", request, "--finding", "All", *BY).message
            finding = []
        assert ansvar(*on, "request", "answered", request, *finding, *BY).out == f"{request} is answered.\n"
    assert (_state(ansvar, on, request)["state"], RequestLedger(shop.register.ledger).open()) == ("answered", [])
    assert not shop.register.ledger.request(request).nothing_held
    told = _letter(ansvar, on, request, "answer", tmp_path)
    assert "Our answer to your request" in told
    assert ("WHAT WE FOUND The bill went to an old address. We have mended that." in told) == (kind == "complaint")
    assert ("This was corrected: - A name: " in told) == (kind == "rectification")
    assert ("Because" in told or "We have erased the following records" in told) == (kind == "erasure")
    found = _state(ansvar, on, request)
    assert (found["state"], found["days_left"], found.get("in_force")) == ("answered", None, True if kind == "restriction" else None)
    steps = [each["step"] for each in found["steps"]]
    erased = ["erased"] if kind == "erasure" else []
    assert steps == ["filed", "letter", "asked", "letter", "verified", "started", *erased, "answered", "letter"]
    assert verify(shop.register.ledger.engine) == []
    if kind == "restriction":
        assert "must be told before the restriction ends" in ansvar(*on, "request", "lift", request, *BY).message
        assert "The reasons for the restriction no longer hold" in _letter(ansvar, on, request, "lifting", tmp_path)
        assert "restriction (in force)" in ansvar(*on, "request", "list").out
        assert ansvar(*on, "request", "lift", request, *BY).out == f"The restriction of {request} is lifted.\n"
        assert "restriction (not in force)" in ansvar(*on, "request", "list").out


def test_nothing_is_done_for_who_is_not_verified(ansvar: Command, on: tuple[str, ...], shop: Small) -> None:
    """Neither an export, nor an erasure, nor an answer, before a named user verified who asks; no file is left."""
    access, erasure = _new(ansvar, on, "access"), _new(ansvar, on, "erasure")
    for command in (("export", access), ("erase", erasure, *BY), ("request", "answered", erasure, *BY)):
        assert "identity of who asks was not verified" in ansvar(*on, *command).message
    assert "cannot be started on: it is received" in ansvar(*on, "request", "start", erasure, *BY).message
    assert [*shop.register.outbox.iterdir()] == []
    assert len(shop.rows("SELECT 1 FROM register.shop_customers")) == 2


def test_what_the_person_gave_stands_in_files(ansvar: Command, on: tuple[str, ...], shop: Small, tmp_path: Path) -> None:
    """Identifiers and the person's words are read from files as well, so that no argument holds them."""
    (tmp_path / "given.txt").write_text("email=aino@koe.example\n\ncustomer_number=C1\n", encoding="utf-8")
    (tmp_path / "words.txt").write_text("Lähettäkää tietoni", encoding="utf-8")
    files = ("--identifiers", tmp_path / "given.txt", "--message-file", tmp_path / "words.txt")
    request = ansvar(*on, "request", "new", "--kind", "access", *files, *BY).out.strip()
    assert shop.register.ledger.request(request).identifiers == (("customer_number", "C1"), ("email", "aino@koe.example"))
    shown = json.loads(ansvar(*on, "request", "show", request, *BY, "--reason", "To read it", "--json").out)
    assert shown["steps"][0]["note"] == "Lähettäkää tietoni"
    (tmp_path / "given.txt").write_text("aino@koe.example\n", encoding="utf-8")
    told = ansvar(*on, "request", "new", "--kind", "access", *files, *BY).message
    assert ("KIND=VALUE" in told, "aino" in told) == (True, False)


def test_a_letter_with_a_name_alone(ansvar: Command, on: tuple[str, ...], shop: Small, tmp_path: Path) -> None:
    """It is filed with its words, so that its day counts, and is unclear until what the person is known by was added."""
    (tmp_path / "letter.txt").write_text("Poistakaa tietoni. Aino Koe, Koekatu 1", encoding="utf-8")
    new = ("request", "new", "--kind", "erasure", *BY)
    assert "A letter with none is filed with its words" in ansvar(*on, *new).message
    filed = ansvar(*on, *new, "--message-file", tmp_path / "letter.txt")
    request = filed.out.strip()
    assert "`ansvar request identify` adds what the person is known by" in filed.err
    assert ansvar(*on, "request", "verify", request, "--how", "document_shown", *BY).out == f"{request} is unclear.\n"
    for command in (("erase", request, *BY), ("request", "carry-out", request, "--preview")):
        assert "there is none, so it is not answered" in ansvar(*on, *command).message
    assert ansvar(*on, "request", "identify", request, *AINO, *BY).out == f"{request} is verified.\n"
    assert shop.register.ledger.request(request).identifiers == (("email", "aino@koe.example"),)
    assert ansvar(*on, "request", "carry-out", request, "--preview").code == 0


def test_an_extension(ansvar: Command, on: tuple[str, ...], shop: Small, tmp_path: Path) -> None:
    """The time is extended once, with its notice; not after the deadline, nor where the notice cannot be written."""
    request = _new(ansvar, on, "rectification")
    extend = ("request", "extend", request, "--ground", "number", *BY)
    assert "cannot be written" in ansvar(*on, *extend, "--letter", tmp_path / "no" / "notice.txt").message
    assert "A letter is written as html, txt, pdf" in ansvar(*on, *extend, "--letter", tmp_path / "notice.doc").message
    assert _state(ansvar, on, request)["extended_at"] is None
    done = ansvar(*on, *extend, "--letter", tmp_path / "notice.txt")
    assert done.out == f"{request} is to be answered by 2027-01-15. Send {tmp_path / 'notice.txt'} by 2026-11-16.\n"
    text = (tmp_path / "notice.txt").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "15 January 2027" in text
    assert "several requests from you" in " ".join(text.split())
    assert "extended already" in ansvar(*on, *extend, "--letter", tmp_path / "again.txt").message
    told = ansvar(*on, "request", "extend", _new(ansvar, on, "withdrawal"), *extend[3:], "--letter", tmp_path / "none.txt").message
    assert ("a withdrawal cannot be extended" in told, (tmp_path / "none.txt").exists()) == (True, False)
    late = _new(ansvar, on, "rectification")
    after = (*on[:-1], "2026-11-17T09:00")
    told = ansvar(*after, "request", "extend", late, "--ground", "number", *BY, "--letter", tmp_path / "late.txt").message
    assert told.startswith("The deadline has passed")
    assert not (tmp_path / "late.txt").exists()
    del shop


def test_a_refusal(ansvar: Command, on: tuple[str, ...], shop: Small, tmp_path: Path) -> None:
    """A request is refused on a ground that fits, told with the way to complain, and nothing more is done for it."""
    marketing = _new(ansvar, on, "objection")
    for ground in ("excessive", "manifestly_unfounded"):
        assert "always granted (GDPR Art. 21(2) and (3))" in ansvar(*on, "request", "refuse", marketing, "--ground", ground, *BY).message
    assert _state(ansvar, on, marketing)["state"] == "received"
    request = _new(ansvar, on, "erasure")
    assert "is no ground to refuse" in ansvar(*on, "request", "refuse", request, "--ground", "data_correct", *BY).message
    refuse = ("request", "refuse", request, "--ground", "identity_not_shown", *BY)
    assert "before the person was asked to show who asks" in ansvar(*on, *refuse).message
    assert ansvar(*on, "request", "ask", request, *BY).code == 0
    assert ansvar(*on, *refuse).out == f"{request} is refused.\n"
    letter = _letter(ansvar, on, request, "refusal", tmp_path)
    assert "Articles 11(2), 12(2) and 12(6)" in letter
    assert "You can still show it" in letter
    assert "https://authority.example" in letter
    assert "bring the matter before a court" in letter
    assert "The request was refused" in ansvar(*on, "erase", request, *BY).message
    assert "cannot be verified" in ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).message
    del shop


def test_an_erasure_that_was_decided_can_only_be_answered(ansvar: Command, on: tuple[str, ...], shop: Small) -> None:
    """Once the person is erased, the request is neither refused nor closed."""
    request = _new(ansvar, on, "erasure")
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).code == 0
    assert ansvar(*on, "erase", request, *BY).code == 0
    for command in (("refuse", request, "--ground", "excessive"), ("close", request, "--reason", "a mistake")):
        assert "can only be answered" in ansvar(*on, "request", *command, *BY).message
    del shop


def test_an_unclear_request_is_settled(ansvar: Command, on: tuple[str, ...], shop: Small) -> None:
    """A shared telephone is told at filing; the candidates stand in `show`; the settled request is answered with the one's data."""
    assert "Missing option '--by'" in ansvar(*on, "request", "new", "--kind", "access", "--phone", "+358401234567").err
    filed = ansvar(*on, "request", "new", "--kind", "access", "--phone", "+358401234567", *BY)
    request = filed.out.strip()
    assert "match several persons" in filed.err
    shown = _state(ansvar, on, request)
    candidates = shown["candidates"]
    assert (len(candidates), shown["subject"]) == (2, None)
    assert _state(ansvar, on, _new(ansvar, on, "erasure"))["subject"] in candidates
    assert _state(ansvar, on, _new(ansvar, on, "erasure", "--email", "nobody@koe.example"))["subject"] is None
    settle = ("request", "settle", request, "--subject", candidates[0], *BY, "--reason", "called back")
    assert ansvar(*on, *settle).out == f"{request} is received, and means {candidates[0]}.\n"
    assert ansvar(*on, "request", "verify", request, "--how", "known_address", *BY).code == 0
    assert ansvar(*on, "export", request).code == 0
    assert len(shop.register.ledger.looks("request", request)) == 1


def test_nobody_known_is_told_so(ansvar: Command, on: tuple[str, ...], shop: Small, tmp_path: Path) -> None:
    """Of somebody whom no record knows, the start is the answer, and its letter says that nothing is held."""
    request = _new(ansvar, on, "erasure", "--email", "nobody@koe.example")
    assert ansvar(*on, "request", "verify", request, "--how", "in_person", *BY).code == 0
    assert "Nothing is held of the person" in ansvar(*on, "request", "start", request, *BY).out
    assert (
        "does not fit the request"
        in ansvar(*on, "request", "letter", request, "--kind", "answer", "--output", tmp_path / "a.txt", *BY).message
    )
    assert "We hold no data of you" in _letter(ansvar, on, request, "nothing_held", tmp_path)
    del shop


def test_the_list_shows_what_is_overdue_first(ansvar: Command, on: tuple[str, ...], shop: Small) -> None:
    """Overdue requests come first, then those nearest to their deadline, then what has ended; related ones are named."""
    closed = _new(ansvar, on, "erasure", "--email", "bo@koe.example")
    assert ansvar(*on, "request", "close", closed, "--reason", "taken back", *BY).code == 0
    late = ansvar(*on, "request", "new", "--kind", "complaint", *AINO, "--received", "2026-09-01", *BY).out.strip()
    near = ansvar(*on, "request", "new", "--kind", "access", *AINO, "--received", "2026-09-17", *BY)
    assert near.err == f"Other open requests of the same person: {late}.\n"
    new = _new(ansvar, on, "access", "--email", "bo@koe.example")
    listed = json.loads(ansvar(*on, "request", "list", "--json").out)
    assert [each["request"] for each in listed] == [late, near.out.strip(), new, closed]
    assert [(each["deadline"], each["days_left"], each["overdue"], each["related"]) for each in listed] == [
        ("2026-10-01", -14, True, [near.out.strip()]),
        ("2026-10-19", 4, False, [late]),
        ("2026-11-16", 32, False, []),
        ("2026-11-16", None, False, []),
    ]
    shown = ansvar(*on, "request", "list")
    assert shown.code == 0
    assert "overdue" in shown.out
    assert "koe.example" not in shown.out
    del shop


def test_who_looks_at_what_was_given_is_recorded(ansvar: Command, on: tuple[str, ...], shop: Small) -> None:
    """Identifiers and the person's own words are shown to a named user with a reason alone, who is recorded first."""
    request = ansvar(*on, "request", "new", "--kind", "rectification", *AINO, "--message", "My name is Aino", *BY).out.strip()
    bare = ansvar(*on, "request", "show", request).out
    assert ("Aino" in bare, "2026-10-15 00:00 " in bare, "_" in bare, "False" in bare) == (False, True, False, False)
    assert "a name and a reason" in ansvar(*on, "request", "show", request, *BY).message
    shown = ansvar(*on, "request", "show", request, *BY, "--reason", "to correct it").out
    assert "My name is Aino" in shown
    assert "email=aino@koe.example" in shown
    assert [each["reason"] for each in shop.register.ledger.looks("request", request)] == ["to correct it"]


def test_the_intake_by_hand(ansvar: Command, on: tuple[str, ...], shop: Small) -> None:
    """`intake` files what forms wrote, and tells how many it could not."""
    form = {"id": "1", "kind": "access", "identifiers": [{"kind": "email", "value": "aino@koe.example"}]}
    (shop.register.intake / "1.json").write_text(json.dumps(form), encoding="utf-8")
    (shop.register.intake / "2.json").write_text("?", encoding="utf-8")
    taken = ansvar(*on, "request", "intake")
    assert taken.code == 0
    assert shop.register.ledger.request(taken.out.strip()).kind == "access"
    assert taken.err == f"1 could not be filed: see {shop.register.intake / 'refused'}, the reason stands beside each.\n"


def test_what_was_corrected_at_the_source_alone(ansvar: Command, on: tuple[str, ...], shop: Small) -> None:
    """A rectification that no correction can make is answered by what was done at the source, which is kept; nothing else is."""
    request, other = _new(ansvar, on, "rectification"), _new(ansvar, on, "complaint")
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *BY).code == 0
    for which, text in ((request, " "), (other, "The number")):
        told = ansvar(*on, "request", "answered", which, "--at-source", text, *BY).message
        assert told.startswith("--at-source tells of a rectification")
    done = ansvar(*on, "request", "answered", request, "--at-source", "The number, as the shop shows", *BY)
    assert done.out == f"{request} is answered.\n"
    assert "answered  2026-10-15 00:00  Dana Officer  at source" in ansvar(*on, "request", "show", request).out
    (step,) = (each for each in RequestLedger(shop.register.ledger).steps(request) if each["step"] == "answered")
    assert (step["detail"], step["note"]) == ("at_source", "The number, as the shop shows")
