"""The demonstration company's register: complete against the notice, and true to its sources."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from demo.servers import running
from demo.settings import settings_of
from resources.catalogue.notice_rules import DUTIES
from resources.connectors.extract import Connector
from resources.connectors.landing import Landing
from resources.connectors.pieces import Moment
from resources.home import Home, write_private
from tests.demo.reading import READERS

if TYPE_CHECKING:
    from pathlib import Path

    from resources.catalogue import Catalogue

# Part 4 of the notice: what is held about a person.
HELD = {
    *(
        "contact_details",
        "organisation",
        "mailing_lists",
        "consents",
        "pages",
        "logins",
        "mailings",
        "profile",
        "correspondence",
        "tickets",
    ),
    *("chats", "calls", "feedback", "technical", "interests", "forms", "billing", "cookies", "service_use", "social"),
}
# Part 7: for how long.
PERIODS = {"chats_3_months", "calls_7_months", "contact_while", "rest_needed"}


def test_every_promise_of_what_is_held_has_a_field(catalogue: Catalogue) -> None:
    """Each promise of part 4 of the notice is the promise of at least one field, and no field has another."""
    promises = {field.shape.promise for dataset in catalogue.datasets for field in dataset.fields.values()}
    assert promises - {None} == HELD


def test_every_promise_of_a_period_has_a_rule(catalogue: Catalogue) -> None:
    """Each promise of part 7 is the promise of a retention rule that some data set follows."""
    assert {dataset.rule.promise for dataset in catalogue.datasets} == PERIODS
    assert set(catalogue.notice.promises) == HELD | PERIODS | set(DUTIES)


def test_the_periods_that_the_notice_names(catalogue: Catalogue) -> None:
    """Chats are kept for three months, recordings for seven, contact data while the relation goes on; addresses go before visits."""
    periods = {dataset.id: (str(dataset.rule.limit), dataset.rule.open) for dataset in catalogue.datasets}
    assert periods["chats.conversations"] == periods["chats.messages"] == ("P3M", None)
    assert periods["calls.recordings"] == ("P7M", None)
    assert periods["crm.contacts"] == ("while customer_contact then P1Y", "keep")
    assert periods["crm.invoices"] == ("P6Y from end_of_accounting_year at least P6Y from end_of_accounting_year", None)
    early = {f"{dataset.id}.{field.name}": str(field.rule.limit) for dataset in catalogue.datasets for field in dataset.early}
    assert (early, periods["web.requests"]) == ({"web.requests.ip_address": "P3M"}, ("P6M", None))


def test_every_purpose_and_rule_is_used(catalogue: Catalogue) -> None:
    """The notice names no purpose, and retention.yaml no rule, that nothing is held for."""
    assert {purpose for dataset in catalogue.datasets for purpose in dataset.shape.purposes} == set(catalogue.notice.purposes)
    used = {field.retention for dataset in catalogue.datasets for field in dataset.fields.values()}
    own = {rule for rule in catalogue.retention.own.model_dump().values() if rule is not None}
    assert used | own == set(catalogue.retention.rules)


def test_internal_remarks_are_withheld_with_both_reasons(catalogue: Catalogue) -> None:
    """Some remarks of the helpdesk are withheld for security, some as a trade secret."""
    withheld = {field.shape.withhold for field in catalogue.dataset("helpdesk_tickets").fields.values()}
    assert withheld == {None, "security", "trade_secret"}


@pytest.fixture(scope="module")
def read(catalogue: Catalogue, world: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many records the connectors read of each data set, without those that belong to another one."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.create()
    landing = Landing(home.path / "landing")
    counts = {}
    moment = Moment(dt.datetime(2026, 10, 15))  # noqa: DTZ001 - naive UTC, as everywhere
    with running(world) as servers:
        settings = settings_of(world) | servers.settings
        write_private(home.path / "settings.env", "".join(f"{name}={value}\n" for name, value in settings.items()))
        for dataset in catalogue.datasets:
            decoded = Connector(catalogue.sources[dataset.source], home).extract(dataset, landing, moment).decoded
            counts[dataset.id] = decoded.read - decoded.left_out
    return counts


@pytest.mark.parametrize("dataset", READERS)
def test_connectors_read_all_that_was_delivered(read: dict[str, int], truth: dict[str, Any], dataset: str) -> None:
    """The register's YAML fits its sources: as many records are read as were delivered."""
    assert read[dataset] == truth["counts"][dataset]["delivered"]
