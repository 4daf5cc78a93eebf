"""What is held stays past its period, with all that belongs to it, and goes when nothing holds it any more."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from assets.retention.holds import hold, overdue_reviews
from assets.retention.run import kept_back, look, overdue, verify
from resources.errors import AnsvarError
from resources.ledger.holds import HoldLedger
from tests.helpers.bundles import delivered
from tests.helpers.holds import BUSINESS_ID, PAST, connect, end, file, held, ids, message, subject_of
from tests.helpers.records import call, chat, customer
from tests.helpers.requests import put, told_of_the_end
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AINO, EINO = "aino@koe.example", "eino@koe.example"


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Chats of two persons with their messages, a bad record of each, a call of one; all of it past its period on `PAST`."""
    small = Small(tmp_path_factory.mktemp("ingested"))
    connect(small)
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("shop", [customer(1, email=AINO, phone="+358401000001", business_id=BUSINESS_ID), customer(2, email=EINO)])
    bad = [chat(8, ended_at="never", email=AINO), chat(9, ended_at="never", email=EINO)]
    small.deliver("chats", [chat(1, email=AINO), chat(2, email=EINO), *bad])
    rows = [message(1, "chat-1", AINO), message(2, "chat-1", "agent@koe.example"), message(3, "chat-2", EINO)]
    small.deliver("chats", rows, "messages.csv")
    small.deliver("calls", [call(1)], "calls.csv")
    small.ingest("shop", "chats", "calls")
    small.at(PAST)
    small.close()
    return small


