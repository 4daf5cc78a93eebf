"""What of Dagster's GraphQL is let through, and with what."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.desk.operations import RefusedError, asked
from pipelines.jobs import QUIET
from resources.roles import Role

LAUNCH = "mutation L($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename } }"
NAMES = {"ansvar", "__repository__", "daily", "purge", "retention", "verify", "retention__purge", "shop", "shop__customers", "nightly"}
RUN = "0f8c2a51-9d3e-4b7a-8c6d-1e2f3a4b5c6d"
SELECTOR = {"repositoryLocationName": "ansvar", "repositoryName": "__repository__", "jobName": "daily"}
MADE_UP = ("Maija.Meikalainen", "Maija Meikäläinen", "maija@koe.example", "0401234567", "131052-308T")


def _launch(**given: Any) -> None:
    asked(LAUNCH, {"p": {"selector": SELECTOR, "mode": "default", **given}}, Role.OPERATOR, lambda: NAMES)


def _tagged(key: str, value: str) -> dict[str, Any]:
    return {"executionMetadata": {"tags": [{"key": key, "value": value}]}}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"runConfigData": {}},
        {"runConfigData": ""},
        {"runConfigData": "{}\n"},
        {"runConfigData": QUIET},
        {"runConfigData": {"ops": {"retention__purge": {"config": {"dry_run": True}}}}},
        {"runConfigData": "loggers:\n  console:\n    config:\n      log_level: CRITICAL\n"},
        {"runConfigData": "ops:\n  retention__purge:\n    config: {dry_run: false}\nloggers: {console: {config: {log_level: 'CRITICAL'}}}"},
        {"stepKeys": ["retention__purge"], "executionMetadata": {"parentRunId": RUN, "rootRunId": RUN, "tags": []}},
        {"selector": SELECTOR | {"assetSelection": [{"path": ["shop", "daily"]}], "assetCheckSelection": [], "solidSelection": None}},
        *(
            _tagged(key, value)
            for key, value in (
                ("dagster/from_ui", "true"),
                ("dagster/partition", "r0123456789abcdef0123"),
                ("dagster/asset_partition_range_end", "2026-10-15"),
                ("dagster/parent_run_id", RUN),
                ("dagster/preset_name", "default"),
                ("dagster/step_selection", "*retention__purge+, shop__customers"),
                ("ansvar/lane", "on_demand"),
            )
        ),
    ],
)
def test_what_dagster_s_pages_send_is_let_through(given: dict[str, Any]) -> None:
    """Runs with our jobs' configurations, of what is defined, with Dagster's own tags."""
    _launch(**given)


@pytest.mark.parametrize("text", MADE_UP)
@pytest.mark.parametrize("key", ["repositoryLocationName", "repositoryName", "jobName", "pipelineName"])
def test_only_what_is_defined_is_named(key: str, text: str) -> None:
    """A made-up name is nothing that is defined."""
    with pytest.raises(RefusedError):
        _launch(selector=SELECTOR | {key: text})


@pytest.mark.parametrize("text", MADE_UP)
def test_no_text_of_one_s_own_is_let_through(text: str) -> None:
    """Names, addresses and numbers in every place in which Dagster would keep them."""
    level = f"loggers: {{console: {{config: {{log_level: '{text}'}}}}}}"
    configurations: list[Any] = [
        {"loggers": {"console": {"config": {"name": text}}}},
        {"loggers": {"console": {"config": {"log_level": text}}}},
        {"loggers": {text: {}}},
        {"ops": {"retention__purge": {"config": {"dry_run": text}}}},
        {text: {}},
        text,
        [text],
        level,
        f"{{}} # {text}",
        f"%TAG ! {text}\n--- {{}}",
        int(text) if text.isdecimal() else text,
    ]
    keys = (
        "note",
        "solid_selection",
        "step_selection",
        "partition",
        "code_location",
        "preset_name",
        "from_ui",
        "parent_run_id",
        "backfill",
        "tick_id",
    )
    wrong = [
        *({"runConfigData": each} for each in configurations),
        *(_tagged(f"dagster/{key}", text) for key in keys),
        *(_tagged(key, "true") for key in (f"dagster/{text}", f"dagster/note.{text}", text)),
        _tagged("ansvar/lane", text),
        {"stepKeys": [text]},
        {"mode": text},
        {"preset": text},
        *({"executionMetadata": {key: text}} for key in ("rootRunId", "parentRunId")),
        *({"selector": SELECTOR | {"solidSelection": [each]}} for each in (text, f"*{text}")),
        {"selector": SELECTOR | {"assetSelection": [{"path": ["shop", text]}]}},
        {"selector": SELECTOR | {"assetCheckSelection": [{"assetKey": {"path": ["shop"]}, "name": text}]}},
    ]
    for each in wrong:
        with pytest.raises(RefusedError):
            _launch(**each)
    backfill = "mutation B($b: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $b) { __typename } }"
    for key in ("partitionNames", "reexecutionSteps", "title", "description", "runConfigData"):
        with pytest.raises(RefusedError):
            asked(backfill, {"b": {key: [text]}}, Role.OPERATOR, lambda: NAMES)


@pytest.mark.parametrize(
    "literal",
    [
        "{loggers: {console: {config: {MaijaMeikalainen: true}}}}",
        "{loggers: {console: {config: {name: MaijaMeikalainen}}}}",
        "401234567",
        "40123.4567",
        "MaijaMeikalainen",
        '"Maija"',
    ],
)
def test_nothing_stands_in_the_document(literal: str) -> None:
    """A value that is written into the document would pass the variables by."""
    given = f"{{selector: $s, runConfigData: {literal}}}"
    document = f"mutation L($s: JobOrPipelineSelector!) {{ launchRun(executionParams: {given}) {{ __typename }} }}"
    with pytest.raises(RefusedError):
        asked(document, {"s": SELECTOR}, Role.OPERATOR, lambda: NAMES)
    document = f"mutation L($c: RunConfigData = {literal}) {{ launchRun(runConfigData: $c) {{ __typename }} }}"
    with pytest.raises(RefusedError):
        asked(document, {}, Role.OPERATOR, lambda: NAMES)


def test_what_is_asked_of_the_answer_may_stand_there() -> None:
    """Dagster's pages ask for the last tick with a schedule that they start, and say how a run is to end."""
    selector = {"scheduleSelector": {"repositoryLocationName": "ansvar", "repositoryName": "__repository__", "scheduleName": "nightly"}}
    document = "mutation S($scheduleSelector: ScheduleSelector!) { startSchedule(scheduleSelector: $scheduleSelector) { ticks(limit: 1) } }"
    assert asked(document, selector, Role.OPERATOR, lambda: NAMES).mutations == ("startSchedule",)
    document = "mutation T($r: String!) { terminateRun(runId: $r, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) { __typename } }"
    assert asked(document, {"r": RUN}, Role.OPERATOR, lambda: NAMES).thing == RUN
