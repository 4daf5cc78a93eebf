"""What of a document can still be used where parts of it do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.calendar import Period
from resources.catalogue.positions import read
from resources.catalogue.retention_shapes import RetentionShape
from resources.catalogue.salvage import empty, salvaged
from resources.catalogue.shapes import READS, SourceShape

if TYPE_CHECKING:
    from pathlib import Path

RULES = """
rules:
  right: {period: P1Y, promise: kept, reason: {en: a, sv: b, fi: c}}
  wrong: {period: 1Y, promise: kept, reason: {en: a, sv: 3, fi: c}, opne: keep}
  Odd: {period: P2M, promise: kept, reason: {en: a, sv: b, fi: c}}
  none: 7
own: {bundles: right}
"""


def test_what_fits_is_kept(tmp_path: Path) -> None:
    """Whatever fits has its value; what does not is empty, stands in `broken`, and is told once."""
    (tmp_path / "retention.yaml").write_text(RULES, encoding="utf-8")
    document = read(tmp_path / "retention.yaml", "retention.yaml")
    shape = salvaged(document, RetentionShape)
    assert (shape.rules["right"].period, shape.rules["right"].open) == (Period(12, 0), None)
    wrong = shape.rules["wrong"]
    assert (wrong.period, wrong.promise, wrong.open, wrong.reason.en, wrong.reason.sv) == (None, "kept", None, "a", "")
    assert shape.rules["Odd"].period == Period(2, 0)
    assert (shape.rules["none"].promise, shape.own.bundles, shape.own.requests) == ("", "right", "")
    said = [problem.message for problem in document.problems]
    assert len(said) == len(set(said)) == 7
    for location in (
        ("rules", "wrong", "period"),
        ("rules", "wrong", "open"),
        ("rules", "none"),
        ("rules", "none", "period"),
        ("own", "requests"),
    ):
        assert document.is_broken(location), location
    for location in (("rules", "right"), ("rules", "wrong"), ("rules", "Odd"), ("own", "bundles")):
        assert not document.is_broken(location), location
    assert [document.is_whole(("rules", name)) for name in ("right", "wrong", "none")] == [True, False, False]


def test_nothing_more_is_said_of_what_is_broken(tmp_path: Path) -> None:
    """A problem of a broken value, or of what lies in one, is not remembered; one of its neighbour is."""
    (tmp_path / "retention.yaml").write_text(RULES, encoding="utf-8")
    document = read(tmp_path / "retention.yaml", "retention.yaml")
    salvaged(document, RetentionShape)
    before = len(document.problems)
    document.report(("rules", "none", "promise"), "is wrong")
    document.report(("rules", "wrong", "period"), "is wrong")
    assert len(document.problems) == before
    document.report(("rules", "right"), "is wrong")
    assert len(document.problems) == before + 1


@pytest.mark.parametrize("text", ["", "3", "- a", "a: [", "source: shop"])
def test_a_document_of_anything_gives_a_shape(tmp_path: Path, text: str) -> None:
    """Whatever a document holds, there is a shape in which every part can be looked at."""
    (tmp_path / "any.yaml").write_text(text, encoding="utf-8")
    document = read(tmp_path / "any.yaml", "any.yaml")
    shape = salvaged(document, SourceShape)
    assert (shape.datasets, shape.team, shape.label.en) == ({}, "", "")
    assert document.problems


@pytest.mark.parametrize("shape", [*READS.values(), SourceShape, RetentionShape])
def test_an_empty_shape_has_every_part(shape: type[RetentionShape]) -> None:
    """An empty shape has all the parts of a full one."""
    made = empty(shape)
    assert {name for name in shape.model_fields if not hasattr(made, name)} == set()
