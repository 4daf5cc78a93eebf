"""Every promise of the demonstration's notice is kept on the real tables, and seen to be broken when it is."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from assets.accountability.promises.facts import facts_of
from assets.accountability.promises.finding import Standing, State, standings
from assets.accountability.promises.judge import checks, findings
from resources.catalogue import load_register
from resources.home import Home
from resources.register import open_register
from tests.end_to_end.breaking import BREAKS, MORE, Place, break_promise
from tests.end_to_end.conftest import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.end_to_end.conftest import Ansvar, Demonstration

CATALOGUE = load_register(REPOSITORY / "register")
PROMISES = list(CATALOGUE.notice.promises)
SHARED_NOTICE = REPOSITORY.parent / "shared" / "notice.md"
# What nothing has come under on the day of the demonstration: no disclosure was made, no such request was filed.
NOT_YET = {"partners", "authorities", "rectify", "erase", "object", "restrict"}

pytestmark = pytest.mark.early


@pytest.fixture
def place(demonstration: Demonstration, tmp_path: Path) -> Iterator[Place]:
    """A copy of the demonstration's stores and papers."""
    home = tmp_path / "home"
    shutil.copytree(demonstration.home, home, symlinks=True, ignore=shutil.ignore_patterns("dagster", "temporary"))
    for missing in ("dagster", "temporary"):
        (home / missing).mkdir(mode=0o700)
    register = open_register(CATALOGUE, Home(home))
    yield Place(register)
    register.ledger.close()


def _judged(place: Place, promise: str | None = None) -> dict[str, Standing]:
    wanted = (
        None
        if promise is None
        else [(promise, target) for check in checks(CATALOGUE) if check.promise == promise for target in check.targets]
    )
    with facts_of(place.register) as facts:
        return standings(findings(facts, wanted))


@pytest.mark.skipif(not SHARED_NOTICE.exists(), reason="the list of promises that the product must keep is not here")
def test_the_notice_makes_every_promise() -> None:
    """Every id of the notice that the product's first user published is a promise of the demonstration's notice, and has its check."""
    ids = re.findall(r"^\| ([a-z_0-9]+) \|", SHARED_NOTICE.read_text(encoding="utf-8"), re.MULTILINE)
    wanted = {each for each in ids if each != "id"}
    assert wanted == set(PROMISES) == {check.promise for check in checks(CATALOGUE)}


def test_every_promise_is_looked_at_somewhere() -> None:
    """Each promise has at least one thing that it is looked at on, and each thing is looked at once."""
    targets = {check.promise: check.targets for check in checks(CATALOGUE)}
    assert all(targets.values())
    assert all(len(set(each)) == len(each) for each in targets.values())


def test_all_promises_are_kept(demonstration: Demonstration, ansvar: Ansvar) -> None:
    """On the demonstration every promise is kept, but for those that nothing has come under yet; the command says so and ends well."""
    done = ansvar(demonstration, "status", "--json")
    assert done.code == 0, done.out + done.err
    states = {promise: told["state"] for promise, told in json.loads(done.out).items()}
    assert states == {promise: (State.NOT_YET if promise in NOT_YET else State.KEPT).value for promise in PROMISES}


@pytest.mark.parametrize("promise", PROMISES)
def test_a_broken_promise_is_seen(place: Place, promise: str) -> None:
    """Whatever breaks a promise is found by its check, counted, and answered with what to do."""
    assert _judged(place, promise)[promise].state is not State.BROKEN
    remedy, evidence = break_promise(place, promise)
    standing = _judged(place, promise)[promise]
    assert standing.state is State.BROKEN
    assert {finding.judgement.remedy for finding in standing.broken} == {remedy}
    assert int(str(standing.evidence[evidence])) >= 1


@pytest.mark.parametrize("case", sorted(MORE))
def test_what_else_breaks_a_promise(place: Place, case: str) -> None:
    """Each layer and each paper is looked at: what is wrong in one of them is found there."""
    promise, breaking, remedy, where = MORE[case]
    breaking(place)
    broken = {"/".join(each.target): each.judgement.remedy for each in _judged(place, promise)[promise].broken}
    assert broken.get(where) == remedy


@pytest.mark.parametrize("promise", [each for each in PROMISES if each not in BREAKS])
def test_what_the_notice_in_force_does_not_name_is_not_held(place: Place, promise: str) -> None:
    """Data under a promise that the notice in force does not make breaks it, though the YAML of today makes it."""
    place.say(lambda said: said["promises"].remove(promise))
    (standing,) = _judged(place, promise).values()
    assert {finding.judgement.remedy for finding in standing.broken} == {"not_in_notice"}


def test_a_broken_promise_in_the_command(place: Place, demonstration: Demonstration, ansvar: Ansvar) -> None:
    """`ansvar status` names the broken promise, where and what to do, and ends with exit code 1; the others stay as they were."""
    break_promise(place, "chats_3_months")
    done = ansvar(demonstration, "status", ANSVAR_HOME=str(place.register.home.path))
    assert done.code == 1, done.out + done.err
    assert "chats_3_months is broken at ingest/chats/conversations" in done.out
    assert "Run `ansvar purge`" in done.out
    assert done.out.count(" is broken at ") == 1
