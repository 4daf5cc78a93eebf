"""What Dagster is told of tables: columns with their tags, and what they come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from dagster._utils.tags import is_valid_strict_tag_value, is_valid_tag_key

from assets.declare import as_dagster
from assets.identity.assets import identity_assets
from assets.ingest.assets import ingest_assets, key_of, source_specs
from resources.catalogue import load_register
from resources.catalogue.tags import SYSTEM_TAGS, Tags

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
Metadata = dict[dg.AssetKey, Any]


@pytest.fixture(scope="module", params=["register", "tests/registers/adventure_works"])
def folder(request: pytest.FixtureRequest) -> Path:
    """The demonstration company's register, and that of AdventureWorks."""
    return ROOT / str(request.param)


@pytest.fixture(scope="module")
def metadata(folder: Path) -> Metadata:
    """The metadata of every asset that has a table."""
    return {key: found for key, found in declared(folder).items() if "dagster/column_schema" in found}


def declared(folder: Path) -> Metadata:
    """The metadata of every asset that a register's catalogue gives rise to; none of them is run."""
    catalogue = load_register(folder)
    tables = {f"register.{dataset.table}": key_of(dataset) for dataset in catalogue.datasets}
    made = [*ingest_assets(catalogue, _never, _never), identity_assets(catalogue, _never, _never, tables)]
    return {spec.key: spec.metadata for spec in [*source_specs(catalogue), *(spec for each in made for spec in each.specs)]}


def _never(*_: object) -> Any:
    raise AssertionError


def columns(metadata: Mapping[str, Any]) -> dict[str, dg.TableColumn]:
    """The columns that a table's metadata has, by name."""
    return {column.name: column for column in _schema(metadata).columns}


def _schema(metadata: Mapping[str, Any]) -> dg.TableSchema:
    found = metadata["dagster/column_schema"]
    assert isinstance(found, dg.TableSchema)
    return found


def deps(metadata: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """What each column comes from: the asset, and its column."""
    found = metadata["dagster/column_lineage"]
    assert isinstance(found, dg.TableColumnLineage)
    return {name: [(dep.asset_key.to_user_string(), dep.column_name) for dep in each] for name, each in found.deps_by_column.items()}


def test_every_table_has_its_columns_with_tags_and_lineage(folder: Path, metadata: Metadata) -> None:
    """Each data set's table and each identity table is told with its columns, each with a category, and with what they come from."""
    tables = {dg.AssetKey(["ingest", dataset.source, dataset.name]) for dataset in load_register(folder).datasets}
    told = ("persons", "subjects", "links", "review", "record_persons", "companies", "company_records", "contact_periods")
    identity = {dg.AssetKey(["identity", name]) for name in told}
    assert metadata.keys() == tables | identity
    for each in metadata.values():
        for column in columns(each).values():
            assert any(tag.partition("/")[0] == "category" for tag in column.tags), column.name
            assert column.description
        assert set(deps(each)) <= set(columns(each))


def test_tags_keep_to_dagsters_limits(metadata: Metadata) -> None:
    """Every key and value of a column's tags is such as Dagster takes."""
    for each in metadata.values():
        for column in columns(each).values():
            assert all(is_valid_tag_key(key) and is_valid_strict_tag_value(value) for key, value in column.tags.items())


def test_upstream_columns_are_of_assets_that_are_upstream(folder: Path, metadata: Metadata) -> None:
    """What a column is said to come from is a column of an asset that exists: a source's field, or a column of another table."""
    sources = {key for key in declared(folder) if key.path[0] == "source"}
    for key, each in metadata.items():
        for listed in deps(each).values():
            for asset, column in listed:
                upstream = dg.AssetKey.from_user_string(asset)
                assert upstream != key
                assert upstream in sources or column in columns(metadata[upstream])


def test_the_columns_of_the_demonstration_company() -> None:
    """A field comes from the source's own field; an identifier from every table that bears it, through tables that are no assets."""
    specs = declared(ROOT / "register")
    chats = specs[dg.AssetKey(["ingest", "chats", "conversations"])]
    assert deps(chats)["email"] == [("source/chats", "conversations.visitor.email")]
    assert ("source/chats", "conversations.visitor.email") in deps(chats)["_person"]
    email = columns(chats)["email"]
    assert (email.type, email.description) == ("VARCHAR", "E-mail address, from chats.conversations.email, there visitor.email")
    assert email.tags["category"] == "user.contact.email"
    assert columns(chats)["conversation_id"].constraints.nullable is False
    person = columns(chats)["_person"].description
    assert person == (
        "The main role's person within the source, opaque, from chats.conversations.visitor.email, chats.conversations.visitor.phone, "
        "chats.conversations.visitor.user_id"
    )
    links = specs[dg.AssetKey(["identity", "links"])]
    assert ("ingest/chats/conversations", "email") in deps(links)["value"]
    assert "category/user.contact.email" in columns(links)["value"].tags
    assert columns(links)["value"].description.startswith("The identifier, normalised, from register.accounts_logins.")  # type: ignore[union-attr]
    assert columns(links)["kind"].tags == {"category": "system"}
    subjects = specs[dg.AssetKey(["identity", "subjects"])]
    assert ("ingest/chats/conversations", "_record") in deps(subjects)["records"]
    assert ("ingest/chats/conversations", "email") in deps(subjects)["subject"]


def test_one_word_is_a_value_and_several_are_keys() -> None:
    """One category is a tag's value, as people read it; of several, each is a key of its own."""
    assert as_dagster(SYSTEM_TAGS) == {"category": "system"}
    tags = Tags(categories=frozenset({"user.name", "user.contact"}), origins=frozenset({"derived"}), shared=True)
    assert as_dagster(tags) == {"category/user.contact": "", "category/user.name": "", "origin": "derived", "shared": "true"}
