"""The record of processing activities: what GDPR Art. 30(1) asks a controller to keep, one activity a purpose."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from assets.accountability.documents.model import recipient_content, retention_content
from assets.accountability.documents.reading import category_label, label_of, personal_fields, purposes_of, subjects_of
from assets.accountability.documents.speaking import told
from resources.catalogue.receiving import recipients_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assets.accountability.documents.model import Content
    from resources.catalogue import Catalogue, Dataset, Field


def processing_record(catalogue: Catalogue) -> Content:
    """The record as plain data, in every language: the controller, each processing activity, and the security measures.

    Words of the vocabulary bear the article of the law and the IRI of the W3C's Data Privacy Vocabulary (https://w3c.github.io/dpv/dpv/)
    where they have one.
    """
    notice = catalogue.notice
    return {
        "register": told(notice.name),
        "version": notice.version.version,
        "date": dt.date.isoformat(notice.version.date),
        "controller": notice.controller.model_dump(),
        "activities": {name: _activity(catalogue, name) for name in notice.purposes},
        "security": told(notice.security),
    }


def _activity(catalogue: Catalogue, name: str) -> Content:
    vocabulary, notice = catalogue.vocabulary, catalogue.notice
    purpose = notice.purposes[name]
    used = [(dataset, field) for dataset, field in personal_fields(catalogue) if name in field.purposes]
    datasets = {dataset.id: dataset for dataset in catalogue.datasets if name in purposes_of(dataset)}
    bases = dict.fromkeys([purpose.legal_basis, *(field.shape.legal_basis for _, field in used if field.shape.legal_basis)])
    subjects = {each for dataset in datasets.values() for each in subjects_of(catalogue, dataset)}
    recipients = {each for dataset, field in used for each in recipients_of(catalogue, dataset, field, name)}
    return {
        "label": told(purpose.label),
        "legal_bases": {each: _word(vocabulary.legal_bases[each]) for each in bases},
        "balancing": told(purpose.balancing) if purpose.balancing else None,
        "data_subjects": {each: told(shape.label) for each, shape in notice.data_subjects.items() if each in subjects},
        "categories": {
            key: _word(vocabulary.categories[key]) | {"label": told(category_label(catalogue, key))}
            for key in vocabulary.categories
            if key in _distinct(used, "category")
        },
        "origins": {
            key: _word(vocabulary.origins[key]) | {"label": told(notice.origins[key])}
            for key in notice.origins
            if key in _distinct(used, "origin")
        },
        "sources": _sources(catalogue, datasets.values()),
        "recipients": {key: recipient_content(catalogue, key) for key in notice.recipients if key in recipients},
        "time_limits": {key: retention_content(catalogue, dataset) for key, dataset in datasets.items()},
    }


def _distinct(used: Iterable[tuple[Dataset, Field]], tag: str) -> set[str]:
    return {getattr(field.shape, tag) for _, field in used}


def _sources(catalogue: Catalogue, datasets: Iterable[Dataset]) -> Content:
    sources: Content = {}
    for dataset in datasets:
        entry = sources.setdefault(dataset.source, {"label": told(catalogue.sources[dataset.source].shape.label), "datasets": {}})
        entry["datasets"][dataset.id] = told(dataset.shape.label)
    return sources


def _word(word: Any) -> Content:
    """A word of the vocabulary: its label, and its article and IRI where it has them."""
    further = {key: getattr(word, key, None) for key in ("article", "iri")}
    return {"label": told(label_of(word))} | {key: value for key, value in further.items() if value}
