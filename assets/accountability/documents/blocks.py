"""What a document is made of, whatever it is written as: a page of sections, each of a few kinds of blocks, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Line:
    """A line of text; `href` where it is a link, `soft` where it is said in passing."""

    text: str
    href: str = ""
    soft: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str
    kind: ClassVar[str] = "paragraph"


@dataclass(frozen=True)
class Items:
    """A list."""

    items: list[Line]
    kind: ClassVar[str] = "items"


@dataclass(frozen=True)
class Facts:
    """Terms, each with lines that say what is so of it; `stacked` where the terms are long."""

    facts: list[tuple[str, list[Line]]]
    stacked: bool = False
    kind: ClassVar[str] = "facts"


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str
    id: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Table:
    """A table whose first column names the row; numbers stand to the right."""

    id: str
    caption: str
    headings: list[str]
    rows: list[list[str | int]]
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Picture:
    """A picture as SVG, which bears its own title and description; `label` names the box in which it scrolls."""

    id: str
    label: str
    svg: str
    kind: ClassVar[str] = "picture"


Block = Paragraph | Items | Facts | Heading | Table | Picture


@dataclass(frozen=True)
class Section:
    """A part of a page, with its heading."""

    id: str
    title: str
    blocks: list[Block]


@dataclass(frozen=True)
class Page:
    """A document in one language; `wide` where its tables or its picture need the room."""

    language: str
    title: str
    subtitle: str
    contents: str  # what the list of sections is called
    facts: Facts
    sections: list[Section]
    wide: bool = False
