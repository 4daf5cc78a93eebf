"""The data map as a picture: four columns of boxes, and lines between them whose width is the number of fields.

SVG (https://www.w3.org/TR/SVG2/) without script, that reads the same inside a page and in a file of its own.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.accountability.documents.datamap import KINDS
from assets.accountability.documents.speaking import spoken, wording
from assets.page import environment

if TYPE_CHECKING:
    from assets.accountability.documents.model import Content

WIDTH = 1240
_MARGIN, _BOX, _GAP = 2, 212, 128  # at the side; widths of a box and of the space between two columns
_TOP, _BETWEEN, _LINE = 52, 10, 17
_LETTERS, _MOST_LETTERS = 20, 25  # that stand beside each other in a box, with its number and without it
_PADDING = 6
_HEIGHT = 620  # of the widest column's lines, all together
_THINNEST, _FARTHEST = 1.2, 34.0
# Dark enough on white and told apart in brightness too; a line bears the colour of the box that it leaves.
_COLOURS = ("#0b4f8a", "#9a4a00", "#2f6b2f", "#7a2e6b", "#8a6d00", "#24585e", "#a02c2c", "#4a4a8f")


@dataclass
class Box:
    """A node's box: where it stands, and how much of its two edges is taken by lines."""

    id: str
    lines: list[str]
    number_line: int  # the line beside which its number stands
    fields: int
    colour: str
    x: float
    y: float = 0
    height: float = 0
    left: float = 0
    right: float = 0


@dataclass(frozen=True)
class Ribbon:
    """A line between two boxes: its path, its width, and what it says."""

    path: str
    width: float
    colour: str
    title: str


def picture(drawn: Content, language: str) -> str:
    """The map as SVG.

    Args:
        drawn: what `datamap.grouped` gives.
        language: `fi`, `sv` or `en`.
    """
    said, text = spoken(drawn, language), wording(language).text
    columns = ordered(said)
    scale = _HEIGHT / max(1, *(sum(_flow(said, node["id"]) for node in nodes) for nodes in columns.values()))
    boxes = _boxes(said, columns, scale)
    number = {kind: len(nodes) for kind, nodes in columns.items()}
    description = text(
        "picture_description",
        sources=number["source"],
        categories=number["category"],
        purposes=number["purpose"],
        recipients=number["recipient"],
    )
    template = environment("assets.accountability.documents").get_template("picture.svg")
    return template.render(
        language=language,
        width=WIDTH,
        height=round(max((box.y + box.height for box in boxes.values()), default=_TOP) + _BETWEEN),
        title=text("picture_title"),
        description=description,
        columns=[(_x(kind), text(f"columns_{kind}")) for kind in KINDS],
        boxes=boxes.values(),
        ribbons=_ribbons(said, boxes, scale, language),
        box_width=_BOX,
        line_height=_LINE,
        padding=_PADDING,
        most_letters=_MOST_LETTERS,
    )


def ordered(said: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The nodes of each column from top to bottom, so that lines cross little: by where their lines come from."""
    columns: dict[str, list[dict[str, Any]]] = {kind: [node for node in said["nodes"] if node["kind"] == kind] for kind in KINDS}
    place = {node["id"]: float(index) for index, node in enumerate(columns["source"])}
    for kind in KINDS[1:]:
        means = {node["id"]: _mean_place(said, node["id"], place) for node in columns[kind]}
        columns[kind].sort(key=lambda node: means[node["id"]])
        place |= {node["id"]: float(index) for index, node in enumerate(columns[kind])}
    return columns


def _mean_place(said: dict[str, Any], node: str, place: dict[str, float]) -> float:
    coming = [link for link in said["links"] if link["to"] == node]
    total = sum(link["fields"] for link in coming)
    return sum(place[link["from"]] * link["fields"] for link in coming) / total if total else 0.0


def _flow(said: dict[str, Any], node: str) -> int:
    """The fields that come into a node or leave it, whichever are more."""
    return max(sum(int(link["fields"]) for link in said["links"] if link[end] == node) for end in ("from", "to"))


def _x(kind: str) -> float:
    return _MARGIN + KINDS.index(kind) * (_BOX + _GAP)


def _lines(label: str) -> tuple[list[str], int]:
    """A label in lines, and the line that leaves room for the number: one of its own where there is none."""
    lines = textwrap.wrap(label, _LETTERS, break_long_words=False) or [""]
    roomy = [index for index, line in enumerate(lines) if len(line) <= _LETTERS]
    return (lines, roomy[0]) if roomy else ([*lines, ""], len(lines))


def _boxes(said: dict[str, Any], columns: dict[str, list[dict[str, Any]]], scale: float) -> dict[str, Box]:
    """Every node's box; the boxes of a column are spread over the height of the tallest one."""
    boxes: dict[str, Box] = {}
    for kind, nodes in columns.items():
        for index, node in enumerate(nodes):
            lines, number_line = _lines(node["label"])
            height = max(len(lines) * _LINE + 2 * _PADDING, _flow(said, node["id"]) * scale)
            boxes[node["id"]] = Box(
                node["id"], lines, number_line, node["fields"], _COLOURS[index % len(_COLOURS)], _x(kind), height=height
            )
    tall = max(sum(boxes[node["id"]].height + _BETWEEN for node in nodes) for nodes in columns.values())
    for nodes in columns.values():
        filled = sum(boxes[node["id"]].height for node in nodes)
        between = min((tall - filled) / max(1, len(nodes)), _FARTHEST)
        y = _TOP + (tall - filled - between * len(nodes)) / 2
        for node in nodes:
            boxes[node["id"]].y = y
            y += boxes[node["id"]].height + between
    for box in boxes.values():
        for end in ("from", "to"):
            total = sum(link["fields"] for link in said["links"] if link[end] == box.id)
            edge = (box.height - total * scale) / 2
            if end == "from":
                box.right = edge
            else:
                box.left = edge
    return boxes


def _ribbons(said: dict[str, Any], boxes: dict[str, Box], scale: float, language: str) -> list[Ribbon]:
    """Every link's line, from the top of both boxes downwards, the wide ones first so that the thin ones lie above them."""
    place = {node: index for index, node in enumerate(boxes)}
    starts: dict[tuple[str, str], float] = {}
    ends: dict[tuple[str, str], float] = {}
    links = {(link["from"], link["to"]): link["fields"] for link in said["links"]}
    for start, end in sorted(links, key=lambda link: (place[link[0]], boxes[link[1]].y)):
        starts[start, end] = boxes[start].y + boxes[start].right + links[start, end] * scale / 2
        boxes[start].right += links[start, end] * scale
    for start, end in sorted(links, key=lambda link: (place[link[1]], boxes[link[0]].y)):
        ends[start, end] = boxes[end].y + boxes[end].left + links[start, end] * scale / 2
        boxes[end].left += links[start, end] * scale
    text = wording(language).text
    labels = {node["id"]: node["label"] for node in said["nodes"]}
    ribbons = []
    for (start, end), fields in sorted(links.items(), key=lambda link: (-link[1], place[link[0][0]], place[link[0][1]])):
        left, right = boxes[start].x + _BOX, boxes[end].x
        middle = (left + right) / 2
        path = f"M{left} {starts[start, end]:.1f}C{middle} {starts[start, end]:.1f} {middle} {ends[start, end]:.1f}"
        path += f" {right} {ends[start, end]:.1f}"
        title = text("link_title", start=labels[start], end=labels[end], fields=fields)
        ribbons.append(Ribbon(path, max(round(fields * scale, 1), _THINNEST), boxes[start].colour, title))
    return ribbons
