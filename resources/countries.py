"""What countries are called in the three languages."""

from __future__ import annotations

from functools import cache
from importlib import resources as package_data

from ruamel.yaml import YAML

from resources.catalogue.shapes import Label


@cache
def countries() -> dict[str, Label]:
    """The names of countries, by their ISO 3166-1 code."""
    data = YAML(typ="safe", pure=True).load((package_data.files("resources") / "countries.yaml").read_text(encoding="utf-8"))
    return {code: Label.model_validate(label) for code, label in data.items()}
