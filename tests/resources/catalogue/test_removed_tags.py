"""No tag can be forgotten: whichever one is taken away, in either register, loading fails and names where."""

from __future__ import annotations

import shutil
from functools import cache
from typing import TYPE_CHECKING

import pytest

from resources.catalogue import CatalogueError, load_register
from tests.resources.catalogue.cutting import Text
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from resources.catalogue.positions import Problem

REGISTERS = {"demonstration": ROOT / "register", "adventure_works": ROOT / "tests" / "registers" / "adventure_works"}
FIELD_TAGS = ("category", "origin", "promise", "identifies", "shared", "withhold", "mentions_others")
DATASET_TAGS = ("purposes", "retention", "anchor", "persons", "key", "load")


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def _source(register: str, source: str) -> Text:
    return Text(_text(REGISTERS[register] / "sources" / source))


DATASETS = [
    pytest.param(register, file.name, dataset, id=f"{register}-{file.stem}.{dataset}")
    for register, folder in REGISTERS.items()
    for file in sorted((folder / "sources").glob("*.yaml"))
    for dataset in _source(register, file.name).keys("datasets")
]


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A place for a register of one source."""
    (tmp_path / "sources").mkdir()
    return tmp_path


# What is said of promises of which a part of a register holds nothing.
NOTHING_HELD = (
    "no field and no rule bears it",
    "nothing is kept by its rule",
    "no field bears '",
    "no data set of this source describes companies",
)


def _put(folder: Path, register: str) -> None:
    for name in ("notice.yaml", "retention.yaml"):
        shutil.copy(REGISTERS[register] / name, folder / name)
    if (REGISTERS[register] / "relations").is_dir():
        shutil.copytree(REGISTERS[register] / "relations", folder / "relations")


def _problems(folder: Path) -> list[Problem]:
    """What is wrong, but for promises of which a part of a register holds nothing."""
    try:
        load_register(folder)
    except CatalogueError as error:
        return [problem for problem in error.problems if not any(said in problem.message for said in NOTHING_HELD)]
    return []


def _said(problems: list[Problem], tag: str) -> set[tuple[str, int, str]]:
    """File, line and owner of what is said to miss a tag."""
    missing = [each for each in problems if f"'{tag}' is missing" in each.message]
    return {(each.file, each.line, each.message.partition(":")[0]) for each in missing}


def _others(text: Text, dataset: str) -> list[tuple[str, ...]]:
    """What is not needed to load a data set: the others, how it is tied to them, what its fields are called, what it leaves out."""
    fields, read = ("datasets", dataset, "fields"), ("datasets", dataset, "read")
    system = {field for field in text.keys(*fields) if "system" in text.words(*fields, field)}
    labelled = [field for field in text.keys(*fields) if field not in system and "label" in text.keys(*fields, field)]
    left_out = [(*read, "ignore")] if "ignore" in text.keys(*read) else []
    others = [("datasets", each) for each in text.keys("datasets") if each != dataset]
    tied = [
        ("datasets", dataset, each) for each in ("belongs_to", "company_by", "company_through") if each in text.keys("datasets", dataset)
    ]
    return others + tied + left_out + [(*fields, field, "label") for field in labelled]


def _needed(text: Text, dataset: str) -> set[str]:
    """The fields that a data set cannot be loaded without; leaving out the others, little is read each time."""
    fields = ("datasets", dataset, "fields")
    named = {word for part in ("key", "anchor", "persons") for word in text.words("datasets", dataset, part)}
    return named | {field for field in text.keys(*fields) if "file" in text.words(*fields, field)}


def _line(text: str, key: str, indent: int) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith(f"{' ' * indent}{key}:"))


@pytest.mark.parametrize(("register", "source", "dataset"), DATASETS)
def test_no_tag_of_a_field_can_be_forgotten(alone: Path, register: str, source: str, dataset: str) -> None:
    """Without any one tag of any one field, loading fails, and says file, line, field and tag."""
    _put(alone, register)
    text, fields = _source(register, source), ("datasets", dataset, "fields")
    others = _others(text, dataset)
    (alone / "sources" / source).write_text(text.without(*others), encoding="utf-8")
    assert _problems(alone) == []
    needed = _needed(text, dataset)
    for field in text.keys(*fields):
        left_out = {each for each in text.keys(*fields) if each not in {*needed, field}}
        cuts = [(*fields, each) for each in left_out] + [each for each in others if each[3:4] != (field,) and not left_out & set(each[3:4])]
        for tag in (each for each in text.keys(*fields, field) if each in FIELD_TAGS):
            mistaken = text.without(*cuts, (*fields, field, tag))
            (alone / "sources" / source).write_text(mistaken, encoding="utf-8")
            expected = {(f"sources/{source}", _line(mistaken, field, 6), f"field {dataset}.{field}")}
            assert (tag, expected) == (tag, _said(_problems(alone), tag))


def test_every_tag_is_tried() -> None:
    """The registers' fields bear more than 1,300 tags, and each of the kinds of tags stands among them."""
    tags = [
        tag
        for register, folder in REGISTERS.items()
        for dataset in load_register(folder).datasets
        for field in dataset.fields.values()
        for tag in FIELD_TAGS
        if getattr(field.shape, tag) is not None and register
    ]
    assert set(tags) == set(FIELD_TAGS)
    assert len(tags) > 1300


@pytest.mark.parametrize(("register", "source", "dataset"), DATASETS)
def test_no_tag_of_a_data_set_can_be_forgotten(alone: Path, register: str, source: str, dataset: str) -> None:
    """Without its purposes, retention, anchor, persons, key or load, a data set is refused by name."""
    _put(alone, register)
    text, fields = _source(register, source), ("datasets", dataset, "fields")
    needed = _needed(text, dataset)
    cuts = [each for each in _others(text, dataset) if each[2:3] != ("fields",) or each[3] in needed]
    cuts += [(*fields, field) for field in text.keys(*fields) if field not in needed]
    for tag in DATASET_TAGS:
        mistaken = text.without(*cuts, ("datasets", dataset, tag))
        (alone / "sources" / source).write_text(mistaken, encoding="utf-8")
        expected = {(f"sources/{source}", _line(mistaken, dataset, 2), f"data set {dataset}")}
        assert (tag, expected) == (tag, _said(_problems(alone), tag))


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize(
    ("file", "section", "tags"),
    [("notice.yaml", "purposes", ("legal_basis",)), ("retention.yaml", "rules", ("period", "promise", "reason"))],
)
def test_no_basis_and_no_period_can_be_forgotten(alone: Path, register: str, file: str, section: str, tags: tuple[str, ...]) -> None:
    """Without the legal basis of a purpose, or a rule's period, promise or reason, loading fails by name."""
    _put(alone, register)
    text = Text(_text(alone / file))
    for name in text.keys(section):
        for tag in tags:
            form = next((each for each in ("while", "longest", "shortest") if each in text.keys(section, name)), "period")
            cuts = ("while", "grace") if form == "while" else (form,)
            mistaken = text.without(*((section, name, cut) for cut in (cuts if tag == "period" else (tag,))))
            (alone / file).write_text(mistaken, encoding="utf-8")
            expected = {(file, _line(mistaken, name, 2), f"{section[:-1]} {name}")}
            assert (name, tag, expected) == (name, tag, _said(_problems(alone), tag))


@pytest.mark.parametrize("register", REGISTERS)
def test_both_registers_are_right(register: str) -> None:
    """As they stand, both registers load."""
    assert _problems(REGISTERS[register]) == []
