"""What a recording is called in a bundle: its field says it there, and beside it what the file is called at the source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assets.rights.holding import Row
    from resources.catalogue import Dataset

AT_SOURCE = ".at_source"
"""What comes after the name of the field; no field's own name has a dot."""


def member(dataset: Dataset, number: int, row: Row) -> str | None:
    """The name in the bundle of the recording of a table's row, which tells nothing of the file's own; None without one."""
    if row.audio is None:
        return None
    ending = row.audio.suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", row.audio.suffix) else ""
    return f"audio/{dataset.table}-{number}{ending}"
