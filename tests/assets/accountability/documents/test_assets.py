"""The documents as assets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.accountability.assets import document_assets
from assets.accountability.documents.write import Document
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A small register with nothing in it."""
    made = Small(tmp_path)
    yield made
    made.close()


def test_assets_write_into_the_home(small: Small) -> None:
    """Each asset writes its documents into the home and states version, date, and name, size and digest of each file."""
    assets = document_assets(small.register.catalogue, lambda _: small.register, [dg.AssetKey(["identity", "links"])])
    done = dg.materialize(assets)
    assert done.success
    found = {path.name: Document(path.name, path.read_bytes()) for path in (small.home.path / "documents").iterdir()}
    told: dict[str, str] = {}
    for key in ("notice", "record_of_processing", "data_map"):
        (event,) = done.asset_materializations_for_node(f"accountability__{key}")
        metadata = event.metadata
        assert (metadata["version"].value, metadata["date"].value) == ("1", "2026-01-01")
        mine = [document for name, document in found.items() if name.startswith(f"{key}.")]
        assert (len(mine), sum(len(each.content) for each in mine)) == (metadata["files"].value, metadata["bytes"].value)
        told |= {
            document.name: document.sha256
            for document in mine
            if f"| {document.name} | {len(document.content)} | {document.sha256} |" in str(metadata["written"].value)
        }
    assert {name: document.sha256 for name, document in found.items()} == told


def test_assets_stand_in_their_group_after_what_they_follow(small: Small) -> None:
    """Their keys, group, kinds and what they come after."""
    after = dg.AssetKey(["identity", "links"])
    specs = {
        spec.key.to_user_string(): spec
        for each in document_assets(small.register.catalogue, lambda _: small.register, [after])
        for spec in each.specs
    }
    assert {"accountability/notice", "accountability/record_of_processing", "accountability/data_map"} == set(specs)
    assert {("accountability", after)} == {(spec.group_name, dep.asset_key) for spec in specs.values() for dep in spec.deps}
    assert {"html", "pdf", "markdown"} == specs["accountability/notice"].kinds
