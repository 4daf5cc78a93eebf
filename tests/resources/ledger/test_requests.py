"""Requests in the ledger: each step is dated, by a named user, in the audit chain, and goes with its request."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from resources.errors import AnsvarError
from resources.ledger import Ledger, tables
from resources.ledger.audit import entries, verify
from resources.ledger.bundles import BundleLedger
from resources.ledger.holds import HoldLedger
from resources.ledger.requests import Filing, RequestLedger, Step, file_request
from tests.helpers.requests import OFFICER, file_verified, told_of_the_end, verified
from tests.resources.ledger.test_migrations import MIGRATIONS

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = dt.datetime(2026, 10, 15, 9, tzinfo=None)  # noqa: DTZ001 - naive UTC
LATER = MOMENT + dt.timedelta(days=3)
GIVEN = (("email", "matti@example.com"),)


def _acts(ledger: Ledger, request: str) -> list[tuple[str, str, str | None]]:
    return [(each.what, each.by, each.why) for each in entries(ledger.engine, request)]


def test_every_step_stands_in_the_steps_and_in_the_chain(ledger: Ledger) -> None:
    """From filing to the answer each step has its moment and its user, in both places, and the chain is whole."""
    requests = RequestLedger(ledger)
    request = ledger.new_request("rectification", "fi", GIVEN, MOMENT)
    for step, detail in (("asked", None), ("verified", "proxy"), ("started", None), ("extended", "complexity"), ("answered", None)):
        requests.step(request.id, Step(step, OFFICER, LATER, detail))
    found = [(each["number"], each["step"], each["at"], each["by"], each["detail"]) for each in requests.steps(request.id)]
    assert found[0] == (1, "filed", MOMENT, "ansvar", None)
    assert found[1:] == [
        (2, "asked", LATER, OFFICER, None),
        (3, "verified", LATER, OFFICER, "proxy"),
        (4, "started", LATER, OFFICER, None),
        (5, "extended", LATER, OFFICER, "complexity"),
        (6, "answered", LATER, OFFICER, None),
    ]
    assert _acts(ledger, request.id) == [(f"request.{step}", by, detail) for _, step, _, by, detail in found]
    assert verify(ledger.engine) == []
    ended = ledger.request(request.id)
    assert (ended.state, ended.asked_at, ended.verified_at, ended.extended_at, ended.ended_at) == ("answered", *[LATER] * 4)


def test_a_step_that_cannot_follow_leaves_nothing(ledger: Ledger) -> None:
    """What is refused is in neither table, and the state stays."""
    request = ledger.new_request("rectification", "fi", GIVEN, MOMENT)
    for step in (Step("started", OFFICER, LATER), Step("verified", " ", LATER)):
        with pytest.raises(AnsvarError):
            RequestLedger(ledger).step(request.id, step)
    assert [each["step"] for each in RequestLedger(ledger).steps(request.id)] == ["filed"]
    assert len(_acts(ledger, request.id)) == 1
    assert ledger.request(request.id).state == "received"


def test_a_form_is_filed_once(ledger: Ledger) -> None:
    """Of a form whose id is known, by any of the keys, the request that it became is given, and nothing is written."""
    filing = Filing("access", "fi", GIVEN, MOMENT, forms=("new-key", "old-key"))
    first = file_request(ledger.engine, filing, MOMENT)
    again = file_request(ledger.engine, Filing("erasure", "sv", GIVEN, MOMENT, forms=("newest-key", "new-key")), LATER)
    assert (first, len(ledger.requests())) == (again, 1)
    assert len([*entries(ledger.engine)]) == 1
    assert verify(ledger.engine) == []


def test_what_is_ready(ledger: Ledger) -> None:
    """A request is carried out only if it is of a kind, who asks was verified, and it was neither refused nor closed."""
    requests = RequestLedger(ledger)
    request = ledger.new_request("access", "fi", GIVEN, MOMENT)
    with pytest.raises(AnsvarError, match="identity of who asks was not verified"):
        requests.ready(request.id, ("access",))
    verified(ledger, request, MOMENT)
    with pytest.raises(AnsvarError, match="one of access, not for erasure or portability"):
        requests.ready(request.id, ("erasure", "portability"))
    assert requests.ready(request.id, ("access",)).verified_at == MOMENT
    requests.step(request.id, Step("refused", OFFICER, LATER, "excessive"))
    with pytest.raises(AnsvarError, match="The request was refused"):
        requests.ready(request.id, ("access",))
    with pytest.raises(AnsvarError, match="There is no request of that id"):
        requests.ready("r0", ("access",))


def test_a_bundle_answers_only_who_was_verified(ledger: Ledger) -> None:
    """A bundle cannot answer a request of somebody unknown, and nothing of it is recorded then."""
    request = ledger.new_request("access", "fi", GIVEN, MOMENT)
    lies = {"request": request.id, "file": "x.zip", "sha256": "0" * 64, "made_at": MOMENT, "records": 1, "says": {}}
    BundleLedger(ledger).made(lies, OFFICER)
    with pytest.raises(AnsvarError, match="not verified"):
        BundleLedger(ledger).released(request.id, "x.zip.age", "0" * 64, OFFICER, MOMENT)
    assert BundleLedger(ledger).bundle(request.id)["state"] == "waiting"
    assert request.state == ledger.request(request.id).state == "received"
    assert "bundle.released" not in [each.what for each in entries(ledger.engine, request.id)]


def test_steps_go_with_their_request(ledger: Ledger, tmp_path: Path) -> None:
    """When a request goes, what was said in its steps and the id of its form go with it, to the last byte."""
    marks = ("m4rk0ne" * 5, "m4rktw0" * 5)
    request = file_request(ledger.engine, Filing("access", "fi", GIVEN, MOMENT, message=marks[0], forms=(marks[1],)), MOMENT)
    ledger.own_gone("run", MOMENT, [], requests=[request.id])
    ledger.close()
    assert not any(mark.encode() in path.read_bytes() for mark in marks for path in tmp_path.iterdir())
    assert RequestLedger(ledger).steps(request.id) == []


def test_a_restriction_that_is_closed_keeps_nothing(ledger: Ledger) -> None:
    """A restriction keeps while it is open or was answered; refused or closed it does not; it is lifted after the person was told."""
    requests, holds = RequestLedger(ledger), HoldLedger(ledger)
    made = [file_verified(ledger, "restriction", "fi", GIVEN, MOMENT).id for _ in range(4)]
    with pytest.raises(AnsvarError, match="A refusal needs its ground"):
        requests.step(made[2], Step("refused", OFFICER, LATER))
    for request, step, detail in zip(made, ("answered", "closed", "refused"), (None, None, "excessive"), strict=False):
        requests.step(request, Step(step, OFFICER, LATER, detail))
    assert {each for each, kind, _, _ in holds.keeping().requests if kind == "restriction"} == {made[0], made[3]}
    with pytest.raises(AnsvarError, match=r"told before the restriction ends \(GDPR Art. 18\(3\)\)"):
        holds.lift(made[0], OFFICER, LATER)
    told_of_the_end(ledger, made[0], LATER)
    holds.lift(made[0], OFFICER, LATER)
    assert _acts(ledger, made[0])[-1] == ("restriction.lifted", OFFICER, None)
    assert requests.steps(made[0])[-1]["step"] == "lifted"


def test_what_waits_for_its_bundle(ledger: Ledger) -> None:
    """Verified requests for a bundle are given oldest first, with the number of their last step; others are not."""
    new = file_verified(ledger, "portability", "fi", GIVEN, LATER)
    old = file_verified(ledger, "access", "fi", GIVEN, MOMENT)
    file_verified(ledger, "erasure", "fi", GIVEN, MOMENT)
    ledger.new_request("access", "fi", GIVEN, MOMENT)
    assert RequestLedger(ledger).to_export(10) == [(old.id, 2), (new.id, 2)]
    assert RequestLedger(ledger).to_export(1) == [(old.id, 2)]


def test_requests_of_before_have_a_first_step(tmp_path: Path) -> None:
    """A ledger of before keeps its requests; that each was filed is its first step, and none is verified."""
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        values = "('r1', 'access', 'fi', 'received', '2026-10-15 09:00:00.000000')"
        connection.exec_driver_sql(f"INSERT INTO requests (request, kind, language, state, received_at) VALUES {values}")  # noqa: S608 - values of the test's
    engine.dispose()
    ledger = Ledger(url)
    (step,) = RequestLedger(ledger).steps("r1")
    assert (step["number"], step["step"], step["at"], step["by"]) == (1, "filed", MOMENT, "ansvar")
    assert ledger.request("r1").verified_at is None
    with ledger.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(tables.request_forms)) == 0
    ledger.close()
