"""What each promise is looked at on: keys of assets."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

from resources.catalogue.notice_rules import CONTROLLER, DUTIES

if TYPE_CHECKING:
    from pathlib import Path

    from assets.accountability.promises.finding import Target
    from resources.catalogue import Catalogue, Dataset

NOTICE: Target = ("accountability", "notice")
RECORD_OF_PROCESSING: Target = ("accountability", "record_of_processing")
DATA_MAP: Target = ("accountability", "data_map")
BUNDLES: Target = ("rights", "bundles")
RECORD_PERSONS: Target = ("identity", "record_persons")
REQUESTS: Target = ("ledger", "requests")
DISCLOSURES: Target = ("ledger", "disclosures")
HOME: Target = ("home",)


def target_of(dataset: Dataset) -> Target:
    """The key of a data set's asset."""
    return ("ingest", dataset.source, dataset.name)


def dataset_of(catalogue: Catalogue, target: Target) -> Dataset:
    """The data set of an asset's key."""
    _, source, name = target
    return catalogue.sources[source].datasets[name]


def every_dataset(catalogue: Catalogue) -> list[Target]:
    """Every data set."""
    return [target_of(dataset) for dataset in catalogue.datasets]


def personal_datasets(catalogue: Catalogue) -> list[Target]:
    """Every data set that holds data about persons."""
    return [target_of(dataset) for dataset in catalogue.datasets if dataset.categories]


def operated_datasets(catalogue: Catalogue) -> list[Target]:
    """Every data set whose source a processor operates."""
    return [target_of(each) for each in catalogue.datasets if catalogue.sources[each.source].shape.operator != CONTROLLER]


def holding(catalogue: Catalogue, promise: str) -> list[Target]:
    """The data sets with a field under a promise; the notice itself, where nothing is held under it."""
    found = [
        target_of(dataset) for dataset in catalogue.datasets if any(field.shape.promise == promise for field in dataset.fields.values())
    ]
    return found or [NOTICE]


def kept_by_rule(catalogue: Catalogue, promise: str) -> list[Target]:
    """The data sets whose records, or some of whose fields, a rule under a promise says how long to keep; then our own records under it."""
    rules = {name for name, rule in catalogue.retention.rules.items() if rule.promise == promise}
    found = [
        target_of(dataset)
        for dataset in catalogue.datasets
        if dataset.shape.retention in rules or any(field.retention in rules for field in dataset.fields.values())
    ]
    own = catalogue.retention.own
    return [*found, *([BUNDLES] if own.bundles in rules else []), *([REQUESTS] if own.requests in rules else [])]


def promises_of_periods(catalogue: Catalogue) -> list[str]:
    """The promises of how long data is kept."""
    ruled = {rule.promise for rule in catalogue.retention.rules.values()}
    return [name for name in catalogue.notice.promises if name in ruled]


def promises_of_data(catalogue: Catalogue) -> list[str]:
    """The promises of what is held."""
    periods = promises_of_periods(catalogue)
    return [name for name in catalogue.notice.promises if name not in DUTIES and name not in periods]


def papers_of(home: Path, target: Target) -> list[str]:
    """The texts of the pages (HTML) that an asset wrote into the home."""
    return [unescape(page.read_text(encoding="utf-8")) for page in sorted((home / "documents").glob(f"{target[-1]}*.html"))]
