"""What could not be read in: counted, listed by opaque ids, shown to a named user alone, and released."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

NAMES = ("Maija", "Korhonen")
LOOK = ("--by", "Liisa Laine", "--reason", "the shop asked")


def _fill(small: Small) -> None:
    small.deliver("shop", [customer(1, visits=500, name="Maija Korhonen"), customer(2, visits="x", name="Maija Korhonen"), customer(3)])
    small.deliver("chats", [chat(1, ended_at="soon", text="Maija\x1b[2J Korhonen")])
    small.ingest("shop", "chats")


def _ids(ansvar: Command, on: tuple[str, ...], *options: str) -> dict[str, str]:
    """The opaque ids by `rule at data set`."""
    rows = json.loads(ansvar(*on, "quarantine", "list", "--json", *options).out)
    return {f"{row['rule']} at {row['data set']}": row["id"] for row in rows}


def test_the_list_shows_ids_alone(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """The records are listed newest first by opaque ids, of one data set or field where asked for, and nothing of their content is."""
    _fill(small)
    found = _ids(ansvar, on)
    assert sorted(found) == ["max at shop.customers", "type at chats.conversations", "type at shop.customers"]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in found.values())
    assert list(_ids(ansvar, on, "--dataset", "chats.conversations")) == ["type at chats.conversations"]
    assert sorted(_ids(ansvar, on, "--field", "visits")) == ["max at shop.customers", "type at shop.customers"]
    assert len(_ids(ansvar, on, "--last", "1")) == 1
    shown = ansvar(*on, "quarantine", "list").out
    assert all(each in shown for each in found.values())
    assert not any(name in shown for name in NAMES)


def test_a_look_is_recorded_before_it_is_shown(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """`show` prints the record as it came, and the ledger has who looked at which record, when and why, and nothing of the record."""
    _fill(small)
    record = _ids(ansvar, on)["max at shop.customers"]
    answer = ansvar(*on, "quarantine", "show", record, *LOOK)
    assert (answer.code, answer.err) == (0, "")
    first, second = answer.out.splitlines()
    assert first == "shop_customers: visits breaks the rule 'max': must be at most 100"
    assert json.loads(second) == customer(1, visits=500, name="Maija Korhonen")
    (look,) = small.register.ledger.looks()
    assert (look["kind"], look["thing"], look["by"], look["reason"]) == ("quarantine", record, "Liisa Laine", "the shop asked")
    assert f"{look['at']:%Y-%m-%dT%H:%M}" == "2026-10-15T00:00"
    assert not any(name in str(look) for name in NAMES)


def test_a_record_cannot_take_over_the_terminal(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """Control characters that stand in a record are shown by their numbers."""
    small.dataset("chats.conversations")["read"] = {"files": "*.csv", "format": "csv"}
    small.describe()
    small.deliver("chats", 'id,text,ended_at\n1,"Maija\x1b]0;x\x07",soon,4\n', "x.csv")
    small.ingest("chats")
    (record,) = _ids(ansvar, on).values()
    shown = ansvar(*on, "quarantine", "show", record, *LOOK).out
    assert "\x1b" not in shown
    assert "Maija\\u001b]0;x\\u0007" in shown


@pytest.mark.parametrize("missing", ["--by", "--reason"])
def test_nobody_looks_without_a_name_and_a_reason(small: Small, ansvar: Command, on: tuple[str, ...], missing: str) -> None:
    """Without who looks or why, or with either left empty, nothing is shown, and nothing recorded."""
    _fill(small)
    record = next(iter(_ids(ansvar, on).values()))
    at = LOOK.index(missing)
    for options in ((*LOOK[:at], *LOOK[at + 2 :]), (*LOOK[: at + 1], " ", *LOOK[at + 2 :])):
        answer = ansvar(*on, "quarantine", "show", record, *options)
        assert answer.code == 2
        assert not any(name in answer.out + answer.err for name in NAMES)
    assert small.register.ledger.looks() == []


def test_a_record_that_is_not_there(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """An unknown id is told, and no look is recorded."""
    _fill(small)
    message = ansvar(*on, "quarantine", "show", "Maija", *LOOK).message
    assert message == "There is no record of that id in quarantine: `ansvar quarantine list` shows those that there are."
    assert small.register.ledger.looks() == []


def test_release(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """After the rule was mended, what fits is loaded and published with its subject; the rest is counted, and stays."""
    _fill(small)
    small.dataset("shop.customers")["fields"]["visits"]["max"] = 1000
    small.describe()
    answer = ansvar(*on, "quarantine", "release")
    assert (answer.code, answer.err) == (0, "")
    assert [line.split() for line in answer.out.splitlines()[1:]] == [
        ["chats.conversations", "1", "0", "0", "0", "0", "1", "0"],
        ["shop.customers", "2", "1", "0", "0", "0", "1", "0"],
    ]
    assert not any(name in answer.out for name in NAMES)
    with small.register.warehouse.reading() as engine:
        assert engine.rows("SELECT customer_number FROM register.shop_customers ORDER BY 1") == [("C1",), ("C3",)]
        assert engine.rows("SELECT count(*) FROM identity.subjects") == [(2,)]
        assert engine.rows("SELECT count(*) FROM quarantine.records") == [(2,)]
    assert sorted(_ids(ansvar, on)) == ["type at chats.conversations", "type at shop.customers"]


def test_release_of_one_data_set(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """Data sets that are named are released alone, one that is none is told, and where there is nothing nothing is published."""
    _fill(small)
    small.dataset("shop.customers")["fields"]["visits"]["max"] = 1000
    small.describe()
    message = ansvar(*on, "quarantine", "release", "shop.customer").message
    assert message == "There is no data set 'shop.customer': `ansvar fields` shows those that there are."
    published = small.register.warehouse.published_runs()
    assert ansvar(*on, "quarantine", "release", "registry.traders").out == "There is nothing in quarantine.\n"
    assert published == small.register.warehouse.published_runs()
    assert not list(small.register.warehouse.folder.glob("working-*"))
    ansvar(*on, "quarantine", "release", "chats.conversations")
    assert "max at shop.customers" in _ids(ansvar, on)
    ansvar(*on, "quarantine", "release", "shop.customers")
    assert "max at shop.customers" not in _ids(ansvar, on)


def test_release_of_what_cannot_be_read(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """What no rule makes readable is told as not tried, with what makes it leave quarantine."""
    small.deliver("shop", '{"customer_number": "C1", \n')
    small.ingest("shop")
    before = small.register.warehouse.published_runs()
    lines = ansvar(*on, "quarantine", "release").out.splitlines()
    assert lines[1].split() == ["shop.customers", "0", "0", "0", "0", "0", "0", "1"]
    assert lines[2] == "What was not tried could not be read at all: it leaves quarantine when its source gives it as it should be."
    assert before == small.register.warehouse.published_runs()


def test_release_of_an_empty_register(ansvar: Command, on: tuple[str, ...]) -> None:
    """Before the first run there is nothing to release, and the message says what to do first."""
    message = ansvar(*on, "quarantine", "release").message
    assert message == "The register is empty: no run has been published yet. Run `ansvar run` first."
