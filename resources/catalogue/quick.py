"""Read YAML by libyaml, fifty times as fast as `positions` does, where both are sure to read the same.

libyaml is of YAML 1.1, and what it says of mistakes is terse: whatever the two might tell apart, and every mistake, is left to `positions`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml as libyaml
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.scalarbool import ScalarBoolean

if TYPE_CHECKING:
    from resources.catalogue.positions import Location

Places = dict["Location", tuple[int, int]]
_LOADER = getattr(libyaml, "CSafeLoader", None)
# Other breaks and blanks than these, and directives, are read otherwise by YAML 1.1.
_ALIKE = re.compile(r"(?!%)(?:[ -~\u00a1-\u1fff\u2010-\u2027\u2030-\ud7ff]|\n(?!%))*")
# A key in quotation marks with its colon's value beside it, and a comment beside a block's header, are not taken by YAML 1.2's reader.
_UNLIKE = re.compile(r"[\"']:(?![ \n])|[|>][-+0-9]*#")
_FAILURES = (YAMLError, libyaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


class _LeftError(ValueError):
    """Something that is left to `positions`."""


def quickly(text: str) -> tuple[Any, Places] | None:
    """The values of a document and the place of each key and item, as `positions` has them; None where it is left to that."""
    if _LOADER is None or not _ALIKE.fullmatch(text) or _UNLIKE.search(text):
        return None
    loader = _LOADER(text)
    try:
        return _Reading(list(iter(loader.get_event, None))).whole()
    except _FAILURES:
        return None
    finally:
        loader.dispose()


class _Reading:
    """A document that is being read."""

    def __init__(self, events: list[Any]) -> None:
        """Begin with its first event."""
        self.events = events
        self.next = 0
        self.places: Places = {}
        self.anchors: dict[str, int] = {}
        self.yaml = YAML(typ="rt", pure=True)

    def whole(self) -> tuple[Any, Places]:
        """The one document of a text."""
        self._take(libyaml.StreamStartEvent)
        self._take(libyaml.DocumentStartEvent)
        value = self._value(())
        self._take(libyaml.DocumentEndEvent)
        self._take(libyaml.StreamEndEvent)
        if value is None:
            raise _LeftError
        return value, self.places

    def _take(self, kind: type = libyaml.Event) -> Any:
        event = self.events[self.next]
        if not isinstance(event, kind):
            raise _LeftError
        self.next += 1
        return event

    def _ends(self, kind: type) -> bool:
        ends = isinstance(self.events[self.next], kind)
        self.next += ends
        return ends

    def _value(self, location: Location) -> Any:
        event = self._take()
        if isinstance(event, libyaml.AliasEvent):
            return self._again(event.anchor, location)
        if event.tag is not None or (event.anchor is not None and self.anchors.setdefault(event.anchor, self.next) != self.next):
            raise _LeftError
        self.places.setdefault(location, _place(event))
        if isinstance(event, libyaml.ScalarEvent):
            return self._plain(event) if event.implicit[0] else event.value
        if isinstance(event, libyaml.MappingStartEvent):
            return self._mapping(location)
        items: list[Any] = []
        while not self._ends(libyaml.SequenceEndEvent):
            items.append(self._value((*location, len(items))))
        return items

    def _again(self, anchor: str, location: Location) -> Any:
        """The value that stands at an anchor."""
        following, self.next = self.next, self.anchors[anchor] - 1
        value = self._value(location)
        self.next = following
        return value

    def _mapping(self, location: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self._ends(libyaml.MappingEndEvent):
            key = self._take(libyaml.ScalarEvent)
            if key.anchor is not None or key.tag is not None or key.value in found:
                raise _LeftError
            place = (*location, key.value)
            self.places[place] = _place(key)
            found[key.value] = self._value(place)
        return found

    def _plain(self, event: Any) -> Any:
        """The value of a scalar without quotation marks, by the rules of YAML 1.2."""
        tag = self.yaml.resolver.resolve(ScalarNode, event.value, (True, False))
        if tag == self.yaml.resolver.DEFAULT_SCALAR_TAG:
            return event.value
        return plain(self.yaml.constructor.construct_object(ScalarNode(tag, event.value, event.start_mark, event.end_mark), deep=True))


def plain(value: Any) -> Any:
    """A value without what ruamel knows of how it was written."""
    if isinstance(value, bool | ScalarBoolean):
        return bool(value)
    return next((kind(value) for kind in (int, float, str) if isinstance(value, kind)), value)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1
