"""Forms that could not be filed as requests, and may be of a person who is erased: they are searched for what the person is known by.

A form in which all that was given is the person's goes. One that bears something of the person's elsewhere, as in its message, or that
cannot be searched, is a named user's to look at: only its opaque file name is told.
"""

from __future__ import annotations

import json
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.ingest.erased import DOMAIN
from assets.ingest.people import forms
from resources.keyed_hash import key_id, keyed_hash

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from resources.register import Register

_LARGEST = 1_000_000
_MOST_WORDS = 20_000
_WORD = re.compile(r"[^\s<>()\[\]{},;:\"'\\|=]{5,320}")
_NUMBER = re.compile(r"\+?\d(?:[ \u00a0().-]{0,2}\d){6,16}")
_ENDS = ".!?-"


@dataclass(frozen=True)
class PutAside:
    """Forms that were put aside: those that are the erased person's own, and those that somebody must look at."""

    own: tuple[Path, ...] = ()
    unclear: tuple[Path, ...] = ()

    def forget(self) -> None:
        """Delete the person's own, each with the reason beside it."""
        for path in self.own:
            for each in (path.with_suffix(".txt"), path):
                each.unlink(missing_ok=True)


def search(register: Register, known: Collection[tuple[str, str, str]]) -> PutAside:
    """The forms that bear what a person is known by.

    Args:
        register: the register.
        known: the keyed hashes of the person's identifiers, as (key id, kind, hash).
    """
    person = _Person(register, frozenset(each for each in known if each[1] in register.catalogue.vocabulary.identifiers))
    folder = register.intake / "refused"
    if not person.known or not folder.is_dir():
        return PutAside()
    own, unclear = [], []
    for path in sorted(folder.glob("*.json")):
        content = _content(path)
        try:
            if content is not None and person.gave(content):
                own.append(path)
            elif content is None or person.stands_in(content):
                unclear.append(path)
        except RecursionError:  # too deep to be gone through
            unclear.append(path)
    return PutAside(tuple(own), tuple(unclear))


def _content(path: Path) -> str | None:
    """What a form says; None where it is no file, or too large to be one."""
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        return None
    return path.read_bytes().decode("utf-8", errors="replace")


@dataclass(frozen=True)
class _Person:
    """By what the person is known."""

    register: Register
    known: frozenset[tuple[str, str, str]]

    def gave(self, content: str) -> bool:
        """Whether everything that was given in a form to be known by is the person's."""
        given = [(kind, value) for kind, value in _given(_read(content)) if kind in self.register.catalogue.vocabulary.identifiers]
        return bool(given) and all(self._is_mine(kind, value) for kind, value in given)

    def stands_in(self, content: str) -> bool:
        """Whether something of the person's stands anywhere in a form, or it has too many words to tell."""
        text = "\n".join(_texts(_read(content))) or content
        words = {each.group().rstrip(_ENDS) for each in _WORD.finditer(text)}
        numbers = {each.group() for each in _NUMBER.finditer(text)}
        if len(words) + len(numbers) > _MOST_WORDS:
            return True
        kinds = {kind for _, kind, _ in self.known}
        return any(self._is_mine(kind, each) for kind in kinds for each in self._candidates(kind, words, numbers))

    def _candidates(self, kind: str, words: set[str], numbers: set[str]) -> Iterator[str]:
        how = self.register.catalogue.vocabulary.identifiers[kind].normalise
        if how == "phone":
            yield from numbers
        yield from (each for each in words if how != "email" or "@" in each)

    def _is_mine(self, kind: str, value: str) -> bool:
        home = self.register.home
        return any(
            (key_id(pepper), kind, keyed_hash(pepper, f"{DOMAIN}/{kind}", form)) in self.known
            for form in forms(kind, value, self.register.catalogue)
            for pepper in home.peppers
        )


def _read(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _given(form: Any) -> Iterator[tuple[str, str]]:
    """What was given in a form to be known by, kind and value; of a row of the intake's table, in its column `request`."""
    if not isinstance(form, dict):
        return
    inner = form.get("request")
    yield from _given(_read(inner) if isinstance(inner, str) else inner)
    listed = form.get("identifiers")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and isinstance(each.get("kind"), str) and isinstance(each.get("value"), str):
            yield each["kind"], each["value"]


def _texts(form: Any) -> Iterator[str]:
    """The texts in a JSON document, keys included."""
    if isinstance(form, dict):
        for key, value in form.items():
            yield key
            yield from _texts(value)
    elif isinstance(form, list):
        for each in form:
            yield from _texts(each)
    elif form is not None:
        yield str(form)
