"""Reading YAML: values with their places, and what is no YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.catalogue.positions import Document, Problem, nearest, owner, read

if TYPE_CHECKING:
    from pathlib import Path


def _read(folder: Path, text: str) -> Document:
    file = folder / "any.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file, "any.yaml")


def _first(document: Document) -> str:
    return str(min(document.problems))


def test_keys_and_items_know_their_place(tmp_path: Path) -> None:
    """A key's place is where it stands, an item's where its value begins, in lines and columns from 1."""
    places = _read(tmp_path, "a: 1\nb:\n  c: [x, {d: y}]\n  e:\n    - z\n").places
    assert places == {
        (): (1, 1),
        ("a",): (1, 1),
        ("b",): (2, 1),
        ("b", "c"): (3, 3),
        ("b", "c", 0): (3, 7),
        ("b", "c", 1): (3, 10),
        ("b", "c", 1, "d"): (3, 11),
        ("b", "e"): (4, 3),
        ("b", "e", 0): (5, 7),
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("off", "off"),
        ("Y", "Y"),
        ("yes", "yes"),
        ("true", True),
        ("&anchor true", True),
        ("&anchor False", False),
        ("12", 12),
        ("0x1F", 31),
        ("0o17", 15),
        ("012", 12),
        ("1.5", 1.5),
        ("&anchor 1.5", 1.5),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ('"NO"', "NO"),
        ("12:30:45", "12:30:45"),
        ("~", None),
        ("", None),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (">-\n  one\n  line\n", "one line"),
        ("!strange word", "word"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    """`NO` is Norway and a time is text; numbers and truth values are plain Python ones, with an anchor or without."""
    found = _read(tmp_path, f"key: {text}\n").data["key"]
    assert (str(value) if text.startswith("!") else value) == (str(getattr(found, "value", found)) if text.startswith("!") else found)
    assert text.startswith("!") or type(value) is type(found)


def test_keys_are_text(tmp_path: Path) -> None:
    """A key is taken as it is written, whatever a value so written would be."""
    assert list(_read(tmp_path, "NO: 1\n12: 2\ntrue: 3\nnull: 4\n'': 5\n").data) == ["NO", "12", "true", "null", ""]


def test_an_alias_stands_for_its_anchor(tmp_path: Path) -> None:
    """An alias gives the anchor's value; what lies in it is placed where it is written."""
    document = _read(tmp_path, "a: &one {x: 1}\nb: *one\nc: [*one]\n")
    assert document.data == {"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": 1}]}
    assert document.places[("b", "x")] == (1, 10)
    assert document.places[("b",)] == (2, 1)


def test_an_anchor_may_be_used_again(tmp_path: Path) -> None:
    """The latest anchor of a name counts, as YAML 1.2 says, and nothing is warned of."""
    assert _read(tmp_path, "a: &x 1\nb: &x 2\nc: *x\n").data == {"a": 1, "b": 2, "c": 2}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\n  a: 3\n", "any.yaml:3:4: is not valid YAML: mapping values are not allowed here"),
        ("a: 1\nb: 2\na: 3\n", "any.yaml:3:1: the key 'a' stands here again (first in line 1): keep one"),
        ("a: {b: 1, c: 2, b: 3}\n", "any.yaml:1:17: the key 'b' stands here again (first in line 1): keep one"),
        ("a: &x {b: 1, b: 2}\n", "any.yaml:1:14: the key 'b' stands here again (first in line 1): keep one"),
        ("a: 1\n? [b, c]\n: 2\n", "any.yaml:2:3: a key must be plain text"),
        ("a: 1\n? {b: c}\n: 2\n", "any.yaml:2:3: a key must be plain text"),
        ("a: {[b]: c}\n", "any.yaml:1:5: a key must be plain text"),
        ("a: [1, 2\nb: 3\n", "any.yaml:2:2: is not valid YAML: expected ',' or ']', but got ':'"),
        ("a: *b\n", "any.yaml:1:4: is not valid YAML: found undefined alias 'b'"),
        ("a: 1\n---\nb: 1\n", "any.yaml:2:1: is not valid YAML: but found another document"),
        ("a: 1\nb: '2\n", "any.yaml:3:1: is not valid YAML: found unexpected end of stream"),
        ("a:\n\tb: 1\n", "any.yaml:2:1: is not valid YAML: found character '\\t' that cannot start any token"),
        ("a: 1\nb: x\x07y\n", "any.yaml:2:5: is not valid YAML: a character that text does not have"),
        ("a: &b {c: *b}\n", "any.yaml:1:1: is nested too deep, or an alias holds itself: write out what it stands for"),
        ("a: " + "[" * 700, "any.yaml:1:1: is nested too deep, or an alias holds itself: write out what it stands for"),
        ("a: 1\nb: 2024-13-45\n", "any.yaml:2:1: '2024-13-45' is not a date: write one as 2026-10-01"),
        ("a: !!bool perhaps\n", "any.yaml:1:1: 'perhaps' is not what '!!bool' stands for: mend it, or leave out the tag"),
        ("a: !!set x\n", "any.yaml:1:1: 'x' is not what '!!set' stands for: mend it, or leave out the tag"),
        ("a: !!int x\n", "any.yaml:1:1: 'x' is not what '!!int' stands for: mend it, or leave out the tag"),
        ("", "any.yaml:1:1: is empty: describe the register here, see docs/catalogue.md"),
        ("# nothing but a comment\n", "any.yaml:1:1: is empty: describe the register here, see docs/catalogue.md"),
        ("---\n", "any.yaml:1:1: is empty: describe the register here, see docs/catalogue.md"),
        ("~\n", "any.yaml:1:1: is empty: describe the register here, see docs/catalogue.md"),
    ],
)
def test_what_is_wrong_has_a_place(tmp_path: Path, text: str, problem: str) -> None:
    """Whatever is wrong with a file is a problem with line and column, and nothing is raised."""
    assert problem == _first(_read(tmp_path, text))


