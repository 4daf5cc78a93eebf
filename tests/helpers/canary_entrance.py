"""The entrance on a home with a marker in every field: it is served as a process, and markers are typed wherever one can type."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from resources.roles import Role
from tests.helpers.ports import free_port
from tests.helpers.visiting import Visitor, add_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 180
SELECTOR = {"repositoryLocationName": "ansvar", "repositoryName": "__repository__"}
LAUNCH = "mutation L($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename ... on LaunchRunSuccess { run { runId } } } }"
TERMINATE = "mutation T($r: String!) { terminateRun(runId: $r) { __typename } }"
PARTITION = "mutation A($k: String!, $s: RepositorySelector!) { addDynamicPartition(partitionsDefName: $k, partitionKey: $k, repositorySelector: $s) { __typename } }"  # noqa: E501 - one query
RUNS = "query R($k: String!) { runsOrError(filter: {tags: [{key: $k, value: $k}]}) { __typename } }"


@contextmanager
def served(register: Path, home: Path, clock: str, folder: Path) -> Iterator[str]:
    """The entrance on a home, with a user of each role; what it prints, and what it puts aside, lies in the folder."""
    (folder / "aside").mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSVAR_", "DAGSTER_"))}
    environment = kept | {"ANSVAR_HOME": str(home), "ANSVAR_REGISTER": str(register)}
    environment |= {"TMPDIR": str(folder / "aside"), "HELPDESK_URL": f"http://127.0.0.1:{free_port()}/helpdesk"}
    for role in Role:
        add_user(environment, role.value, role.value)
    port = free_port()
    program = [sys.executable, "-c", "from pipelines.cli import main; main()", "serve", "--port", str(port)]
    with (folder / "printed").open("wb") as printed:
        served = subprocess.Popen(
            program, cwd=REPOSITORY, env=environment | {"ANSVAR_CLOCK": clock}, stdout=printed, stderr=printed, start_new_session=True
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


def type_everywhere(visitor: Visitor, word: str) -> None:
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


def run_job(operator: Visitor, job: str, *partition: str) -> str:
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
