"""A purge that is killed, and one that finds the disk full: the register is as before it or as after it, and nothing is lost."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resources.errors import AnsvarError
from tests.helpers.records import call, chat, customer, trader
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
LATER = "2027-06-01T03:00:00+03:00"
TIMES = 100

pytestmark = pytest.mark.early


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A register of which some is past its period at `LATER` and some is not."""
    made = Small(tmp_path_factory.mktemp("ingested"))
    (made.data / "calls" / "1.wav").write_bytes(b"sound" * 1_000)
    made.deliver("shop", [customer(1), customer(2, ended_on="2025-12-01"), customer(3, visits="x")])
    made.deliver("chats", [chat(number) for number in range(50)] + [chat(100, "2027-05-30T10:00:00Z")])
    made.deliver("calls", [call(1)], "calls.csv")
    made.deliver("registry", [trader(1)])
    made.ingest("shop", "chats", "calls", "registry")
    made.close()
    return made


@pytest.fixture
def due(ingested: Small, tmp_path: Path) -> Iterator[Small]:
    """A copy of it."""
    made = ingested.copied(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["plain", "encrypted"])
def kept(request: pytest.FixtureRequest, due: Small) -> Small:
    """The same, its warehouse encrypted or not."""
    if request.param == "encrypted":
        settings = due.home.path / "settings.env"
        settings.write_text(settings.read_text(encoding="utf-8").replace("PLAIN=yes", "PLAIN=no"), encoding="utf-8")
    return due


def test_killed_at_any_moment(kept: Small) -> None:
    """Of a hundred purges, killed from the first step to the last, every home opens, with all that was before or all that is after.

    The next purge leaves nothing of the killed one, and comes to what an undisturbed one comes to.
    """
    times = TIMES // 2  # of each kind
    command = [sys.executable, "-m", "tests.helpers.purged", str(kept.folder), LATER, str(times)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    before, after = told["before"], told["after"][0]
    assert (len(told["found"]), before != after) == (times, True)
    assert [each["seen"] for each in told["found"] if each["seen"] not in (before, after)] == []
    assert {tuple(each["after"][2]) for each in told["found"] if each["after"]} == {(0, 0, 0)}
    assert [each["after"] for each in told["found"] if each["after"] and each["after"] != told["after"]] == []
    assert sum(each["killed"] for each in told["found"]) > times // 2
    assert [each for each in (before, after) if each not in [one["seen"] for one in told["found"]]] == []
    assert len({json.dumps(each["left"]) for each in told["found"]}) > 4


@pytest.mark.parametrize("size", [10_000, 600_000, 1_500_000, 2_600_000])
def test_a_full_disk(due: Small, size: int) -> None:
    """Where no file may grow beyond a size, the purge ends in an error that says so, and nothing is lost; with room it is carried out."""
    due.at(LATER)
    before = due.everything()
    held = {path.name for path in due.register.warehouse.folder.iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        with pytest.raises(AnsvarError, match="make room"):
            due.purge()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    due.register.warehouse.release(due.run)
    assert due.everything() == before
    assert {path.name for path in due.register.warehouse.folder.iterdir()} == held
    due.purge()
    assert due.rows("SELECT id FROM register.chats_conversations") == [("chat-100",)]