def test_every_duplicate_is_found(tmp_path: Path) -> None:
    """Keys that stand again are all reported; the first of each is kept."""
    document = _read(tmp_path, "a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n")
    assert document.data == {"a": 1, "b": {"c": 1}}
    assert [(problem.line, problem.column) for problem in sorted(document.problems)] == [(2, 1), (3, 11), (4, 1)]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A file that is missing, or is a folder, is a problem of its own."""
    said = [read(path, "any.yaml").problems for path in (tmp_path / "absent.yaml", tmp_path)]
    assert said == [
        [Problem("any.yaml", 1, 1, "cannot be read (No such file or directory): make it a file that you may read")],
        [Problem("any.yaml", 1, 1, "cannot be read (Is a directory): make it a file that you may read")],
    ]


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    """A file in another encoding is a problem, and its bytes are not shown."""
    (tmp_path / "any.yaml").write_bytes("name: Äiti\n".encode("latin-1"))
    assert read(tmp_path / "any.yaml", "any.yaml").problems == [Problem("any.yaml", 1, 1, "is not UTF-8: save it as UTF-8")]


def test_readings_do_not_share_problems(tmp_path: Path) -> None:
    """The same text read twice is two documents: what is reported in one does not stand in the other."""
    first, second = _read(tmp_path, "a: 1\n"), _read(tmp_path, "a: 1\n")
    first.report(("a",), "is wrong")
    assert ([str(each) for each in first.problems], second.problems) == (["any.yaml:1:1: is wrong"], [])
    assert _read(tmp_path, "a: 1\n").problems == []


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    """A file's present text counts, never one read before."""
    assert [_read(tmp_path, text).data for text in ("a: 1\n", "a: 2\n", "a: 1\n")] == [{"a": 1}, {"a": 2}, {"a": 1}]


def test_a_problem_lies_in_what_encloses_it(tmp_path: Path) -> None:
    """A place that does not stand in the file is that of the nearest that does, and the field is named."""
    document = _read(tmp_path, "datasets:\n  orders:\n    fields:\n      email: {type: text}\n")
    problem = document.problem(("datasets", "orders", "fields", "email", "category"), "is wrong")
    assert str(problem) == "any.yaml:4:7: field orders.email: is wrong"
    assert str(document.problem(("strange",), "is wrong")) == "any.yaml:1:1: is wrong"


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ((), ""),
        (("team",), ""),
        (("datasets", "orders"), "data set orders"),
        (("datasets", "orders", "key", 0), "data set orders"),
        (("datasets", "orders", "fields"), "data set orders"),
        (("datasets", "orders", "fields", "email"), "field orders.email"),
        (("datasets", "orders", "fields", "email", "from", 0), "field orders.email"),
        (("rules", "orders", "period"), "rule orders"),
        (("purposes", "sales"), "purpose sales"),
        (("promises", "orders", "label", "en"), "promise orders"),
    ],
)
def test_who_owns_a_place(location: tuple[str | int, ...], name: str) -> None:
    """A place is named by its field, data set, rule, purpose or promise."""
    assert name == owner(location)


def test_the_nearest_name() -> None:
    """The nearest of the known names is offered; where none is near, they are listed, twelve at most."""
    many = [f"name{number:02}" for number in range(14)]
    assert nearest("user.finance", ["user.financial", "user.name"]) == "did you mean 'user.financial'?"
    assert nearest("xyz", ["b", "a"]) == "known: a, b"
    assert nearest("xyz", many) == f"known: {', '.join(many[:12])}, …"
    assert nearest("xyz", []) == "none is defined"
