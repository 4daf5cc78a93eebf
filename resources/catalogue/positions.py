"""Read YAML so that every value knows its place in the file.

What the values mean is not decided here: see `loader`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from resources.catalogue.quick import plain, quickly

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ruamel.yaml.nodes import Node

_YAML_TAGS = "tag:yaml.org,2002:"
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
    """A YAML file as plain values, with the place of each key and item, and the problems met while reading.

    `broken` holds the locations that a problem was told of and whose value is not known therefore; `unread` those of mappings of which some
    key could not be read. What depends on either is left unchecked: one mistake is told once.
    """

    path: Path
    name: str
    data: Any = None
    places: dict[Location, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[Location] = field(default_factory=set)
    unread: set[Location] = field(default_factory=set)

    def is_broken(self, location: Location) -> bool:
        """Whether the value at a location, or what it lies in, is not known because of a problem."""
        return bool(self.broken) and any(location[:length] in self.broken for length in range(len(location) + 1))

    def is_whole(self, location: Location) -> bool:
        """Whether everything at a location and below it is known."""
        below = (each[: len(location)] == location for each in self.broken | self.unread)
        return not self.is_broken(location) and not any(below)

    def line(self, location: Location) -> int:
        """The line of a location, or of its nearest enclosing one that stands in the file."""
        return self.problem(location, "").line

    def problem(self, location: Location, message: str) -> Problem:
        """A problem at a location, or at its nearest enclosing one that stands in the file; it names the field, or what else it is in."""
        while location and location not in self.places:
            location = location[:-1]
        line, column = self.places.get(location, (1, 1))
        owned = owner(location)
        return Problem(self.name, line, column, f"{owned}: {message}" if owned else message)

    def report(self, location: Location, message: str) -> None:
        """Remember a problem at a location; nothing is said of a value that is broken, for that was said."""
        if not self.is_broken(location):
            self.problems.append(self.problem(location, message))


def read(path: Path, name: str) -> Document:
    """Read one YAML 1.2 file; what is wrong with it stands in the document's problems, nothing is raised."""
    document = Document(path, name, broken={()})
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        document.problems.append(Problem(name, 1, 1, f"cannot be read ({error.strerror}): make it a file that you may read"))
        return document
    except UnicodeDecodeError:
        document.problems.append(Problem(name, 1, 1, "is not UTF-8: save it as UTF-8"))
        return document
    parsed = _parsed(text, name)
    return Document(path, name, parsed.data, parsed.places, [*parsed.problems], {*parsed.broken}, {*parsed.unread})


@lru_cache(maxsize=64)  # a register is loaded again by every job and every page, and reading its YAML is nearly all that it costs
def _parsed(text: str, name: str) -> Document:
    document = Document(Path(name), name)
    if (found := quickly(text)) is not None:
        document.data, document.places = found
        return document
    yaml = YAML(typ="rt", pure=True)
    yaml.composer.warn_double_anchors = False  # YAML 1.2, section 6.9.2: an anchor may be used again
    try:
        node = yaml.compose(text)
        document.data = None if node is None else _value(yaml, node, (), document)
        if document.data is None and not document.problems:
            document.problems.append(Problem(name, 1, 1, "is empty: describe the register here, see docs/catalogue.md"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.problems.append(Problem(name, line, column, f"is not valid YAML: {error.problem or error.context}"))
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        document.problems.append(Problem(name, line, column, "is not valid YAML: a character that text does not have"))
    except RecursionError:
        document.problems.append(Problem(name, 1, 1, "is nested too deep, or an alias holds itself: write out what it stands for"))
    except (YAMLError, ValueError) as error:
        document.problems.append(Problem(name, 1, 1, f"is not valid YAML: {type(error).__name__}"))
    if document.data is None:
        document.broken.add(())
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
                document.unread.add(location)
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
    except (
        YAMLError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
    ) as error:  # the last three: a tag that the value does not bear out
        document.report(location, _unreadable(node, getattr(error, "problem", None)))
        document.broken.add(location)
        return None
    return plain(value)


def _unreadable(node: Node, problem: str | None) -> str:
    """What is wrong with a value that its tag, or what it looks like, does not let it be."""
    kind = str(node.tag).removeprefix(_YAML_TAGS)
    if not isinstance(node, ScalarNode):
        return problem or f"is not what '!!{kind}' stands for: mend it, or leave out the tag"
    if kind == "timestamp":
        return f"'{node.value}' is not a date: write one as 2026-10-01"
    return f"'{node.value}' is not what '!!{kind}' stands for: mend it, or leave out the tag"


def owner(location: Location) -> str:
    """The field, the data set, or the rule, purpose, promise or the like that a place lies in, as users name it; empty outside of them."""
    match location:
        case ("datasets", dataset, "fields", field_name, *_):
            return f"field {dataset}.{field_name}"
        case ("datasets", dataset, *_):
            return f"data set {dataset}"
        case ("rules" | "purposes" | "promises" as section, str(name), *_):
            return f"{section[:-1]} {name}"
    return ""


def nearest(word: object, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or all of them when none is near and they are few."""
    names = sorted(known)
    close = close_to(word, names)
    if close is not None:
        return f"did you mean '{close}'?"
    shown = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
    return f"known: {shown}" if names else "none is defined"


def close_to(word: object, known: Iterable[str]) -> str | None:
    """The known word that is nearest to a word; None where none is near."""
    return next(iter(get_close_matches(str(word), sorted(known), n=1, cutoff=0.6)), None)
