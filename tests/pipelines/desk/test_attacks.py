"""The entrance is attacked as it is served: by anonymous, by each role, and with sessions that are over. Nothing passes."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.desk.operations import ALLOWED
from resources.ledger.holds import HoldLedger
from resources.roles import Right, Role
from tests.helpers.visiting import PASSWORD
from tests.pipelines.desk import attacking
from tests.pipelines.desk.attacking import Attacker, mutations
from tests.pipelines.desk.definitions import REQUEST

if TYPE_CHECKING:
    from tests.pipelines.desk.conftest import Served

ROOT = Path(__file__).parents[3]
GROUPS = ("mutation", "websocket", "path", "header", "host", "method", "report", "form", "provider")
OUTSIDE = ("anonymous", "disabled", "expired", "logged out", "forged")
INSIDE = tuple(role.value for role in Role)
CLOSED = {
    "viewer": ["/users", "/audit", *attacking.DESK_PAGES],
    "operator": ["/users", "/audit", *attacking.DESK_PAGES],
    "officer": ["/users"],
    "administrator": [*attacking.DESK_PAGES],
}
PAGES = (
    *attacking.DESK_PAGES,
    "/",
    "/promises",
    "/audit",
    "/users",
    "/password",
    "/dagster",
    "/dagster/",
    "/dagster/assets",
    "/dagster/favicon.ico",
    "/nowhere",
)


def _token(served: Served, who: str) -> str | None:
    """What the browser of somebody holds; of those outside, from when they were in."""
    if who in ("anonymous", "forged"):
        return None if who == "anonymous" else "A" * 43
    if who in INSIDE:
        return served.visitor(who).cookies["ansvar"]
    users, at = served.entrance.users, served.small.register.clock.now()
    name = who.replace(" ", ".") + ".once"
    if users.find(name) is None:
        users.add(name, Role.OFFICER, PASSWORD, ("console", at))
    user = users.user(name)
    if user.disabled_at:
        users.enable(user, ("console", at))
    if who == "expired":
        return served.entrance.sessions.start(user.user, name, at - dt.timedelta(hours=12, seconds=1))
    visitor = served.visitor(name)
    token = visitor.cookies["ansvar"]
    if who == "disabled":
        users.disable(users.user(name), ("console", at))
    else:
        visitor.post("/logout", csrf=visitor.mark())
    return token


def _state(served: Served) -> dict[str, Any]:
    """All that an attack could change."""
    instance = served.instance
    return {
        "runs": instance.get_runs_count(),
        "backfills": len(instance.get_backfills()),
        "instigators": sorted((each.instigator_name, each.status.value) for each in instance.all_instigator_state()),
        "partitions": instance.get_dynamic_partitions("requests"),
        "assets": sorted(key.to_user_string() for key in instance.all_asset_keys()),
        "limits": sorted(instance.event_log_storage.get_concurrency_keys()),
        "holds": len(HoldLedger(served.small.register.ledger).holds()),
        "looks": len(served.small.register.ledger.looks()),
        "requests": served.small.register.ledger.requests(),
        "users": [(user.name, user.role, user.password) for user in served.entrance.users.users() if not user.name.endswith(".once")],
    }


@pytest.mark.parametrize("who", [*OUTSIDE, *INSIDE])
def test_nothing_passes(served: Served, who: str) -> None:
    """Every mutation in every way, routes, downloads, files, spellings of paths, headers, hosts, methods, reports, forms, logins."""
    attacker = Attacker(served.base, _token(served, who))
    before, known = _state(served), mutations()
    may_run = who in INSIDE and Role(who).may(Right.RUN)
    attacking.by_mutations(attacker, known, may_run=may_run)
    attacking.by_websocket(attacker, known)
    attacking.by_websocket(attacker, known, attacking.EVIL)
    attacking.by_paths(attacker, attacking.downloads())
    attacking.by_paths(attacker, attacking.nobody())
    attacking.by_hosts(attacker)
    attacking.by_methods(attacker)
    attacking.by_reports(attacker)
    attacking.by_provider(attacker)
    if who in OUTSIDE:
        attacking.by_paths(attacker, iter(PAGES))
        attacking.by_paths(attacker, attacking.tricks())
        attacking.by_paths(attacker, attacking.static())
        attacking.by_headers(attacker)
        attacking.by_forms(attacker, "0" * 64, "0" * 64)
    else:
        attacking.by_paths(attacker, iter(CLOSED[who]))
        stranger = served.visitor("viewer")
        own = served.visitor(who)
        attacker.cookie = own.cookies["ansvar"]
        attacking.by_forms(attacker, own.mark(), stranger.mark())
        attacking.by_paths(attacker, attacking.no_requests())
        if not Role(who).may(Right.PERSONS):
            attacking.by_own_forms(attacker, own.mark())
    attacker.close()
    assert attacker.passed == []
    assert _state(served) == before
    assert _row(who, attacker) in (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8")


def _row(who: str, attacker: Attacker) -> str:
    """What the page of attacks says of somebody."""
    return f"| {who} | {' | '.join(f'{_count(attacker, each):,}' for each in GROUPS)} | {len(attacker.passed)} |\n"


def _count(attacker: Attacker, group: str) -> int:
    return sum(number for each, number in attacker.tried.items() if each.partition(":")[0].partition(" ")[0] == group)


def test_the_attacks_are_of_use(served: Served) -> None:
    """The same requests, sent by who may and as the pages send them, are let through: an operator starts and stops what may be started."""
    operator = served.visitor("operator")
    launched = operator.graphql(
        "mutation L($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename ... on LaunchRunSuccess { run { runId } } } }",
        p={
            "selector": {"repositoryLocationName": "tested", "repositoryName": "__repository__", "jobName": "daily"},
            "runConfigData": "loggers:\n  console:\n    config:\n      log_level: CRITICAL\n",
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": REQUEST}]},
        },
    )
    assert launched.json["data"]["launchRun"]["__typename"] == "LaunchRunSuccess"
    run = launched.json["data"]["launchRun"]["run"]["runId"]
    ended = operator.graphql("mutation T($r: String!) { terminateRun(runId: $r) { __typename } }", r=run)
    assert ended.json["data"]["terminateRun"]["__typename"] == "TerminateRunSuccess"
    assert [(by, what, thing) for by, what, thing in served.acts() if what.startswith("dagster.")][-2:] == [
        ("operator", "dagster.launchRun", "daily"),
        ("operator", "dagster.terminateRun", run),
    ]


def test_an_asset_is_materialized(served: Served) -> None:
    """What Dagster's page of an asset sends is let through: the job that it makes of all assets, a selection, its own tag."""
    selector = {"repositoryLocationName": "tested", "repositoryName": "__repository__", "pipelineName": "__ASSET_JOB"}
    given = {
        "selector": selector | {"assetSelection": [{"path": ["table"]}], "assetCheckSelection": []},
        "mode": "default",
        "runConfigData": "{}",
        "executionMetadata": {"tags": [{"key": "dagster/from_ui", "value": "true"}]},
    }
    begun = "__typename ... on LaunchRunSuccess { run { id } }"
    launch = f"mutation L($p: ExecutionParams!) {{ launchPipelineExecution(executionParams: $p) {{ {begun} }} }}"
    operator = served.visitor("operator")
    launched = operator.graphql(launch, p=given).json["data"]["launchPipelineExecution"]
    assert launched["__typename"] == "LaunchRunSuccess"
    ended = operator.graphql("mutation T($r: [String!]!) { terminateRuns(runIds: $r) { __typename } }", r=[launched["run"]["id"]])
    assert ended.json["data"]["terminateRuns"]["__typename"] == "TerminateRunsResult"


