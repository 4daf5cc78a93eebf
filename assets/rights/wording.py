"""What the report says, in one language: texts out of `texts.yaml`, and values as that language writes them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from resources import wording
from resources.catalogue.shapes import Label
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGUAGES", "Wording", "texts"]


@cache
def texts() -> dict[str, Label]:
    """Every text, by its key."""
    data = YAML(typ="safe").load((package_data.files("assets.rights") / "texts.yaml").read_text(encoding="utf-8"))
    return {key: Label.model_validate(label) for key, label in data.items()}


@dataclass(frozen=True)
class Wording(wording.Wording):
    """The report's texts in a language; times in a time zone."""

    texts: Mapping[str, Label] = field(default_factory=texts)

    def records(self, number: int) -> str:
        """So many records, in words."""
        return self.text("records_one") if number == 1 else self.text("records_many", number=self.integer(number))

    def iso(self, moment: str) -> str:
        """A moment that is written as JSON holds it, as it is read."""
        return self.moment(dt.datetime.fromisoformat(moment).replace(tzinfo=None))

    def marks(self, kinds: tuple[str, ...]) -> dict[str, str]:
        """What stands in a text in place of what was taken out, by kind."""
        return {kind: self.text(f"mark_{kind}") for kind in kinds}

    def value(self, value: object) -> str:
        """A field's value as it is read."""
        if isinstance(value, bool):
            return self.text("true" if value else "false")
        if isinstance(value, dt.datetime):
            return self.moment(value)
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, Decimal):
            written = format(value.normalize(), "f")
            return written if self.language == "en" else written.replace(".", ",")
        return str(value)

    def structure(self, value: str) -> str | None:
        """What JSON holds, a line for each key of an object; None of a text that is neither in JSON, or empty."""
        if not value.lstrip().startswith(("{", "[")):
            return None
        try:
            told = json.loads(value)
            return ("\n".join(self._keyed(told)) if isinstance(told, dict) else self._told(told)) or None
        except (ValueError, RecursionError):
            return None

    def _told(self, value: object) -> str:
        if isinstance(value, dict):
            return f"({'; '.join(self._keyed(value))})"
        if isinstance(value, list):
            return ", ".join(map(self._told, value))
        return self.text("no_value") if value is None else self.value(value)

    def _keyed(self, value: dict[str, object]) -> list[str]:
        return [f"{key}: {self._told(each)}" for key, each in value.items()]
