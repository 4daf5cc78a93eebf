"""Days that are picked in Dagster and on the command line, by the preset of Matomo against a server on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.helpers.described import SHOP
from tests.helpers.ports import free_port
from tests.helpers.small import Small
from tests.helpers.visiting import Visitor, add_user
from tests.pipelines.cli.conftest import Answer as Said
from tests.pipelines.cli.conftest import Command
from tests.presets.services import TOKEN
from tests.resources.connectors.serving import Answer, Asked, Served, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = dict[str, Any]
DAYS = [f"2026-10-{day:02d}" for day in range(1, 15)]
CLOCK = "2026-10-15T03:00"
ROOT = Path(__file__).parents[2]
ANSVAR = Path(sys.executable).parent / "ansvar"
LAUNCH = """
mutation ($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}
"""
STATE = "query ($id: String!) { partitionBackfillOrError(backfillId: $id) { __typename ... on PartitionBackfill { status } } }"
RUNS = """
{ runsOrError { ... on Runs { results { runId status tags { key value } } } }
  assetNodes(assetKeys: [{path: ["backfill", "matomo", "visits"]}]) {
    partitionStats { numMaterialized } assetMaterializations { partition metadataEntries { label ... on IntMetadataEntry { intValue } } }
  } }
"""

pytestmark = pytest.mark.early


class Site:
    """A site whose visits change: each day has three visits, all to one page."""

    def __init__(self) -> None:
        """Every visit is to the first page."""
        self.page = "/first"

    def __call__(self, asked: Asked) -> Answer:
        """Answer as Matomo does."""
        day, start = asked.form["date"], int(asked.form["filter_offset"])
        at = 1790000000 + int(day[-2:])
        rows = [
            {"idVisit": f"{day}-{number}", "visitorId": "c", "firstActionTimestamp": at, "actionDetails": [{"url": self.page}]}
            for number in range(3)
        ]
        return Answer(rows[start:])


def _preset() -> str:
    """The preset with what a company fills in: its own operator, period, purpose and promise, and since when it reads."""
    preset: Row = YAML(typ="safe", pure=True).load((ROOT / "presets" / "matomo.yaml").read_text(encoding="utf-8"))
    preset["operator"] = "controller"
    visits = preset["datasets"]["visits"]
    visits |= {"retention": "year", "purposes": ["relation"]}
    visits["read"]["since"]["start"] = DAYS[0]
    for field in visits["fields"].values():
        if "promise" in field:
            field["promise"] = "held"
    return json.dumps(preset)


class Company:
    """A small register that has read the visits of two weeks by the preset, and the environment of its commands."""

    def __init__(self, folder: Path, served: Served, site: Site) -> None:
        """Read what there is, then let every visit have changed."""
        self.served = served
        self.small = Small(folder, {"shop": SHOP, "matomo": _preset()})
        with (self.small.home.path / "settings.env").open("a", encoding="utf-8") as settings:
            settings.write(f"MATOMO_URL={served.url}\nMATOMO_TOKEN={TOKEN}\nMATOMO_SITE=1\n")
        self.small.at("2026-10-15T00:00:00Z")
        self.small.ingest("matomo")
        self.small.close()
        site.page = "/changed"
        self.served.asked.clear()
        register, home = self.small.folder / "register", self.small.home.path
        self.environment = os.environ | {"ANSVAR_REGISTER": str(register), "ANSVAR_HOME": str(home), "ANSVAR_CLOCK": CLOCK}

    def changed(self) -> list[str]:
        """The days all of whose visits are held as they are now; every day has its three visits, once."""
        with self.small.register.warehouse.reading() as engine:
            rows = engine.rows(
                "SELECT left(visit_id, 10), count(*), min(pages), max(pages) FROM register.matomo_visits GROUP BY 1 ORDER BY 1"
            )
        assert [(day, count) for day, count, *_ in rows] == [(day, 3) for day in DAYS]
        return [day for day, _, first, last in rows if first == last == "/changed"]

    def asked(self) -> list[str]:
        """The days that were asked for, each once."""
        return sorted({asked.form["date"] for asked in self.served.asked})


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A company with its site."""
    site = Site()
    with serving(site) as served:
        yield Company(tmp_path, served, site)


