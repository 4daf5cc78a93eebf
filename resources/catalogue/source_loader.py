"""One source's YAML as the rest of the code sees it: checked, and with what its fields inherit filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.model import SYSTEM, Dataset, Field, Source
from resources.catalogue.reading_rules import check_connection, check_read
from resources.catalogue.retention_shapes import RuleShape
from resources.catalogue.rules import DatasetRules, check_source
from resources.catalogue.salvage import empty, salvaged
from resources.catalogue.shapes import CONNECTIONS, READS, FilesConnection, RecordsRead

if TYPE_CHECKING:
    from pathlib import Path

    from resources.catalogue.inheritance import Effective
    from resources.catalogue.names import Names
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import FieldShape, Shape, SourceShape


def load_source(document: Document, shape: SourceShape, names: Names, notice: Document, folder: Path) -> Source:
    """A source with its data sets; what is wrong is reported in its document, and is empty in the source.

    Args:
        document: the source's file.
        shape: the shape that it was put into, as far as it fits.
        names: what its names may refer to.
        notice: `notice.yaml`, in which the purposes state their legal basis.
        folder: the register's folder.
    """
    check_source(document, shape, names)
    connection: Shape = empty(FilesConnection)
    if not document.is_broken(("connector",)):
        connection = salvaged(document, CONNECTIONS[shape.connector], ("connection",))
        check_connection(document, ("connection",), connection)
    datasets: dict[str, Dataset] = {}
    for name in shape.datasets:
        rules = DatasetRules(document, shape, name, names)
        rules.check()
        datasets[name] = _dataset(name, rules, _read(document, shape, name, connection), notice)
    return Source(shape.source, shape, connection, datasets, folder)


def _read(document: Document, source: SourceShape, name: str, connection: Shape) -> RecordsRead:
    place: Location = ("datasets", name, "read")
    if place not in document.places:
        document.report(place, "'read' is missing: say how its records are read")
        return empty(RecordsRead)
    if document.is_broken(("connector",)):
        return empty(RecordsRead)
    read = salvaged(document, READS[source.connector], place)
    check_read(document, place, read, source.datasets[name], connection)
    return read


def _dataset(name: str, rules: DatasetRules, read: RecordsRead, notice: Document) -> Dataset:
    shape = rules.dataset.shape
    rule = rules.names.rule(shape.retention) or empty(RuleShape)
    loading = _Fields(rules, rule, notice)
    fields = {each: loading.field(each, field) for each, field in rules.fields.items()}
    effective = shape.model_copy(update={"fields": {each: field.shape for each, field in fields.items()}})
    return Dataset(rules.source.source, name, effective, read, rule, fields)


class _Fields:
    """Makes the fields of one data set."""

    def __init__(self, rules: DatasetRules, rule: RuleShape, notice: Document) -> None:
        self.rules = rules
        self.rule = rule
        self.notice = notice
        self.document = rules.document

    def field(self, name: str, effective: Effective[FieldShape]) -> Field:
        shape, names = effective.shape, self.rules.names
        category = names.vocabulary.categories.get(shape.category)
        is_personal = shape.category != SYSTEM
        purposes = tuple(shape.purposes or ()) if is_personal else ()
        retention = shape.retention or self.rules.dataset.shape.retention
        return Field(
            name=name,
            shape=shape,
            purposes=purposes,
            legal_bases=(shape.legal_basis,) if shape.legal_basis else self._bases(purposes),
            retention=retention,
            rule=names.rule(retention) or self.rule,
            label=shape.label or (category.label if category else self.rules.dataset.shape.label),
            file=self.document.name,
            line=self.document.line((*self.rules.place, "fields", name)),
            stated_at=self._stated_at(effective, purposes),
        )

    def _bases(self, purposes: tuple[str, ...]) -> tuple[str, ...]:
        """The legal bases of purposes, sorted."""
        known = self.rules.names.bases
        return tuple(sorted({known[purpose] for purpose in purposes if purpose in known}))

    def _stated_at(self, effective: Effective[FieldShape], purposes: tuple[str, ...]) -> dict[str, str]:
        stated = {tag: f"{self.document.name}:{self.document.line(place)}" for tag, place in effective.stated.items()}
        if purposes and "legal_basis" not in stated:
            lines = sorted({self.notice.line(("purposes", purpose, "legal_basis")) for purpose in purposes})
            stated["legal_basis"] = ", ".join(f"{self.notice.name}:{line}" for line in lines)
        return dict(sorted(stated.items()))
