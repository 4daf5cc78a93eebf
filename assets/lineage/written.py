"""What stands in the folder `sql`: the models, and the descriptions of tables beside them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources as package_data
from pathlib import Path
from typing import TYPE_CHECKING

from resources.catalogue.tags_declared import read_described

if TYPE_CHECKING:
    from resources.catalogue.positions import Document, Location, Problem
    from resources.catalogue.shapes import VocabularyShape
    from resources.catalogue.tags_declared import ColumnDescription, TableDescription

FOLDER = Path(str(package_data.files("sql")))
"""The models that come with Ansvar."""


@dataclass(frozen=True)
class Model:
    """A model: `identity.links`, its stage, its file as people name it, and its text."""

    name: str
    stage: str
    file: str
    text: str


@dataclass(frozen=True)
class Described:
    """A table's description, and the document that it stands in."""

    name: str
    stage: str
    shape: TableDescription
    document: Document

    @property
    def line(self) -> int:
        """The line in which it begins."""
        return self.document.places["tables", self.name][0]

    def line_of(self, column: str) -> int:
        """The line in which a column is described."""
        return self.document.places["tables", self.name, "columns", column][0]

    def problem(self, message: str, *location: str | int) -> Problem:
        """A mistake at a place within the description."""
        place: Location = ("tables", self.name, *location)
        return self.document.problem(place, message)

    def column(self, name: str) -> ColumnDescription:
        """A column's description."""
        return self.shape.columns[name]


@dataclass(frozen=True)
class Written:
    """All of the folder; `problems` are mistakes in the descriptions."""

    models: dict[str, Model]
    tables: dict[str, Described]
    problems: list[Problem]


def read_sql(folder: Path, vocabulary: VocabularyShape) -> Written:
    """Read a folder of models."""
    models = {}
    for path in sorted(folder.glob("*/*.sql")):
        stage = path.parent.name
        models[f"{stage}.{path.stem}"] = Model(f"{stage}.{path.stem}", stage, f"sql/{stage}/{path.name}", path.read_text(encoding="utf-8"))
    tables: dict[str, Described] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*/columns.yaml")):
        stage = path.parent.name
        document, shapes = read_described(path, f"sql/{stage}/columns.yaml", vocabulary)
        problems += document.problems
        for name, shape in shapes.items():
            if name in tables:
                problems.append(document.problem(("tables", name), f"'{name}' is described in sql/{tables[name].stage} already: keep one"))
            tables[name] = Described(name, stage, shape, document)
    return Written(models, tables, problems)
