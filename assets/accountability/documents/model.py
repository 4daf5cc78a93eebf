"""All that the privacy notice says, as plain data: worked out of the catalogue, in every language at once, and nobody's data.

The keys of what is listed are ids of the register's YAML; a text is `{"fi": …, "sv": …, "en": …}`.
How the notice is laid out stands in `notice`.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from assets.accountability.documents.reading import (
    anchor_label,
    category_label,
    earlier_fields,
    personal_fields,
    subjects_of,
)
from assets.accountability.documents.speaking import limit_told, said, texts, told
from resources.catalogue.notice_rules import DUTIES
from resources.catalogue.receiving import recipients_of

if TYPE_CHECKING:
    from resources.catalogue import Catalogue, Dataset
    from resources.catalogue.retention_shapes import RuleShape

Content = dict[str, Any]


def notice_content(catalogue: Catalogue) -> Content:
    """Everything that the privacy notice says (GDPR Art. 13 and 14), ready for JSON.

    Args:
        catalogue: the register's catalogue; nothing else is read.
    """
    notice = catalogue.notice
    return {
        "name": told(notice.name),
        "version": notice.version.version,
        "date": notice.version.date.isoformat(),
        "controller": notice.controller.model_dump(),
        "authority": {"name": told(notice.authority.name), "url": said(notice.authority.url)},
        "data_subjects": _data_subjects(catalogue),
        "purposes": _purposes(catalogue),
        "other_bases": _other_bases(catalogue),
        "held": _held(catalogue),
        "origins": _origins(catalogue),
        "recipients": _recipients(catalogue),
        "retention": {dataset.id: retention_content(catalogue, dataset) for dataset in catalogue.datasets},
        "own": _own(catalogue),
        "rights": {name: {"label": told(right.label), "how": told(right.how)} for name, right in notice.rights.items()},
        "security": told(notice.security),
        "profiling": told(notice.profiling),
        "duties": {name: told(promise.label) for name, promise in notice.promises.items() if name in DUTIES},
        "periods": {name: told(notice.promises[name].label) for name in _ruled(catalogue)},
        "versions": {each.version: {"date": each.date.isoformat(), "changes": told(each.changes)} for each in notice.versions},
    }


def digest(content: Content) -> str:
    """The SHA-256 of what a notice says, in hexadecimal; the order in which the YAML lists things makes no difference."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _data_subjects(catalogue: Catalogue) -> Content:
    return {
        name: {
            "label": told(subjects.label),
            "datasets": [dataset.id for dataset in catalogue.datasets if name in subjects_of(catalogue, dataset)],
        }
        for name, subjects in catalogue.notice.data_subjects.items()
    }


def _purposes(catalogue: Catalogue) -> Content:
    bases = catalogue.vocabulary.legal_bases
    return {
        name: {
            "label": told(purpose.label),
            "legal_basis": told(bases[purpose.legal_basis].label),
            "article": bases[purpose.legal_basis].article,
            "basis": purpose.legal_basis,
            "balancing": told(purpose.balancing) if purpose.balancing else None,
        }
        for name, purpose in catalogue.notice.purposes.items()
    }


def _other_bases(catalogue: Catalogue) -> Content:
    """Data sets of which some fields rest on another legal basis than their purposes do."""
    others: Content = {}
    for dataset, field in personal_fields(catalogue):
        for basis in set(field.legal_bases) - {catalogue.notice.purposes[purpose].legal_basis for purpose in field.purposes}:
            shape = catalogue.vocabulary.legal_bases[basis]
            entry = others.setdefault(basis, {"legal_basis": told(shape.label), "article": shape.article, "datasets": {}})
            entry["datasets"].setdefault(dataset.id, {})[field.name] = told(field.label)
    return others


