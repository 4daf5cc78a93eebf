"""A model of names that the machine may have: it tells which words are given names and family names, in every form, without the register.

The setting `ANSVAR_NAME_MODEL` names one. `voikko` is the free morphology of Finnish, as the package `pyvoikko` brings it (GPL, so it is
no part of Ansvar and is installed beside it). Without the setting there is none, and unknown names are left to the register's own names
and to whoever releases the bundle.
"""

from __future__ import annotations

import hashlib
import importlib
from dataclasses import dataclass
from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any, Protocol

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SETTING = "ANSVAR_NAME_MODEL"
_FIRST, _LAST = "etunimi", "sukunimi"


class NameModel(Protocol):
    """Tells names from other words."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def digest(self) -> str:
        """The SHA-256 of its data, in hexadecimal."""
        ...

    def names(self, words: Iterable[str]) -> tuple[set[str], set[str], set[str]]:
        """Which words, in lower case, may be given names, which family names, and which of the given names are ordinary words, too."""
        ...


@dataclass(frozen=True)
class Voikko:
    """The Finnish morphology of Voikko."""

    analyse: Any
    digest: str
    name: str = "voikko"

    def names(self, words: Iterable[str]) -> tuple[set[str], set[str], set[str]]:
        """See `NameModel`."""
        firsts, lasts, ordinary = set[str](), set[str](), set[str]()
        for word in words:
            classes = {each.CLASS for each in self.analyse(word)}
            if _FIRST in classes:
                firsts.add(word)
                if not classes <= {_FIRST, _LAST}:
                    ordinary.add(word)
            if _LAST in classes:
                lasts.add(word)
        return firsts, lasts, ordinary


def name_model(settings: Mapping[str, str]) -> NameModel | None:
    """The model that the settings name; None where they name none.

    Raises:
        AnsvarError: where it is unknown, or is not installed: an answer must not be made with less than was meant.
    """
    wanted = settings.get(SETTING, "").strip()
    if not wanted:
        return None
    if wanted != "voikko":
        raise AnsvarError(f"The setting {SETTING} names no model of names that there is: it may be `voikko`, or empty.")
    return _voikko()


@cache
def _voikko() -> Voikko:
    try:
        package = importlib.import_module("pyvoikko")
    except ImportError:
        raise AnsvarError(
            f"The setting {SETTING} asks for voikko, and the package is not installed: run `pip install pyvoikko`, or empty the setting."
        ) from None
    data = (package_data.files("pyvoikko") / "voikko.kfst").read_bytes()
    return Voikko(package.analyse, hashlib.sha256(data).hexdigest())
