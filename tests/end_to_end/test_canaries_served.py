"""The entrance in everybody's use, on a home with a marker in every field, and with markers typed wherever one can type."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from resources.roles import Role
from tests.end_to_end.conftest import REPOSITORY
from tests.end_to_end.test_canaries import TODAY, UNCOMPRESSED, Place, place, prepared  # noqa: F401 - fixtures
from tests.helpers.ports import free_port
from tests.helpers.visiting import PASSWORD, Visitor, add_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.early

PATIENCE_SECONDS = 180
SELECTOR = {"repositoryLocationName": "ansvar", "repositoryName": "__repository__"}
LAUNCH = "mutation L($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename ... on LaunchRunSuccess { run { runId } } } }"
TERMINATE = "mutation T($r: String!) { terminateRun(runId: $r) { __typename } }"
PARTITION = "mutation A($k: String!, $s: RepositorySelector!) { addDynamicPartition(partitionsDefName: $k, partitionKey: $k, repositorySelector: $s) { __typename } }"  # noqa: E501 - one query
RUNS = "query R($k: String!) { runsOrError(filter: {tags: [{key: $k, value: $k}]}) { __typename } }"


@contextmanager
def _served(home: Place, folder: Path) -> Iterator[str]:
    """The entrance on a home, with a user of each role; what it prints, and what it puts aside, lies in the folder."""
    (folder / "aside").mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSVAR_", "DAGSTER_"))}
    environment = kept | {"ANSVAR_HOME": str(home.home), "ANSVAR_REGISTER": str(home.register)}
    environment |= {"TMPDIR": str(folder / "aside"), "HELPDESK_URL": f"http://127.0.0.1:{free_port()}/helpdesk"}
    for role in Role:
        add_user(environment, role.value, role.value)
    port = free_port()
    program = [sys.executable, "-c", "from pipelines.cli import main; main()", "serve", "--port", str(port)]
    with (folder / "printed").open("wb") as printed:
        served = subprocess.Popen(
            program, cwd=REPOSITORY, env=environment | {"ANSVAR_CLOCK": TODAY}, stdout=printed, stderr=printed, start_new_session=True
        )
    try:
        base = f"http://127.0.0.1:{port}"
        _until(lambda: _answers(base, served))
        yield base
        served.send_signal(signal.SIGTERM)
        assert served.wait(60) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(served.pid, signal.SIGKILL)
        served.wait()


def _answers(base: str, served: subprocess.Popen[bytes]) -> bool:
    assert served.poll() is None, "it ended before it answered"
    with suppress(OSError):
        return Visitor(base).get("/login").status == 200
    return False


def _until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


def _type(visitor: Visitor, word: str) -> None:
    """Type a word, and a sentence with it, wherever one can."""
    for text in (word, f"{word}@koe.example", f"Maija {word}"):
        plain = text.replace(" ", "+")
        Visitor(visitor.base).login(text, text, code=text)
        for path in (f"/{word}", f"/audit?thing={plain}", f"/promises?language={plain}", f"/login?next=/{plain}", f"/dagster/runs/{word}"):
            visitor.ask("GET", path, headers={"Accept": "text/html", "Referer": text, "User-Agent": text, "X-Forwarded-For": text})
        visitor.post("/password", present=text, new=text, again=text, csrf=visitor.mark("/password"))
        visitor.graphql(RUNS, k=text)
        visitor.graphql(f"{{ {word} }}")
        visitor.graphql(f'{{ runsOrError(filter: {{tags: [{{key: "x", value: "{text}"}}]}}) {{')
        visitor.graphql(PARTITION, k=text, s=SELECTOR)
        visitor.graphql(TERMINATE, r=text)
        for selector in (SELECTOR | {"jobName": "export_bundle"}, SELECTOR | {"jobName": text}):
            tags = [{"key": "dagster/partition", "value": text}]
            visitor.graphql(LAUNCH, p={"selector": selector, "mode": "default", "executionMetadata": {"tags": tags}})
            visitor.graphql(LAUNCH, p={"selector": selector, "mode": "default", "runConfigData": {"ops": {text: {"config": text}}}})


def _run(operator: Visitor, job: str, *partition: str) -> str:
    """Start a job, and wait until it has ended; gives how."""
    tags = [{"key": "dagster/partition", "value": each} for each in partition]
    given = {"selector": SELECTOR | {"jobName": job}, "mode": "default", "runConfigData": {}, "executionMetadata": {"tags": tags}}
    launched = operator.graphql(LAUNCH, p=given).json["data"]["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    status = "query S($r: ID!) { runOrError(runId: $r) { ... on Run { status } } }"
    statuses = [""]

    def has_ended() -> bool:
        statuses.append(operator.graphql(status, r=launched["run"]["runId"]).json["data"]["runOrError"]["status"])
        return statuses[-1] in {"SUCCESS", "FAILURE", "CANCELED"}

    _until(has_ended)
    return statuses[-1]


def test_the_entrance_writes_nothing_of_anybody(place: Place, tmp_path: Path) -> None:  # noqa: F811 - the fixture
    """Every role logs in, reads, types; an operator's runs end well and badly: neither Dagster, nor what is printed, has a marker.

    What was typed where it does not belong stands nowhere in the home, the ledger and its audit chain included.
    """
    (row,) = json.loads(place.ansvar("request", "list", "--json"))
    folder, typed = tmp_path / "served", list[str]()
    with _served(place, folder) as base:
        visitors = {role: Visitor(base) for role in Role}
        for role, visitor in visitors.items():  # whoever guesses too often waits, and so do all at the address
            assert visitor.login(role.value, PASSWORD).status == 303
        for role, visitor in visitors.items():
            for path in ("/", "/promises", "/audit", "/users", "/dagster/", "/dagster/runs", "/password"):
                visitor.get(path)
            typed.append(f"typed by {role.value}")
            _type(visitor, place.canaries.text(typed[-1]))
        operator = visitors[Role.OPERATOR]
        assert _run(operator, "export_bundle", row["request"]) == "SUCCESS"
        assert _run(operator, "daily") == "FAILURE"  # the helpdesk is not there
    assert place.canaries.found(folder) == set()
    assert place.found("dagster", "documents", "temporary") == set()
    assert not place.found() & set(typed)
