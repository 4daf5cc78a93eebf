"""What a data set says of the records that its own belong to: the data set and the fields are there, and the values can be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.names import is_known

if TYPE_CHECKING:
    from resources.catalogue.positions import Location
    from resources.catalogue.rules import DatasetRules
    from resources.catalogue.shapes import WholeShape


def check_wholes(rules: DatasetRules) -> None:
    """`belongs_to`, `company_by` and `company_through` of a data set."""
    stated, place = rules.stated, rules.place
    if stated.company_by is not None:
        rules.names_field((*place, "company_by"), stated.company_by)
    if stated.company_by is not None and stated.company_through is not None:
        message = "a record's company is known by a business id of its own or through another record, not both: remove one"
        rules.document.report((*place, "company_through"), message)
    for key, whole in (("belongs_to", stated.belongs_to), ("company_through", stated.company_through)):
        if whole is not None:
            _check_whole(rules, (*place, key), whole)
    if stated.company_through is not None:
        there = _dataset_of(rules, stated.company_through)
        company = rules.source.datasets.get(there)
        if company is not None and company.company_by is None and not rules.document.is_broken(("datasets", there, "company_by")):
            hint = "which field of it holds the business id: state 'company_by' there"
            rules.document.report((*place, "company_through", "dataset"), f"'{there}' does not say {hint}")


def _dataset_of(rules: DatasetRules, whole: WholeShape) -> str:
    source, _, dataset = whole.dataset.rpartition(".")
    return dataset if source in ("", rules.source.source) else whole.dataset


def _check_whole(rules: DatasetRules, place: Location, whole: WholeShape) -> None:
    document, there = rules.document, _dataset_of(rules, whole)
    datasets = None if document.is_broken(("datasets",)) else rules.source.datasets.keys()
    if not is_known(document, (*place, "dataset"), there, datasets, "data set of this source"):
        return
    if rules.source.datasets[there] is rules.stated:
        document.report((*place, "dataset"), "a record belongs to one of another data set: name that")
        return
    fields = rules.source.datasets[there].fields
    known = None if document.is_broken(("datasets", there, "fields")) or ("datasets", there, "fields") in document.unread else fields.keys()
    for own, other in whole.fields.items():
        at = (*place, "by") if isinstance(whole.by, str) else (*place, "by", own)
        if not rules.names_field(at, own) or not is_known(document, at, other, known, f"field of '{there}'"):
            continue
        types = rules.stated.fields[own].type, fields[other].type
        unsure = document.is_broken((*rules.place, "fields", own, "type")) or document.is_broken(
            ("datasets", there, "fields", other, "type")
        )
        if types[0] != types[1] and not unsure:
            document.report(at, f"'{own}' is {types[0]} and '{other}' of '{there}' is {types[1]}: they can never be the same")
