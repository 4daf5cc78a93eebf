"""A small register, loaded once, and answers to requests that are filed in it."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from assets.rights.export import export
from tests.assets.rights.small import small_register
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assets.rights.export import Exported
    from resources.register import Register


@dataclass(frozen=True)
class Answer:
    """A bundle that was made, and its members."""

    exported: Exported
    members: dict[str, bytes]

    def json(self, name: str) -> Any:
        """A member, read as JSON."""
        return json.loads(self.members[name])

    def text(self, name: str) -> str:
        """A member, read as text."""
        return self.members[name].decode("utf-8-sig")


class Ask(Protocol):
    """Files a request and answers it."""

    def __call__(self, *identifiers: tuple[str, str], language: str = "fi") -> Answer:
        """The answer to a request for access with these identifiers."""
        ...


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """The small register, loaded."""
    register = small_register(tmp_path_factory.mktemp("small"))
    yield register
    register.ledger.close()


@pytest.fixture
def ask(small: Register) -> Ask:
    """Files a request for access and answers it."""

    def asked(*identifiers: tuple[str, str], language: str = "fi") -> Answer:
        request = file_verified(small.ledger, "access", language, identifiers, small.clock.now())
        exported = export(small, request.id)
        return Answer(exported, members_of(exported.path))

    return asked


def members_of(path: Path) -> dict[str, bytes]:
    """The members of a ZIP."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
