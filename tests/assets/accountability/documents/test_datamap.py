"""The data map: its numbers, its picture, its tables."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from assets.accountability.documents.blocks import Table
from assets.accountability.documents.datamap import ALONE, KINDS, data_map, grouped
from assets.accountability.documents.datamap_page import map_page
from assets.accountability.documents.picture import WIDTH, picture
from assets.accountability.documents.render import html
from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from assets.accountability.documents.model import Content
    from resources.catalogue import Catalogue

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="session")
def drawn(catalogue: Catalogue) -> Content:
    """The demonstration's map."""
    return data_map(catalogue)


def _links(drawn: Content) -> dict[tuple[str, str], int]:
    return {(link["from"], link["to"]): link["fields"] for link in drawn["links"]}


def test_numbers_are_those_of_the_fields(catalogue: Catalogue, drawn: Content) -> None:
    """What links sources to categories and categories to purposes is counted again, field by field."""
    counted: Counter[tuple[str, str]] = Counter()
    for dataset in catalogue.datasets:
        for field in dataset.fields.values():
            if field.shape.category != "system":
                counted[f"source:{dataset.source}", f"category:{field.shape.category}"] += 1
                counted.update((f"category:{field.shape.category}", f"purpose:{purpose}") for purpose in field.purposes)
    assert counted == {link: number for link, number in _links(drawn).items() if not link[1].startswith("recipient:")}


def test_who_receives_is_what_the_register_says(drawn: Content) -> None:
    """The tax administration receives what invoicing and the customer relation use of orders and invoices; what nobody receives stays."""
    links = _links(drawn)
    assert {"purpose:invoicing", "purpose:customer_relation"} >= {start for start, end in links if end == "recipient:tax_administration"}
    assert any(end == ALONE for _, end in links)


def test_every_node_is_linked_and_every_link_ends_in_a_node(drawn: Content) -> None:
    """No link leads nowhere, and it leads to the next kind."""
    kinds = {node["id"]: node["kind"] for node in drawn["nodes"]}
    assert {(start, end) for start, end in pairwise(KINDS)} == {(kinds[start], kinds[end]) for start, end in _links(drawn)}


def test_grouping_loses_no_field(drawn: Content) -> None:
    """Folded to the second level, the categories have the same fields in all, and so have the links of each pair of kinds."""
    folded = grouped(drawn)
    assert set() == {node["id"] for node in folded["nodes"] if node["kind"] == "category" and node["id"].count(".") > 1}
    for each in ("category", "purpose"):
        before, after = (sum(node["fields"] for node in whole["nodes"] if node["kind"] == each) for whole in (drawn, folded))
        assert before == after
    for kind in KINDS[:-1]:
        before, after = (
            sum(number for (start, _), number in _links(whole).items() if start.startswith(f"{kind}:")) for whole in (drawn, folded)
        )
        assert before == after
    comprised = [each for node in folded["nodes"] for each in node["comprises"]]
    assert len([node for node in drawn["nodes"] if node["kind"] == "category" and node["fields"]]) == len(comprised)


@pytest.mark.parametrize("language", LANGUAGES)
def test_picture_shows_every_node_and_link(drawn: Content, language: str) -> None:
    """The picture is XML with a title and a description; it has a box a node, a line a link, and each label can be read in it."""
    folded = grouped(drawn)
    root = ET.fromstring(picture(folded, language))  # noqa: S314 - our own picture
    boxes = [each for each in root.iter(f"{SVG}rect") if each.get("rx")]
    lines = list(root.iter(f"{SVG}path"))
    assert (len(folded["nodes"]), len(folded["links"])) == (len(boxes), len(lines))
    assert [bool((root.findtext(f"{SVG}{part}") or "").strip()) for part in ("title", "desc")] == [True, True]
    written = "".join(text for each in root.iter(f"{SVG}text") for text in each.itertext()).replace(" ", "")
    assert [
        node["label"][language] for node in folded["nodes"] if node["label"][language].replace(" ", "") not in re.sub(r"\d+", "", written)
    ] == []


def test_boxes_do_not_overlap_and_stand_inside(drawn: Content) -> None:
    """Boxes of a column stand below each other, all within the picture, and no line is wider than its box is high."""
    root = ET.fromstring(picture(grouped(drawn), "fi"))  # noqa: S314 - our own picture
    height = float(root.get("viewBox", "").split()[3])
    columns: dict[float, list[tuple[float, float]]] = {}
    for each in root.iter(f"{SVG}rect"):
        if each.get("rx"):
            x, y, width, tall = (float(each.get(name, "")) for name in ("x", "y", "width", "height"))
            assert (x >= 0, x + width <= WIDTH, y + tall <= height) == (True, True, True)
            columns.setdefault(x, []).append((y, tall))
    assert len(columns) == 4
    for boxes in columns.values():
        boxes.sort()
        assert [(above, below) for above, below in pairwise(boxes) if above[0] + above[1] > below[0]] == []


def test_width_of_a_line_is_its_number(drawn: Content) -> None:
    """Lines are as wide as their number of fields, on one scale; the thinnest can still be seen."""
    folded = grouped(drawn)
    root = ET.fromstring(picture(folded, "en"))  # noqa: S314 - our own picture
    widths = {line.findtext(f"{SVG}title"): float(line.get("stroke-width", "")) for line in root.iter(f"{SVG}path")}
    labels = {node["id"]: node["label"]["en"] for node in folded["nodes"]}
    numbers = {f"{labels[link['from']]} → {labels[link['to']]}: {link['fields']}": link["fields"] for link in folded["links"]}
    scales = {round(widths[title] / number, 1) for title, number in numbers.items() if widths[title] > 5}
    assert (numbers.keys(), True, True) == (widths.keys(), max(scales) - min(scales) <= 0.11, min(widths.values()) >= 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_say_what_the_picture_shows(drawn: Content, language: str) -> None:
    """Beneath the picture each link stands as the name of its end with its number, in the row of its beginning."""
    folded = grouped(drawn)
    labels = {node["id"]: node["label"][language] for node in folded["nodes"]}
    page = map_page(drawn, language)
    tables = {section.id.partition("-")[0]: block for section in page.sections for block in section.blocks if isinstance(block, Table)}
    found = {(kind, row[0]): str(row[-1]) for kind, table in tables.items() for row in table.rows}
    missing = [
        link
        for link in folded["links"]
        if f"{labels[link['to']]} ({link['fields']})" not in found[link["from"].partition(":")[0], labels[link["from"]]]
    ]
    assert missing == []
    assert "<svg" in html(page).decode()


def test_an_empty_map_is_drawn() -> None:
    """A register without personal data has a map without boxes."""
    words = {"fi": "Nimi", "sv": "Namn", "en": "Name"}
    empty = {"register": words, "version": "1", "date": "2026-01-01", "controller": "Koe Oy", "nodes": [], "links": []}
    root = ET.fromstring(picture(grouped(empty), "en"))  # noqa: S314 - our own picture
    assert list(root.iter(f"{SVG}path")) == []
