"""`ansvar lineage`: where a column comes from and where it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pipelines.cli.lineage_tree import HEIGHT, WIDTH

if TYPE_CHECKING:
    from tests.pipelines.cli.conftest import Command

FILES = (
    "  stands in the bundle's files: data/facts.csv, data/facts.json, data/shop_customers.csv, data/shop_customers.json, links.json, "
    "report.html"
)
EMAIL = "register.shop_customers.email  [user.contact.email | data_subject | held | identifies email]"


def test_a_column_to_the_sources_field_and_to_the_bundle(ansvar: Command, on: tuple[str, ...]) -> None:
    """A field of the register is shown with its tags, its source's field, and all that is made of it, down to the bundle's files."""
    answer = ansvar(*on, "lineage", "register.shop_customers.email")
    lines = answer.out.splitlines()
    assert answer.code == 0
    assert lines[0] == EMAIL
    assert lines[1].startswith("  ")
    assert "sources/shop.yaml:" in lines[1]
    assert lines[2:6] == [
        "  comes from",
        "    source:shop.customers.email",
        "  goes into",
        "    bundle:data/shop_customers.csv.email, bundle:data/shop_customers.json.email, bundle:report.html.shop_customers.email",
    ]
    steps = [line.strip() for line in lines]
    assert any(step.startswith("identity.links.value") for step in steps)
    assert "bundle:links.json.value, bundle:report.html.links.value" in steps
    assert any(step.startswith("identity.identifiers.value  [") for step in steps)
    assert lines[-3:] == [
        "  its source's field also goes into: quarantine.records._context, quarantine.records._quarantine, quarantine.records.record",
        FILES,
        "",
    ]


def test_a_column_fits_a_screen(ansvar: Command, on: tuple[str, ...]) -> None:
    """However much is made of a column, and of however much it is made: forty lines of 160 characters and an empty one, with every file."""
    shown = 0
    for name in ("source:shop.customers.email", "quarantine.records", "identity.identifiers", "ledger.gone", "rights.unread.record"):
        for column in ansvar(*on, "lineage", name).out.split("\n\n")[:-1]:
            lines = column.splitlines()
            assert len(lines) <= HEIGHT
            assert max(map(len, lines)) <= WIDTH
            shown += 1
    assert shown > 20
    assert "  stands in the bundle's files: data/facts.csv, data/facts.json, " in ansvar(*on, "lineage", "source:shop.customers.email").out


def test_tags_are_shown_where_they_change(ansvar: Command, on: tuple[str, ...]) -> None:
    """A step whose tags are those of the step above it does not repeat them; of others, a list is cut after three words."""
    lines = ansvar(*on, "lineage", "rights.links.value").out.splitlines()
    assert "    identity.links.value" in lines
    assert all(" and " not in line for line in lines[: lines.index("  comes from")])
    assert any(line.strip().startswith("register.shop_customers.email  [user.contact.email | ") for line in lines)


def test_a_column_may_be_named_by_its_data_set(ansvar: Command, on: tuple[str, ...]) -> None:
    """`shop.customers.email` is the same column as `register.shop_customers.email`."""
    assert ansvar(*on, "lineage", "shop.customers.email").out == ansvar(*on, "lineage", "register.shop_customers.email").out


def test_each_step_stands_under_what_is_made_of_it(ansvar: Command, on: tuple[str, ...]) -> None:
    """An identifier is followed step by step: evidence, identifiers, the register's tables, the sources; each a step further in."""
    lines = ansvar(*on, "lineage", "rights.links.value").out.splitlines()
    wanted = [
        "identity.links.value",
        "identity.evidence.value",
        "identity.given.value",
        "identity.identifiers.value",
        "register.shop_customers.email",
        "source:shop.customers.email",
    ]
    depths = [next(len(line) - len(line.lstrip()) for line in lines if line.split("  [")[0].strip() == name) for name in wanted]
    assert depths == [4, 6, 8, 10, 12, 14]
    assert lines[0].startswith("rights.links.value  [user.contact.email, user.contact.phone_number, user.device.cookie_id, user.unique_id")


def test_a_ring_ends(ansvar: Command, on: tuple[str, ...]) -> None:
    """Labels, which are made of themselves, are shown without end-less repetition."""
    answer = ansvar(*on, "lineage", "identity.labels.label")
    assert answer.code == 0
    assert "identity.round.label" in answer.out
    assert "(opened elsewhere)" in answer.out


def test_a_whole_table(ansvar: Command, on: tuple[str, ...]) -> None:
    """A table without a column shows each of its columns in turn."""
    out = ansvar(*on, "lineage", "registry.traders").out
    heads = [line.split("  ")[0] for line in out.splitlines() if line.startswith("register.")]
    assert heads == [
        f"register.registry_traders.{name}" for name in ("_record", "_person", "_batch", "_ingested_at", "id", "name", "ended_on")
    ]


