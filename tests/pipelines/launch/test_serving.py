"""One that serves a home, and what is left of one that was killed."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from pipelines.launch.serving import LOCK, alone
from resources.errors import AnsvarError
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path


def test_one_alone_serves_a_home(tmp_path: Path) -> None:
    """Another one is refused and told what to do, and disturbs nothing; when the first has ended it may begin."""
    small = Small(tmp_path)
    with alone(small.register) as folder:
        with pytest.raises(AnsvarError, match=r"Another `ansvar serve` has the home .*: end that one first"), alone(small.register):
            pass
        assert folder.is_dir()
    assert not folder.exists()
    with alone(small.register) as folder:
        assert folder.is_dir()
    assert (small.home.path / "dagster" / LOCK).stat().st_mode & 0o077 == 0
    small.close()


def test_what_was_left_behind_goes(tmp_path: Path) -> None:
    """The folder and the working copies that a kill left behind go at the next start and at the end; not while somebody writes."""
    small = Small(tmp_path)
    warehouse = small.home.path / "warehouse"
    left = small.home.path / "dagster" / "serving-of-before"
    copies = [warehouse / f"working-r1.{ending}" for ending in ("duckdb", "duckdb.wal", "partial")]

    def leave() -> None:
        left.mkdir(exist_ok=True)
        (left / "workspace.yaml").write_text("{}", encoding="utf-8")
        for each in copies:
            each.write_bytes(b"x")

    leave()
    with alone(small.register):
        assert not any(each.exists() for each in (left, *copies))
        leave()
    assert not any(each.exists() for each in copies)
    leave()
    with (warehouse / "writer.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with alone(small.register):
            assert all(each.exists() for each in copies)
    assert all(each.exists() for each in copies)
    small.close()
