"""`ansvar hold …`, `ansvar request lift`, `ansvar purge plan|approve|history|asked` and the dry run in Dagster."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from pipelines.definitions import build
from pipelines.jobs import PURGE
from tests.helpers.described import RETENTION
from tests.helpers.records import chat

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

REASON = ("--reason", "Claim of Aino Example", "--by", "Maija", "--review", "2027-05-01")


@pytest.fixture
def on(small: Small) -> tuple[str, ...]:
    """The options of a register whose purge needs approval, long after its two chats."""
    (small.folder / "register" / "retention.yaml").write_text(RETENTION + "approval: required\n", encoding="utf-8")
    small.describe()
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2)])
    small.ingest("chats")
    return ("--register", str(small.folder / "register"), "--home", str(small.home.path), "--clock", "2027-03-01T03:00")


def test_hold_plan_approve_and_ask(ansvar: Command, on: tuple[str, ...]) -> None:
    """From the hold to the approved purge of what is not held, and the answer to when a record went."""
    hold = ansvar(*on, "hold", "add", "--dataset", "chats.conversations", *REASON).out.strip()
    dry = ansvar(*on, "purge", "--dry-run").out
    assert "nothing." in dry
    assert "by a legal hold" in dry
    assert "Nothing waits for approval." in ansvar(*on, "purge", "plan").out
    assert [each["hold"] for each in json.loads(ansvar(*on, "hold", "list", "--json").out)] == [hold]
    assert "has ended" in ansvar(*on, "hold", "end", hold, "--by", "Maija").out
    plan = json.loads(ansvar(*on, "purge", "plan", "--json").out)
    assert (plan["plan"]["records"], [each["dataset"] for each in plan["counts"]]) == (2, ["chats_conversations"])
    assert "is approved" in ansvar(*on, "purge", "approve", plan["plan"]["plan"], "--by", "Maija").out
    assert "2 records." in ansvar(*on, "purge").out
    assert "chats_conversations" in ansvar(*on, "purge", "history").out
    assert "Purged from chats_conversations (register) by rule chats" in ansvar(*on, "purge", "asked", "chat-1").out
    assert "Purged: never" in ansvar(*on, "purge", "asked", "chat-9").out


def test_a_review_that_is_due_is_shown(ansvar: Command, on: tuple[str, ...]) -> None:
    """On its date a hold is to be reviewed, and the list says so."""
    ansvar(*on, "hold", "add", "--dataset", "chats.conversations", *REASON)
    assert "review overdue" in ansvar(*on[:-1], "2027-05-01T03:00", "hold", "list").out


def test_a_restriction_is_lifted(ansvar: Command, on: tuple[str, ...], tmp_path: Path) -> None:
    """Once, by a named user, after the letter that tells the person so; another time there is nothing to lift."""
    by = ("--by", "Maija")
    request = ansvar(*on, "request", "new", "--kind", "restriction", "--email", "aino@koe.example", *by).out.strip()
    letter = ("request", "letter", request, "--kind", "lifting", "--output", tmp_path / "end.txt", *by)
    assert "it tells that a restriction ends" in ansvar(*on, *letter).message
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", *by).code == 0
    assert ansvar(*on, "request", "carry-out", request, "--ground", "claims", *by).code == 0
    assert "must be told before the restriction ends (GDPR Art. 18(3))" in ansvar(*on, "request", "lift", request, *by).message
    assert ansvar(*on, *letter).code == 0
    assert "is lifted" in ansvar(*on, "request", "lift", request, "--by", "Maija").out
    assert "no restriction of that id in force" in ansvar(*on, "request", "lift", request, "--by", "Maija").message


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hold", "add", *REASON), "A hold is of one thing"),
        (("hold", "add", "--dataset", "chats.conversation", *REASON), "did you mean 'chats.conversations'?"),
        (("hold", "add", "--dataset", "chats.conversations", *REASON[:-1], "soon"), "--review is no date"),
        (("hold", "add", "--dataset", "chats.conversations", *REASON[:-1], "2027-03-01"), "is not after today"),
        (("hold", "end", "h1", "--by", "Maija"), "no hold of that id in force"),
        (("purge", "approve", "p1", "--by", "Maija"), "no plan of that id"),
        (("purge", "asked", "a", "b", "c"), "No data set is known by so many values"),
    ],
)
def test_mistakes(ansvar: Command, on: tuple[str, ...], arguments: tuple[str, ...], said: str) -> None:
    """What cannot be done is said in one message, with what to do."""
    assert said in ansvar(*on, *arguments).message


def test_a_dry_run_in_dagster(small: Small) -> None:
    """The job with `dry_run` tells counts, leaves all as it was, and neither it nor the warnings tell why something is held."""
    small.deliver("chats", [chat(1), chat(2)])
    small.ingest("chats")
    small.at("2027-03-01T03:00:00+02:00")
    before = small.everything()
    job = build(small.folder / "register", small.home, small.register.clock).resolve_job_def(PURGE)
    with dg.DagsterInstance.ephemeral() as instance:
        dry = {"ops": {"retention__purge": {"config": {"dry_run": True}}}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        ran = job.execute_in_process(instance=instance, run_config=dry)
        told = {
            event.asset_key.path[-1]: event.materialization.metadata for event in ran.get_asset_materialization_events() if event.asset_key
        }
    assert (told["purge"]["records"].value, told["purge"]["chats_conversations: chats"].value) == (2, 2)
    assert before == small.everything()
