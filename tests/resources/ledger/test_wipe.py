"""After a purge no byte of what was deleted stands in the ledger's files, however its pages were ordered anew before."""

from __future__ import annotations

import datetime as dt
import random
import re
import resource
import secrets
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from resources.ledger import PurgeRecord, tables

if TYPE_CHECKING:
    from pathlib import Path

    from resources.ledger import Ledger

NOW = dt.datetime.fromisoformat("2026-01-01T00:00:00")
COUNTED = [PurgeRecord("ledger", "requests", "requests", 1, None, None)]


def _fill(ledger: Ledger, number: int) -> list[tuple[str, str]]:
    """Requests with a marker each."""
    made = [("r" + secrets.token_hex(10), secrets.token_hex(16)) for _ in range(number)]
    values = {"kind": "access", "language": "fi", "state": "answered", "received_at": NOW}
    with ledger.engine.begin() as connection:
        connection.execute(tables.requests.insert(), [{"request": request} | values for request, _ in made])
        rows = [{"request": request, "kind": "email", "value": marker} for request, marker in made]
        rows += [{"request": request, "kind": "phone", "value": marker[::-1] * 5} for request, marker in made]
        connection.execute(tables.request_identifiers.insert(), rows)
    return made


def _found(folder: Path) -> set[str]:
    """Everything in any file of the ledger that looks like a marker."""
    contents = [path.read_bytes() for path in folder.glob("ledger.db*")]
    return {each.decode() for content in contents for each in re.findall(rb"[0-9a-f]{32}", content)}


def test_a_big_ledger_keeps_no_byte(ledger: Ledger, tmp_path: Path) -> None:
    """Of thousands of requests that came and went in any order, those that went are in no file, those that stay are."""
    rng = random.Random(8)  # noqa: S311 - a test's chance, the same each time
    made = [each for _ in range(3) for each in _fill(ledger, 2_000)]
    rng.shuffle(made)
    gone, kept = made[:4_000], made[4_000:]
    assert {marker for _, marker in made} <= _found(tmp_path)
    for start in range(0, 4_000, 1_000):
        ledger.own_gone("run", NOW, COUNTED, bundles=[], requests=[request for request, _ in gone[start : start + 1_000]])
    found = _found(tmp_path)
    assert {marker for _, marker in gone} & found == set()
    assert {marker for _, marker in kept} <= found
    assert (tmp_path / "ledger.db-wal").stat().st_size == 0


def test_what_stopped_before_it_was_written_anew(ledger: Ledger) -> None:
    """A ledger that was marked by a deletion, and not written anew, is by the next purge, even where that deletes nothing."""
    _fill(ledger, 1)
    with ledger.engine.begin() as connection:
        connection.execute(tables.request_identifiers.delete())
        connection.exec_driver_sql("PRAGMA user_version = 1")
    ledger.own_gone("run", NOW, [], bundles=[], requests=[])
    with ledger.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == 0


def test_no_room_to_write_it_anew(ledger: Ledger) -> None:
    """Where there is no room, the error says so, nothing is lost, and the next purge makes up for it."""
    made = _fill(ledger, 2_000)
    gone = [request for request, _ in made[:1]]
    ledger.own_gone("run", NOW, [], bundles=[], requests=[])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(AnsvarError, match="The ledger could not be written anew"):
            ledger.own_gone("run", NOW, COUNTED, bundles=[], requests=gone)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(ledger.requests()) == 1_999
    ledger.own_gone("run", NOW, [], bundles=[], requests=[])
    with ledger.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == 0
