"""The words of requests, out of `vocabulary.yaml`: kinds, scopes, how identity is shown, grounds of refusals and extensions."""

from __future__ import annotations

from functools import cache
from importlib import resources as package_data
from typing import Annotated

from pydantic import Field
from ruamel.yaml import YAML

from resources.catalogue.shapes import Label, Name, Shape, Text


class KindShape(Shape):
    """What may be asked for; `by_bundle` where an export bundle answers it, `anyone` where no identity need be shown for it."""

    article: Text
    label: Label
    scopes: list[Name] = Field(default_factory=list)
    of_purpose: bool = False
    by_bundle: bool = False
    anyone: bool = False


class WordShape(Shape):
    """A word with its name."""

    label: Label


class GroundShape(Shape):
    """Why a request is refused, granted or its answer put off: of which kinds (all, unless stated), not of which scopes, and what is told.

    `after_asking` where it is one only once the person was asked to show who asks.
    """

    article: Text
    after_asking: bool = False
    kinds: list[Name] = Field(default_factory=list)
    not_scopes: list[Name] = Field(default_factory=list)
    text: Label

    def is_of(self, kind: str, scope: str | None) -> bool:
        """Whether it is a ground for a request of a kind and a scope."""
        return (not self.kinds or kind in self.kinds) and scope not in self.not_scopes


Words = Annotated[dict[Name, WordShape], Field(min_length=1)]


class RequestWords(Shape):
    """`vocabulary.yaml`."""

    kinds: dict[Name, KindShape]
    scopes: Words
    methods: Words
    extensions: dict[Name, GroundShape]
    restrictions: dict[Name, GroundShape]
    refusals: dict[Name, GroundShape]

    @property
    def by_bundle(self) -> tuple[str, ...]:
        """The kinds that an export bundle answers."""
        return tuple(name for name, kind in self.kinds.items() if kind.by_bundle)


@cache
def words() -> RequestWords:
    """The words of requests."""
    text = (package_data.files("resources.requests") / "vocabulary.yaml").read_text(encoding="utf-8")
    return RequestWords.model_validate(YAML(typ="safe", pure=True).load(text))
