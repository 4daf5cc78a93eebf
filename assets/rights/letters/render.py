"""A letter written as HTML, as plain text, or as PDF."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict
from importlib import resources as package_data
from typing import TYPE_CHECKING

import typst

from assets.page import environment
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from assets.rights.letters.compose import Letter

FORMATS = ("html", "txt", "pdf")
_PACKAGE = "assets.rights.letters"
_WIDTH = 76


def write(letter: Letter, form: str) -> bytes:
    """A letter in one of `FORMATS`.

    Raises:
        AnsvarError: where it cannot be typeset.
    """
    return {"html": _html, "txt": _text, "pdf": _pdf}[form](letter)


def _html(letter: Letter) -> bytes:
    return environment(_PACKAGE).get_template("letter.html").render(letter=letter).encode()


def _text(letter: Letter) -> bytes:
    """Plain text in lines that an e-mail takes."""
    widest = max(len(term) for term, _ in letter.facts)
    facts = [_wrapped(value, f"{term:<{widest}}  ") for term, value in letter.facts]
    blocks = ["\n".join(letter.sender), letter.date, letter.title, "\n".join(facts)]
    blocks.append(letter.opening)
    for part in letter.parts:
        first, *others = part.paragraphs
        listed = ["\n".join(_wrapped(item, "- ") for item in part.items)] if part.items else []
        blocks += [*([part.heading.upper()] if part.heading else []), _wrapped(first), *listed, *map(_wrapped, others)]
    return ("\n\n".join([*blocks, "\n".join(letter.closing)]) + "\n").encode()


def _wrapped(text: str, mark: str = "") -> str:
    """A text, of one line or several, within the width; a mark stands before it alone."""
    lines: list[str] = []
    for line in text.split("\n"):
        before = " " * len(mark) if lines else mark
        lines += textwrap.wrap(line, _WIDTH, initial_indent=before, subsequent_indent=" " * len(mark), break_long_words=False)
    return "\n".join(lines)


def _pdf(letter: Letter) -> bytes:
    """Tagged PDF (PDF/UA-1, ISO 14289-1), the same bytes each time."""
    template = (package_data.files(_PACKAGE) / "templates" / "letter.typ").read_bytes()
    data = {"letter": json.dumps(asdict(letter), ensure_ascii=False)}
    try:
        return typst.compile(template, sys_inputs=data, ignore_system_fonts=True, pdf_standards=["ua-1"])
    except typst.TypstError as error:
        raise AnsvarError(f"The letter cannot be typeset as PDF ({error}): write it as html or txt instead.") from None