def _held(catalogue: Catalogue) -> Content:
    """Each promise of held data, with the categories, data sets and fields under it."""
    ruled = _ruled(catalogue)
    held: Content = {
        name: {
            "label": told(each.label),
            "nothing_held": told(each.nothing_held) if each.nothing_held else None,
            "categories": {},
            "datasets": {},
        }
        for name, each in catalogue.notice.promises.items()
        if name not in DUTIES and name not in ruled
    }
    for dataset, field in personal_fields(catalogue):
        if field.shape.promise in held:
            entry = held[field.shape.promise]
            entry["categories"][field.shape.category] = told(category_label(catalogue, field.shape.category))
            entry["datasets"].setdefault(dataset.id, {})[field.name] = told(field.label)
    return held


def _origins(catalogue: Catalogue) -> Content:
    held: dict[str, dict[str, None]] = {}
    for _, field in personal_fields(catalogue):
        held.setdefault(field.shape.origin or "", {})[field.shape.promise or ""] = None
    return {name: {"label": told(label), "held": list(held.get(name, {}))} for name, label in catalogue.notice.origins.items()}


def _recipients(catalogue: Catalogue) -> Content:
    gets: dict[str, dict[str, None]] = {name: dict.fromkeys(each.receives) for name, each in catalogue.notice.recipients.items()}
    for dataset, field in personal_fields(catalogue):
        for name in {each for purpose in field.purposes for each in recipients_of(catalogue, dataset, field, purpose)}:
            gets[name][field.shape.promise or ""] = None
    return {name: recipient_content(catalogue, name) | {"gets": list(gets[name])} for name in catalogue.notice.recipients}


def recipient_content(catalogue: Catalogue, name: str) -> Content:
    """Who a recipient is: its kind, task, country, the ground of a transfer, and the systems that it runs."""
    recipient = catalogue.notice.recipients[name]
    transfer = recipient.transfer
    return {
        "label": told(recipient.label),
        "kind": recipient.kind,
        "task": told(recipient.task),
        "country": recipient.country,
        "purposes": {each: told(catalogue.notice.purposes[each].label) for each in recipient.purposes},
        "transfer": {"ground": transfer.ground, "safeguard": told(transfer.safeguard)} if transfer else None,
        "systems": {key: told(source.shape.label) for key, source in catalogue.sources.items() if source.shape.operator == name},
    }


def retention_content(catalogue: Catalogue, dataset: Dataset) -> Content:
    """How long a data set is kept, counted from what, and why; and the fields that go earlier."""
    anchor = anchor_label(dataset)
    return _named(catalogue, dataset) | {
        **_period(dataset.rule),
        "anchor": told(anchor) if anchor else None,
        "open": _open(dataset),
        "fields": {
            name: {"label": told(dataset.fields[name].label), **_period(rule)} for name, rule in earlier_fields(catalogue, dataset).items()
        },
    }


def _own(catalogue: Catalogue) -> Content:
    """How long answers to requests, the requests themselves, and what else the register makes are kept."""
    own = getattr(catalogue.retention, "own", None)
    if own is None:
        return {}
    kinds = [kind for kind in ("bundles", "requests", "erasures", "work_orders") if getattr(own, kind) is not None]
    rules = {kind: catalogue.retention.rules[getattr(own, kind)] for kind in kinds}
    return {
        kind: {"label": told(texts()[f"own_{kind}"]), "from": told(texts()[f"own_{kind}_from"]), **_period(rule)}
        for kind, rule in rules.items()
    }


def _period(rule: RuleShape) -> Content:
    return {"period": str(rule.limit), "words": limit_told(rule.limit), "reason": told(rule.reason)}


def _open(dataset: Dataset) -> str | None:
    """What holds while there is no anchor, as it is told; what may not come in without one is not held at all."""
    if dataset.relations:
        return "waits"
    return None if dataset.rule.open == "quarantine" else dataset.rule.open


def _named(catalogue: Catalogue, dataset: Dataset) -> Content:
    return {"label": told(dataset.shape.label), "source": told(catalogue.sources[dataset.source].shape.label)}


def _ruled(catalogue: Catalogue) -> list[str]:
    """The promises of how long data is kept."""
    ruled = {rule.promise for rule in catalogue.retention.rules.values()}
    return [name for name in catalogue.notice.promises if name in ruled and name not in DUTIES]
