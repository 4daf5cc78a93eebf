"""What an objection or a withdrawal of consent ends, by what the register says its purposes and fields rest on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from assets.identity.objected import check_consented, consented, ended_by, without_ground
from resources.catalogue import load_register
from resources.errors import AnsvarError
from resources.ledger import Request
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from resources.catalogue import Catalogue

NOW = dt.datetime(2026, 10, 15, 9)  # noqa: DTZ001 - naive UTC
WITHDRAWAL = Request("r1", "withdrawal", "fi", "verified", NOW, ())
OBJECTION = replace(WITHDRAWAL, kind="objection", scope="legitimate_interest")
MARKETING = {"marketing", "sales", "targeting"}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """The demonstration's register, whose purposes rest on contract or legitimate interest, with consents to be written to."""
    return load_register(ROOT / "register")


def _resting(catalogue: Catalogue, purpose: str, basis: str) -> Catalogue:
    """The register, one purpose of which rests on something else; its fields follow, unless they rest on several."""
    changed = catalogue.notice.purposes[purpose].model_copy(update={"legal_basis": basis})
    notice = catalogue.notice.model_copy(update={"purposes": catalogue.notice.purposes | {purpose: changed}})
    return replace(catalogue, notice=notice)


def test_a_contract_is_not_withdrawn_from(catalogue: Catalogue) -> None:
    """No withdrawal ends the ground of data that a contract needs, or an interest that is none of marketing; the basis is told."""
    for purpose in set(catalogue.notice.purposes) - MARKETING:
        assert without_ground(catalogue, replace(WITHDRAWAL, purpose=purpose)) == frozenset()
    with pytest.raises(
        AnsvarError, match=r"rests on contract \(GDPR Art\. 6\(1\)\(b\)\)\. Purposes that are consented to: marketing, sales"
    ):
        check_consented(catalogue, "access_control")
    with pytest.raises(AnsvarError, match="it rests on legitimate interest"):
        check_consented(catalogue, "targeting")


def test_what_is_consented_to(catalogue: Catalogue) -> None:
    """What rests on consent, and that for which sources tell of consents to be written to; none in a register without either."""
    assert consented(catalogue) == ["marketing", "sales"]
    check_consented(catalogue, "sales")
    assert consented(_resting(catalogue, "customer_support", "consent")) == ["marketing", "sales", "customer_support"]
    assert consented(replace(catalogue, outreach=None)) == []
    assert ended_by(replace(catalogue, outreach=None), WITHDRAWAL) == ["marketing"]


def test_what_ends(catalogue: Catalogue) -> None:
    """Whoever withdraws a consent to marketing is marketed to for nothing; another purpose ends alone."""
    assert [{*ended_by(catalogue, replace(WITHDRAWAL, purpose=each))} for each in (None, "marketing", "sales")] == [MARKETING] * 3
    assert ended_by(catalogue, replace(WITHDRAWAL, purpose="customer_support")) == ["customer_support"]
    assert ended_by(catalogue, replace(WITHDRAWAL, kind="access")) == []
    assert {*ended_by(catalogue, OBJECTION)} == MARKETING | {"customer_support", "service_development"}
    assert "crm_subscriptions" in without_ground(catalogue, WITHDRAWAL)
    assert {"crm_subscriptions", "chats_messages"} <= without_ground(catalogue, OBJECTION)


@pytest.mark.parametrize(("change", "stays"), [({"legal_bases": ("contract",)}, True), ({"purposes": ("invoicing",)}, True), ({}, False)])
def test_a_field_that_needs_the_record(catalogue: Catalogue, change: dict[str, tuple[str, ...]], *, stays: bool) -> None:
    """A record stays as long as one of its fields has a purpose left, or rests on what no objection and no withdrawal is of."""
    source = catalogue.sources["crm"]
    dataset = source.datasets["subscriptions"]
    field = replace(next(each for each in dataset.fields.values() if each.is_personal), **change)  # type: ignore[arg-type] # either of two columns
    datasets = source.datasets | {"subscriptions": replace(dataset, fields=dataset.fields | {field.name: field})}
    changed = replace(catalogue, sources=catalogue.sources | {"crm": replace(source, datasets=datasets)})
    for request in (WITHDRAWAL, OBJECTION):
        assert ("crm_subscriptions" not in without_ground(changed, request)) == stays
