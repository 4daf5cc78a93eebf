"""The definitions are not built of models whose lineage is wrong."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from assets.lineage import written
from pipelines.definitions import build
from resources.catalogue.lineage import LineageError
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


def test_an_untagged_column_fails_the_build(small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model with a column that nobody tagged lets no definition be built, and the error names its file and line."""
    folder = shutil.copytree(written.FOLDER, tmp_path / "sql")
    model = folder / "identity" / "record_persons.sql"
    model.write_text(model.read_text(encoding="utf-8").replace(" AS person\n", " AS person, 1 AS one\n"), encoding="utf-8")
    monkeypatch.setattr(written, "FOLDER", folder)
    with pytest.raises(
        LineageError, match=r"sql/identity/record_persons\.sql:8:61: the column 'one' of identity\.record_persons is not described"
    ):
        build(small.folder / "register")
