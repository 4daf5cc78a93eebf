"""A field that stays or goes otherwise than its record, when a person is erased."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from resources.catalogue import CatalogueError, load_register
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GROUND = "    erasure: {keeps: archiving, reason: {en: 'For {period}.', sv: b, fi: c}}\n"


def _register(tmp_path: Path, rule: str, *, by_content: bool = False) -> Path:
    """The small register with a ground stated for one rule, and a field that goes by the shorter one."""
    folder = tmp_path / "register"
    shutil.copytree(ROOT / "tests" / "resources" / "catalogue" / "small", folder)
    retention, shop = folder / "retention.yaml", folder / "sources" / "shop.yaml"
    text = retention.read_text(encoding="utf-8")
    retention.write_text(text.replace(f"  {rule}:\n", f"  {rule}:\n{GROUND}", 1), encoding="utf-8")
    told = shop.read_text(encoding="utf-8").replace("{type: decimal, min: 0,", "{type: decimal, retention: open_orders, min: 0,")
    shop.write_text(told.replace("key: [order_id]", "key: content") if by_content else told, encoding="utf-8")
    return folder


def test_a_field_goes_though_its_record_stays(tmp_path: Path) -> None:
    """A record is kept on a ground and a field of a rule of its own is not; the period in the reason is spoken."""
    dataset = load_register(_register(tmp_path, "orders")).sources["shop"].datasets["orders"]
    assert dataset.rule.erasure is not None
    assert (dataset.rule.erasure.reason.en, dataset.rule.erasure.keeps) == ("For one year.", "archiving")
    assert dataset.fields["amount"].rule.erasure is None
    assert (dataset.recorded, dataset.key) == ("ordered_at", ["order_id"])


@pytest.mark.parametrize(
    ("rule", "by_content", "said"),
    [
        ("open_orders", False, "rule 'open_orders' keeps 'amount' when a person is erased, and the record's own rule does not"),
        ("orders", True, "'amount' goes when a person is erased, and its record stays: one that is known by its content cannot go in part"),
    ],
    ids=["the record goes", "known by its content"],
)
def test_what_cannot_be(tmp_path: Path, rule: str, said: str, *, by_content: bool) -> None:
    """A field cannot stay without its record, nor go from one that is known by its content."""
    with pytest.raises(CatalogueError) as caught:
        load_register(_register(tmp_path, rule, by_content=by_content))
    assert [said in str(problem) for problem in caught.value.problems] == [True]
