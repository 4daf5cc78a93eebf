"""The small register's lineage, and a copy of the models to make mistakes in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assets.lineage import assemble, build_lineage
from resources.catalogue.lineage import LineageError
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assets.lineage import Lineage
    from resources.catalogue import Catalogue
    from resources.catalogue.positions import Problem

SQL = Path(__file__).parents[3] / "sql"


@pytest.fixture(scope="package")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """The catalogue of a register of a shop, chats, recorded calls and a public register."""
    small = Small(tmp_path_factory.mktemp("small"))
    yield small.register.catalogue
    small.close()


@pytest.fixture(scope="package")
def lineage(catalogue: Catalogue) -> Lineage:
    """The lineage of its columns."""
    return build_lineage(catalogue)


@dataclass(frozen=True)
class Models:
    """A copy of the folder `sql`, to be changed."""

    folder: Path
    catalogue: Catalogue

    def change(self, file: str, old: str, new: str) -> int:
        """Replace a text, which must stand in the file once; gives the line where it began."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def write(self, file: str, text: str) -> None:
        """Write a file."""
        path = self.folder / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def problems(self) -> list[Problem]:
        """What is wrong with them."""
        with pytest.raises(LineageError) as raised:
            assemble(self.catalogue, self.folder)
        return raised.value.problems

    def problem(self) -> tuple[str, int, str]:
        """The one mistake in them: its file, line and text."""
        (problem,) = self.problems()
        return problem.file, problem.line, problem.message


@pytest.fixture
def models(tmp_path: Path, catalogue: Catalogue) -> Models:
    """A copy of the models."""
    return Models(Path(shutil.copytree(SQL, tmp_path / "sql")), catalogue)
