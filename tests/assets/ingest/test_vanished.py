"""A declared field that a source gives no longer is told, and stops nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.ingest.assets import ingest_assets
from pipelines.publish import publish_if_last
from tests.helpers.described import WORDS
from tests.helpers.records import call, customer

if TYPE_CHECKING:
    from tests.helpers.small import Small


def _customers(small: Small, count: int = 30, *, having: int = 30) -> None:
    """Customers of whom so many have an e-mail address; the others do not have the key."""
    rows = [customer(number) | ({"email": f"p{number}@koe.example"} if number < having else {}) for number in range(count)]
    small.deliver("shop", rows)


def _vanished(small: Small) -> list[str]:
    """Read the shop, publish it, and give the fields that vanished."""
    outcome = small.ingest("shop")["shop.customers"]
    assert outcome.error is None
    assert outcome.account is not None
    assert outcome.account.balances
    return outcome.account.vanished


def test_a_path_that_no_record_has_any_more(small: Small) -> None:
    """It is told, and still after the next reading, when nothing that is held has it any more; once it is back, it is not."""
    found = []
    for having in (30, 0, 0, 1):
        _customers(small, having=having)
        found.append(_vanished(small))
    assert found == [[], ["email"], ["email"], []]


@pytest.mark.parametrize(("count", "having", "expected"), [(9, 30, []), (10, 30, ["email"]), (30, 9, []), (30, 10, ["email"])])
def test_a_path_that_may_be_absent_by_chance(small: Small, count: int, having: int, expected: list[str]) -> None:
    """Of a path that few records have, or of a small batch, absence means nothing: ten records should have had it."""
    small.dataset("shop.customers")["load"] = "append"
    small.describe()
    _customers(small, having=having)
    _vanished(small)
    _customers(small, count, having=0)
    assert _vanished(small) == expected


def test_a_path_that_is_there_and_empty(small: Small) -> None:
    """A source that gives a field without a value has not changed."""
    _customers(small)
    _vanished(small)
    small.deliver("shop", [customer(number, email=None) for number in range(30)])
    assert _vanished(small) == []


def test_a_column_that_is_not_there_any_more(small: Small) -> None:
    """Of rows, one record that had a value of the column is enough; one that never was is not told."""
    shape = small.dataset("calls.recordings")["fields"]
    shape |= {
        "mood": {"type": "text", "category": "system", "label": WORDS},
        "never": {"type": "text", "category": "system", "label": WORDS},
    }
    small.describe()
    for number in (1, 2):
        (small.data / "calls" / f"{number}.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1, mood="good"), call(2, mood="")], "calls.csv")
    first = small.account("calls")
    small.deliver("calls", [call(1), call(2)], "calls.csv")
    second = small.account("calls")
    assert (first.vanished, second.vanished, second.balances) == ([], ["mood"], True)


def test_dagster_shows_it(small: Small) -> None:
    """A check warns, does not block, and names the field; the run goes on."""
    _customers(small)
    _vanished(small)
    _customers(small, having=0)
    catalogue = small.register.catalogue
    (shop,) = (each for each in ingest_assets(catalogue, lambda _: small.register, publish_if_last) if each.op.name == "ingest_shop")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([shop], instance=instance)
    (check,) = (each for each in result.get_asset_check_evaluations() if each.check_name == "no_vanished_fields")
    assert (check.passed, check.severity, check.blocking) == (False, dg.AssetCheckSeverity.WARN, False)
    assert (check.metadata["vanished fields"].value, check.metadata["fields"].value) == (1, "email")
