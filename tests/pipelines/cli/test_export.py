"""`ansvar export`: several requests are answered together, and one that cannot be answered stops none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.rights.assets import BUNDLES
from resources.ledger.bundles import BundleLedger
from tests.helpers.bundles import members
from tests.helpers.described import SOURCES
from tests.helpers.records import chat, customer
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pipelines.cli.conftest import Command


@pytest.fixture
def on(small: Small) -> tuple[str, ...]:
    """The options that name a register of three customers, two of whom share a telephone."""
    small.deliver(
        "shop",
        [
            customer(1, email="aino@koe.example"),
            customer(2, email="eino@koe.example", phone="040 1234567"),
            customer(3, phone="040 1234567"),
        ],
    )
    small.ingest("shop")
    return ("--register", str(small.folder / "register"), "--home", str(small.home.path))


def _filed(ansvar: Command, on: tuple[str, ...], *given: str, kind: str = "access") -> str:
    request = ansvar(*on, "request", "new", "--kind", kind, *given, "--by", "Dana Officer").out.strip()
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", "--by", "Dana Officer").code == 0
    return request


def test_several_are_answered_at_once(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """With --all every request that can be answered is; one that nobody can be told by stops no other, and is told at the end."""
    aino = _filed(ansvar, on, "--email", "aino@koe.example")
    unclear = _filed(ansvar, on, "--phone", "040 1234567")
    erasure = _filed(ansvar, on, "--email", "aino@koe.example", kind="erasure")
    eino = _filed(ansvar, on, "--email", "eino@koe.example")
    answer = ansvar(*on, "export", "--all")
    assert (answer.code, re.findall(r"The bundle of (\w+) waits", answer.out)) == (0, [aino, eino])
    assert {row["request"] for row in BundleLedger(small.register.ledger).bundles()} == {aino, eino}
    states = {row["request"]: row["state"] for row in small.register.ledger.requests()}
    assert {aino: "in_progress", unclear: "unclear", erasure: "verified", eino: "in_progress"} == states
    for request, own, other in ((aino, b"aino", b"eino"), (eino, b"eino", b"aino")):
        content = b"".join(members(small.register, request).values())
        assert (own in content, other in content) == (True, False)
    assert ansvar(*on, "export", "--all").out == ""
    answer = ansvar(*on, "export", "r0", eino)
    assert (answer.code, re.findall(r"The bundle of (\w+) waits", answer.out)) == (2, [eino])
    assert answer.err.startswith("Error: r0: there is no request of that id")
    answer = ansvar(*on, "export", unclear, eino)
    assert (answer.code, re.findall(r"The bundle of (\w+) waits", answer.out)) == (2, [eino])
    assert answer.err.startswith(f"Error: {unclear}: The identifiers of this request match several persons")
    assert "1234567" not in answer.err


def test_each_request_has_a_partition_with_its_own_counts(ansvar: Command, small: Small, on: tuple[str, ...]) -> None:
    """In Dagster each of several requests is told of for itself, whatever stands between them in its list of partitions."""
    first, between, last = (_filed(ansvar, on, "--email", f"{name}@koe.example") for name in ("aino", "eino", "ulla"))
    assert ansvar(*on, "export", last, first).code == 0
    with dg.DagsterInstance.from_config(str(small.home.path / "dagster")) as instance:
        made = instance.get_materialized_partitions(BUNDLES)
    assert made == {first, last}
    assert ansvar(*on, "export", first, between, last).code == 0


def test_each_register_is_answered_by_its_own_catalogue(ansvar: Command, small: Small, on: tuple[str, ...], tmp_path: Path) -> None:
    """A process that answered a request of one register answers that of another by the tables of the other."""
    other = Small(tmp_path / "other", {"chats": SOURCES["chats"]})
    other.deliver("chats", [chat(1, email="aino@koe.example")])
    other.ingest("chats")
    its = ("--register", str(other.folder / "register"), "--home", str(other.home.path))
    for register, options in ((other, its), (small, on), (other, its)):
        request = _filed(ansvar, options, "--email", "aino@koe.example")
        assert ansvar(*options, "export", request).code == 0
        assert BundleLedger(register.register.ledger).bundle(request)["records"] == 1
    other.close()
