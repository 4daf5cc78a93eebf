"""What the fields of a data set are called in a language."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from assets.rights.recordings import AT_SOURCE

if TYPE_CHECKING:
    from assets.rights.holding import KnownFrom
    from assets.rights.wording import Wording
    from resources.catalogue import Dataset


def headings_of(dataset: Dataset, language: str) -> dict[str, str]:
    """What each field is called in a language, with the field's own name where two would be called the same."""
    labels = {name: field.label.in_language(language) for name, field in dataset.fields.items()}
    times = Counter(labels.values())
    return {name: label if times[label] == 1 else f"{label} ({name})" for name, label in labels.items()}


def given_headings(dataset: Dataset, wording: Wording) -> dict[str, str]:
    """What stands above each value of a row as it is given: of each field, and of what a recording is called at its source."""
    headings: dict[str, str] = {}
    for name, heading in headings_of(dataset, wording.language).items():
        headings[name] = heading
        if dataset.audio is not None and name == dataset.audio.name:
            headings[f"{name}{AT_SOURCE}"] = wording.text("name_at_source", field=heading)
    return headings


def field_labels(known: KnownFrom, language: str) -> str:
    """What the fields that tell a value are called in a language."""
    headings = headings_of(known.dataset, language)
    return ", ".join(headings[name] for name in known.fields)
