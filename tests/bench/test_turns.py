"""Contestants in turns, on few records: each does what it is measured for, and all come to the same."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bench.harness import Watch, is_installed, require_agreement, run_turn
from bench.results import read
from bench.table.registered import BENCHMARKS, named
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 0.002


def _turns(name: str, folder: Path, *contestants: str) -> list[dict[str, Any]]:
    benchmark = BENCHMARKS[name]
    (folder / "data").mkdir()
    benchmark.prepare(folder / "data", round(SIZE * 1_000_000))
    found = []
    for number, who in enumerate(contestants):
        own = folder / str(number)
        own.mkdir()
        found.append({"benchmark": name, "who": who} | run_turn(benchmark, who, folder / "data", own, SIZE))
    return found


@pytest.mark.parametrize("kind", ["ndjson", "weblog"])
def test_ingest_and_its_limit_hold_the_same_records(kind: str, tmp_path: Path) -> None:
    """Of a thousand records one is in quarantine; the limit has the others, with the same times."""
    turns = _turns(f"ingest_{kind}", tmp_path, "ours", "limit")
    require_agreement(turns)
    assert [turn["answer"]["quarantined"] for turn in turns] == [2, 2]
    assert turns[0]["answer"]["records"] == 1998


def test_snapshots_end_as_the_day_has_them(tmp_path: Path) -> None:
    """A tenth is changed, new ones come and old ones go, by whichever way."""
    turns = _turns("snapshot", tmp_path, "ours", "limit", "DuckDB MERGE", "pandas")
    require_agreement(turns)
    assert turns[0]["answer"]["records"] == 2000
    assert turns[0]["answer"]["swedish"] == 200


@pytest.mark.parametrize("name", ["purge", "persons_1000", "identity_batch"])
def test_ours_and_the_limit_agree(name: str, tmp_path: Path) -> None:
    """What is purged, and whose rows are read, is the same."""
    benchmark = BENCHMARKS[name]
    turns = _turns(name, tmp_path, *(each.name for each in benchmark.contestants[:2]))
    require_agreement(turns)
    assert all(turn["seconds"] > 0 for turn in turns)


def test_answers_of_gdprbench_are_those_of_postgresql(tmp_path: Path) -> None:
    """A batch answered by a statement a kind gives what PostgreSQL gives, operation by operation; the records left are the same."""
    if not is_installed(BENCHMARKS["gdpr_customer"].contestants[1]):
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    turns = _turns("gdpr_customer", tmp_path, "ours", "PostgreSQL")
    require_agreement(turns)
    assert 0 < turns[0]["answer"]["records"] < 2000


def test_a_command_races_and_keeps_what_it_measured(tmp_path: Path) -> None:
    """Every contestant that is installed takes its turns in processes of their own; the results and the plot are written."""
    command = partial(subprocess.run, check=True, capture_output=True, text=True)
    done = command([sys.executable, "-m", "bench.table", "ingest_weblog", "--size", "0.001", "--rounds", "1", "--into", str(tmp_path)])
    there = [each.name for each in BENCHMARKS["ingest_weblog"].contestants if is_installed(each)]
    results = read(tmp_path)
    assert [(each["who"], each["round"]) for each in results] == [(who, 0) for who in there]
    assert results[0]["peak_mb"] > 0
    assert "ingest, access log" in done.stdout
    assert (tmp_path / "ingest_weblog.svg").exists()


def test_watch_adds_up_what_stands_inside() -> None:
    """The watch counts peak memory of what is inside alone, and goes on where it stopped."""
    large = bytearray(64 << 20)
    del large
    watch = Watch()
    with watch:
        first = sum(range(1000))
    seconds, peak = watch.seconds, watch.peak
    with watch:
        larger = bytearray(96 << 20)
    assert first == 499500
    assert watch.seconds > seconds
    assert watch.peak - peak > len(larger) // 2


def test_benchmarks_are_named_by_their_beginning() -> None:
    """A whole name is that one alone; a beginning is all of them; another is an error that lists them."""
    assert [each.name for each in named("persons_1")] == ["persons_1"]
    assert len(named("ingest")) == 4
    with pytest.raises(AnsvarError, match="No benchmark is called 'none'"):
        named("none")