def test_a_step_is_carried_out_again(served: Served) -> None:
    """What Dagster's page of a run sends to re-execute some of its steps is let through: the run's own tags and configuration."""
    operator = served.visitor("operator")
    selector = {"repositoryLocationName": "tested", "repositoryName": "__repository__", "jobName": "daily"}
    ended = "mutation T($r: String!) { terminateRun(runId: $r) { __typename } }"
    launch = "mutation L($p: ExecutionParams!) { launchRun(executionParams: $p) { ... on LaunchRunSuccess { run { runId } } } }"
    run = operator.graphql(launch, p={"selector": selector}).json["data"]["launchRun"]["run"]["runId"]
    operator.graphql(ended, r=run)
    shown = "query S($r: ID!) { runOrError(runId: $r) { ... on Run { mode runConfigYaml tags { key value } } } }"
    told = operator.graphql(shown, r=run).json["data"]["runOrError"]
    tags = [*told["tags"], *({"key": f"dagster/{each}_run_id", "value": run} for each in ("parent", "root"))]
    given = {
        "mode": told["mode"],
        "runConfigData": told["runConfigYaml"],
        "executionMetadata": {"parentRunId": run, "rootRunId": run, "tags": [*tags, {"key": "dagster/step_selection", "value": "table"}]},
        "selector": selector,
        "stepKeys": ["table"],
    }
    again = (
        "mutation A($p: ExecutionParams!) { launchPipelineReexecution(executionParams: $p) { ... on LaunchRunSuccess { run { runId } } } }"
    )
    begun = operator.graphql(again, p=given)
    assert begun.status == 200
    operator.graphql(ended, r=begun.json["data"]["launchPipelineReexecution"]["run"]["runId"])
    assert served.acts()[-2][1:] == ("dagster.launchPipelineReexecution", run)


