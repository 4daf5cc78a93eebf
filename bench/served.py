"""How long a click takes to become a bundle while the register is in use: `python -m bench.served`.

The demonstration is made and served as `make demo` and `make ui` do. An operator starts the daily run and, at the same time and after,
exports: each by Dagster's GraphQL over HTTP with a session, as its pages do. Others browse: the desk's pages, and what Dagster's pages ask.
A bundle is there when the ledger has it and its file lies in the home. Prints a line of JSON for each kind of click and of page, and ends
with exit code 1 where anything failed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests
from dagster import DagsterRunStatus, RunsFilter

from pipelines.instance import add_partition, open_instance
from resources.errors import AnsvarError
from resources.home import Home
from resources.ledger.bundles import BundleLedger
from resources.ledger.requests import RequestLedger, Step
from resources.ledger.users import CONSOLE, UserLedger
from resources.register import open_register
from resources.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resources.register import Register

ROOT = Path(__file__).parents[1]
OPERATOR = "operator"
RECORDS = 100  # of a person who asks
_LAUNCH = """
    mutation Launch($p: ExecutionParams!) {
        launchRun(executionParams: $p) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
    }
"""
_PAGES = ("/", "/promises", "/", "/promises", "/dagster/")
_ASKED = {
    "runs": "{ runsOrError(limit: 25) { ... on Runs { results { runId status jobName tags { key value } startTime endTime } } } }",
    "graph": "{ assetNodes { assetKey { path } groupName dependencyKeys { path } assetMaterializations(limit: 1) { timestamp } } }",
    "checks": "{ assetNodes { assetKey { path } assetChecksOrError { ... on AssetChecks { checks { name } } } } }",
    "health": "{ instance { daemonHealth { allDaemonStatuses { daemonType healthy } } } }",
    "schedules": """{ repositoriesOrError { ... on RepositoryConnection { nodes {
        schedules { name scheduleState { status } } sensors { name sensorState { status } } } } } }""",
}
_THINKING = (1.0, 3.0)  # seconds between one page and the next
_STARTING, _ENDING, _LONGEST = 120, 60, 120


@dataclass
class Seen:
    """What was measured, by its kind, and what failed."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)


class Person:
    """Somebody who is in, with a browser's session."""

    def __init__(self, base: str, name: str, password: str) -> None:
        """Log in."""
        self._base, self._session = base, requests.Session()
        self._session.headers["Origin"] = base
        answer = self._session.post(f"{base}/login", {"name": name, "password": password}, allow_redirects=False, timeout=_LONGEST)
        if answer.status_code != requests.codes.see_other:
            raise AnsvarError(f"{name} cannot log in: {answer.status_code}.")

    def page(self, path: str) -> None:
        """Read a page."""
        self._session.get(f"{self._base}{path}", headers={"Accept": "text/html"}, timeout=_LONGEST).raise_for_status()

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Ask Dagster."""
        sent = {"query": query, "variables": variables}
        answer = self._session.post(f"{self._base}/dagster/graphql", json=sent, timeout=_LONGEST)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        if told.get("errors"):
            raise AnsvarError(str(told["errors"][0]["message"]))
        return dict(told["data"])

    def launch(self, job: str, request: str | None = None) -> str:
        """Click on the launch of a job, of a request where one is given; gives the run's id."""
        selector = {"repositoryLocationName": "ansvar", "repositoryName": "__repository__", "jobName": job}
        tags = [{"key": "dagster/partition", "value": request}] if request else []
        given = {"selector": selector, "mode": "default", "runConfigData": {}, "executionMetadata": {"tags": tags}}
        launched = self.ask(_LAUNCH, p=given)["launchRun"]
        if launched["__typename"] != "LaunchRunSuccess":
            raise AnsvarError(f"{job} was not started: {launched}")
        return str(launched["run"]["runId"])


def browse(person: Person, number: int, seen: Seen, over: threading.Event) -> None:
    """Read one page after the other, with a moment to look at each."""
    chance = random.Random(number)  # noqa: S311 - how long a person looks
    while not over.is_set():
        for path in _PAGES:
            _timed(seen, "page", lambda path=path: person.page(path))
            for name in chance.sample(sorted(_ASKED), 2):
                _timed(seen, f"asked {name}", lambda name=name: person.ask(_ASKED[name]))
            if over.wait(chance.uniform(*_THINKING)):
                return


def _timed(seen: Seen, kind: str, task: Callable[[], object]) -> None:
    began = time.perf_counter()
    try:
        task()
    except (requests.RequestException, AnsvarError, KeyError) as error:
        seen.failures.append(f"{kind}: {type(error).__name__}: {error}")
    seen.seconds[kind].append(time.perf_counter() - began)


def click(register: Register, operator: Person, email: str, seen: Seen, kind: str) -> None:
    """File and verify a request, click, and wait until its bundle is there."""
    at = register.clock.now()
    request = register.ledger.new_request("access", "fi", [("email", email)], at).id
    RequestLedger(register.ledger).step(request, Step("verified", OPERATOR, at, "signed_in"))
    add_partition(register.home, request)
    began = time.perf_counter()
    _timed(seen, "answer to the click", lambda: operator.launch("export_bundle", request))
    while not _is_there(register, request):
        if time.perf_counter() > began + _LONGEST:
            seen.failures.append(f"{kind}: no bundle after {_LONGEST} s")
            return
        time.sleep(0.02)
    seen.seconds[kind].append(time.perf_counter() - began)