def test_json(ansvar: Command, on: tuple[str, ...]) -> None:
    """As JSON, a column has its tags, its place, and everything upstream and downstream with what it is made of."""
    told = json.loads(ansvar(*on, "lineage", "identity.evidence.value", "--json").out)
    assert (told["table"], told["column"], told["type"], told["file"]) == (
        "identity.evidence",
        "value",
        "VARCHAR",
        "sql/identity/evidence.sql",
    )
    assert told["sources"] == ["identity.given.value"]
    upstream = {f"{each['table']}.{each['column']}": each for each in told["upstream"]}
    assert upstream["register.shop_customers.phone"]["sources"] == ["source:shop.customers.phone"]
    assert upstream["source:shop.customers.phone"]["tags"]["categories"] == ["user.contact.phone_number"]
    downstream = {f"{each['table']}.{each['column']}" for each in told["downstream"]}
    assert downstream >= {"bundle:links.json.value", "bundle:report.html.links.value"}
    field = json.loads(ansvar(*on, "lineage", "shop.customers.email", "--json").out)
    assert field["source_also_into"] == ["quarantine.records._context", "quarantine.records._quarantine", "quarantine.records.record"]
    assert len(json.loads(ansvar(*on, "lineage", "registry.traders", "--json").out)) == 7


def test_how_much_is_tagged(ansvar: Command, on: tuple[str, ...]) -> None:
    """Without a name, each table's columns are counted by how they came to their tags: none is left without."""
    rows = json.loads(ansvar(*on, "lineage", "--json").out)
    assert {row["table"] for row in rows} >= {
        "register.shop_customers",
        "identity.links",
        "rights.unread",
        "ledger.requests",
        "quarantine.records",
    }
    assert all(row["columns"] == row["declared"] + row["lineage"] for row in rows)
    assert {row["untagged"] for row in rows} == {0}
    counted = next(row for row in rows if row["table"] == "identity.subjects")
    assert counted == {"table": "identity.subjects", "columns": 4, "declared": 3, "lineage": 1, "untagged": 0}
    printed = ansvar(*on, "lineage").out.splitlines()
    assert printed[0].split("  ")[0] == "table"
    total = sum(row["columns"] for row in rows)
    assert printed[-1].split() == [
        "all",
        f"{total:,}",
        *(f"{sum(row[key] for row in rows):,}" for key in ("declared", "lineage", "untagged")),
    ]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("identity.link.value", "identity.links.value"),
        ("identity.links.vale", "identity.links.value"),
        ("shop.customer.email", "shop.customers.email"),
        ("ledger.request", "ledger.requests"),
    ],
)
def test_an_unknown_name(name: str, nearest: str, ansvar: Command, on: tuple[str, ...]) -> None:
    """A name that is none is a user's mistake, answered with the nearest."""
    assert ansvar(*on, "lineage", name).message == f"There is no table or column '{name}': did you mean '{nearest}'?"


@pytest.mark.parametrize(
    ("name", "dataset", "meant"),
    [
        ("shop.customers.callback_number", "shop.customers", ""),
        ("register.shop_customers.shoe_size", "shop.customers", ""),
        ("shop.customers.emial", "shop.customers", " Did you mean 'shop.customers.email'?"),
    ],
)
def test_a_field_that_is_not_declared(name: str, dataset: str, meant: str, ansvar: Command, on: tuple[str, ...]) -> None:
    """A field that a data set does not have may stand in its source: the command says that it is not declared, and what finds it."""
    field = name.rpartition(".")[2]
    said = (
        f"The catalogue declares no field '{field}' in {dataset}: `ansvar discover` shows the fields that its source has and the catalogue"
    )
    assert ansvar(*on, "lineage", name).message == f"{said} does not declare.{meant}"


def test_a_name_like_none(ansvar: Command, on: tuple[str, ...]) -> None:
    """Where nothing is near, the command says how to see what there is."""
    assert ansvar(*on, "lineage", "?").message == "There is no table or column '?': `ansvar lineage` lists the tables."


def test_check_counts_the_columns(ansvar: Command, on: tuple[str, ...]) -> None:
    """`ansvar check` checks lineage too, and says how many columns have their tags by declaration and by lineage."""
    rows = json.loads(ansvar(*on, "lineage", "--json").out)
    total, declared, derived = (sum(row[key] for row in rows) for key in ("columns", "declared", "lineage"))
    expected = f"{len(rows)} tables, {total} columns: the tags of {declared} are declared, those of {derived} come by lineage."
    assert expected in ansvar(*on, "check").out.splitlines()