@pytest.mark.parametrize(
    "wrong",
    [
        {"executionMetadata": {"tags": [{"key": "dagster/partition", "value": "Maija.Virtanen"}]}},
        {"executionMetadata": {"tags": [{"key": "customer", "value": "r0123456789abcdef0123"}]}},
        {"runConfigData": {"ops": {"table": {"config": {"who": "maija@koe.example"}}}}},
        {"executionMetadata": {"tags": [{"key": "dagster/note.Maija.Virtanen", "value": "0401234567"}]}},
        {"executionMetadata": {"tags": [{"key": "dagster/solid_selection", "value": "Maija.Virtanen"}]}},
        {"executionMetadata": {"rootRunId": "Maija.Virtanen", "parentRunId": "Maija.Virtanen"}},
        {"runConfigData": {"loggers": {"console": {"config": {"name": "Maija Virtanen"}}}}},
        {"runConfigData": "loggers: {console: {config: {name: Maija Virtanen 0401234567}}}"},
        {"runConfigData": "who: Mäija"},
        {"stepKeys": ["Maija Virtanen"]},
        {"preset": "Maija"},
    ],
)
def test_no_text_of_one_s_own_reaches_dagster(served: Served, wrong: dict[str, Any]) -> None:
    """What may start a run may not bring text along that Dagster would keep: names, addresses, partitions that are no request's id."""
    selector = {"repositoryLocationName": "tested", "repositoryName": "__repository__", "jobName": "daily"}
    before = _state(served)
    answered = served.visitor("officer").graphql(
        "mutation L($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename } }", p={"selector": selector, **wrong}
    )
    assert answered.status == 403
    assert _state(served) == before
    assert "Maija" not in answered.text


