"""An ingest that is killed at any moment: after the next run the register is what an undisturbed run makes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.records import call, customer
from tests.helpers.small import TODAY, Small

if TYPE_CHECKING:
    from typing import Any

ROOT = Path(__file__).parents[3]
TIMES = 50

pytestmark = pytest.mark.early


def _prepare(folder: Path) -> None:
    """A register that holds something, and sources that have since changed in every way: new, changed, deleted, bad, mended, with audio."""
    small = Small(folder)
    for source in ("registry", "chats"):
        del small.described[source]
        (small.folder / "register" / "sources" / f"{source}.yaml").unlink()
    small.describe()
    for number in range(6):
        (small.data / "calls" / f"{number}.wav").write_bytes(b"sound" * 100)
    small.deliver("shop", [*(customer(number, email=f"{number}@koe.example") for number in range(300)), customer(900, visits="x")])
    small.deliver("calls", [call(number) for number in range(3)], "calls.csv")
    small.ingest("shop", "calls")
    changed = [customer(number, email=f"{number}@koe.example", visits=number % 7) for number in range(100, 400)]
    small.deliver("shop", [*changed, customer(900), customer(901, visits="x")])
    small.deliver("calls", [call(number) for number in range(6)], "calls.csv")
    small.close()


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Fifty ingests are killed, from the first step to the last; after the next run, each register's tables equal the undisturbed one's.

    So do the recordings; every batch is accounted for, none is left half-way in the ledger, and no file of the killed run is left.
    """
    _prepare(tmp_path)
    command = [sys.executable, "-m", "tests.helpers.killed", str(tmp_path), TODAY, str(TIMES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    told: dict[str, Any] = json.loads(done.stdout)
    expected = told["expected"]
    assert (expected["register.shop_customers"][0], len(expected["recordings"])) == (301, 6)
    assert (expected["unaccounted"], expected["landing"], expected["states"]) == (0, [], ["done"])
    assert expected["warehouse"] == ["current", "generation", "writer.lock"]
    assert [each["after"] for each in told["found"]] == [expected] * TIMES
    killed = [each["left"] for each in told["found"] if each["killed"]]
    half_done = [left for left in killed if any(name.startswith(("working", "rewritten")) for name in left)]
    assert (len(killed) > TIMES / 2, len(half_done) > TIMES / 5, len({tuple(left) for left in killed}) > 2) == (True, True, True)
