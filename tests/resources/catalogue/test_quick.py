"""What libyaml reads is what the careful reader reads: the same values, of the same types, in the same places; all else is left to that."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from resources.catalogue import positions
from resources.catalogue.quick import quickly
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

    from resources.catalogue.positions import Document

FILES = [
    file
    for folder in ("register", "tests/registers", "tests/resources/catalogue", "presets", "sql", "resources")
    for file in sorted((ROOT / folder).rglob("*.yaml"))
]
SMALL = [
    "a: {b: c, d: [e, f]}\ng:\n  - h\n  - i: j\n    k: |\n      text\n      more\n  - 'q'\n",
    '{"a": {"b": 1, "c": [true, null, "x"]}}',
    "a: &x {b: 1}\nc:\n- *x\n- e: >-\n    f\n\n    g\n",
]
BITS = [
    *"[]{},'\"|>:?-#&*!%@`~=\\",
    "NO",
    "0o7",
    "1_000",
    "0x1F",
    ".5",
    "1e3",
    "<<",
    "...",
    "---",
    ":a",
    "a:",
    "-a",
    "?a",
    "a:1",
    "//",
    "|-",
    "|+",
    "''",
]
BITS += [" ", "  ", "\n", "\n  ", "\t", "\r\n", " #", ": ", "- - x", "? k", "&a x", "*x", "!!str 1", '"b":1', "{a:1, ?b: c}", "[a?b, :c]"]
BITS += [
    '""',
    "ä",
    "2026-10-01",
    "2026-10-01T00:00:00Z",
    "\x85",
    "\u2028",
    "\ufeff",
    "\U0001f600",
    "|2\n   x",
    '"\\x41\\/"',
    "%YAML 1.1\n--- ",
]


@pytest.fixture
def carefully(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Document]:
    """The careful reader alone."""
    monkeypatch.setattr(positions, "quickly", lambda _: None)
    return lambda text: positions._parsed.__wrapped__(text, "any.yaml")


def _told(document: Document) -> Any:
    return repr(document.data), document.places, document.problems


def test_every_file_of_ours(carefully: Callable[[str], Document]) -> None:
    """Registers, presets and descriptions of columns are read alike, and but for what is wrong on purpose all of them quickly."""
    texts = {file: file.read_text(encoding="utf-8") for file in FILES}
    read = {file: found for file, text in texts.items() if (found := quickly(text)) is not None}
    for file, (values, places) in read.items():
        assert (file, (repr(values), places, [])) == (file, _told(carefully(texts[file])))
    assert [file.name for file in FILES if file not in read and "failing" not in file.parts] == ["all_at_once.yaml"]


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_put_into_a_text(carefully: Callable[[str], Document], seed: int) -> None:
    """Pieces of our files, with anything that YAML knows put anywhere, are read alike or left to the careful reader."""
    rng = random.Random(seed)  # noqa: S311 - a test's chance, the same each time
    sources = [file.read_text(encoding="utf-8").splitlines(keepends=True) for file in FILES] + [
        text.splitlines(keepends=True) for text in SMALL
    ]
    number = 0
    for _ in range(150):
        lines = rng.choice(sources)
        first = rng.randrange(len(lines))
        text = "".join(lines[first : first + 8])
        for _ in range(rng.randint(1, 3)):
            place = rng.randrange(len(text) + 1)
            text = text[:place] + rng.choice(BITS) + text[place + rng.choice((0, 0, 1, 2)) :]
        if (found := quickly(text)) is not None:
            number += 1
            assert (text, (repr(found[0]), found[1], [])) == (text, _told(carefully(text)))
    assert number > 20


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: 1\na: 2\n",
        "a: [b\n",
        "%YAML 1.1\n---\na: no\n",
        '{"a":1}',
        "a: |-# b\n",
        "a: !!int b\n",
        "&a [*a]\n",
        "a: 1\n---\nb: 2\n",
        "~",
    ],
)
def test_what_is_left(text: str) -> None:
    """What is no document, what is wrong, and what versions of YAML differ in."""
    assert quickly(text) is None
