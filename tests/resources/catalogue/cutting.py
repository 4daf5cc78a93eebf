"""Cut keys out of YAML text, and leave every other character as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterator

    Location = tuple[str, ...]


class Text:
    """A YAML text, and where its keys stand."""

    def __init__(self, text: str) -> None:
        """Parse the text once."""
        self.text = text
        self.root: Any = YAML(typ="rt", pure=True).compose(text)

    def keys(self, *location: str) -> list[str]:
        """The keys of the mapping at a location."""
        return [key.value for key, _ in self._at(location).value]

    def words(self, *location: str) -> set[str]:
        """Every scalar below a location, keys included."""
        return set(_words(self._at(location)))

    def without(self, *locations: Location) -> str:
        """The text without the keys at some locations and their values; none may be all that its mapping has."""
        text = self.text
        for start, end in sorted((self._span(location) for location in locations), reverse=True):
            text = text[:start] + text[end:]
        return text

    def _span(self, location: Location) -> tuple[int, int]:
        mapping = self._at(location[:-1])
        pairs = mapping.value
        place = next(index for index, (key, _) in enumerate(pairs) if key.value == location[-1])
        start = pairs[place][0].start_mark.index
        end = pairs[place + 1][0].start_mark.index if place + 1 < len(pairs) else mapping.end_mark.index
        if not mapping.flow_style:
            return self._line_start(start), self._line_start(end)
        return (start, end) if place + 1 < len(pairs) else (pairs[place - 1][1].end_mark.index, pairs[place][1].end_mark.index)

    def _line_start(self, index: int) -> int:
        return len(self.text) if index >= len(self.text.rstrip()) else self.text.rfind("\n", 0, index) + 1

    def _at(self, location: Location) -> Any:
        node = self.root
        for step in location:
            node = next(value for key, value in node.value if key.value == step)
        return node


def _words(node: Any) -> Iterator[str]:
    if isinstance(node.value, str):
        yield node.value
        return
    for each in node.value:
        for part in each if isinstance(each, tuple) else (each,):
            yield from _words(part)
