"""Undeclared paths of JSON documents: all of them, in as many records as plain Python counts, and no key that is data."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from resources.connectors.occurring import MOST_SIBLINGS, occurring
from resources.connectors.paths import template
from resources.warehouse.engine import engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from resources.warehouse.engine import Engine

IBAN = "FI2112345600000785"
KEYS = [
    "a",
    "b",
    "c",
    "dd",
    "_id",
    "e f",
    "g.h",
    "Ä-1",
    "1234567",
    "liisa@x.fi",
    IBAN,
    'q"t',
    "it's",
    "",
    "*",
    "a[0]",
    "JSON",
    "k" * 61,
    "\n",
]
LEAVES: list[Any] = [
    None,
    None,
    0,
    -1,
    1.5,
    2**70,
    True,
    "",
    "",
    "x",
    "NULL",
    "JSON",
    'say: ""',
    "a:{}",
    ',"",',
    "ä",
    [],
    {},
    [""],
    [[]],
    [None, ""],
]
PATHS = ["a", "b.c", "c[0].a", "dd.a.b", "dd[*]", "a.b[*]", "Ä-1", "b.*", "e f.c", "it's.a", "c[*].dd[*].b", "_id"]


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Engine]:
    """A connection in memory."""
    with engine(None, tmp_path) as opened:
        yield opened


def found(memory: Engine, documents: Sequence[Any], known: Sequence[str] = (), weights: Sequence[int] | None = None) -> dict[str, int]:
    """The undeclared paths of documents as they are shown, with their counts; a document that is text is JSON already."""
    texts = [each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in documents]
    memory.register("given_rows", pa.table({"text": texts, "weight": list(weights or [1] * len(texts))}))
    memory.run("CREATE OR REPLACE TEMP TABLE given_texts AS SELECT * FROM given_rows")
    memory.unregister("given_rows")
    listed = occurring(memory, "SELECT text, weight FROM given_texts", [template(path) for path in known], "FI")
    assert len({each.path for each in listed}) == len(listed)
    return {each.shown: each.records for each in listed}


@dataclass(frozen=True)
class Oracle:
    """Works out the undeclared paths document by document, in plain Python."""

    known: frozenset[str]
    opened: frozenset[str]

    @classmethod
    def of(cls, known: Sequence[str]) -> Oracle:
        """Take the declared paths as the catalogue writes them."""
        templates = frozenset(template(path) for path in known)
        steps = re.compile(r'\."[^"]*"|\.\*|\[\*\]')
        return cls(templates, frozenset(path[: step.end()] for path in templates for step in steps.finditer(path)))

    def below(self, value: Any, path: str = "$") -> Iterator[str]:
        """The paths at which a value and what is in it stand."""
        if path in self.known:
            return
        if isinstance(value, dict):
            for key, inner in value.items():
                if f'{path}."{key}"' not in self.known:
                    yield from self.below(inner, self.labelled(path, key))
        elif isinstance(value, list):
            for inner in value:
                yield from self.below(inner, f"{path}[*]")
        elif value is not None and value != "" and path != "$":
            yield path

    def labelled(self, path: str, key: str) -> str:
        """A path with one key more, as it may be shown."""
        named = f'{path}."{key}"'
        is_plain = re.fullmatch(r"_{0,2}[^\W\d_][\w. -]{0,59}", key) is not None and key != IBAN
        return named if is_plain or named in self.opened else f"{path}.*"


def counted(documents: Sequence[Any], known: Sequence[str]) -> dict[str, int]:
    """What `occurring` must find."""
    oracle = Oracle.of(known)
    totals: Counter[str] = Counter()
    for document in documents:
        totals.update(set(oracle.below(document)))
    shown = {path: re.sub(r'\."([^"]*)"', r".\1", path)[1:].removeprefix(".") for path in totals}
    assert len(set(shown.values())) == len(shown)
    return {shown[path]: number for path, number in totals.items()}


def value(rng: random.Random, depth: int) -> Any:
    """A random JSON value."""
    kind = rng.random() if depth else 0.0
    if kind < 0.45:
        return rng.choice(LEAVES)
    if kind < 0.8:
        return {key: value(rng, depth - 1) for key in rng.sample(KEYS, rng.randint(0, 5))}
    return [value(rng, depth - 1) for _ in range(rng.randint(0, 3))]


@pytest.mark.parametrize("seed", range(40))
def test_as_plain_python_counts(memory: Engine, seed: int) -> None:
    """Of random documents, whatever their keys and lists, each path that is not declared is found with its exact count."""
    rng = random.Random(seed)  # noqa: S311 - sample data
    documents = [{key: value(rng, 4) for key in rng.sample(KEYS, rng.randint(0, 8))} for _ in range(rng.randint(1, 60))]
    known = rng.sample(PATHS, rng.randint(0, 8))
    indent = rng.choice([None, 1])
    texts = [json.dumps(each, ensure_ascii=rng.random() < 0.5, indent=indent) for each in documents]
    assert found(memory, texts, known) == counted(documents, known)


def test_what_is_declared_is_passed_over(memory: Engine) -> None:
    """A declared path covers what stands below it and no sibling; where an object is read in parts, a bare value there is undeclared."""
    known = ["id", "visitor.email", "names[0].name", "tags[*]", "raw"]
    whole = {
        "id": 1,
        "visitor": {"email": "x"},
        "names": [{"name": "y"}, {"name": "z"}],
        "tags": ["t", {"u": 1}],
        "raw": {"all": [{"of": "it"}]},
    }
    assert found(memory, [whole] * 3, known) == {}
    assert found(memory, [whole, whole | {"visitor": {"email": "x", "mobile": "y"}}, whole | {"visitor": "z"}], known) == {
        "visitor": 1,
        "visitor.mobile": 1,
    }
    assert found(memory, [whole | {"names": [{"name": "y"}, {"kind": 1}, {"kind": 2}]}], known) == {"names[*].kind": 1}


def test_values_that_are_none(memory: Engine) -> None:
    """Null, an empty text, an empty list and an empty object are no values, and a list of nothing else is none either."""
    nothing: Any = {"a": None, "b": "", "c": [], "d": {}, "e": [None, "", []], "f": [{"g": None}, {"g": ""}], "h": {"i": ""}}
    assert found(memory, [nothing]) == {}
    assert found(memory, ['{"a" : "" , "b" :  { } , "c":[ "" , "x" ]}']) == {"c[*]": 1}


def test_weights(memory: Engine) -> None:
    """A document that holds many records counts as many."""
    assert found(memory, [{"page": 1}, {"page": 2}, {"page": None}], weights=[200, 17, 5]) == {"page": 217}


def test_keys_that_are_data_are_never_shown(memory: Engine) -> None:
    """Addresses, numbers and codes that stand as keys are one star, and what stands below them is told once."""
    documents = [{"by": {"liisa@x.fi": {"score": 1}}}, {"by": {"1234567": {"score": 2}, "0401234567": {"score": 3}}}, {IBAN: "x"}]
    assert found(memory, documents) == {"by.*.score": 2, "*": 1}


def test_many_rare_siblings_are_data(memory: Engine) -> None:
    """Names that stand as keys, each in few records, are one star; as many keys that most records have are told."""
    names = [f"Nimi{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(MOST_SIBLINGS + 1)]
    assert found(memory, [{"likes": {name: 1}} for name in names] * 2) == {"likes.*": 2 * len(names)}
    assert found(memory, [{"likes": dict.fromkeys(names, 1)}]) == {"likes.*": 1}
    assert found(memory, [{"likes": {name: 1}} for name in names[1:]]) == {f"likes.{name}": 1 for name in names[1:]}
    assert found(memory, [{"wide": dict.fromkeys(names, 1)}] * 30) == {f"wide.{name}": 30 for name in names}


def test_very_deep_documents(memory: Engine) -> None:
    """What is nested beyond measure is counted at a depth, and ends."""
    deep: Any = 1
    for _ in range(200):
        deep = {"a": [deep]}
    ((path, records),) = found(memory, [deep]).items()
    assert (records, path.startswith("a[*].a[*]"), len(path) < 200) == (1, True, True)


@pytest.mark.parametrize("document", [5, "x", None, [], [1, 2], [{"a": 1}]])
def test_documents_that_are_no_objects(memory: Engine, document: Any) -> None:
    """A bare value has no fields; a list's elements have."""
    expected = {"[*]": 1} if document == [1, 2] else {"[*].a": 1} if document == [{"a": 1}] else {}
    assert found(memory, [json.dumps(document)]) == expected
