"""A register written from plain values, so that a test says in a line what it changes; every value stands in a line of its own."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from resources.catalogue import CatalogueError, load_register
from tests.helpers.described import CHATS, NOTICE, RETENTION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resources.catalogue import Catalogue

CHAT = "sources/chats.yaml"


class Described:
    """A register of one source, chats: `notice`, `retention` and `chats` are its files as plain values, to be changed."""

    def __init__(self, folder: Path) -> None:
        """Take the values as they are right."""
        self.folder = folder
        yaml = YAML(typ="safe", pure=True)
        self.notice, self.retention, self.chats = (deepcopy(yaml.load(text)) for text in (NOTICE, RETENTION, CHATS))
        (folder / "sources").mkdir()

    @property
    def dataset(self) -> dict[str, Any]:
        """The data set of conversations."""
        found: dict[str, Any] = self.chats["datasets"]["conversations"]
        return found

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The fields of conversations."""
        found: dict[str, dict[str, Any]] = self.dataset["fields"]
        return found

    def load(self) -> Catalogue:
        """Write the files, and load them."""
        for name in ("notice.yaml", "retention.yaml", CHAT):
            self.write(name)
        return load_register(self.folder)

    def write(self, name: str) -> None:
        """Write one of the files."""
        values = {"notice.yaml": self.notice, "retention.yaml": self.retention, CHAT: self.chats}[name]
        (self.folder / name).write_text(json.dumps(values, indent=1, default=str), encoding="utf-8")

    def problems(self) -> list[str]:
        """What is wrong with the files as they are now described, as `file: message`."""
        return self._told(self.load)

    def told(self) -> list[str]:
        """What is wrong with the files as they were written, as `file: message`."""
        return self._told(lambda: load_register(self.folder))

    @staticmethod
    def _told(load: Callable[[], Catalogue]) -> list[str]:
        try:
            load()
        except CatalogueError as error:
            return [f"{problem.file}: {problem.message}" for problem in error.problems]
        return []

    def line(self, *path: str) -> str:
        """Where a key of the chats stands, as `file:line`: the keys that lead to it, one after the other."""
        lines = (self.folder / CHAT).read_text(encoding="utf-8").splitlines()
        number = 0
        for depth, key in enumerate(path, start=1):
            start = f'{" " * depth}"{key}":'
            number = next(each for each in range(number, len(lines)) if lines[each].startswith(start))
        return f"{CHAT}:{number + 1}"