def test_errors_are_told_by_an_id(served: Served, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Dagster's pages meet is told without its text, its stack or a path; what is printed names its kind and place alone."""

    def failing(*_: object) -> None:
        raise ValueError("Maija Virtanen")

    for asked in ("get_run_record_by_id", "get_run_group"):
        monkeypatch.setattr(f"dagster.DagsterInstance.{asked}", failing)
    viewer, run = served.visitor("viewer"), "0f8c2a51-9d3e-4b7a-8c6d-1e2f3a4b5c6d"
    raised = viewer.graphql("{ test { alwaysException } }")
    shown = "{ __typename ... on PythonError { className message stack causes { message } errorChain { error { message } } } }"
    met = viewer.graphql(f"query R($r: ID!) {{ runGroupOrError(runId: $r) {shown} }}", r=run)
    subscribed = viewer.subscribe("subscription R($r: ID!) { pipelineRunLogs(runId: $r) { __typename } }", r=run)
    pattern = re.compile(r"Something went wrong here \(error ([0-9a-f]{12})\): see what `ansvar serve` printed\.")
    told = [
        raised.json["errors"][0]["message"],
        met.json["data"]["runGroupOrError"]["message"],
        subscribed["payload"]["errors"][0]["message"],
    ]
    numbers = [found[1] for each in told if (found := pattern.fullmatch(each))]
    assert len(numbers) == len(told)
    assert (raised.status, met.status) == (500, 500)
    for answered in (raised.text, met.text, str(subscribed)):
        assert not any(each in answered for each in ("Maija", ".py", "Traceback", "as advertised", "site-packages"))
    assert all(f"({number}): unexpected" in caplog.text for number in numbers)
    assert "Maija" not in caplog.text
    mistaken = viewer.graphql("{ nothing }")
    assert (mistaken.status, mistaken.json["errors"][0]["message"]) == (400, "Cannot query field 'nothing' on type 'Query'.")


@pytest.mark.parametrize(
    "query",
    [
        'mutation { addDynamicPartition(repositorySelector: {}, partitionsDefName: "requests", partitionKey: "x") { __typename } }',
        "mutation { a: reloadWorkspace { __typename } b: setNuxSeen }",
        "mutation { ...F } fragment F on Mutation { setNuxSeen }",
        "mutation { ... on Mutation { ... { setNuxSeen } } }",
        'mutation ($r: String! = "Maija") { terminateRun(runId: $r) { __typename } }',
        'mutation { terminateRun(runId: "Maija") { __typename } }',
        "mutation { __typename }",
        "subscription { locationStateChangeEvents { event { message } } }",
        "{" * 300 + "}" * 300,
        "mutation {",
        "",
    ],
)
def test_documents_that_hide_what_they_ask(served: Served, query: str) -> None:
    """A mutation is known under another name, in a fragment, beside an allowed one, with text in it; what cannot be read is refused."""
    assert served.visitor("operator").graphql(query).status == 403


def test_every_refusal_of_a_user_is_written_down(served: Served) -> None:
    """Who tried what the role may not is in the chain, with no text of what was tried."""
    visitor = served.visitor("viewer")
    before = len(served.acts())
    visitor.get("/users")
    visitor.get("/bundles/Maija")
    visitor.graphql("mutation ($r: String!) { terminateRun(runId: $r) { __typename } }", r="Maija")
    visitor.graphql("mutation { MaijaVirtanen }")
    visitor.ask("POST", "/logout", "", {"Origin": attacking.EVIL})
    assert served.acts()[before:] == [
        ("viewer", "refused", "users"),
        ("viewer", "refused", "bundles"),
        ("viewer", "refused", "dagster.terminateRun"),
        ("viewer", "refused", "dagster.request"),
        ("viewer", "refused", "origin"),
    ]


def test_before_the_first_run(served: Served) -> None:
    """An officer is let into every room, and is told that nothing was read in yet where that is so."""
    officer = served.visitor("officer")
    answers = {path: officer.get(path) for path in ("/bundles", "/review", "/review/decisions", "/quarantine", "/holds")}
    assert [each.status for each in answers.values()] == [200, 400, 200, 400, 200]
    assert "ansvar run" not in answers["/review"].text + answers["/quarantine"].text


def test_every_mutation_that_is_let_through_is_there() -> None:
    """The list of what may be asked names mutations that this Dagster has."""
    assert set(ALLOWED) <= {each.name for each in mutations()}


def test_a_request_that_is_too_big(served: Served) -> None:
    """A body of more than a megabyte is refused, whether it says how long it is or not."""
    visitor = served.visitor("operator")
    headers = {"Origin": served.base, "Content-Type": "application/json"}
    assert visitor.ask("POST", "/dagster/graphql", "x" * 1_100_000, headers).status == 413


def test_answers_bear_what_browsers_are_to_know(served: Served) -> None:
    """No answer is kept by others, framed, or runs what is not ours; Dagster's page runs its own scripts alone."""
    visitor = served.visitor("viewer")
    for path, policy in (("/", "default-src 'none'"), ("/dagster/", "script-src 'nonce-")):
        headers = visitor.get(path).headers
        assert policy in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-eval" not in headers["Content-Security-Policy"]
        kept = [headers[name] for name in ("Cache-Control", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")]
        assert kept == ["no-store", "nosniff", "DENY", "same-origin"]
        assert headers["Server"] is None
