"""What the commands tell."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from pipelines.cli import _COMMANDS
from resources.calendar import Period
from tests.helpers.records import chat, customer
from tests.pipelines.cli.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

REGISTERS = [ROOT / "register", ROOT / "tests" / "registers" / "adventure_works"]


def _yaml(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))


def _declared(register: Path) -> dict[str, dict[str, Any]]:
    """Every field with its tags, read out of the YAML the plain way."""
    purposes = _yaml(register / "notice.yaml")["purposes"]
    found = {}
    for file in sorted((register / "sources").glob("*.yaml")):
        source = _yaml(file)
        for name, dataset in source["datasets"].items():
            for field, tags in dataset["fields"].items():
                personal = tags["category"] != "system"
                wanted = tags.get("purposes", dataset["purposes"]) if personal else []
                basis = tags.get("legal_basis")
                found[f"{source['source']}.{name}.{field}"] = {
                    "category": tags["category"],
                    "origin": tags.get("origin"),
                    "promise": tags.get("promise"),
                    "purposes": wanted,
                    "legal_basis": [basis] if basis else sorted({purposes[purpose]["legal_basis"] for purpose in wanted}),
                    "retention": tags.get("retention", dataset["retention"]),
                }
    return found


def _is_stated(register: Path, places: str, tag: str) -> bool:
    """Whether a tag stands in each of the lines that it is said to stand in; a flow mapping's purposes hold their legal basis."""
    for place in places.split(", "):
        file, _, line = place.rpartition(":")
        if f"{tag}: " not in (register / file).read_text(encoding="utf-8").splitlines()[int(line) - 1]:
            return False
    return True


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    """README.md speaks of each command by the words that are typed."""
    assert f"ansvar {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", _COMMANDS)
