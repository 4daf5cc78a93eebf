"""What the documents read off the catalogue: who gets which fields, what a data set's rule is, whom its records are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.accountability.documents.speaking import texts
from resources.catalogue.shapes import Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.catalogue import Catalogue, Dataset, Field
    from resources.catalogue.retention_shapes import RuleShape


ANY_PERSONAL = "user"


def label_of(thing: Label | object) -> Label:
    """The label of a word of the vocabulary, which is a label itself or bears one."""
    return thing if isinstance(thing, Label) else Label.model_validate(getattr(thing, "label"))  # noqa: B009 - of several shapes


def category_label(catalogue: Catalogue, key: str) -> Label:
    """The label of a data category; what is of no nearer category is called other personal data."""
    return texts()["other_personal"] if key == ANY_PERSONAL else catalogue.category(key).label


def personal_fields(catalogue: Catalogue) -> Iterator[tuple[Dataset, Field]]:
    """Every field that is about a person, with its data set, in the order of the files."""
    for dataset in catalogue.datasets:
        for field in dataset.fields.values():
            if field.is_personal:
                yield dataset, field


def subjects_of(catalogue: Catalogue, dataset: Dataset) -> list[str]:
    """The kinds of data subjects that stand in a data set's records."""
    return [
        name for name, subjects in catalogue.notice.data_subjects.items() if not dataset.shape.persons.keys().isdisjoint(subjects.roles)
    ]


def purposes_of(dataset: Dataset) -> list[str]:
    """The purposes of a data set's personal data."""
    return list(dict.fromkeys(purpose for field in dataset.fields.values() if field.is_personal for purpose in field.purposes))


def rule_name(catalogue: Catalogue, rule: RuleShape) -> str:
    """The id of a retention rule."""
    return next(name for name, each in catalogue.retention.rules.items() if each is rule)


def earlier_fields(catalogue: Catalogue, dataset: Dataset) -> dict[str, RuleShape]:
    """The fields of a data set that go before their record does, and by which rule."""
    rules = catalogue.retention.rules
    return {field.name: rules[field.retention] for field in dataset.fields.values() if rules[field.retention] is not dataset.rule}


def anchor_label(dataset: Dataset) -> Label | None:
    """What the field is called that the period is counted from; none where it has no name that a person would know."""
    anchor = dataset.fields[dataset.shape.anchor]
    return anchor.label if anchor.is_personal or anchor.shape.label is not None else None
