"""Whatever is done to a register's text, loading ends with a register or with an error that a person can read."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from resources.catalogue import CatalogueError, load_register
from tests.resources.catalogue.described import CHAT, Described

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.catalogue.positions import Problem

FILES = ("notice.yaml", "retention.yaml", "sources/shop.yaml", "sources/desk.yaml", "sources/calls.yaml", "sources/base.yaml")
SEEDS = range(15)
MUTATIONS = 25
VALUES = [
    "",
    "~",
    "NO",
    "-1",
    "1.5",
    ".inf",
    "[]",
    "{}",
    "[[a]]",
    "{a: {b: c}}",
    "'",
    '"\\x"',
    "2024-01-01",
    "!!bool x",
    "!!set x",
    "!x y",
    "*a",
    "&a",
]
VALUES += [
    "&a {b: *a}",
    "|",
    ">9",
    "- x",
    "? x",
    "<<: {a: b}",
    "%x",
    "@",
    "`",
    "\t",
    "\x00",
    "\x85",
    "\ufeff",
    "\U0001f600",
    "${X",
    "9" * 5000,
    "[" * 60,
]


JUNK: list[Any] = [
    None,
    "",
    "x",
    "chats",
    0,
    -1,
    1.5,
    True,
    [],
    {},
    [[]],
    ["x"],
    {"x": 1},
    {"en": 1},
    [{"x": []}],
    "P1M",
    "2026-01-01",
    "9" * 400,
]


def _delete(rng: random.Random, lines: list[str]) -> None:
    del lines[rng.randrange(len(lines))]


def _double(rng: random.Random, lines: list[str]) -> None:
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))


def _swap(rng: random.Random, lines: list[str]) -> None:
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]


def _indent(rng: random.Random, lines: list[str]) -> None:
    place = rng.randrange(len(lines))
    lines[place] = rng.choice([f"  {lines[place]}", lines[place].lstrip(), lines[place].removeprefix("  "), f"\t{lines[place]}"])


def _garble(rng: random.Random, lines: list[str]) -> None:
    place = rng.randrange(len(lines))
    letters = list(lines[place]) or [" "]
    letters[rng.randrange(len(letters))] = rng.choice("{}[]:,&*#?|-<>=!%@`'\"\\\0\r\u2028x0 ")
    lines[place] = "".join(letters)


def _retype(rng: random.Random, lines: list[str]) -> None:
    place = rng.randrange(len(lines))
    key, colon, _ = lines[place].partition(": ")
    lines[place] = f"{key}{colon}{rng.choice(VALUES)}"


def _cut(rng: random.Random, lines: list[str]) -> None:
    del lines[rng.randrange(len(lines)) :]


def _retype_within(rng: random.Random, lines: list[str]) -> None:
    place = rng.randrange(len(lines))
    parts = lines[place].split(", ")
    part = rng.randrange(len(parts))
    parts[part] = f"{parts[part].partition(': ')[0]}: {rng.choice(VALUES)}"
    lines[place] = ", ".join(parts)


KINDS: list[Callable[[random.Random, list[str]], None]] = [_delete, _double, _swap, _indent, _garble, _retype, _cut, _retype_within]


def _problems(folder: Path) -> list[Problem]:
    """What is wrong with a register; whatever else is raised fails the test."""
    try:
        load_register(folder)
    except CatalogueError as error:
        assert error.problems, "an error must say what is wrong"  # noqa: PT017 - an error without problems is the failure
        return error.problems
    return []


@pytest.mark.parametrize("seed", SEEDS)
def test_no_mutation_ends_in_anything_else(small: Path, seed: int) -> None:
    """Lines that are deleted, doubled, swapped, garbled, or of another type: a register, or problems with their places."""
    rng = random.Random(seed)  # noqa: S311 - a test's chance, the same each time
    right = {file: (small / file).read_text(encoding="utf-8") for file in FILES}
    for _ in range(MUTATIONS):
        file = rng.choice(FILES)
        lines = right[file].splitlines()
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            rng.choice(KINDS)(rng, lines)
            lines.extend([""] if not lines else [])
        text = "\n".join(lines)
        (small / file).write_text(text, encoding="utf-8", newline="")
        problems = _problems(small)
        assert all(0 < problem.line <= len(text.splitlines()) + 1 for problem in problems if problem.file == file)
        (small / file).write_text(right[file], encoding="utf-8")


@pytest.mark.parametrize("seed", range(3))
def test_no_bytes_end_in_anything_else(small: Path, seed: int) -> None:
    """Random bytes in the place of a file, or within it, are problems and nothing else."""
    rng = random.Random(seed)  # noqa: S311 - a test's chance, the same each time
    for _ in range(10):
        file = small / rng.choice(FILES)
        right = file.read_bytes()
        place = rng.randrange(len(right))
        file.write_bytes(rng.choice([rng.randbytes(200), right[:place] + rng.randbytes(3) + right[place:], b"", right[:place]]))
        _problems(small)
        file.write_bytes(right)


def _inside(value: Any) -> list[tuple[Any, Any]]:
    """Every mapping and list within a value, with each of its keys or indexes."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [found for key in keys for found in [(value, key), *_inside(value[key])]]


@pytest.mark.parametrize("seed", range(4))
def test_no_values_end_in_anything_else(tmp_path: Path, seed: int) -> None:
    """Values of any kind in the place of any others, several in every file at once: problems with their places, none of them twice.

    What is put in the place of what stands in the notice, the rules or the source reaches every check that depends on it.
    """
    rng = random.Random(seed)  # noqa: S311 - a test's chance, the same each time
    for number in range(12):
        folder = tmp_path / str(number)
        folder.mkdir()
        described = Described(folder)
        for part in rng.sample([described.notice, described.retention, described.chats], rng.choice((1, 2, 3))):
            for _ in range(rng.choice((1, 1, 2, 6))):
                holder, key = rng.choice(_inside(part))
                if rng.random() < 0.3 and isinstance(holder, dict):
                    holder[rng.choice(["x", f"{key}s", 7])] = holder.pop(key)
                else:
                    holder[key] = deepcopy(rng.choice(JUNK))
        for name in ("notice.yaml", "retention.yaml", CHAT):
            described.write(name)
        problems = _problems(folder)
        assert len({str(problem) for problem in problems}) == len(problems)
        assert all(problem.line > 0 and problem.column > 0 and problem.message for problem in problems)