def test_every_command_says_what_it_does(ansvar: Command, command: str) -> None:
    """`--help` of each command ends well, and the list of commands has its line."""
    answer = ansvar(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: ansvar {command}")
    assert _COMMANDS[command] in " ".join(ansvar("--help").out.split())


def test_the_version(ansvar: Command) -> None:
    """`--version` names the program and its version."""
    assert re.fullmatch(r"ansvar, version \d+[.]\d+[.]\d+\n", ansvar("--version").out)


def test_check_counts_what_it_checked(ansvar: Command, on: tuple[str, ...]) -> None:
    """A register without a mistake is told in one line."""
    answer = ansvar(*on, "check")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[0].endswith("/register: 4 sources, 4 data sets, 26 fields, each with its tags.")


@pytest.mark.parametrize("register", REGISTERS, ids=lambda register: register.name)
def test_fields_tell_all_that_the_yaml_says(ansvar: Command, register: Path) -> None:
    """`fields --json` has every field of every data set once, with the tags of the YAML and what is inherited, and where it is declared."""
    answer = ansvar("--register", register, "fields", "--json")
    assert (answer.code, answer.err) == (0, "")
    rows = json.loads(answer.out)
    told = {f"{row['source']}.{row['dataset']}.{row['field']}": row for row in rows}
    declared = _declared(register)
    assert len(told) == len(rows)
    rules = _yaml(register / "retention.yaml")["rules"]
    tags = ("category", "origin", "promise", "purposes", "legal_basis", "retention")
    assert {name: {tag: row[tag] for tag in tags} for name, row in told.items()} == {
        name: {tag: field[tag] for tag in tags} for name, field in declared.items()
    }
    for name, row in told.items():
        line = (register / row["file"]).read_text(encoding="utf-8").splitlines()[row["line"] - 1]
        assert row["field"] in line, name
        rule = rules[row["retention"]]
        started = str(Period.parse(rule["period"])) if "period" in rule else f"while {rule['while']} then "
        assert row["period"].startswith(started), name
        assert row["period"] == started or {"while", "from", "minimum"} & rule.keys(), name
        if row["category"] != "system":
            assert all(row[tag] for tag in tags), name
            assert {tag for tag in tags if _is_stated(register, row["stated_at"][tag], tag)} == set(tags), name


def test_fields_for_people(ansvar: Command) -> None:
    """`fields` has a line for each field, with the same words."""
    register = REGISTERS[0]
    answer = ansvar("--register", register, "fields")
    lines = answer.out.splitlines()
    declared = _declared(register)
    assert len(lines) == len(declared) + 1
    by_name = {line.split()[0]: line for line in lines[1:]}
    assert set(by_name) == set(declared)
    for name, field in declared.items():
        wanted = [field["category"], field["retention"], *field["purposes"], *field["legal_basis"]]
        assert all(word in by_name[name] for word in wanted), name


def _fill(small: Small) -> None:
    bad = [customer(2, visits="Maija"), customer(3, visits="Matti")]
    small.deliver("shop", [customer(1, email="aino@koe.example"), *bad, customer(4, kind="x")])
    small.deliver("chats", [chat(1, email="aino@koe.example"), chat(2, "2020-01-01T00:00:00Z")])
    small.ingest("shop", "chats")


def test_batches(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """`batches` says of each batch, newest first, what became of its records; `--json` the same in full."""
    _fill(small)
    rows = json.loads(ansvar(*on, "batches", "--json").out)
    assert [(row["source"], row["dataset"], row["state"], row["account"]["read"]) for row in rows] == [
        ("chats", "conversations", "done", 2),
        ("shop", "customers", "done", 4),
    ]
    assert rows[0]["account"]["dropped"] == {"past_retention": 1}
    lines = ansvar(*on, "batches").out.splitlines()
    assert lines[0].split("  ")[0] == "landed"
    assert [line.split()[2:] for line in lines[1:]] == [
        ["chats.conversations", "done", "2", "1", "0", "0", "0", "past_retention", "1", "0", "0"],
        ["shop.customers", "done", "4", "1", "0", "0", "2", "where", "1", "0", "0"],
    ]
    assert len(ansvar(*on, "batches", "--last", "1").out.splitlines()) == 2


def test_quarantine(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """`quarantine` counts by data set, field, rule and reason, and shows nothing of the records."""
    _fill(small)
    expected = {"data set": "shop_customers", "field": "visits", "rule": "type", "reason": "must be a whole number", "records": 2}
    assert json.loads(ansvar(*on, "quarantine", "--json").out) == [expected]
    shown = ansvar(*on, "quarantine").out
    assert Counter(shown.split())["shop_customers"] == 1
    assert "Maija" not in shown


def test_requests(small: Small, on: tuple[str, ...], ansvar: Command) -> None:
    """A request that was filed is known by an opaque id from then on, and its list shows no identifier."""
    given = ("--email", "Aino@koe.example", "--identifier", "customer_number=C1")
    answer = ansvar(*on, "request", "new", "--kind", "access", *given, "--language", "sv", "--by", "Dana Officer")
    assert (answer.code, answer.err) == (0, "")
    assert re.fullmatch(r"r[0-9a-f]{20}\n", answer.out)
    identifier = answer.out.strip()
    (row,) = json.loads(ansvar(*on, "request", "list", "--json").out)
    assert {"request": identifier, "kind": "access", "language": "sv", "state": "received"}.items() <= row.items()
    shown = ansvar(*on, "request", "list").out
    assert identifier in shown
    assert "aino" not in shown.lower() + json.dumps(row).lower()
    assert small.register.ledger.request(identifier).identifiers == (("customer_number", "C1"), ("email", "Aino@koe.example"))


def test_a_purge_that_is_only_shown(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """`purge --dry-run` tells what would go at the moment that the clock is put to, and changes nothing."""
    _fill(small)
    before = small.everything()
    assert ansvar(*on, "purge", "--dry-run").out == "Would delete on 2026-10-15: nothing.\n"
    shown = ansvar(*on, "--clock", "2027-01-02T03:00", "purge", "--dry-run").out
    assert "Would delete on 2027-01-02" in shown
    assert ["register", "chats_conversations", "chats", "1", "2026-10-01", "2026-10-01"] in [line.split() for line in shown.splitlines()]
    assert shown.endswith("1 records.\n")
    assert before == small.everything()


def test_a_forecast(small: Small, ansvar: Command, on: tuple[str, ...]) -> None:
    """`purge --forecast` tells by month what falls due, as far as is known, and changes nothing."""
    _fill(small)
    before = small.everything()
    shown = ansvar(*on, "purge", "--forecast").out
    assert "Falls due after 2026-10-15, as far as is known" in shown
    lines = [line.split() for line in shown.splitlines()]
    expected = ["register", "chats_conversations", "chats", *("1" if month == "2027-01" else "0" for month in lines[1][-13:])]
    assert expected in lines
    assert shown.endswith(" records.\n")
    assert before == small.everything()
    assert ansvar(*on, "--clock", "2040-01-01T03:00", "purge", "--forecast").out.startswith("Falls due in 2040-01 to 2041-01: nothing")


def test_a_request_that_a_person_answers(ansvar: Command, small: Small) -> None:
    """A request for erasure is filed and listed, no bundle answers it, and it is answered when a person says so."""
    on = ("--register", small.folder / "register", "--home", small.home.path)
    small.ingest("shop", whole=False)
    request = ansvar(*on, "request", "new", "--kind", "erasure", "--email", "asko@koti.example", "--by", "Dana Officer").out.strip()
    assert ansvar(*on, "export", request).message.startswith("The request is one of erasure, not for access")
    assert ansvar(*on, "request", "verify", request, "--how", "signed_in", "--by", "Dana").out == f"{request} is verified.\n"
    assert ansvar(*on, "request", "answered", request, "--by", "Dana").out == f"{request} is answered.\n"
    (row,) = json.loads(ansvar(*on, "request", "list", "--json").out)
    assert (row["kind"], row["state"]) == ("erasure", "answered")


def test_a_request_for_access_is_answered_by_its_bundle(ansvar: Command, small: Small) -> None:
    """A request for access cannot be called answered without its bundle."""
    on = ("--register", small.folder / "register", "--home", small.home.path)
    request = ansvar(*on, "request", "new", "--kind", "access", "--email", "asko@koti.example", "--by", "Dana Officer").out.strip()
    assert "is answered when its bundle is released" in ansvar(*on, "request", "answered", request, "--by", "Dana").message
