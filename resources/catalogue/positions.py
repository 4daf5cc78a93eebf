"""Read YAML so that every value knows its place in the file.

What the values mean is not decided here: see `loader`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ruamel.yaml.nodes import Node

_MOST_NAMES = 12  # as many as fit a line
Location = tuple[str | int, ...]


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in a register's YAML: the file, the 1-based line and column, and what to do."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        """`file:line:column: message`, as editors and terminals link it."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


@dataclass
class Document:
    """A YAML file as plain values, with the place of each key and item, and the problems met while reading."""

    path: Path
    name: str
    data: Any = None
    places: dict[Location, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, location: Location, message: str) -> Problem:
        """A problem at a location, or at its nearest enclosing one that stands in the file."""
        while location and location not in self.places:
            location = location[:-1]
        line, column = self.places.get(location, (1, 1))
        return Problem(self.name, line, column, message)

    def report(self, location: Location, message: str) -> None:
        """Remember a problem at a location."""
        self.problems.append(self.problem(location, message))


def read(path: Path, name: str) -> Document:
    """Read one YAML 1.2 file; what is wrong with it stands in the document's problems, nothing is raised."""
    document = Document(path, name)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        document.problems.append(Problem(name, 1, 1, f"cannot be read ({error.strerror}): make it a file that you may read"))
        return document
    except UnicodeDecodeError:
        document.problems.append(Problem(name, 1, 1, "is not UTF-8: save it as UTF-8"))
        return document
    yaml = YAML(typ="rt", pure=True)
    try:
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.problems.append(Problem(name, line, column, f"is not valid YAML: {error.problem or error.context}"))
        return document
    except (YAMLError, ValueError, RecursionError) as error:
        document.problems.append(Problem(name, 1, 1, f"is not valid YAML: {type(error).__name__}"))
        return document
    if node is None:
        document.problems.append(Problem(name, 1, 1, "is empty: describe the register here, see docs/catalogue.md"))
        return document
    document.data = _value(yaml, node, (), document)
    return document


def _value(yaml: YAML, node: Node, location: Location, document: Document) -> Any:
    document.places.setdefault(location, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, ScalarNode) else None
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if key is None:
                document.problems.append(Problem(document.name, *place, "a key must be plain text"))
                continue
            if key in result:
                first = document.places[(*location, key)]
                document.problems.append(
                    Problem(document.name, *place, f"the key '{key}' stands here again (first in line {first[0]}): keep one")
                )
                continue
            document.places[(*location, key)] = place
            result[key] = _value(yaml, value_node, (*location, key), document)
        return result
    if isinstance(node, SequenceNode):
        return [_value(yaml, item, (*location, index), document) for index, item in enumerate(node.value)]
    return _scalar(yaml, node, location, document)


def _scalar(yaml: YAML, node: Node, location: Location, document: Document) -> Any:
    try:
        value = yaml.constructor.construct_object(node, deep=True)
    except (YAMLError, ValueError) as error:
        document.report(location, f"is not a value that can be read: {getattr(error, 'problem', None) or type(error).__name__}")
        return None
    if isinstance(value, bool):
        return bool(value)
    for plain in (int, float, str):
        if isinstance(value, plain):
            return plain(value)
    return value


def nearest(word: object, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or all of them when none is near and they are few."""
    names = sorted(known)
    close = get_close_matches(str(word), names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    shown = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    return f"known: {shown}" if names else "none is defined"
