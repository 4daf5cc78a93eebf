"""What the fields of a data set are called in a language."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assets.rights.holding import KnownFrom
    from resources.catalogue import Dataset


def headings_of(dataset: Dataset, language: str) -> dict[str, str]:
    """What each field is called in a language, with the field's own name where two would be called the same."""
    told = {name: field.is_personal or field.shape.label is not None for name, field in dataset.fields.items()}
    labels = {name: field.label.in_language(language) if told[name] else name for name, field in dataset.fields.items()}
    times = Counter(labels.values())
    return {name: label if times[label] == 1 else f"{label} ({name})" for name, label in labels.items()}


def field_labels(known: KnownFrom, language: str) -> str:
    """What the fields that tell a value are called in a language."""
    headings = headings_of(known.dataset, language)
    return ", ".join(headings[name] for name in known.fields)
