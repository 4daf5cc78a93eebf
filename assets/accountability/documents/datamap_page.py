"""The data map laid out: the picture, and tables that say the same."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

from assets.accountability.documents.blocks import Facts, Line, Page, Paragraph, Picture, Section, Table
from assets.accountability.documents.datamap import KINDS, grouped
from assets.accountability.documents.picture import ordered, picture
from assets.accountability.documents.speaking import listed, spoken, wording

if TYPE_CHECKING:
    from assets.accountability.documents.model import Content


def map_page(drawn: Content, language: str) -> Page:
    """The data map as a page in a language.

    Args:
        drawn: what `datamap.data_map` gives.
        language: `fi`, `sv` or `en`.
    """
    folded = grouped(drawn)
    said, words = spoken(folded, language), wording(language)
    text = words.text
    facts = Facts(
        [
            (text("controller"), [Line(said["controller"])]),
            (text("version"), [Line(said["version"])]),
            (text("in_force"), [Line(words.date(dt.date.fromisoformat(said["date"])))]),
        ]
    )
    columns = ordered(said)
    labels = {node["id"]: node["label"] for node in said["nodes"]}
    place = {node["id"]: index for nodes in columns.values() for index, node in enumerate(nodes)}
    sections = [
        Section(
            "picture",
            text("section_picture"),
            [
                Paragraph(text("map_intro")),
                Paragraph(text("map_numbers")),
                Picture("map", text("picture_title"), picture(folded, language)),
            ],
        )
    ]
    for start, end in pairwise(KINDS):
        ends = {node["id"]: [link for link in said["links"] if link["from"] == node["id"]] for node in columns[start]}
        rows: list[list[str | int]] = []
        for node in columns[start]:
            links = sorted(ends[node["id"]], key=lambda link: place[link["to"]])
            rows.append([node["label"], node["fields"], listed(f"{labels[link['to']]} ({link['fields']})" for link in links)])
        headings = [text(f"column_{start}"), text("fields"), text(f"columns_{end}")]
        table = Table(f"{start}-{end}-table", f"{text(f'column_{start}')} → {text(f'column_{end}')}", headings, rows)
        sections.append(Section(f"{start}-{end}", text(f"section_{start}_{end}"), [table]))
    sections.append(Section("groups", text("section_groups"), [_groups(columns["category"], language)]))
    return Page(language, text("map_title"), said["register"], text("contents"), facts, sections, wide=True)


def _groups(nodes: list[dict[str, object]], language: str) -> Table:
    """Which categories are folded into each box of the picture."""
    text = wording(language).text
    rows: list[list[str | int]] = []
    for node in nodes:
        comprises = node["comprises"]
        if isinstance(comprises, list):
            rows.append([str(node["label"]), listed(f"{each['label']} ({each['fields']})" for each in comprises)])
    headings = [text("column_category"), text("comprises")]
    return Table("groups-table", " → ".join(headings), headings, rows)