@pytest.fixture
def ansvar(company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The command on the company's home, in this process."""
    settings = {name: value for name, value in company.environment.items() if name.startswith("ANSVAR_")}
    return partial(Command(monkeypatch, capsys), **settings)


@contextmanager
def _ui(company: Company, log: Path) -> Iterator[Visitor]:
    add_user(company.environment, "operator", "operator")
    port = free_port()
    with log.open("wb") as opened:
        started: dict[str, Any] = {"env": company.environment, "stdout": opened, "stderr": opened, "start_new_session": True}
        served = subprocess.Popen([ANSVAR, "serve", "--port", str(port)], **started)
        try:
            yield Visitor(f"http://127.0.0.1:{port}")
        finally:
            os.killpg(served.pid, signal.SIGINT)
            try:
                served.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(served.pid, signal.SIGKILL)
                served.wait()


def _ask(operator: Visitor, query: str, **variables: object) -> Any:
    if not operator.cookies:
        operator.login("operator")
    return operator.graphql(query, **variables).json["data"]


def _wait_for(operator: Visitor, query: str, is_it: Any, **variables: object) -> Any:
    deadline = time.monotonic() + 180
    while True:
        try:
            if is_it(answer := _ask(operator, query, **variables)):
                return answer
        except OSError:
            answer = "nothing answers"
        assert time.monotonic() < deadline, f"it did not come about: {answer}"
        time.sleep(0.5)


def test_days_picked_in_dagster(company: Company, tmp_path: Path) -> None:
    """A backfill of two stretches of days, launched in Dagster's web server, reads these days and no other, one run a stretch.

    What Dagster keeps of it is days, opaque ids and counts.
    """
    days = [DAYS[2], DAYS[3], DAYS[7]]
    with _ui(company, tmp_path / "ui.log") as operator:
        _wait_for(operator, "{ assetNodes { assetKey { path } } }", lambda answer: answer["assetNodes"])
        params = {"assetSelection": [{"path": ["backfill", "matomo", "visits"]}], "partitionNames": days}
        launched = _ask(operator, LAUNCH, params=params)["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess"
        ended = ("COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED", "CANCELED")
        told = _wait_for(operator, STATE, lambda answer: answer["partitionBackfillOrError"]["status"] in ended, id=launched["backfillId"])
        assert told["partitionBackfillOrError"]["status"] == "COMPLETED_SUCCESS"
        found = _ask(operator, RUNS)
    (node,) = found["assetNodes"]
    assert [run["status"] for run in found["runsOrError"]["results"]] == ["SUCCESS", "SUCCESS"]
    assert node["partitionStats"]["numMaterialized"] == len(days)
    assert sorted(each["partition"] for each in node["assetMaterializations"]) == days
    counts = [{entry["label"]: entry.get("intValue") for entry in each["metadataEntries"]} for each in node["assetMaterializations"]]
    assert sorted((each["days"], each["read"], each["updated"]) for each in counts) == [(1, 3, 3), (2, 6, 6), (2, 6, 6)]
    assert (company.changed(), company.asked()) == (days, days)


def test_days_picked_on_the_command_line(company: Company, ansvar: Callable[..., Said]) -> None:
    """Days and a stretch of days are read again, each once; the next daily reading is not brought back by it."""
    ran = ansvar("backfill", "matomo.visits", "--day", DAYS[9], "--from", DAYS[0], "--to", DAYS[1])
    assert (ran.code, ran.err) == (0, "")
    days = [DAYS[0], DAYS[1], DAYS[9]]
    assert (company.changed(), company.asked()) == (days, days)
    listed = json.loads(ansvar("batches", "--json").out)
    assert sorted((each["account"].get("days", 0), each["account"]["read"], each["state"]) for each in listed) == [
        (0, 42, "done"),
        (1, 3, "done"),
        (2, 6, "done"),
    ]


MISTAKES = [
    (["matomo.visits"], "No day is picked: name days with --day, or a stretch with --from and --to."),
    (["matomo.visits", "--from", "2026-10-02"], "A stretch needs --from and --to, and may not end before it begins."),
    (["matomo.visits", "--day", "2026-10-15"], "2026-10-15 of matomo.visits is not over: days up to 2026-10-14 can be read"),
    (["matomo.visit", "--day", "2026-10-02"], "There is no data set 'matomo.visit': `ansvar fields` shows those that there are."),
    (["shop.customers", "--day", "2026-10-02"], "shop.customers cannot be read day by day"),
]


def test_mistakes(company: Company, ansvar: Callable[..., Said]) -> None:
    """What cannot be read is one clear error, and nothing is asked of the source."""
    for arguments, said in MISTAKES:
        assert said in " ".join(ansvar("backfill", *arguments).message.split())
    assert company.asked() == []
