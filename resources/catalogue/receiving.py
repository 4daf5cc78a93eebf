"""Who receives a field, as the notice says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resources.catalogue.model import Catalogue, Dataset, Field


def recipients_of(catalogue: Catalogue, dataset: Dataset, field: Field, purpose: str) -> list[str]:
    """Who gets a field for a purpose: the processor that operates its source, and whoever receives what its promise covers."""
    operator = catalogue.sources[dataset.source].shape.operator
    return [
        name
        for name, each in catalogue.notice.recipients.items()
        if name == operator or (field.shape.promise in each.receives and purpose in (each.purposes or field.purposes))
    ]
