"""What stands in the ledger: batches and purges that are meant and done, requests and their bundles."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import Ledger, PurgeRecord, tables
from resources.ledger.bundles import BundleLedger
from tests.helpers.requests import file_verified, put

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = dt.datetime.fromisoformat("2026-10-15T03:00:00")


def _meant(ledger: Ledger, run: str, number: int = 0) -> None:
    """All that a run may mean to do: a batch that is loaded, one that only landed, a purge, and records not to be read again."""
    moment = MOMENT + dt.timedelta(days=number)
    ledger.batch_landed(f"{run}-a", "shop", "orders", run, moment)
    ledger.batch_loaded(f"{run}-a", {"read": 3})
    ledger.batch_landed(f"{run}-b", "shop", "visits", run, moment)
    ledger.purge_meant(run, moment, [PurgeRecord("register", "shop_orders", "orders", 2, dt.date(2024, 1, 1), dt.date(2024, 2, 1))])
    ledger.gone_meant(run, f"shop_{run}", [f"hash-{run}"])


def _states(ledger: Ledger, run: str) -> dict[str, list[str]]:
    """The states of all that a run meant, by table."""
    with ledger.engine.connect() as connection:
        return {
            table.name: list(connection.scalars(sa.select(table.c.state).where(table.c.run == run).order_by(*table.primary_key)))
            for table in (tables.batches, tables.purges, tables.gone)
        }


MEANT = {"batches": ["loaded", "landed"], "purges": ["meant"], "gone": ["meant"]}
DONE = {"batches": ["done", "void"], "purges": ["done"], "gone": ["done"]}
VOID = {"batches": ["void", "void"], "purges": ["void"], "gone": ["void"]}


def test_what_is_meant_is_not_done(ledger: Ledger) -> None:
    """Until a run is confirmed nothing of it counts."""
    _meant(ledger, "one")
    assert _states(ledger, "one") == MEANT
    assert (ledger.purges_of("one"), ledger.gone("shop_one").num_rows, ledger.latest_read("shop", "orders")) == ([], 0, None)


def test_a_run_that_is_confirmed(ledger: Ledger) -> None:
    """What a run loaded and purged is done; a batch that it never loaded is void; other runs stay as they are."""
    _meant(ledger, "one")
    _meant(ledger, "two", 1)
    ledger.confirm("one")
    assert (_states(ledger, "one"), _states(ledger, "two")) == (DONE, MEANT)
    assert ledger.gone("shop_one")["hash"].to_pylist() == ["hash-one"]
    assert ledger.latest_read("shop", "orders") == MOMENT


def test_what_stopped_in_between_is_settled(ledger: Ledger) -> None:
    """Of runs that were never confirmed, the published are done and the others never happened; what is settled stays."""
    for number, run in enumerate(("confirmed", "published", "lost")):
        _meant(ledger, run, number)
    ledger.confirm("confirmed")
    for _ in range(2):
        ledger.settle({"confirmed", "published", "another"})
        assert [_states(ledger, run) for run in ("confirmed", "published", "lost")] == [DONE, DONE, VOID]
    ledger.settle(set())
    assert [_states(ledger, run) for run in ("confirmed", "published", "lost")] == [DONE, DONE, VOID]


@pytest.mark.parametrize("what", ["landed", "loaded", "purge", "gone"])
def test_each_thing_that_is_meant_is_settled(ledger: Ledger, what: str) -> None:
    """Whichever one thing a run came to, it is settled."""
    if what in {"landed", "loaded"}:
        ledger.batch_landed("b", "shop", "orders", "one", MOMENT)
    if what == "loaded":
        ledger.batch_loaded("b", {})
    if what == "purge":
        ledger.purge_meant("one", MOMENT, [PurgeRecord("quarantine", "shop_orders", "orders", 1, None, None)])
    if what == "gone":
        ledger.gone_meant("one", "d", ["h"])
    ledger.settle({"one"})
    found = [state for states in _states(ledger, "one").values() for state in states]
    assert found == ["void" if what == "landed" else "done"]


def test_batches(ledger: Ledger) -> None:
    """Batches come newest first, each with its account; a run's are those of its data sets in their order."""
    _meant(ledger, "one")
    _meant(ledger, "two", 1)
    assert [batch["batch"] for batch in ledger.batches()] == ["two-a", "two-b", "one-a", "one-b"]
    assert [batch["batch"] for batch in ledger.batches(limit=1)] == ["two-a"]
    assert [(batch["dataset"], batch["state"], batch["account"]) for batch in ledger.batches_of("one")] == [
        ("orders", "loaded", {"read": 3}),
        ("visits", "landed", {}),
    ]


