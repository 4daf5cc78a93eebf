"""`ansvar purge` shows what Dagster keeps of old runs beside what is due of the register."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import dagster as dg
from click.testing import CliRunner

from pipelines.cli.purge import command
from pipelines.instance import open_instance
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_old_runs_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run counts the runs that are past their period, and takes none."""
    small = Small(tmp_path)
    small.ingest("shop", whole=False)
    with open_instance(small.home) as instance:
        run = instance.create_run_for_job(dg.GraphDefinition(name="old").to_job(), status=dg.DagsterRunStatus.SUCCESS)
        begun = instance.get_run_records()[0].create_timestamp.date()
        monkeypatch.setenv("ANSVAR_HOME", str(small.home.path))
        monkeypatch.setenv("ANSVAR_REGISTER", str(small.folder / "register"))
        monkeypatch.setenv("ANSVAR_CLOCK", (begun + dt.timedelta(days=200)).isoformat())
        shown = CliRunner().invoke(command, ["--dry-run"])
        assert shown.exit_code == 0, shown.output
        assert "dagster" in shown.output
        assert instance.get_run_by_id(run.run_id) is not None
    small.close()
