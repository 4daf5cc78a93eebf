"""What Dagster's event log costs in each of its storages: `python -m bench.event_log [--processes 4] [--runs 5]`.

Each process carries out runs of a job of 20 assets, one after the other, all of them in one instance. Prints a line of JSON a storage: the
seconds until all have ended, the CPU seconds, and how many of the runs failed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg

_HEAD = """telemetry:
  enabled: false
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_STORAGES = {
    "a file a run, kept open": "event_log_storage:\n  module: pipelines.event_log\n  class: KeptOpenEventLogStorage\n  config: {}\n",
    "a file a run, Dagster's own": "",
    "one file": "event_log_storage:\n  module: dagster._core.storage.event_log\n  class: ConsolidatedSqliteEventLogStorage\n"
    "  config:\n    base_dir: FOLDER/events\n",
}


def _asset(number: int) -> dg.AssetsDefinition:
    @dg.asset(name=f"table_{number}")
    def made() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={"rows": number})

    return made


def carry_out(runs: int) -> int:
    """Runs in the instance that the environment names; gives how many failed."""
    assets = [_asset(number) for number in range(20)]
    failed = 0
    with dg.DagsterInstance.get() as instance:
        for _ in range(runs):
            try:
                failed += not dg.materialize(assets, instance=instance, run_config=_QUIET).success
            except Exception:  # noqa: BLE001 - a storage that cannot write is what is looked for
                failed += 1
    return failed


def measure(storage: str, processes: int, runs: int) -> dict[str, object]:
    """What a storage costs."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "dagster.yaml").write_text(_HEAD + _STORAGES[storage].replace("FOLDER", name), encoding="utf-8")
        os.environ["DAGSTER_HOME"] = name
        with dg.DagsterInstance.get() as instance:
            instance.get_runs(limit=1)
        program = [sys.executable, "-m", "bench.event_log", "--carry-out", str(runs)]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        started = [subprocess.Popen(program, stderr=subprocess.DEVNULL) for _ in range(processes)]  # noqa: S603 - this file
        failed = sum(each.wait() for each in started)
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return {"storage": storage, "seconds": round(seconds, 1), "cpu": round(cpu, 1), "failed": failed}


def main() -> None:
    """Measure all."""
    options = argparse.ArgumentParser()
    options.add_argument("--processes", type=int, default=4)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--carry-out", type=int)
    given = options.parse_args()
    if given.carry_out is not None:
        sys.exit(carry_out(given.carry_out))
    for storage in _STORAGES:
        sys.stdout.write(json.dumps(measure(storage, given.processes, given.runs)) + "\n")


if __name__ == "__main__":
    main()
