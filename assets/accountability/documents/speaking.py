"""Texts in several languages as plain data, and what turns them into one language."""

from __future__ import annotations

from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any, TypeAlias

from ruamel.yaml import YAML

from resources.catalogue.shapes import Label
from resources.spoken import limit_in_words
from resources.wording import LANGUAGES, Wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resources.limits import Limit

Text: TypeAlias = dict[str, str]
"""One text in every language: `{"fi": …, "sv": …, "en": …}`."""

_PACKAGE = "assets.accountability.documents"


@cache
def texts() -> dict[str, Label]:
    """What the documents say beside the register's own words, by key."""
    data: Mapping[str, Any] = YAML(typ="safe", pure=True).load((package_data.files(_PACKAGE) / "texts.yaml").read_text(encoding="utf-8"))
    return {key: Label.model_validate(label) for key, label in data.items()}


def wording(language: str, zone: str = "UTC") -> Wording:
    """The documents' texts in a language."""
    return Wording(language, zone, texts())


def told(label: Label) -> Text:
    """A label as plain data."""
    return {language: label.in_language(language) for language in LANGUAGES}


def said(spoken: Label | str) -> Text | str:
    """What people read as plain data: a text that is the same in each language as that."""
    return spoken if isinstance(spoken, str) else told(spoken)


def limit_told(limit: Limit) -> Text:
    """For how long something is kept, in words, in every language."""
    return {language: limit_in_words(limit, language) for language in LANGUAGES}


def spoken(value: Any, language: str) -> Any:
    """Plain data with every text in it reduced to one language."""
    if isinstance(value, dict):
        if value.keys() == set(LANGUAGES):
            return value[language]
        return {key: spoken(each, language) for key, each in value.items()}
    return [spoken(each, language) for each in value] if isinstance(value, list) else value


def sentence(text: str) -> str:
    """A text that ends as a sentence does."""
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def listed(labels: Iterable[str]) -> str:
    """Labels one after the other; each stands in it once."""
    return ", ".join(dict.fromkeys(labels))
