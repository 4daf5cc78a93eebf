"""`ansvar serve` as a process: it begins and ends with all that belongs to it."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.launch.client import is_alive
from resources.ledger import Ledger
from resources.ledger.sessions import SessionLedger
from resources.ledger.users import UserLedger
from tests.helpers.certificates import certificate, trusting
from tests.helpers.ports import free_port
from tests.helpers.records import customer
from tests.helpers.small import Small
from tests.helpers.visiting import Visitor, add_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 120
SECRET = "a-secret-of-the-client"  # noqa: S105 - of no provider
LAUNCH = "mutation L($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename ... on LaunchRunSuccess { run { runId } } } }"


@contextmanager
def _serving(folder: Path, port: int | None = None, *, tls: bool = False) -> Iterator[tuple[subprocess.Popen[bytes], Visitor]]:
    """The command on a small register whose clock stands still, once it answers an operator.

    By TLS the certificate lies where the command is given.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSVAR_", "DAGSTER_"))}
    environment = kept | {"ANSVAR_HOME": str(folder / "home"), "ANSVAR_REGISTER": str(folder / "register")}
    environment |= {
        "ANSVAR_OIDC_ISSUER": f"http://127.0.0.1:{free_port()}",
        "ANSVAR_OIDC_CLIENT_ID": "x",
        "ANSVAR_OIDC_CLIENT_SECRET": SECRET,
    }
    if port is None:
        small = Small(folder)
        small.deliver("shop", [customer(1)])
        small.close()
        add_user(environment, "operator", "operator")
        (folder / "home" / "clock").write_text("2020-01-01T03:00\n", encoding="utf-8")
    port = port or free_port()
    program = [sys.executable, "-c", "from pipelines.cli import main; main()", "serve", "--port", str(port)]
    base = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    if tls:
        certificate(folder)
        program += ["--certificate", "chain.pem", "--key", "key.pem", "--public-address", base]
    with (folder / "log").open("wb") as log:
        served = subprocess.Popen(program, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    visitor = Visitor(base, trusting=trusting(folder / "chain.pem") if tls else None)

    def is_in() -> bool:
        assert served.poll() is None, (folder / "log").read_text()
        with suppress(OSError):
            visitor.login("operator")
        return bool(visitor.cookies)

    try:
        _until(is_in)
        yield served, visitor
    finally:
        with suppress(ProcessLookupError):
            os.killpg(served.pid, signal.SIGKILL)
        served.wait()


def _command(*words: str, home: Path, register: Path) -> subprocess.CompletedProcess[str]:
    """A command that ends."""
    environment = os.environ | {"ANSVAR_HOME": str(home), "ANSVAR_REGISTER": str(register)}
    program = [sys.executable, "-c", "from pipelines.cli import main; main()", *words]
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


def _health(base: str, public: str = "") -> subprocess.CompletedProcess[str]:
    """What the container asks."""
    environment = os.environ | {"ANSVAR_PUBLIC_ADDRESS": public}
    program = [sys.executable, "-m", "pipelines.launch.health", base]
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


def _until(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.1)


def _started(home: Path) -> dict[int, str]:
    """The processes that work on a home, but for the entrance's own, with their command lines."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (entry / "environ").read_bytes().split(b"\0")
            if f"ANSVAR_HOME={home}".encode() in environment and any(each.startswith(b"ANSVAR_TREE=") for each in environment):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def _named(home: Path, *words: str) -> list[int]:
    """Those whose command lines have one of these words."""
    return [number for number, line in _started(home).items() if any(word in line for word in words)]


def _launched(operator: Visitor) -> str | None:
    """A purge that an operator starts; gives the run's id, None where the processes of code are only coming up."""
    selector = {"repositoryLocationName": "ansvar", "repositoryName": "__repository__", "jobName": "purge"}
    ops = {"ops": {"retention__purge": {"config": {"dry_run": False}}}}
    answer = operator.graphql(LAUNCH, p={"selector": selector, "mode": "default", "runConfigData": ops}).json
    launched: dict[str, Any] = (answer["data"] or {"launchRun": {"__typename": "refused"}})["launchRun"]
    return str(launched["run"]["runId"]) if launched["__typename"] == "LaunchRunSuccess" else None


def _status(operator: Visitor, run: str) -> str:
    """How far a run is."""
    answer = operator.graphql("query S($r: ID!) { runOrError(runId: $r) { ... on Run { status } } }", r=run)
    return str(answer.json["data"]["runOrError"]["status"])


def _is_loaded(operator: Visitor) -> bool:
    """Whether Dagster knows the register's jobs."""
    answer = operator.graphql("{ repositoriesOrError { ... on RepositoryConnection { nodes { jobs { name } } } } }")
    return bool((answer.json["data"] or {}).get("repositoriesOrError", {}).get("nodes"))


def _is_logged_in_now(home: Path) -> bool:
    """Whether the operator's sessions began a moment ago, by the real time."""
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}")
    began = [made for _, made, _ in SessionLedger(ledger).of_user(UserLedger(ledger).user("operator").user)]
    ledger.close()
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    return bool(began) and all(abs(now - each) < dt.timedelta(minutes=10) for each in began)