@pytest.fixture
def filled(ingested: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it."""
    made = ingested.copied(tmp_path)
    yield made
    made.close()


def _left(small: Small) -> tuple[list[str], list[str], int, int]:
    """Chats, messages, quarantined records and audio files that are left."""
    audio = sum(each.is_file() for each in small.register.recordings.rglob("*"))
    return ids(small), ids(small, "chats_messages"), small.rows("SELECT count(*) FROM quarantine.records")[0][0], audio


def test_a_held_person_keeps_all_that_belongs_to_it(filled: Small) -> None:
    """Its chat with everybody's messages in it, its call with the audio and its bad record stay; when the hold ends they go."""
    made = held(filled, "subject", subject_of(filled, AINO))
    filled.purge()
    assert _left(filled) == (["chat-1"], ["m1", "m2"], 1, 1)
    assert (overdue(filled.register), verify(filled.register).held) == ([], 5)
    end(filled, made)
    filled.purge()
    assert _left(filled) == ([], [], 0, 0)


def test_a_hold_survives_that_who_is_who_is_worked_out_anew(filled: Small) -> None:
    """A hold on a subject that another took up, and whose persons came apart from it, keeps their records all the same."""
    made = held(filled, "subject", subject_of(filled, AINO))
    subject = subject_of(filled, AINO)
    with filled.register.warehouse.writing(filled.run) as engine:
        engine.run("UPDATE identity.persons SET subject = 's-anew' WHERE subject = $subject", {"subject": subject})
    filled.purge()
    assert _left(filled)[:2] == (["chat-1"], ["m1", "m2"])
    assert HoldLedger(filled.register.ledger).holds()[0].hold == made


def test_a_held_conversation_is_found_by_a_message(filled: Small) -> None:
    """Whoever wrote but one message in a chat keeps the chat, and the other's messages in it."""
    held(filled, "subject", subject_of(filled, "agent@koe.example"))
    filled.purge()
    assert _left(filled)[:2] == (["chat-1"], ["m1", "m2"])


def test_a_company_keeps_its_persons(filled: Small) -> None:
    """A hold on a company, by its business id, keeps its records and those of whom they are about; the ledger has a keyed hash alone."""
    held(filled, "company", BUSINESS_ID)
    assert BUSINESS_ID not in HoldLedger(filled.register.ledger).holds()[0].target
    filled.purge()
    assert _left(filled) == (["chat-1"], ["m1", "m2"], 1, 1)


def test_a_data_set_is_kept_with_what_belongs_to_it(filled: Small) -> None:
    """A hold on all chats keeps their messages and the bad ones, and not the calls."""
    held(filled, "dataset", "chats.conversations")
    filled.purge()
    assert _left(filled) == (["chat-1", "chat-2"], ["m1", "m2", "m3"], 2, 0)


@pytest.mark.parametrize("kind", ["access", "erasure", "objection"])
def test_an_open_request_keeps_until_it_is_answered(filled: Small, kind: str) -> None:
    """What a person has asked for and was not answered yet stays, and goes with the next purge after the answer."""
    request = file(filled, kind, AINO)
    filled.purge()
    assert _left(filled)[:2] == (["chat-1"], ["m1", "m2"])
    put(filled.register.ledger, request.id, "answered")
    filled.purge()
    assert _left(filled)[:2] == ([], [])


def test_a_restriction_keeps_until_it_is_lifted(filled: Small) -> None:
    """A restriction keeps the data though its request was answered, and the request itself, until a named user lifts it."""
    request = file(filled, "restriction", AINO)
    put(filled.register.ledger, request.id, "answered")
    filled.at("2031-01-01T03:00:00+02:00")
    filled.purge()
    assert _left(filled)[:2] == (["chat-1"], ["m1", "m2"])
    assert {kind for each in kept_back(filled.register) for kind in each.held} == {"restriction"}
    told_of_the_end(filled.register.ledger, request.id, filled.register.clock.now())
    HoldLedger(filled.register.ledger).lift(request.id, "Maija", filled.register.clock.now())
    filled.purge()
    assert (_left(filled)[:2], filled.register.ledger.requests()) == (([], []), [])


def test_a_request_between_the_plan_and_the_purge_holds(filled: Small) -> None:
    """What was planned to go stays where a request came in before the purge."""
    with filled.register.warehouse.reading() as engine:
        planned = {each.going.dataset: each.going.records for each in look(filled.register, engine) if each.going.layer == "register"}
    assert planned["chats_conversations"] == 2
    file(filled, "access", AINO)
    filled.purge()
    assert ids(filled) == ["chat-1"]


def test_what_is_held_is_shown_by_what_keeps_it(filled: Small) -> None:
    """Each held record counts once, under a kind; it is neither going nor overdue."""
    held(filled, "subject", subject_of(filled, AINO))
    file(filled, "access", EINO)
    found = [each for each in kept_back(filled.register) if each.going.dataset == "chats_conversations" and each.going.layer == "register"]
    assert [(each.going.records, each.held) for each in found] == [(0, {"legal_hold": 1, "open_request": 1})]


def test_what_is_held_is_read_in_though_it_is_old(filled: Small) -> None:
    """Records past their period come in where they are a held person's, belong to what is held, or name it; others do not."""
    held(filled, "subject", subject_of(filled, AINO))
    filled.purge()
    filled.deliver("chats", [chat(1, email=AINO), chat(5, email=AINO), chat(6, email=EINO), chat(7, ended_at="2026-10-01T10:00:00Z")])
    filled.deliver("chats", [message(4, "chat-5"), message(5, "chat-6"), message(1, "chat-1", AINO)], "messages.csv")
    filled.ingest("chats")
    assert (ids(filled), ids(filled, "chats_messages")) == (["chat-1", "chat-5"], ["m1", "m2", "m4"])


def test_what_a_source_has_no_more_stays_while_it_is_held(filled: Small) -> None:
    """A snapshot without a held person's record leaves it, and takes it once the hold has ended."""
    made = held(filled, "subject", subject_of(filled, AINO))
    statement = "SELECT customer_number FROM register.shop_customers ORDER BY 1"
    filled.deliver("shop", [customer(2, email=EINO), customer(3)])
    filled.ingest("shop")
    assert filled.rows(statement) == [("C1",), ("C2",), ("C3",)]
    end(filled, made)
    filled.ingest("shop")
    assert filled.rows(statement) == [("C2",), ("C3",)]


def test_bundles_and_requests_of_a_held_person_stay(filled: Small) -> None:
    """What we have made ourselves of a held person is kept with the rest, and goes when the hold ends."""
    request = file(filled, "access", AINO)
    bundle = delivered(filled.register, request.id)
    made = held(filled, "subject", subject_of(filled, AINO))
    filled.at("2031-01-01T03:00:00+02:00")
    filled.purge()
    assert (bundle.exists(), len(filled.register.ledger.requests())) == (True, 1)
    end(filled, made)
    filled.purge()
    assert (bundle.exists(), filled.register.ledger.requests()) == (False, [])


def test_a_field_that_goes_early_stays_while_it_is_held(small: Small) -> None:
    """A field past its own period is not emptied in a held record, and is once the hold has ended."""
    small.described["chats"]["datasets"]["conversations"]["fields"]["text"]["retention"] = "month"
    small.describe()
    small.deliver("chats", [chat(1, email=AINO, text="hello"), chat(2, text="hello")])
    small.ingest("chats")
    made = held(small, "subject", subject_of(small, AINO))
    small.at("2026-11-05T03:00:00+02:00")
    small.purge()
    assert small.rows("SELECT text IS NULL FROM register.chats_conversations ORDER BY id") == [(False,), (True,)]
    end(small, made)
    small.purge()
    assert small.rows("SELECT text IS NULL FROM register.chats_conversations ORDER BY id") == [(True,), (True,)]


@pytest.mark.parametrize(
    ("of", "said"),
    [
        (("subject", "nobody"), "no data subject of that id"),
        (("company", "7654321-9"), "no company of that id"),
        (("dataset", "chats.conversation"), "did you mean 'chats.conversations'?"),
    ],
)
def test_what_is_not_there_cannot_be_held(filled: Small, of: tuple[str, str], said: str) -> None:
    """A hold on nobody would seem to keep something: it is refused."""
    with pytest.raises(AnsvarError, match=said.replace("?", r"\?")):
        hold(filled.register, of, "A claim", "Maija", dt.date(2030, 1, 1))


def test_a_review_whose_day_has_come(filled: Small) -> None:
    """A hold is to be reviewed from its date on, until it ends; that it was made stays on record."""
    made = held(filled, "dataset", "chats.conversations")
    assert overdue_reviews(filled.register) == []
    filled.at("2030-01-01T03:00:00+02:00")
    assert [each.hold for each in overdue_reviews(filled.register)] == [made]
    end(filled, made)
    assert overdue_reviews(filled.register) == []
    assert [(each.made_by, each.ended_by) for each in HoldLedger(filled.register.ledger).holds()] == [("Maija", "Maija")]


def test_what_a_source_says_it_deleted_stays_while_it_is_held(small: Small) -> None:
    """A deletion at the source takes no held record, and takes the others."""
    small.described["shop"]["datasets"]["customers"] |= {"load": "append"}
    small.described["shop"]["datasets"]["customers"]["read"]["deleted"] = {"gone": "yes"}
    small.describe()
    small.deliver("shop", [customer(1, email=AINO), customer(2, email=EINO)])
    small.ingest("shop")
    held(small, "subject", subject_of(small, AINO))
    small.deliver("shop", [customer(1, gone="yes"), customer(2, gone="yes")])
    small.ingest("shop")
    assert small.rows("SELECT customer_number FROM register.shop_customers") == [("C1",)]
