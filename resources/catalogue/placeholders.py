"""What may stand in braces in the texts of a register: `{period}`, which is filled in, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resources.wording import LANGUAGES

if TYPE_CHECKING:
    from resources.catalogue.positions import Document, Location
    from resources.catalogue.shapes import Label

PERIOD = "{period}"
_BRACED = re.compile(r"\{[^{}]*\}|[{}]")


def check_placeholders(document: Document, place: Location, label: Label) -> None:
    """Report, in each language of a text, what stands in braces and is not filled in: people would read it as it stands."""
    for language in LANGUAGES:
        for found in dict.fromkeys(_BRACED.findall(label.in_language(language))):
            if found != PERIOD:
                document.report((*place, language), f"'{found}' stands for nothing: only '{PERIOD}' is filled in")