def _left(group: int) -> list[bytes]:
    """What still runs of a group of processes."""
    left = []
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getpgid(int(entry.name)) == group:
                left.append((entry / "cmdline").read_bytes().replace(b"\0", b" ")[:120])
    return left


def test_it_ends_with_all_that_it_started(tmp_path: Path) -> None:
    """By TLS, too, SIGTERM ends it with exit code 0 and leaves no process; what it printed names nobody, no secret and no traceback."""
    with _serving(tmp_path, tls=True) as (served, visitor):
        assert visitor.get("/").status == 200
        assert _is_logged_in_now(tmp_path / "home")
        somebody = Visitor(visitor.base, trusting=trusting(tmp_path / "chain.pem"))
        assert somebody.post("/login/provider", next="/").status == 502
        assert _started(tmp_path / "home")
        another = _command("serve", "--port", str(free_port()), home=tmp_path / "home", register=tmp_path / "register")
        assert (another.returncode, "Error: Another `ansvar serve` has the home" in another.stderr) == (2, True)
        assert visitor.graphql("{ version }").json["data"]["version"] is not None
        assert _health(visitor.base).returncode == 0
        assert "It answers 4" in _health(visitor.base, "https://register.example.fi").stderr
        served.send_signal(signal.SIGTERM)
        assert served.wait(60) == 0
        assert (_left(served.pid), _started(tmp_path / "home")) == ([], {})
    assert "It does not answer" in _health(visitor.base).stderr
    said = (tmp_path / "log").read_text()
    assert said.startswith(f"Open {visitor.base} and log in")
    assert "The OpenID provider: it does not answer." in said
    assert "Traceback" not in said
    assert SECRET not in said


def test_kills(tmp_path: Path) -> None:
    """What is killed comes back by itself, or ends all: the processes of runs and of code, the whole with a run under way, the daemon.

    The whole leaves no process behind, and begins anew at once at the same port; what the run had not published never happened.
    """
    home = tmp_path / "home"
    with _serving(tmp_path) as (served, operator):
        _until(lambda: _is_loaded(operator))
        for words in (["pipelines.launch.server"], ["code-server", "api grpc"]):
            killed = _named(home, *words)
            assert killed
            for each in killed:
                os.kill(each, signal.SIGKILL)
        _until(lambda: is_alive(home / "dagster", PATIENCE_SECONDS))  # nobody asked for a run
        with (home / "warehouse" / "writer.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            run = ""

            def is_launched() -> bool:
                nonlocal run
                run = _launched(operator) or ""
                return bool(run)

            _until(is_launched)
            _until(lambda: _status(operator, run) == "STARTED")
            served.kill()
            served.wait()
            _until(lambda: not _started(home))
            with _serving(tmp_path, int(operator.base.rpartition(":")[2])) as (again, newcomer):
                assert _status(newcomer, run) in {"FAILURE", "CANCELED"}
                assert Path(home / "warehouse" / "current").exists() is False
                (daemon,) = _named(home, "dagster._daemon")
                os.kill(daemon, signal.SIGKILL)
                assert again.wait(60) == 1
    assert _started(home) == {}
