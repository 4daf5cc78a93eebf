"""No faster than a service allows, whoever asks: threads, lists and processes of one home together."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resources.connectors.pace import Pace
from tests.resources.connectors.serving import Answer, serving

if TYPE_CHECKING:
    from tests.resources.connectors.conftest import Source

ROOT = Path(__file__).parents[3]


class Hours:
    """A clock that goes on while somebody sleeps."""

    def __init__(self) -> None:
        """Begin at a thousand seconds."""
        self.now, self.slept = 1000.0, list[float]()

    def clock(self) -> float:
        """The time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.now += seconds

    def pace(self, folder: Path, source: str = "shop") -> Pace:
        """A pace of its own, as each process has one."""
        return Pace(folder, source, self.clock, self.sleep)


def test_no_faster_than_the_rate(tmp_path: Path) -> None:
    """So many requests pass at once, the next one when the first of them is a minute old; lists of another rate do not wait for them."""
    hours = Hours()
    pace = hours.pace(tmp_path)
    for _ in range(3):
        pace.wait(3)
    hours.now += 10.0
    pace.wait(3)
    pace.wait(5)
    pace.wait(None)
    pace.wait(3)
    assert hours.slept == [50.0]


def test_processes_share_a_rate(tmp_path: Path) -> None:
    """What one process sent counts for the next one, and not for another source; a clock that was put back holds nobody up."""
    hours = Hours()
    for _ in range(4):
        hours.pace(tmp_path).wait(2)
    hours.pace(tmp_path, "desk").wait(2)
    assert hours.slept == [60.0]
    hours.now -= 500.0
    hours.pace(tmp_path).wait(2)
    assert hours.slept == [60.0]


@pytest.mark.parametrize("content", ["", "[1000.0, 10", '{"a": 1}', "[null]"])
def test_a_file_that_was_cut_off(tmp_path: Path, content: str) -> None:
    """A file that a process did not finish is begun anew."""
    (tmp_path / "pace-shop-1.json").write_text(content, encoding="utf-8")
    hours = Hours()
    hours.pace(tmp_path).wait(1)
    assert (hours.slept, json.loads((tmp_path / "pace-shop-1.json").read_text(encoding="utf-8"))) == ([], [1000.0])


def test_many_processes_at_once(tmp_path: Path) -> None:
    """Four processes that ask at the same moment take the places of one minute between them, none twice."""
    script = """
import sys
from pathlib import Path
from resources.connectors.pace import Pace

def full(seconds):
    print(taken)
    sys.exit()

pace, taken = Pace(Path(sys.argv[1]), "shop", lambda: 1000.0, full), 0
while True:
    pace.wait(50)
    taken += 1
"""
    started = [subprocess.Popen([sys.executable, "-c", script, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert sum(int(each.communicate(timeout=60)[0]) for each in started) == 50
    assert (tmp_path / "pace-shop-50.json").stat().st_mode & 0o777 == 0o600


def test_a_source_keeps_its_rate(source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list with a rate leaves in the home when its pages were asked for, and nothing else."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    paging = {"kind": "page", "parameter": "page"}
    with serving(lambda asked: Answer([{"id": "x"}] if asked.query["page"] == "1" else [])) as served:
        source.read({"path": "/x", "records": ".", "rate": 9, "paging": paging}, {"id": "id"}, "rest", {"base_url": served.url})
    sent = json.loads((source.home.path / "temporary" / "pace-shop-9.json").read_text(encoding="utf-8"))
    assert [type(each) for each in sent] == [float, float]