def test_purges(ledger: Ledger) -> None:
    """Purges are counts and dates, the register's layer before the quarantine's; a run without any has none."""
    records = [
        PurgeRecord("quarantine", "b", "orders", 1, None, None),
        PurgeRecord("register", "b", "orders", 2, dt.date(2024, 1, 1), dt.date(2024, 2, 1)),
        PurgeRecord("register", "a", "orders", 3, dt.date(2023, 1, 1), dt.date(2023, 1, 1)),
    ]
    ledger.purge_meant("one", MOMENT, records)
    ledger.purge_meant("two", MOMENT, [])
    for run in ("one", "two"):
        ledger.confirm(run)
    assert [(each["layer"], each["dataset"], each["records"], each["oldest"]) for each in ledger.purges_of("one")] == [
        ("register", "a", 3, dt.date(2023, 1, 1)),
        ("register", "b", 2, dt.date(2024, 1, 1)),
        ("quarantine", "b", 1, None),
    ]
    assert ledger.purges_of("two") == []


def test_records_that_are_not_read_again(ledger: Ledger) -> None:
    """Hashes of a run that was lost give way to those of the next; what is done stays, and belongs to its data set."""
    ledger.gone_meant("lost", "d", ["a", "b"])
    ledger.settle(set())
    ledger.gone_meant("one", "d", ["b", "c"])
    ledger.gone_meant("one", "e", ["x"])
    ledger.confirm("one")
    ledger.gone_meant("two", "d", ["z"])
    ledger.gone_meant("two", "d", [])
    assert sorted(ledger.gone("d")["hash"].to_pylist()) == ["b", "c"]
    assert ledger.gone("e")["hash"].to_pylist() == ["x"]
    assert (ledger.gone("f").num_rows, ledger.gone("f").schema.field("hash").type) == (0, "string")


def test_a_request(ledger: Ledger) -> None:
    """A request is found by its random id, with each identifier that was given, once."""
    given = [("email", "matti@example.com"), ("phone", "+358401234567"), ("email", "matti@example.com")]
    first, second = (ledger.new_request("access", "fi", given, MOMENT) for _ in range(2))
    assert first.id != second.id
    assert "matti" not in first.id
    found = ledger.request(first.id)
    assert (found.kind, found.language, found.state, found.received_at) == ("access", "fi", "received", MOMENT)
    assert sorted(found.identifiers) == [("email", "matti@example.com"), ("phone", "+358401234567")]


def test_a_request_that_is_not_there(ledger: Ledger) -> None:
    """An id of no request is an error that says where to look; it is not repeated, for it may be anything."""
    with pytest.raises(AnsvarError, match="There is no request of that id: `ansvar request list` shows") as caught:
        ledger.request("matti@example.com")
    assert "matti" not in str(caught.value)


def test_a_request_is_filed_whole_or_not_at_all(ledger: Ledger) -> None:
    """Where an identifier cannot be kept, the request is not filed either."""
    with pytest.raises(sa.exc.SQLAlchemyError):
        ledger.new_request("access", "fi", [("email", None)], MOMENT)  # type: ignore[list-item] # what cannot be kept
    assert ledger.requests() == []


def test_a_list_of_requests(ledger: Ledger) -> None:
    """Requests come newest first, with their state and bundle, and without what identifies anybody."""
    old = file_verified(ledger, "access", "fi", [("email", "matti@example.com")], MOMENT)
    new = ledger.new_request("access", "sv", [("email", "maija@example.com")], MOMENT + dt.timedelta(days=1))
    put(ledger, new.id, "unclear")
    bundles = BundleLedger(ledger)
    bundles.made({"request": old.id, "file": "old.zip", "sha256": "0" * 64, "made_at": MOMENT, "records": 7, "says": {}}, "Dana")
    bundles.released(old.id, "old.zip.age", "1" * 64, "Dana", MOMENT)
    found = ledger.requests()
    assert [(each["request"], each["state"], each["file"]) for each in found] == [
        (new.id, "unclear", None),
        (old.id, "answered", "old.zip.age"),
    ]
    assert "example.com" not in str(found)


def test_a_request_is_filed_while_another_process_writes(ledger: Ledger, tmp_path: Path) -> None:
    """Two connections write one after the other and lose nothing."""
    other = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    for number in range(10):
        (ledger, other)[number % 2].new_request("access", "fi", [("email", f"{number}@example.com")], MOMENT)
    assert len(ledger.requests()) == len(other.requests()) == 10
    other.close()
