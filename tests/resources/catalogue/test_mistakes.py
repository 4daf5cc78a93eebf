"""Mistakes in a register: each is found where it stands, names the field, and offers the nearest right name.

In a mistake, § marks the place that the problem must name; where there is none, the place is given.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from resources.catalogue import CatalogueError, load_register
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.catalogue.positions import Problem

    Problems = Callable[[], list[Problem]]

FAILING = Path(__file__).parent / "failing"
SHOP, DESK, CALLS, BASE = ("sources/shop.yaml", "sources/desk.yaml", "sources/calls.yaml", "sources/base.yaml")
NOTICE, RETENTION = "notice.yaml", "retention.yaml"

MISTAKES: list[dict[str, str]] = YAML(typ="safe").load(Path(__file__).parent / "mistakes.yaml")


def _changed(file: Path, right: str, wrong: str) -> str:
    """Write a mistake into a file, and give its text with the place marked."""
    text = file.read_text(encoding="utf-8")
    assert text.count(right) == 1
    marked = text.replace(right, wrong)
    file.write_text(marked.replace("§", ""), encoding="utf-8")
    return marked


def _place(text: str) -> tuple[int, int]:
    before = text[: text.index("§")]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each["said"])
def test_a_mistake_is_found_where_it_stands(small: Path, problems: Problems, mistake: dict[str, str]) -> None:
    """A mistake gives file, line and column, the field or data set that it is in, and the nearest right name."""
    marked = _changed(small / mistake["file"], mistake["right"], mistake["wrong"])
    found = [problem for problem in problems() if problem.message == mistake["said"]]
    assert [mistake["file"]] == [problem.file for problem in found]
    assert "§" not in marked or _place(marked) == (found[0].line, found[0].column)


@pytest.mark.parametrize(
    ("file", "cut", "place"),
    [
        (SHOP, "team: sales\n", (1, 1)),
        (SHOP, "    load: append\n", (10, 3)),
        (SHOP, "origin: service_use, promise: orders, legal_basis: contract", (25, 7)),
        (SHOP, "category: user.financial, ", (25, 7)),
        (SHOP, "category: user.behavior.purchase_history, ", (23, 7)),
        (NOTICE, "    legal_basis: contract\n", (12, 3)),
        (RETENTION, "    period: P6M\n", (6, 3)),
    ],
)
def test_what_is_missing_is_said_where_it_belongs(small: Path, problems: Problems, file: str, cut: str, place: tuple[int, int]) -> None:
    """What is missing has no place of its own: the field's, the data set's or the rule's is given."""
    _changed(small / file, cut, "")
    assert {(file, *place)} == {(problem.file, problem.line, problem.column) for problem in problems()}


def test_the_small_register_is_right(problems: Problems) -> None:
    """Without a mistake nothing is said."""
    assert problems() == []


@pytest.mark.parametrize("failing", sorted(FAILING.glob("failing_*.yaml")), ids=lambda path: path.stem)
def test_failing_files(small: Path, problems: Problems, failing: Path) -> None:
    """A wrong source file gives all the problems that its last lines say, and no others."""
    text = failing.read_text(encoding="utf-8")
    (small / SHOP).write_text(text, encoding="utf-8")
    expected = [line.removeprefix("#! ") for line in text.splitlines() if line.startswith("#! ")]
    assert expected
    assert expected == [str(problem) for problem in problems()]


def test_every_mistake_of_every_file_at_once(small: Path) -> None:
    """One loading tells of all mistakes in all files, in the order of files and lines, and counts them."""
    for file, right, wrong in (
        (BASE, "category: user.financial", "category: user.financal"),
        (CALLS, "team: support", "taem: support"),
        (NOTICE, "business_id: 0112038-9", "business_id: 0112038-8"),
        (RETENTION, "open: keep\n    promise: o", "open: keep\n    promise: no_o"),
        (SHOP, "origin: derived", "origin: derive"),
    ):
        text = (small / file).read_text(encoding="utf-8")
        (small / file).write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_register(small)
    places = [(problem.file, problem.line) for problem in caught.value.problems]
    assert places == [(NOTICE, 6), (RETENTION, 9), (BASE, 22), (CALLS, 3), (SHOP, 32)]
    assert str(caught.value).splitlines()[0] == f"5 mistakes in the register {small}:"
    assert str(caught.value).splitlines()[1:] == [str(problem) for problem in caught.value.problems]


def test_tables_of_one_name(small: Path, problems: Problems) -> None:
    """Two data sets whose tables would bear one name are refused (`shop` + `old_orders`, `shop_old` + `orders`)."""
    text = (small / SHOP).read_text(encoding="utf-8")
    (small / SHOP).write_text(text.replace("\n  orders:", "\n  old_orders:"), encoding="utf-8")
    (small / "sources" / "shop_old.yaml").write_text(text.replace("source: shop", "source: shop_old"), encoding="utf-8")
    said = "data set orders: the table 'shop_old_orders' is that of shop.old_orders already: rename the data set"
    assert [f"sources/shop_old.yaml:10:3: {said}"] == [str(problem) for problem in problems()]


@pytest.mark.parametrize("missing", [NOTICE, RETENTION])
def test_a_register_without_one_of_its_files(small: Path, problems: Problems, missing: str) -> None:
    """A register needs its notice and its retention rules."""
    (small / missing).unlink()
    assert [f"{missing}:1:1: cannot be read (No such file or directory): make it a file that you may read"] == [
        str(problem) for problem in problems()
    ]


def test_a_register_without_sources(small: Path, problems: Problems) -> None:
    """A register with no source is refused."""
    for file in (small / "sources").iterdir():
        file.unlink()
    said = "notice.yaml:1:1: the register has no source: describe one in sources/<source>.yaml"
    assert [said] == [str(each) for each in problems()]


@pytest.mark.parametrize("text", ["---\n", "~\n", "# later\n", ""])
def test_an_empty_source_is_not_passed_over(small: Path, problems: Problems, text: str) -> None:
    """A source file that says nothing is a mistake: its data would be left out silently."""
    (small / SHOP).write_text(text, encoding="utf-8")
    assert [f"{SHOP}:1:1: is empty: describe the register here, see docs/catalogue.md"] == [str(problem) for problem in problems()]


def test_no_register_at_all(tmp_path: Path) -> None:
    """Where there is no folder, the error says how to name one."""
    with pytest.raises(AnsvarError, match=r"There is no register at .*: name the folder that holds notice[.]yaml"):
        load_register(tmp_path / "absent")


def test_the_digest_follows_every_file(small: Path) -> None:
    """The digest stays while nothing changes, and changes with any file, by a comment even."""
    digests = [load_register(small).digest, load_register(small).digest]
    for file in (NOTICE, RETENTION, SHOP):
        with (small / file).open("a", encoding="utf-8") as opened:
            opened.write("# a comment\n")
        digests.append(load_register(small).digest)
    assert (len(set(digests[:2])), len(set(digests))) == (1, 4)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("sources/old.yml", "is not read: name it old.yaml"),
        ("sources/old.YAML", "is not read: name it old.yaml"),
        ("sources/old.json", "is not read: name it old.yaml"),
        ("sources/more/old.yaml", "is not read: put it into sources/ itself, where every source is described"),
    ],
)
def test_a_source_that_would_not_be_read(small: Path, problems: Problems, file: str, said: str) -> None:
    """A description of a source under another suffix, or in a folder below, is a mistake: it is not passed over in silence."""
    (small / file).parent.mkdir(exist_ok=True)
    (small / file).write_text("source: old\n", encoding="utf-8")
    assert [(problem.file, problem.message) for problem in problems()] == [(file, said)]