def _is_there(register: Register, request: str) -> bool:
    try:
        return register.bundle_file(BundleLedger(register.ledger).bundle(request)).is_file()
    except AnsvarError:
        return False


def addresses(register: Register, many: int) -> list[str]:
    """An e-mail address of so many persons, of those whose records are nearest to a hundred."""
    with register.warehouse.reading() as engine:
        rows = engine.rows(
            """
            SELECT min(value) FROM (
                SELECT persons.subject, count(DISTINCT records._record) AS held
                FROM identity.record_persons AS records INNER JOIN identity.persons AS persons ON persons.person = records.person
                GROUP BY persons.subject
            ) AS counted
            INNER JOIN identity.persons AS persons ON persons.subject = counted.subject
            INNER JOIN identity.links AS links ON links.person = persons.person AND links.kind = 'email' AND links.joins
            GROUP BY counted.subject, held HAVING count(DISTINCT value) = 1 ORDER BY abs(held - $records), counted.subject LIMIT $many
            """,
            {"records": RECORDS, "many": many},
        )
    return [str(row[0]) for row in rows]


@contextmanager
def served(port: int) -> Iterator[str]:
    """The demonstration behind its entrance."""
    base = f"http://127.0.0.1:{port}"
    program = [sys.executable, "-m", "demo", "ui", "--port", str(port)]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL) as opened:  # noqa: S603 - our own command
        try:
            deadline = time.monotonic() + _STARTING
            while True:
                with suppress(requests.ConnectionError):
                    requests.get(f"{base}/login", timeout=_LONGEST).raise_for_status()
                    break
                if opened.poll() is not None or time.monotonic() > deadline:
                    raise AnsvarError("The entrance did not open.")
                time.sleep(0.2)
            yield base
        finally:
            opened.send_signal(signal.SIGTERM)
            opened.wait(_ENDING)


def measure(base: str, register: Register, given: argparse.Namespace, password: str) -> Seen:
    """Let everybody do what they do for so long."""
    seen, over, home = Seen(), threading.Event(), register.home
    operator = Person(base, OPERATOR, password)
    people = [Person(base, f"person{number}", password) for number in range(given.people)]
    emails = addresses(register, given.exports)
    busy = [threading.Thread(target=browse, args=(each, number, seen, over), daemon=True) for number, each in enumerate(people)]
    for each in busy:
        each.start()
    began = time.monotonic()
    daily = operator.launch("daily")
    with open_instance(home) as instance:
        for number, email in enumerate(emails):
            run = instance.get_run_by_id(daily)
            is_running = run is not None and not run.is_finished
            beside = "beside the daily run" if is_running else "beside who browse"
            click(register, operator, email, seen, f"click to bundle, {beside}")
            left = given.seconds - (time.monotonic() - began)
            over.wait(0.5 if is_running and number < given.exports // 2 else max(0.0, left / (given.exports - number)))
        over.set()
        for each in busy:
            each.join()
        while (run := instance.get_run_by_id(daily)) is not None and not run.is_finished:
            time.sleep(0.5)
        stats = instance.get_run_stats(daily)
        seen.seconds["daily run"].append((getattr(stats, "end_time", None) or 0.0) - (getattr(stats, "start_time", None) or 0.0))
        failed = instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]))
        seen.failures += [f"run {each.run_id} of {each.job_name} has failed" for each in failed]
    return seen


def main() -> None:
    """Make the demonstration, serve it, and tell what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300, help="how long")
    parser.add_argument("--exports", type=int, default=20)
    parser.add_argument("--people", type=int, default=5, help="who browse at once")
    parser.add_argument("--persons", type=int, default=1000, help="of the demonstration")
    parser.add_argument("--port", type=int, default=3456)
    parser.add_argument("--home", type=Path, help="a demonstration's, with .demo beside it; by default a new one that goes again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        folder = given.home or Path(passing) / "home"
        os.environ |= {"ANSVAR_HOME": str(folder), "ANSVAR_DEMO": str(folder.parent / ".demo"), "ANSVAR_REGISTER": str(ROOT / "register")}
        if not folder.exists():
            making = [sys.executable, "-m", "demo", "run", "--persons", str(given.persons)]
            subprocess.run(making, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
        password = secrets.token_urlsafe()
        with served(given.port) as base:
            register = open_register(home=Home(folder))
            _let_in(register, given.people, password)
            seen = measure(base, register, given, password)
            register.ledger.close()
    for kind, seconds in sorted(seen.seconds.items()):
        last = statistics.quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
        told = {"what": kind, "number": len(seconds), "median": round(statistics.median(seconds), 2), "p95": round(last, 2)}
        print(json.dumps(told | {"longest": round(max(seconds), 2)}))  # noqa: T201 - a program
    print(json.dumps({"failures": seen.failures}))  # noqa: T201 - a program
    sys.exit(bool(seen.failures))


def _let_in(register: Register, people: int, password: str) -> None:
    users, act = UserLedger(register.ledger), (CONSOLE, register.clock.now())
    roles = [Role.OPERATOR, *(tuple(Role)[number % len(Role)] for number in range(people))]
    for name, role in zip([OPERATOR, *(f"person{number}" for number in range(people))], roles, strict=True):
        found = users.find(name)
        users.set_password(found, password, act) if found else users.add(name, role, password, act)


if __name__ == "__main__":
    main()
