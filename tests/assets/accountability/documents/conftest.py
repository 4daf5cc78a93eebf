"""The demonstration company's catalogue, and what it becomes when its YAML is changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from assets.accountability.documents import notice_content
from resources.catalogue import load_register

if TYPE_CHECKING:
    from assets.accountability.documents.model import Content
    from resources.catalogue import Catalogue

REGISTER = Path(__file__).parents[4] / "register"


class Change(Protocol):
    """Loads the demonstration's register with texts replaced: `change("notice.yaml", (old, new), …)`."""

    def __call__(self, file: str, *replaced: tuple[str, str]) -> Catalogue:
        """The changed catalogue."""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The demonstration's catalogue."""
    return load_register(REGISTER)


@pytest.fixture(scope="session")
def content(catalogue: Catalogue) -> Content:
    """What its notice says."""
    return notice_content(catalogue)


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Changes of the YAML add up within a test."""
    folder = tmp_path / "register"
    shutil.copytree(REGISTER, folder)

    def changed(file: str, *replaced: tuple[str, str]) -> Catalogue:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        for old, new in replaced:
            assert old in text, f"{file} no longer holds {old!r}"
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")
        return load_register(folder)

    return changed
