"""A person who was erased does not come back with what a source still has; only with what is from after the erasure, or by a named user."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from assets.retention.erase import decide
from assets.rights.whom import whom
from pipelines.cli.quarantine import admit
from resources.errors import AnsvarError
from resources.home import write_private
from resources.keyed_hash import key_id
from resources.ledger.erasures import ADMITTED, DISCARDED
from tests.helpers.erasing import ask, carry_out, erase, keeping
from tests.helpers.records import chat, customer
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.early

EMAIL = ("email", "aino@koe.example")
AINO = {"email": "Aino@koe.example"}
LATER = "2026-10-20T03:00:00+03:00"


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A register in which a customer is from when the customer was last seen, and Aino was a customer who was erased."""
    small = Small(tmp_path_factory.mktemp("erased"))
    keeping(small)
    small.dataset("shop.customers")["recorded"] = "seen_at"
    small.describe()
    small.deliver("shop", [customer(1, **AINO, seen_at="2026-10-01T10:00:00Z"), customer(2), *(customer(number) for number in range(3, 9))])
    small.deliver("chats", [chat(1, **AINO), chat(2, cookie="c-2")])
    small.ingest("shop", "chats")
    erase(small, EMAIL)
    small.at(LATER)
    small.close()
    return small


@pytest.fixture
def shop(erased: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it."""
    made = erased.copied(tmp_path)
    yield made
    made.close()


def _numbers(small: Small) -> list[str]:
    return [row[0] for row in small.rows("SELECT customer_number FROM register.shop_customers ORDER BY 1") if row[0] < "C3"]


def _quarantined(small: Small) -> list[tuple[Any, ...]]:
    return small.rows("SELECT rule, field FROM quarantine.records ORDER BY 1")


def _deliver(small: Small, *rows: dict[str, Any]) -> dict[str, int]:
    """Read a snapshot of these customers beside the others; gives what was dropped."""
    small.deliver("shop", [*rows, customer(2), *(customer(number) for number in range(3, 9))])
    account = small.ingest("shop")["shop.customers"].account
    assert account is not None
    assert account.balances
    return account.dropped


def test_a_snapshot_brings_nobody_back(shop: Small) -> None:
    """Before: dropped and counted, by any identifier of the person and however it is written. After: in. Without a time: to review."""
    assert _deliver(shop, customer(1, **AINO, seen_at="2026-10-01T10:00:00Z")) == {"erased_before": 1}
    assert _deliver(shop, customer(1, email=" AINO@KOE.example ", seen_at="2026-10-15T00:00:00Z")) == {"erased_before": 1}
    assert _deliver(shop, customer(10, **AINO, seen_at="2020-01-01T00:00:00Z")) == {"erased_before": 1}
    assert (_numbers(shop), _quarantined(shop)) == (["C2"], [])
    assert _deliver(shop, customer(1, **AINO)) == {}
    assert (_numbers(shop), _quarantined(shop)) == (["C2"], [("erased_person", None)])
    assert _deliver(shop, customer(1, **AINO, seen_at="2026-10-18T10:00:00Z")) == {}
    assert (_numbers(shop), _quarantined(shop)) == (["C1", "C2"], [])


def test_a_time_to_come_tells_nothing(shop: Small) -> None:
    """A record that says it is of tomorrow may be as old as any: it goes to review."""
    assert _deliver(shop, customer(1, **AINO, seen_at="2026-11-01T10:00:00Z")) == {}
    assert (_numbers(shop), _quarantined(shop)) == (["C2"], [("erased_person", None)])


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-10-14", {"erased_before": 1}), ("2026-10-15", {}), ("2026-10-16", {})],
    ids=["before", "the very day", "after"],
)
def test_days_are_compared_in_the_registers_zone(shop: Small, day: str, expected: dict[str, int]) -> None:
    """The day before the erasure is before it, the day after is after, and of the day itself nobody knows: it goes to review."""
    shop.dataset("shop.customers")["recorded"] = "born_on"
    shop.describe()
    assert _deliver(shop, customer(1, **AINO, born_on=day)) == expected
    assert _numbers(shop) == (["C1", "C2"] if day == "2026-10-16" else ["C2"])
    assert _quarantined(shop) == ([("erased_person", None)] if day == "2026-10-15" else [])


def test_what_is_appended_brings_nobody_back(shop: Small) -> None:
    """In a data set that is read piece by piece the anchor, which each record has, says of when it is; a bad record goes the same way."""
    bad = chat(4, "2026-10-02T10:00:00Z", **AINO) | {"id": None}
    shop.deliver("chats", [chat(1, **AINO), chat(3, "2026-10-14T10:00:00Z", **AINO), chat(5, "2026-10-18T10:00:00Z", **AINO), bad])
    account = shop.ingest("chats")["chats.conversations"].account
    assert account is not None
    assert (account.dropped, account.inserted, account.quarantined) == ({"erased_before": 3}, 1, 0)
    assert shop.rows("SELECT id FROM register.chats_conversations ORDER BY 1") == [("chat-2",), ("chat-5",)]


def test_nobody_comes_back_when_the_warehouse_is_built_anew(shop: Small) -> None:
    """With the warehouse gone and everything read again, all three forms are as they were: what was erased is in the ledger."""
    for part in (shop.home.path / "warehouse").iterdir():
        part.unlink()
    rows = [customer(1, **AINO, seen_at="2026-10-01T10:00:00Z"), customer(11, **AINO), customer(12, **AINO, seen_at="2026-10-19T10:00:00Z")]
    shop.deliver("chats", [chat(1, **AINO), chat(2, cookie="c-2")])
    shop.ingest("chats")
    assert _deliver(shop, *rows) == {"erased_before": 1}
    assert _numbers(shop) == ["C12", "C2"]
    assert _quarantined(shop) == [("erased_person", None)]
    assert shop.rows("SELECT id FROM register.chats_conversations") == [("chat-2",)]


def test_what_is_shared_is_nobodys(small: Small) -> None:
    """A switchboard, the mailbox of a role, and a telephone of two persons never count as the erased person's: who has them comes in."""
    keeping(small)
    fields, persons = small.dataset("shop.customers")["fields"], small.dataset("shop.customers")["persons"]["customer"]
    fields["switchboard"] = fields["phone"] | {"shared": True}
    persons.append("switchboard")
    small.describe()
    common = {"switchboard": "+358100000001", "phone": "+358401000009"}
    small.deliver("shop", [customer(1, **AINO, **common), customer(2, email="bo@koe.example", **common), customer(3), customer(4)])
    small.deliver("chats", [chat(1, email="info@koe.example", user_id="u-1"), chat(2, **AINO, user_id="u-1")])
    small.ingest("shop", "chats")
    erase(small, EMAIL)
    small.at(LATER)
    small.deliver("shop", [customer(5, **common), customer(6, email="info@koe.example"), customer(3), customer(4)])
    account = small.ingest("shop")["shop.customers"].account
    assert account is not None
    assert (account.dropped, account.inserted, account.quarantined) == ({}, 2, 0)


def test_in_a_record_of_another_the_persons_fields_stay_empty(shop: Small) -> None:
    """A chat of Bo in which Aino stands as the agent is loaded without her from before the erasure, and with her from after it."""
    rows = [chat(6, "2026-10-14T10:00:00Z", email="bo@koe.example", agent_email="aino@koe.example", text="hello")]
    rows.append(chat(7, "2026-10-18T10:00:00Z", email="bo@koe.example", agent_email="aino@koe.example", text="hello"))
    shop.deliver("chats", rows)
    shop.ingest("chats")
    found = shop.rows("SELECT id, agent_email, text FROM register.chats_conversations WHERE email IS NOT NULL ORDER BY 1")
    assert found == [("chat-6", None, "hello"), ("chat-7", "aino@koe.example", "hello")]


def test_the_same_bad_text_is_dropped(small: Small) -> None:
    """A record that could not be read in and went with its person stays away when the source delivers the same text again."""
    keeping(small)
    bad = f'{{"customer_number": "C1", "email": "{AINO["email"]}", \n'
    small.deliver("shop", [customer(2), customer(3)])
    small.deliver("shop", bad, "bad.ndjson")
    small.ingest("shop")
    assert len(_quarantined(small)) == 1
    erase(small, EMAIL)
    assert _quarantined(small) == []
    account = small.ingest("shop")["shop.customers"].account
    assert account is not None
    assert account.dropped == {"erased_before": 1}
    assert _quarantined(small) == []


def test_records_that_nothing_names_are_known_by_their_id(small: Small) -> None:
    """A chat known by a telephone that several use is no evidence of the person; erased with it, the same chat stays away all the same."""
    keeping(small)
    phone = "+358401000009"
    small.deliver("shop", [customer(1, **AINO, phone=phone), customer(2)])
    small.deliver("chats", [chat(1, cookie="c-1"), chat(2, cookie="c-1", **AINO), chat(3, cookie="c-9")])
    small.ingest("shop", "chats")
    erase(small, EMAIL)
    account = small.ingest("chats")["chats.conversations"].account
    assert account is not None
    assert account.dropped == {"erased_before": 2}


@pytest.mark.parametrize("decision", [ADMITTED, DISCARDED])
def test_a_named_user_decides_on_what_has_no_time(shop: Small, decision: str) -> None:
    """What is admitted comes in and stays with each later snapshot; what is discarded goes from quarantine and is dropped from then on."""
    _deliver(shop, customer(1, **AINO))
    ((record,),) = shop.rows("SELECT _quarantine FROM quarantine.records")
    with pytest.raises(AnsvarError, match="gives a reason"):
        admit(shop.register, [record], decision, "Dana", " ")
    with pytest.raises(AnsvarError, match="waits for nobody's decision"):
        admit(shop.register, ["x"], decision, "Dana", "called the customer")
    (released,) = admit(shop.register, [record], decision, "Dana", "called the customer")
    is_in = decision == ADMITTED
    assert (released.account.inserted, released.account.dropped) == ((1, {}) if is_in else (0, {"erased_before": 1}))
    for _ in range(2):
        assert (_numbers(shop), _quarantined(shop)) == ((["C1", "C2"] if is_in else ["C2"]), [])
        assert _deliver(shop, customer(1, **AINO)) == ({} if is_in else {"erased_before": 1})


def test_many_returns_do_not_refuse_a_batch(shop: Small) -> None:
    """Records that wait for a decision are no sign that the source changed its format."""
    rows = [customer(number, **AINO) for number in range(100, 120)]
    assert _deliver(shop, *rows) == {}
    assert _quarantined(shop) == [("erased_person", None)] * 20


def test_hashes_of_an_earlier_key_are_known_and_a_lost_key_stops(shop: Small) -> None:
    """With the pepper replaced and the earlier one put aside nobody comes back; without the earlier one nothing is read in at all."""
    home = shop.home.path
    earlier = key_id(shop.home.pepper)
    shutil.move(home / "pepper.key", home / f"pepper.{earlier}.key")
    write_private(home / "pepper.key", "another")
    assert shop.home.strangers() == 0
    assert _deliver(shop, customer(1, **AINO, seen_at="2026-10-01T10:00:00Z")) == {"erased_before": 1}
    (home / f"pepper.{earlier}.key").unlink()
    outcome = shop.load("shop")["shop.customers"]
    assert outcome.account is None
    assert "not in the home" in str(outcome.error)


def test_the_latest_erasure_counts(shop: Small) -> None:
    """Erased, back as a customer and erased again, the person is known by the later erasure."""
    assert _deliver(shop, customer(1, **AINO, seen_at="2026-10-18T10:00:00Z")) == {}
    decide(shop.register, ask(shop, EMAIL), "Dana", whom)
    assert carry_out(shop).erased == 1
    assert _deliver(shop, customer(1, **AINO, seen_at="2026-10-18T10:00:00Z")) == {"erased_before": 1}
    assert _numbers(shop) == ["C2"]


def test_who_is_not_held_yet_is_known_all_the_same(small: Small) -> None:
    """What a person gave with a request that nobody bears keeps older records away that a source delivers for the first time."""
    keeping(small)
    small.deliver("shop", [customer(2), customer(3)])
    small.ingest("shop")
    assert erase(small, EMAIL)["summary"]["datasets"] == []
    small.at(LATER)
    small.deliver("chats", [chat(1, **AINO), chat(2, cookie="c-2"), chat(3, "2026-10-18T10:00:00Z", **AINO)])
    account = small.ingest("chats")["chats.conversations"].account
    assert account is not None
    assert (account.dropped, account.inserted) == ({"erased_before": 1}, 2)
