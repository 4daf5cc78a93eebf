"""The files of a bundle, as lineage has them, are those that an answer holds."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from assets.lineage import build_lineage
from assets.rights.export import export
from assets.rights.facts import compared
from resources.catalogue import load_register
from tests.helpers.records import chat, customer
from tests.helpers.requests import file_verified
from tests.helpers.small import Small
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assets.lineage import Lineage


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A small register with a customer who also chatted, and a bad record of hers."""
    made = Small(tmp_path)
    made.deliver("shop", [customer(1, email="aino@koe.example", name="Aino", visits=3), customer(2, email="aino@koe.example", visits=-1)])
    made.deliver("chats", [chat(1, email="aino@koe.example", text="Hei")])
    made.ingest("shop", "chats")
    yield made
    made.close()


def test_an_answer_shows_the_columns_of_the_lineage(small: Small, lineage: Lineage) -> None:
    """Each data set's file of a real bundle has the columns that lineage leads into it, and so have quarantine's and that of links."""
    register = small.register
    request = file_verified(register.ledger, "access", "fi", [("email", "aino@koe.example")], register.clock.now())
    with zipfile.ZipFile(export(register, request.id).path) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
    data = {name: rows for name, rows in files.items() if name.startswith("data/")}
    assert data.keys() >= {"data/shop_customers.json", "data/chats_conversations.json", "data/quarantine.json"}
    for name in ("data/shop_customers.json", "data/chats_conversations.json"):
        shown = {key for row in data[name] for key in row}
        assert shown <= lineage.tables[f"bundle:{name}"].columns.keys()
        assert shown
    assert lineage.tables["bundle:links.json"].columns.keys() >= files["links.json"]["identifiers"][0].keys() - {"sources", "origins"}
    assert len(data["data/quarantine.json"][0]) == len(lineage.tables["bundle:data/quarantine.json"].columns)


def test_an_answers_files_are_those_of_the_lineage(small: Small, lineage: Lineage) -> None:
    """Every file of a real bundle that shows fields is in the lineage, in both formats, and the report shows what the files do."""
    register = small.register
    request = file_verified(register.ledger, "access", "fi", [("email", "aino@koe.example")], register.clock.now())
    with zipfile.ZipFile(export(register, request.id).path) as archive:
        files = {name for name in archive.namelist() if name.startswith("data/") or name == "report.html"}
    assert {f"bundle:{name}" for name in files} <= {table.name for table in lineage.tables.values() if table.kind == "bundle"}
    assert {"data/shop_customers.csv", "data/quarantine.csv", "report.html"} <= files
    downstream = {table for table, _ in lineage.downstream("register.shop_customers", "email")}
    assert {f"bundle:{name}" for name in ("data/shop_customers.csv", "data/shop_customers.json", "report.html", "links.json")} <= downstream
    assert {"bundle:data/facts.csv", "bundle:data/facts.json"} <= downstream
    assert "quarantine.records" in {table for table, _ in lineage.downstream("source:shop.customers", "email")}
    assert (
        lineage.tables["bundle:data/shop_customers.csv"].columns.keys() == lineage.tables["bundle:data/shop_customers.json"].columns.keys()
    )


def test_a_withheld_field_is_not_shown(small: Small) -> None:
    """A field that the catalogue withholds goes into no file."""
    fields = small.dataset("shop.customers")["fields"]
    fields["remark"] = {
        "type": "text",
        "category": "user.content.internal_note",
        "origin": "derived",
        "promise": "held",
        "mentions_others": True,
        "withhold": "trade_secret",
    }
    small.describe()
    lineage = build_lineage(small.register.catalogue)
    assert lineage.tags("register.shop_customers", "remark").withhold == {"trade_secret"}
    assert not any(table.startswith("bundle:data/shop") for table, _ in lineage.downstream("register.shop_customers", "remark"))
    assert "remark" not in lineage.tables["bundle:data/shop_customers.json"].columns
    assert "shop_customers.remark" not in lineage.tables["bundle:report.html"].columns


def test_facts_come_from_the_fields_that_are_compared() -> None:
    """The facts of a bundle are made of every field whose category is one of those that are compared, and of no other."""
    catalogue = load_register(ROOT / "register")
    wanted = {
        (f"register.{dataset.table}", field.name)
        for dataset in catalogue.datasets
        for field in dataset.fields.values()
        if field.shape.category in compared()
    }
    assert build_lineage(catalogue).sources("rights.facts", "value") == wanted
