"""Runs that are forked from a process that has everything loaded: they begin, end, are ended, and survive the loss of that process."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableRepository
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.run_coordinator import SubmitRunContext
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget

from pipelines.instance import prepare_instance
from pipelines.launch import client
from pipelines.launch.coordinator import LANE_TAG, ON_DEMAND
from pipelines.launch.process import PROCESS_TAG, name_of, number_of
from pipelines.launch.run import ENDED
from pipelines.launch.server import LOCK, at
from tests.helpers.records import customer
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 120
WRITERS_LOCK = "writer.lock"

pytestmark = pytest.mark.early

_TARGET = LoadableTargetOrigin(module_name="pipelines.location", attribute="defs")
_LOCATION = ManagedGrpcPythonEnvCodeLocationOrigin(_TARGET, location_name="ansvar")
_ORIGIN = RemoteJobOrigin(RemoteRepositoryOrigin(_LOCATION, "__repository__"), "purge")


class Company:
    """A small register with its Dagster instance."""

    def __init__(self, folder: Path, environment: pytest.MonkeyPatch) -> None:
        """Open both."""
        self.small = Small(folder)
        self.small.deliver("shop", [customer(1)])
        self.home = self.small.home.path
        self.folder = prepare_instance(self.small.home)
        for name, value in (("ANSVAR_REGISTER", folder / "register"), ("ANSVAR_HOME", self.home), ("DAGSTER_HOME", self.folder)):
            environment.setenv(name, str(value))
        environment.setenv("ANSVAR_CLOCK", "2026-10-15T03:00")
        environment.setattr("pipelines.launch.launcher.PATIENCE_SECONDS", float(PATIENCE_SECONDS))
        self.instance = dg.DagsterInstance.get()

    def created(self, **tags: str) -> str:
        """A run that was not begun; gives its id."""
        made = ReconstructableRepository.for_module("pipelines.location", "defs").get_reconstructable_job("purge")
        run = self.instance.create_run_for_job(
            made.get_definition(), tags=tags, job_code_origin=made.get_python_origin(), remote_job_origin=_ORIGIN
        )
        return run.run_id

    def submitted(self, **tags: str) -> str:
        """A run that was handed to the queue, as the web server does; gives its id."""
        run = self.created(**tags)
        self.instance.run_coordinator.submit_run(SubmitRunContext(self._run(run), None))  # type: ignore[arg-type] # no code server is asked
        return run

    def status(self, run: str) -> dg.DagsterRunStatus:
        """How far a run is."""
        return self._run(run).status

    def launched(self) -> str:
        """A run that was begun; gives its id."""
        run = self.created()
        self.instance.launch_run(run, None)  # type: ignore[arg-type] # what is forked asks no code server
        return run

    def process(self, run: str) -> str:
        """The name of the process of a run."""
        return self._run(run).tags[PROCESS_TAG]

    def ended(self, run: str) -> dg.DagsterRunStatus:
        """How a run ended, once it has."""
        self.until(lambda: self._run(run).is_finished)
        return self._run(run).status

    def _run(self, run: str) -> dg.DagsterRun:
        found = self.instance.get_run_by_id(run)
        assert found is not None
        return found

    @staticmethod
    def until(is_so: object) -> None:
        """Wait until something is so."""
        assert callable(is_so)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, "it did not come about"
            time.sleep(0.05)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock of who writes, so that a run waits."""
        with (self.home / "warehouse" / WRITERS_LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def server(self) -> int:
        """The number of the process that runs are forked from: it holds the lock."""
        inode = (self.folder / LOCK).stat().st_ino
        held = [line.split() for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines()]
        return next(int(each[4]) for each in held if each[5].endswith(f":{inode}"))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company on whose home runs are forked; the process they are forked from ends with the tests."""
    with pytest.MonkeyPatch.context() as environment:
        made = Company(tmp_path_factory.mktemp("company"), environment)
        yield made
        made.instance.dispose()
        made.small.close()
        client.stop()


def test_a_run_is_forked(company: Company) -> None:
    """A run is carried out in a process of its own, which is named in its tags and is gone when it has ended."""
    run = company.launched()
    process = company.process(run)
    assert int(process.partition(".")[0]) != os.getpid()
    assert company.ended(run) is dg.DagsterRunStatus.SUCCESS
    company.until(lambda: number_of(process) is None)


def test_it_begins_again_after_a_kill(company: Company) -> None:
    """Where the process that runs are forked from was killed, the next run starts another one; a run that was under way goes on."""
    with company.writing():
        first = company.launched()
        killed = company.server()
        os.kill(killed, signal.SIGKILL)
        company.until(lambda: name_of(killed) == "")
        second = company.launched()
        assert company.server() != killed
    assert [company.ended(run) for run in (first, second)] == [dg.DagsterRunStatus.SUCCESS] * 2


def test_a_killed_run_has_failed(company: Company) -> None:
    """A run whose process was killed is marked as failed at once, with a reason that a person understands."""
    with company.writing():
        run = company.launched()
        process = number_of(company.process(run))
        assert process is not None
        os.kill(process, signal.SIGKILL)
        assert company.ended(run) is dg.DagsterRunStatus.FAILURE
    assert ENDED in {event.message for event in company.instance.all_logs(run)}


def test_a_run_is_ended_by_hand(company: Company) -> None:
    """A run that a user terminates ends as canceled."""
    with company.writing():
        run = company.launched()
        company.until(lambda: company.status(run) is dg.DagsterRunStatus.STARTED)
        assert company.instance.run_launcher.terminate(run)
        assert company.ended(run) is dg.DagsterRunStatus.CANCELED


def test_nothing_begins_without_the_word(company: Company) -> None:
    """A process whose run nobody confirms ends, and the run was never begun: it can be started in another way."""
    company.ended(company.launched())
    run = company.created()
    opened, path = at(company.folder)
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(path)
        asking.sendall(json.dumps({"run": run}).encode())
        process = asking.recv(128).decode().strip()
        assert number_of(process) is not None
    os.close(opened)
    company.until(lambda: number_of(process) is None)
    assert company.status(run) is dg.DagsterRunStatus.NOT_STARTED


def test_what_has_changed_is_loaded_anew(company: Company) -> None:
    """A run that is begun after the register's YAML has changed knows what it says now."""
    company.ended(company.launched())
    number = company.server()
    company.small.deliver("shop", [customer(1)], "more.ndjson")
    register = Path(os.environ["ANSVAR_REGISTER"])
    (register / "retention.yaml").write_text(
        (register / "retention.yaml").read_text(encoding="utf-8") + "\n# looked at\n", encoding="utf-8"
    )
    run = company.launched()
    assert company.server() == number  # the same process, with another program in it
    assert company.ended(run) is dg.DagsterRunStatus.SUCCESS


def test_what_is_on_demand_goes_past_the_queue(company: Company) -> None:
    """What is on demand, or a person began, starts at once; Dagster's daemon starts what a schedule began, and more than a few of them."""
    waiting = company.submitted(**{"dagster/schedule_name": "daily"})
    begun = [company.submitted(**{LANE_TAG: ON_DEMAND, "dagster/sensor_name": "requests"}), company.submitted()]
    assert [company.ended(run) for run in begun] == [dg.DagsterRunStatus.SUCCESS] * 2
    with company.writing():
        begun += [company.submitted(**tags) for tags in ({LANE_TAG: ON_DEMAND}, {}) * 2]
        one_more = company.submitted()
        queued = {run for run in (waiting, one_more, *begun) if company.status(run) is dg.DagsterRunStatus.QUEUED}
    assert queued == {waiting, one_more}
    assert {company.ended(run) for run in begun} == {dg.DagsterRunStatus.SUCCESS}
    company.instance.delete_run(waiting)
    company.instance.delete_run(one_more)


def test_strangers_cannot_ask(company: Company) -> None:
    """The socket and the lock are their owner's alone."""
    company.ended(company.launched())
    assert {(company.folder / name).stat().st_mode & 0o077 for name in (client.SOCKET, LOCK)} == {0}


def test_it_falls_back(company: Company) -> None:
    """Where no process can be forked, the run is started as Dagster's own launcher does, and says so."""
    client.stop()
    company.until(lambda: not (company.folder / client.SOCKET).exists())
    settings = company.folder / "dagster.yaml"
    written = settings.read_text(encoding="utf-8")
    settings.write_text(
        written.replace("ForkingRunLauncher\n  config: {}", "ForkingRunLauncher\n  config: {patience_seconds: 0.2}"), encoding="utf-8"
    )
    try:
        with (company.folder / LOCK).open("a") as lock, dg.DagsterInstance.get() as instance:
            fcntl.flock(lock, fcntl.LOCK_EX)
            target = ModuleTarget("pipelines.location", "defs", None, "ansvar")
            with WorkspaceProcessContext(instance, target) as workspace:
                context = workspace.create_request_context()
                location = context.get_code_location("ansvar")
                job = location.get_repository("__repository__").get_full_job("purge")
                made = ReconstructableRepository.for_module("pipelines.location", "defs").get_reconstructable_job("purge")
                run = instance.create_run_for_job(
                    made.get_definition(), job_code_origin=made.get_python_origin(), remote_job_origin=job.get_remote_origin()
                ).run_id
                instance.launch_run(run, context)
                assert company.ended(run) is dg.DagsterRunStatus.SUCCESS
        assert "ordinary way" in " ".join(event.message for event in company.instance.all_logs(run))
    finally:
        settings.write_text(written, encoding="utf-8")
