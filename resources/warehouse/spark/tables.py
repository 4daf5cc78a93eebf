"""Which files hold the rows of each table: one state of the warehouse, as a small file of JSON that is written whole or not at all.

    storage/
      <run>/<number>-<token>/…parquet     rows of a table: written once, read until no state names them
      scratch-<token>/…                   temporary tables of one connection

A table is named with the folders of its rows and with how many there are in each; beside them stand the statements that make all tables.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from resources.home import write_private

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_TOKEN_BYTES = 8


@dataclass(frozen=True)
class Part:
    """A folder of Parquet files, and how many rows they hold."""

    folder: str
    rows: int


Parts = tuple[Part, ...]


class Tables:
    """The tables of one state of the warehouse."""

    def __init__(self, file: Path, storage: Path) -> None:
        """Read a state, or begin an empty one.

        Args:
            file: the file of the state.
            storage: the folder of all rows, which the server sees under the same name.
        """
        self._file = file
        self.storage = storage
        described = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"made_by": [], "parts": {}}
        self.made_by: list[str] = described["made_by"]
        self.parts: dict[str, Parts] = {
            table: tuple(Part(folder, rows) for folder, rows in parts) for table, parts in described["parts"].items()
        }

    def save(self) -> None:
        """Write the state."""
        parts = {table: [(part.folder, part.rows) for part in parts] for table, parts in self.parts.items() if parts}
        write_private(self._file, json.dumps({"made_by": self.made_by, "parts": parts}))

    def paths(self, parts: Iterable[Part]) -> list[str]:
        """The folders of some rows, as the server knows them."""
        return [str(self.storage / part.folder) for part in parts]

    def new_folder(self, area: str) -> str:
        """The name of a folder that is not there yet, within an area of the storage."""
        return f"{area}/{secrets.token_hex(_TOKEN_BYTES)}"

    def part(self, folder: str) -> Parts:
        """What was written into a folder: nothing, where no row was."""
        files = sorted((self.storage / folder).glob("*.parquet"))
        rows = sum(pq.read_metadata(file).num_rows for file in files)
        return (Part(folder, rows),) if rows else ()


def folders(file: Path) -> set[str]:
    """The folders of rows that a state's file names."""
    described = json.loads(file.read_text(encoding="utf-8"))
    return {folder for parts in described["parts"].values() for folder, _ in parts}
