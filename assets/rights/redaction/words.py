"""Words that are names and ordinary words as well, and what stands before and after names: out of `words.yaml`."""

from __future__ import annotations

from functools import cache
from importlib import resources as package_data
from itertools import chain

from ruamel.yaml import YAML

from assets.rights.inflection import is_form


@cache
def listed(kind: str) -> frozenset[str]:
    """The folded words of a kind: `ordinary`, `no_surname`, `titles` or `no_first_name`."""
    return frozenset(chain.from_iterable(_words()[kind]))


@cache
def _words() -> dict[str, list[list[str]]]:
    text = (package_data.files("assets.rights.redaction") / "words.yaml").read_text(encoding="utf-8")
    found: dict[str, list[list[str]]] = YAML(typ="safe", pure=True).load(text)
    return found


@cache
def _by_beginning() -> dict[str, list[str]]:
    beginnings: dict[str, list[str]] = {}
    for word in sorted(listed("ordinary")):
        beginnings.setdefault(word[:2], []).append(word)
    return beginnings


@cache
def is_ordinary(word: str) -> bool:
    """Whether a folded word is an ordinary word in some form, though somebody may be called so."""
    return any(is_form(word, each) for each in _by_beginning().get(word[:2], ()))
