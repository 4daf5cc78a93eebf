"""`ansvar disclosure`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command


def _on(small: Small) -> tuple[str, ...]:
    return ("--register", str(small.folder / "register"), "--home", str(small.home.path))


def test_a_disclosure_is_recorded_and_listed(ansvar: Command, small: Small, tmp_path: Path) -> None:
    """A disclosure of a list of persons gives its id, and stands in the list without any of them."""
    small.deliver("shop", [{"customer_number": "C1", "email": "asko@koti.example", "kind": "consumer"}])
    small.ingest("shop")
    persons = tmp_path / "persons.txt"
    persons.write_text("asko@koti.example\n", encoding="utf-8")
    given = ansvar(*_on(small), "disclosure", "new", "--recipient", "partner", "--ground", "Fair", "--by", "Liisa", "--persons", persons)
    assert (given.code, given.err) == (0, "")
    half = ansvar(
        *_on(small),
        "disclosure",
        "new",
        "--recipient",
        "partner",
        "--ground",
        "Fair",
        "--by",
        "Liisa",
        "--persons",
        persons,
        "--fields",
        "x",
    )
    assert (half.code, "give all three, or none" in half.err) == (2, True)
    listed = ansvar(*_on(small), "disclosure", "list", "--json")
    (row,) = json.loads(listed.out)
    assert (row["disclosure"], row["recipient"], row["identifiers"]) == (given.out.strip(), "partner", 2)
    assert "asko" not in listed.out + ansvar(*_on(small), "disclosure", "list").out


def test_a_list_that_names_nobody_known(ansvar: Command, small: Small, tmp_path: Path) -> None:
    """A line that means nobody is told by its number, and the words of the list are not repeated."""
    small.ingest("shop", whole=False)
    persons = tmp_path / "persons.txt"
    persons.write_text("nobody@koti.example\n", encoding="utf-8")
    on = (*_on(small), "disclosure", "new", "--recipient", "partner", "--ground", "Fair", "--by", "Liisa", "--persons", persons)
    assert ansvar(*on).message == "Nobody in the register bears what stands in line 1: leave it out, or correct it."
