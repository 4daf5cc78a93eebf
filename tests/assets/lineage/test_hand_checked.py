"""Lineage against what a person found by reading the SQL, and the tags that follow from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from resources.catalogue.model import SYSTEM

if TYPE_CHECKING:
    from assets.lineage import Lineage

CHECKED: dict[str, list[str]] = YAML(typ="safe", pure=True).load(Path(__file__).with_name("hand_checked.yaml"))
PSEUDONYM = frozenset({"user.unique_id.pseudonymous"})


def column(name: str) -> tuple[str, str]:
    """A column's name taken apart."""
    table, _, own = name.rpartition(".")
    return table, own


@pytest.mark.parametrize("name", CHECKED)
def test_a_column_is_made_of_what_its_sql_says(name: str, lineage: Lineage) -> None:
    """A column comes directly from the columns that a reader of the SQL finds, and from no others."""
    assert sorted(CHECKED[name]) == sorted(".".join(base) for base in lineage.sources(*column(name)))


def test_enough_is_checked() -> None:
    """The table of columns that were checked by hand spans the stages."""
    stages = [name.partition(".")[0] for name in CHECKED]
    assert len(stages) > 60
    assert {"register", "identity", "rights", "outreach", "quarantine", "ledger"} <= set(stages)


def test_a_column_is_followed_to_the_source_systems_field(lineage: Lineage) -> None:
    """An identifier in the identity tables is followed through every table between to the source's own field, and on into the bundle."""
    found = lineage.upstream("identity.links", "value")
    fields = {base for base in found if base[0].startswith("source:")}
    assert fields == {
        ("source:shop.customers", "customer_number"),
        ("source:shop.customers", "email"),
        ("source:shop.customers", "phone"),
        *(("source:chats.conversations", each) for each in ("user_id", "email", "phone", "cookie", "agent_email")),
        ("source:calls.recordings", "phone"),
        ("source:registry.traders", "id"),
    }
    assert ("bundle:links.json", "value") in lineage.downstream("source:registry.traders", "id")
    assert ("bundle:data/shop_customers.json", "visits") in lineage.downstream("source:shop.customers", "visits")


def test_what_goes_in_a_ring_is_followed_once(lineage: Lineage) -> None:
    """Labels are made of themselves by the rounds: asking for their upstream ends, and finds themselves and what they began with."""
    found = lineage.upstream("identity.labels", "label")
    assert {("identity.round", "label"), ("identity.edges", "one"), ("identity.evidence", "person")} <= found


def test_tags_are_those_of_all_that_a_column_is_made_of(lineage: Lineage) -> None:
    """An identifier bears the categories, origins, kinds and retention of every field that it may come from."""
    tags = lineage.tags("identity.links", "value")
    assert tags.categories == {"user.unique_id", "user.contact.email", "user.contact.phone_number", "user.device.cookie_id"}
    assert tags.origins == {"derived", "data_subject", "service_use", "website", "public_register"}
    assert tags.identifies == {"customer_number", "email", "phone", "user_id", "cookie_id", "sole_trader_id"}
    assert tags.retention == {"relation", "chats", "calls", "registry"}


def test_what_is_declared_stands_over_lineage(lineage: Lineage) -> None:
    """A hash of a person is a pseudonym and identifies by itself; a count of persons and a reason are of the system."""
    for table, name in (("register.shop_customers", "_person"), ("identity.persons", "subject"), ("identity.labels", "label")):
        tags = lineage.tags(table, name)
        assert (tags.categories, tags.origins, tags.identifies) == (PSEUDONYM, frozenset({"derived"}), frozenset[str]())
        assert tags.promises
    for table, name in (("identity.subjects", "persons"), ("identity.links", "reason"), ("rights.matches", "joins")):
        assert lineage.tags(table, name).categories == {SYSTEM}


def test_a_hash_of_what_is_no_ones_is_no_ones(lineage: Lineage) -> None:
    """A record's id is about a person where its key is, and of the system where that is."""
    assert lineage.tags("register.shop_customers", "_record").categories == PSEUDONYM
    assert lineage.tags("register.chats_conversations", "_record").categories == {SYSTEM}
    assert lineage.tags("identity.record_persons", "_record").categories == PSEUDONYM


def test_a_quarantined_record_bears_all_tags_of_its_source(lineage: Lineage) -> None:
    """What was not read in may hold any field, so it bears the tags of every field of every source."""
    tags = lineage.tags("quarantine.records", "record")
    assert {"user.demographic.date_of_birth", "user.content.private", "user.name"} <= tags.categories
    assert tags.mentions_others
    assert tags == lineage.tags("bundle:data/quarantine.json", "record")


def test_types_are_those_of_the_database(lineage: Lineage) -> None:
    """Every column of a table or model has the type that DuckDB gives it."""
    assert lineage.column("identity.subjects", "records").type == "BIGINT"
    assert lineage.column("register.shop_customers", "spent").type == "DECIMAL(24, 6)"
    assert lineage.column("rights.unread", "_quarantined_at").type == "TIMESTAMP"
    assert all(
        column.type for table in lineage.tables.values() if table.kind not in ("source", "bundle") for column in table.columns.values()
    )
