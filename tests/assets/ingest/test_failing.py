"""Sources that cannot be read, and runs that die: what was held stays, and the end is the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assets.ingest.account import Account
from tests.helpers.records import call, chat, customer
from tests.helpers.small import TODAY, Small

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[3]


def test_a_source_that_cannot_be_read_leaves_what_was_held(small: Small) -> None:
    """The failing source's outcome bears the error and what is held; the source after it is read."""
    small.deliver("shop", [customer(1, name="Aino Laine")])
    small.deliver("chats", [chat(1)])
    small.load("shop", "chats")
    before = small.rows("SELECT * FROM register.shop_customers")
    (small.data / "shop").rename(small.data / "away")
    small.deliver("chats", [chat(1), chat(2)])
    failed, read = small.load("shop", "chats").values()
    assert (None, 1, Account(read=2, inserted=1, unchanged=1)) == (failed.account, failed.rows, read.account)
    assert (
        str(failed.error)
        == "The source 'shop' cannot be read: its folder does not exist: mend the path in its settings, or make the folder."
    )
    assert before == small.rows("SELECT * FROM register.shop_customers")


def test_every_way_in_which_a_source_fails_is_told(small: Small) -> None:
    """Each failure is an outcome with what to do, nothing of the data in it, and nothing deleted."""

    def no_file() -> None:
        (small.data / "chats" / "records.ndjson").unlink()

    def half_a_file() -> None:
        (small.data / "chats" / "cut.ndjson.gz").write_bytes(b"\x1f\x8b\x08\x00Maija")

    def no_parquet() -> None:
        (small.data / "chats" / "x.parquet").write_text("Maija Korhonen", encoding="utf-8")

    def no_encoding() -> None:
        small.deliver("chats", [chat(1)])

    small.deliver("chats", [chat(1)])
    small.load("chats")
    told: list[tuple[Callable[[], None], dict[str, Any], str]] = [
        (no_file, {}, "no file in its folder matches '*.ndjson'"),
        (half_a_file, {"files": "*.gz"}, "one of its files cannot be read (EOFError)"),
        (no_parquet, {"files": "*.parquet", "format": "parquet"}, "The records of chats.conversations cannot be decoded"),
        (no_encoding, {"encoding": "utf-9"}, "'utf-9' is no encoding"),
    ]
    for happens, read, message in told:
        happens()
        small.dataset("chats.conversations")["read"] = {"files": "*.ndjson", "format": "ndjson"} | read
        small.describe()
        (outcome,) = small.load("chats").values()
        assert message in str(outcome.error)
        assert "Maija" not in str(outcome.error)
        assert outcome.rows == 1
    small.publish()
    assert small.rows("SELECT id FROM register.chats_conversations") == [("chat-1",)]


def test_data_sets_after_a_failure_bear_it_too(small: Small) -> None:
    """The data sets before the failing one are read in; those after it are not tried, and keep what they had."""
    chats = small.described["chats"]["datasets"]
    for name, files in (("second", "*.csv"), ("third", "*.ndjson")):
        chats[name] = chats["conversations"] | {"read": {"files": files, "format": "ndjson"}}
    small.describe()
    small.deliver("chats", [chat(1)])
    first, second, third = small.load("chats").values()
    assert Account(read=1, inserted=1) == first.account
    assert (second.account, third.account) == (None, None)
    assert str(second.error) == str(third.error)


def test_a_missing_setting_is_told(small: Small) -> None:
    """A source whose setting is missing says which, and where to put it."""
    small.described["chats"]["connection"]["path"] = "${CHATS_FOLDER}"
    small.describe()
    (outcome,) = small.load("chats").values()
    assert f"needs the setting CHATS_FOLDER: put CHATS_FOLDER=… into {small.home.path}/settings.env" in str(outcome.error)


def _deliver(small: Small) -> None:
    small.deliver("shop", [customer(1, email="aino@koe.example"), customer(2, visits="x")])
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1)], "calls.csv")


def test_a_run_that_dies_before_it_publishes_leaves_no_trace(small: Small, tmp_path: Path) -> None:
    """After a process died between load and publish, the next run comes to what an undisturbed one comes to, and nothing is left over."""
    _deliver(small)
    undisturbed = Small(tmp_path / "undisturbed")
    _deliver(undisturbed)
    undisturbed.ingest("shop", "calls")
    command = [sys.executable, "-m", "tests.helpers.crash", str(tmp_path / "register"), str(small.home.path), TODAY, "shop", "died"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9
    assert not small.register.warehouse.is_published
    assert len(list((small.home.path / "landing").iterdir())) == 1
    small.ingest("shop", "calls")
    random = ["_batch", "subject", "born"]
    assert undisturbed.everything(without=random) == small.everything(without=random)
    assert {batch["run"]: batch["state"] for batch in small.register.ledger.batches()} == {"died": "void", "run001": "done"}
    assert list((small.home.path / "landing").iterdir()) == []
    assert {"current", "generation-run001.duckdb", "writer.lock"} == {file.name for file in (small.home.path / "warehouse").iterdir()}
    undisturbed.close()


def test_a_run_that_dies_after_it_published_is_done(small: Small) -> None:
    """What was published before the ledger could confirm it is confirmed by the next run, and not read in twice."""
    _deliver(small)
    small.load("shop", run="died")
    small.register.warehouse.publish("died", small.register.clock.now())
    before = small.everything()
    assert Account(read=2, unchanged=1, quarantined=1) == small.account("shop")
    small.publish()
    assert {batch["run"]: batch["state"] for batch in small.register.ledger.batches()} == {"died": "done", "run001": "done"}
    assert before["register.shop_customers"] == small.everything()["register.shop_customers"]


def test_loading_twice_in_a_run_is_loading_once(small: Small) -> None:
    """A step of a run that is tried again comes to the same."""
    _deliver(small)
    small.load("shop", "calls")
    small.load("shop", "calls")
    small.publish()
    assert small.rows("""
        SELECT (SELECT count(*) FROM register.shop_customers), (SELECT count(*) FROM register.calls_recordings), count(*)
        FROM quarantine.records
    """) == [(1, 1, 1)]
