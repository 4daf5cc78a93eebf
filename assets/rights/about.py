"""What GDPR Art. 15(1) and (2) ask to be told beside the data, about this person alone: as plain data in one language.

The report shows it, and `about.json` holds it for programs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.rights.dealings import CORRECTION
from assets.rights.headings import headings_of
from assets.rights.tabular import exact
from resources.catalogue.notice_rules import EEA
from resources.catalogue.receiving import recipients_of
from resources.catalogue.shapes import in_language
from resources.countries import countries
from resources.limits import relations_of
from resources.requests.vocabulary import words
from resources.spoken import article_in_words, limit_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assets.rights.holding import Dealing, Disclosed, Holding, Table
    from assets.rights.wording import Wording
    from resources.catalogue import Catalogue, Dataset
    from resources.catalogue.model import Field
    from resources.ledger import Request

Told = dict[str, Any]


@dataclass(frozen=True)
class About:
    """What is told about a holding, in one language."""

    catalogue: Catalogue
    wording: Wording
    request: Request
    made: dt.datetime
    holding: Holding

    def told(self) -> Told:
        """All of it."""
        notice, language = self.catalogue.notice, self.wording.language
        name, business_id, address, email, address_of_officer = notice.controller.reached(language)
        authority = notice.authority
        return {
            "language": language,
            "request": {"id": self.request.id, "kind": self.request.kind, "received_at": exact(self.request.received_at)},
            "made_at": exact(self.made),
            "register": notice.name.in_language(language),
            "controller": {"name": name, "business_id": business_id, "address": address},
            "data_protection_officer": {"email": email, "address": address_of_officer},
            "authority": {
                "name": authority.name.in_language(language),
                "address": in_language(authority.address, language) if authority.address else None,
                "url": in_language(authority.url, language),
            },
            "held": self.holding.is_known,
            "records": self.holding.records,
            "purposes": self._purposes(),
            "categories": self._categories(),
            "recipients": self._recipients(),
            "disclosures": self._disclosures(),
            "tables": [self.table(table) for table in self.holding.tables],
            "kept_by": self.holding.kept_by,
            "rights": [
                {"id": name, "label": right.label.in_language(language), "how": right.how.in_language(language)}
                for name, right in notice.rights.items()
            ],
            "automated_decisions_and_profiling": notice.profiling.in_language(language),
            "sources": self._sources(),
            "looks": [
                {"at": exact(each.at), "what": each.what, "purpose": self.wording.text(f"look_{each.what}")} for each in self.holding.looks
            ],
            "dealings": [self._dealing(each) for each in self.holding.dealings],
        }

    def table(self, table: Table) -> Told:
        """What is told of one table: what for, what, where from, and for how long."""
        dataset, language, vocabulary = table.dataset, self.wording.language, self.catalogue.vocabulary
        personal = [field for field in dataset.fields.values() if field.is_personal]
        headings = headings_of(dataset, language)
        purposes = _distinct([dataset.shape.purposes, *(field.purposes for field in personal)])
        until = kept_until(table, self.wording)
        return {
            "table": dataset.table,
            "data_set": dataset.id,
            "label": dataset.shape.label.in_language(language),
            "source": self.catalogue.sources[dataset.source].shape.label.in_language(language),
            "rows": len(table.rows),
            "purposes": [self.catalogue.notice.purposes[each].label.in_language(language) for each in purposes],
            "legal_bases": [self._basis(each) for each in _distinct(field.legal_bases for field in personal)],
            "categories": [vocabulary.categories[each].label.in_language(language) for each in dataset.categories],
            "origins": [self._origin(each) for each in _distinct([field.shape.origin or ""] for field in personal) if each],
            "retention": {
                "rule": dataset.shape.retention,
                "period": str(dataset.rule.limit),
                "words": limit_in_words(dataset.rule.limit, language),
                "reason": dataset.rule.reason.in_language(language),
                "until": until.isoformat() if until else None,
            },
            "fields": [self._field(field, headings[field.name]) for field in personal],
        }

    def _field(self, field: Field, heading: str) -> Told:
        category = self.catalogue.vocabulary.categories[field.shape.category]
        return {
            "field": field.name,
            "label": heading,
            "category": field.shape.category,
            "category_label": category.label.in_language(self.wording.language),
            "dpv": category.iri,
            "origin": field.shape.origin,
            "origin_label": self._origin(field.shape.origin) if field.shape.origin else None,
            "purposes": list(field.purposes),
            "legal_bases": list(field.legal_bases),
        }

    def _purposes(self) -> list[Told]:
        language, used = self.wording.language, _distinct(field.purposes for _, field in self._fields())
        return [
            {
                "id": name,
                "label": purpose.label.in_language(language),
                "legal_basis": purpose.legal_basis,
                "legal_basis_label": self._basis(purpose.legal_basis),
                "balancing": purpose.balancing.in_language(language) if purpose.balancing else None,
            }
            for name, purpose in self.catalogue.notice.purposes.items()
            if name in used
        ]

    def _categories(self) -> list[Told]:
        used = dict.fromkeys(each for table in self.holding.tables for each in table.dataset.categories)
        shapes = self.catalogue.vocabulary.categories
        return [{"id": each, "label": shapes[each].label.in_language(self.wording.language), "dpv": shapes[each].iri} for each in used]

    def _recipients(self) -> list[Told]:
        """Who receives fields like those that are held, for what, and where."""
        language = self.wording.language
        gets: dict[str, dict[str, None]] = {}
        for dataset, field in self._fields():
            for name in {each for purpose in field.purposes for each in recipients_of(self.catalogue, dataset, field, purpose)}:
                gets.setdefault(name, {})[field.shape.category] = None
        told = []
        for name, each in self.catalogue.notice.recipients.items():
            if name in gets:
                ground = (
                    {"ground": each.transfer.ground, "safeguard": each.transfer.safeguard.in_language(language)} if each.transfer else None
                )
                categories = [self.catalogue.vocabulary.categories[key].label.in_language(language) for key in gets[name]]
                told.append(
                    self._recipient(name, each.kind, each.country)
                    | {
                        "task": each.task.in_language(language),
                        "categories": categories,
                        "transfer": ground,
                    }
                )
        return told

    def _recipient(self, name: str, kind: str, country: str) -> Told:
        language, known = self.wording.language, self.catalogue.notice.recipients.get(name)
        return {
            "recipient": name,
            "label": known.label.in_language(language) if known else name,
            "kind": kind,
            "kind_label": self.wording.text(f"recipient_{kind}"),
            "country": country,
            "country_label": countries()[country].in_language(language) if country in countries() else country,
            "outside_eea": country not in EEA,
        }

    def _dealing(self, each: Dealing) -> Told:
        """What the person asked for before, or what holds since, in words."""
        language, kinds, scopes, kind = self.wording.language, words().kinds, words().scopes, each.kind
        if each.what == CORRECTION:
            dataset = next((one for one in self.catalogue.datasets if one.table == each.kind), None)
            label, kind = (dataset.shape.label.in_language(language), dataset.id) if dataset else (kind, kind)
            known = headings_of(dataset, language) if dataset else {}
            about = known.get(each.about or "", each.about)
        else:
            label, purposes = kinds[each.kind].label.in_language(language), self.catalogue.notice.purposes
            shape = scopes.get(each.about or "") or purposes.get(each.about or "")
            about = shape.label.in_language(language) if shape else None
        said = f"{label}: {about}" if about else label
        return {"what": each.what, "kind": kind, "about": each.about, "at": exact(each.at), "label": said}

    def _disclosures(self) -> list[Told]:
        return [
            self._recipient(each.recipient, each.kind, each.country)
            | {"at": exact(each.at), "safeguard": each.safeguard, "ground": each.ground}
            | self._given(each)
            for each in self.holding.disclosures
        ]

    def _given(self, each: Disclosed) -> Told:
        """Which data were given, and for which purpose, in words; what is known no longer by its name."""
        language, purpose = self.wording.language, self.catalogue.notice.purposes.get(each.purpose or "")
        dataset = next((one for one in self.catalogue.datasets if one.id == each.dataset), None)
        headings = headings_of(dataset, language) if dataset else {}
        label = dataset.shape.label.in_language(language) if dataset else each.dataset
        basis = self._basis(purpose.legal_basis) if purpose and each.kind == "partner" else None
        said = purpose.label.in_language(language) if purpose else each.purpose
        unsaid, fields = self.wording.text("disclosure_unsaid"), ", ".join(headings.get(field, field) for field in each.fields)
        return {
            "data_set": each.dataset,
            "fields": list(each.fields),
            "data": f"{label}: {fields}" if label else unsaid,
            "purpose": each.purpose,
            "purpose_label": f"{said}: {basis}" if said and basis else said or unsaid,
        }

    def _sources(self) -> list[Told]:
        language, known = self.wording.language, self.catalogue.sources
        return [
            {
                "data_set": each.dataset.id,
                "label": each.dataset.shape.label.in_language(language),
                "source": known[each.source].shape.label.in_language(language),
                "read_at": exact(each.read_at),
                "failing": each.failing,
            }
            for each in self.holding.sources
        ]

    def _fields(self) -> Iterable[tuple[Dataset, Field]]:
        return ((table.dataset, field) for table in self.holding.tables for field in table.dataset.fields.values() if field.is_personal)

    def _basis(self, basis: str) -> str:
        shape, language = self.catalogue.vocabulary.legal_bases[basis], self.wording.language
        return f"{shape.label.in_language(language)} ({article_in_words(shape.article, language)})"

    def _origin(self, origin: str) -> str:
        return self.catalogue.vocabulary.origins[origin].label.in_language(self.wording.language)


def kept_until(table: Table, wording: Wording) -> dt.date | None:
    """The last day on which the newest of a table's records is kept; None where an event decides it, or where it has no date."""
    dataset = table.dataset
    if relations_of(dataset.rule.limit):
        return None
    newest: dt.date | None = None
    for row in table.rows:
        value = row.values.get(dataset.shape.anchor)
        day = wording.local(value).date() if isinstance(value, dt.datetime) else value
        if isinstance(day, dt.date) and (newest is None or day > newest):
            newest = day
    return None if newest is None else dataset.rule.limit.last_day(newest, {})


def _distinct(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(each for listed in lists for each in listed))
