"""Files of lines: JSON documents and separated values, in chunks that are written at once."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def document(value: object) -> str:
    """A JSON document in one line."""
    return _encode(value)


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write a file of lines."""
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")


def append_lines(path: Path, lines: Sequence[str]) -> None:
    """Add lines to a file."""
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def write_csv(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> None:
    """Write a file of separated values; None is an empty value."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    path.write_text(text.getvalue(), encoding=encoding, newline="")
