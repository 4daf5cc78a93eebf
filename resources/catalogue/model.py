"""The catalogue as the rest of the code sees it: loaded, checked, and with what is inherited filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from resources.catalogue.request_shapes import RequestsShape
from resources.limits import ByLaw, laws_of, relations_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.catalogue.notice_shapes import NoticeShape
    from resources.catalogue.outreach_shapes import OutreachShape
    from resources.catalogue.retention_shapes import RetentionShape, RuleShape
    from resources.catalogue.shapes import (
        CategoryShape,
        DatasetShape,
        FieldShape,
        Label,
        RecordsRead,
        Shape,
        SourceShape,
        VocabularyShape,
        WholeShape,
    )
    from resources.limits import Limit

SYSTEM = "system"


@dataclass(frozen=True)
class Field:
    """A field with its tags, those that it inherits among them; `file` and `line` say where it is declared.

    `retention` names the rule that it goes by, `rule` is that rule: its record's, unless it has one of its own. `stated_at` says for
    each tag where it was stated, as `file:line`; a legal basis that follows from the purposes stands where they state it. What is not
    about a person has neither purposes nor a legal basis.
    """

    name: str
    shape: FieldShape
    purposes: tuple[str, ...]
    legal_bases: tuple[str, ...]
    retention: str
    rule: RuleShape
    label: Label
    file: str
    line: int
    stated_at: dict[str, str]

    @property
    def is_personal(self) -> bool:
        """Whether the field is about a person."""
        return self.shape.category != SYSTEM

    @property
    def identifies(self) -> str | None:
        """The kind of identifier that the field holds, if any."""
        return None if self.shape.identifies in (None, "none") else self.shape.identifies


@dataclass(frozen=True)
class Dataset:
    """A data set; `table` is its register table's name."""

    source: str
    name: str
    shape: DatasetShape
    read: RecordsRead
    rule: RuleShape
    fields: dict[str, Field]

    @property
    def table(self) -> str:
        """The name of its table in the schema `register`."""
        return f"{self.source}_{self.name}"

    @property
    def id(self) -> str:
        """The name people know it by: `source.dataset`."""
        return f"{self.source}.{self.name}"

    @property
    def early(self) -> list[Field]:
        """The fields that go before their record, by a rule of their own; or out of it, where its rule empties them and the rest stays."""
        emptied = self.rule.fields if self.rule.action == "blank" else ()
        return [field for name, field in self.fields.items() if field.retention != self.shape.retention or name in emptied]

    def limit_of(self, field: Field) -> Limit:
        """For how long a field is kept: what the law demands of its record, it demands of the field."""
        laws = laws_of(self.rule.limit)
        return ByLaw(field.rule.limit, laws) if laws and field.retention != self.shape.retention else field.rule.limit

    @property
    def relations(self) -> list[str]:
        """The relations that its record's rule waits for."""
        return relations_of(self.rule.limit)

    @property
    def rules(self) -> dict[str, RuleShape]:
        """Every rule by which the record or a part of it goes: the record's own first."""
        return {self.shape.retention: self.rule} | {field.retention: field.rule for field in self.early}

    @property
    def recorded(self) -> str | None:
        """The field that says when a record came about: the stated one, else an anchor that every record has; None without either."""
        if self.shape.recorded is not None:
            return self.shape.recorded
        return self.shape.anchor if self.fields[self.shape.anchor].shape.required else None

    @property
    def key(self) -> list[str]:
        """The fields that a record is known by; none where it is known by its content."""
        return self.shape.key if isinstance(self.shape.key, list) else []

    @property
    def audio(self) -> Field | None:
        """The field that names an audio file, if the records have one."""
        return next((field for field in self.fields.values() if field.shape.type == "file"), None)

    @property
    def roles_of(self) -> dict[str, str]:
        """The role that each identifying field belongs to."""
        return {name: role for role, names in self.shape.persons.items() for name in names}

    @property
    def categories(self) -> list[str]:
        """The data categories in it, sorted."""
        return sorted({field.shape.category for field in self.fields.values() if field.is_personal})


@dataclass(frozen=True)
class Source:
    """A source system and its data sets."""

    name: str
    shape: SourceShape
    connection: Shape
    datasets: dict[str, Dataset]
    folder: Path


@dataclass(frozen=True)
class Catalogue:
    """All that a register's YAML says; `digest` changes whenever any of it does. `relations` has the SQL of each relation.

    `outreach` is None in a register that says nothing of who may be written to: then nobody may.
    """

    folder: Path
    notice: NoticeShape
    retention: RetentionShape
    vocabulary: VocabularyShape
    sources: dict[str, Source]
    digest: str
    relations: dict[str, str] = field(default_factory=dict)
    requests: RequestsShape = field(default_factory=RequestsShape)
    outreach: OutreachShape | None = None

    @property
    def datasets(self) -> Iterator[Dataset]:
        """Every data set of every source, in the order of their files."""
        return (dataset for source in self.sources.values() for dataset in source.datasets.values())

    def dataset(self, table: str) -> Dataset:
        """The data set of a register table."""
        return next(dataset for dataset in self.datasets if dataset.table == table)

    def whole_of(self, dataset: Dataset, whole: WholeShape) -> Dataset:
        """The data set whose records those of another belong to, as `belongs_to` or `company_through` names it."""
        return self.sources[dataset.source].datasets[whole.dataset.rpartition(".")[2]]

    @property
    def staff_roles(self) -> frozenset[str]:
        """The roles in which the controller's own staff stand in records, as the notice says."""
        return frozenset(role for kind in self.notice.data_subjects.values() if kind.staff for role in kind.roles)

    def category(self, key: str) -> CategoryShape:
        """A data category of the vocabulary."""
        return self.vocabulary.categories[key]
