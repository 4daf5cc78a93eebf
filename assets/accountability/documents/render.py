"""A page written as HTML, as Markdown, or as PDF."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

import typst

from assets.accountability.documents.blocks import Table
from assets.page import environment
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from assets.accountability.documents.blocks import Page

_PACKAGE = "assets.accountability.documents"
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|])")
_BEGINS = re.compile(r"^(\d*)([#+.)-])(?=\s)")
_BLANK_LINES = re.compile(r"\n{3,}")
_NARROWEST = 14
_WIDEST = 120  # a longer text takes more lines, not room that the words of the others need


def html(page: Page) -> bytes:
    """One HTML page that holds all it needs: no script, nothing fetched."""
    return environment(_PACKAGE).get_template("document.html").render(page=page).encode()


def markdown(page: Page) -> bytes:
    """The page as Markdown (CommonMark, with the tables of GitHub's flavour)."""
    templates = environment(_PACKAGE).overlay(autoescape=False)  # `md` escapes
    templates.filters["md"] = markdown_text
    text = templates.get_template("document.md").render(page=page)
    return (_BLANK_LINES.sub("\n\n", text).strip() + "\n").encode()


def pdf(page: Page, footer: str) -> bytes:
    """The page as tagged PDF (PDF/UA-1, ISO 14289-1), the same bytes each time.

    Args:
        page: what it says.
        footer: what stands at the foot of each page beside the title.

    Raises:
        AnsvarError: where it cannot be typeset.
    """
    data = {
        "language": page.language,
        "title": page.title,
        "subtitle": page.subtitle,
        "footer": footer,
        "facts": _plain(page.facts),
        "sections": [{"title": each.title, "blocks": [_plain(block) for block in each.blocks]} for each in page.sections],
    }
    template = (package_data.files(_PACKAGE) / "templates" / "document.typ").read_bytes()
    try:
        return typst.compile(
            template, sys_inputs={"page": json.dumps(data, ensure_ascii=False)}, ignore_system_fonts=True, pdf_standards=["ua-1"]
        )
    except typst.TypstError as error:
        raise AnsvarError(f"The document '{page.title}' cannot be typeset as PDF: {error}. Write it as html or md instead.") from None


def markdown_text(value: object) -> str:
    """Text as it is written in Markdown, so that none of it is taken for a mark."""
    return _BEGINS.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", str(value)).replace("\n", " "))


def _plain(block: Any) -> dict[str, Any]:
    """A block as plain data; a table with the widths of its columns, which grow with the area of their longest cells."""
    data = dataclasses.asdict(block) | {"kind": block.kind}
    if isinstance(block, Table):
        columns = zip(block.headings, *block.rows, strict=True)
        data["widths"] = [math.sqrt(max(_NARROWEST, *(min(len(str(cell)), _WIDEST) for cell in column))) for column in columns]
    return data
