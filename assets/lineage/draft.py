"""The graph while it is built: columns with what they are made of, whose tags are worked out once all of them stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assets.lineage.graph import Column, Kind, Lineage, Table
from resources.catalogue.positions import Problem
from resources.catalogue.tags import SYSTEM_TAGS, Tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from resources.catalogue.lineage_scope import Base
    from resources.catalogue.tags_declared import DeclaredTags


@dataclass
class DraftColumn:
    """A column: `given` are the tags of a field of the catalogue, `declared` what is stated beside a model.

    `is_empty`: the register has nothing that the column could be made of (no field of a category, no person in a data set).
    """

    name: str
    description: str
    file: str
    line: int
    type: str = ""
    sources: set[Base] = field(default_factory=set)
    given: Tags | None = None
    declared: DeclaredTags | None = None
    is_empty: bool = False

    def tags(self, made_of: Iterable[Tags]) -> Tags:
        """Its tags, where what it is made of has these."""
        if self.given is not None:
            return self.given
        if self.is_empty:
            return SYSTEM_TAGS
        found = Tags()
        for each in made_of:
            found |= each
        return self.declared.over(found) if self.declared is not None else found


@dataclass
class DraftTable:
    """A table whose columns are being gathered."""

    name: str
    kind: Kind
    description: str
    columns: dict[str, DraftColumn] = field(default_factory=dict)
    dataset: str | None = None

    def add(self, column: DraftColumn) -> DraftColumn:
        """Add a column."""
        self.columns[column.name] = column
        return column


@dataclass
class Draft:
    """All tables so far, and the mistakes that were met."""

    tables: dict[str, DraftTable] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, table: DraftTable) -> DraftTable:
        """Add a table."""
        self.tables[table.name] = table
        return table

    def untagged(self, tags: dict[Base, Tags]) -> list[Problem]:
        """The columns that lack tags, each with its place."""
        problems = []
        for table in self.tables.values():
            for column in table.columns.values():
                missing = tags[table.name, column.name].missing
                if missing:
                    problems.append(Problem(column.file, column.line, 1, _untagged(table, column, missing)))
        return problems

    def tags(self) -> dict[Base, Tags]:
        """The tags of every column: again and again until none gains any, for columns may be made of each other in a ring."""
        found: dict[Base, Tags] = {}
        changed = True
        while changed:
            changed = False
            for table in self.tables.values():
                for column in table.columns.values():
                    base = (table.name, column.name)
                    tags = column.tags(found[source] for source in column.sources if source in found)
                    if found.get(base) != tags:
                        found[base], changed = tags, True
        return found

    def lineage(self, tags: dict[Base, Tags]) -> Lineage:
        """The finished graph."""
        return Lineage(
            {
                table.name: Table(
                    table.name,
                    table.kind,
                    table.description,
                    {
                        column.name: Column(
                            name=column.name,
                            type=column.type,
                            description=column.description,
                            tags=tags[table.name, column.name],
                            sources=frozenset(column.sources),
                            declared=column.given is not None or column.declared is not None,
                            file=column.file,
                            line=column.line,
                        )
                        for column in table.columns.values()
                    },
                    table.dataset,
                )
                for table in self.tables.values()
            }
        )


def _untagged(table: DraftTable, column: DraftColumn, missing: list[str]) -> str:
    folder = table.name.partition(".")[0]
    where = "sql/ingest" if folder in ("register", "quarantine", "meta") else f"sql/{folder}"
    if "categories" in missing:
        what = "is made of nothing that has tags, and none is declared"
    else:
        what = f"is about a person and has no {' and no '.join(missing)}"
    return f"the column '{column.name}' of {table.name} {what}: declare its tags, with the reason, in {where}/columns.yaml"
