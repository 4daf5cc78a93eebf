"""What a field's name says it holds: words in English, Swedish and Finnish, out of `recognisers.yaml`."""

from __future__ import annotations

import re
import unicodedata
from fnmatch import fnmatchcase
from functools import cache

from resources.recognise.recognisers import described

_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_MOST_JOINED = 4


def named(path: str) -> str | None:
    """The data category that a field's name means, or None: by the last step of its path, else by a step before it that says what is in it.

    A step is taken apart at capitals, marks and digits (`customerEmail`, `customer_email`, `E-Mail`), and neighbouring parts are also
    read as one word (`first name`); the longest word that is known wins, and of two of equal length the later.
    """
    steps = re.sub(r"\[[^\]]*\]|\^", "", path).split(".")
    own = _of_step(steps[-1])
    if own is not None or _joined(steps[-1]) in described()["technical"]:
        return own
    around = (_of_step(step) for step in reversed(steps[:-1]))
    return next((category for category in around if category in described()["groups"]), None)


def _of_step(step: str) -> str | None:
    parts = _parts(step)
    best: tuple[int, int, str] | None = None
    for start in range(len(parts)):
        for end in range(start + 1, min(start + _MOST_JOINED, len(parts)) + 1):
            word = "".join(parts[start:end])
            category = _category(word)
            if category is not None and (best is None or (len(word), end) > best[:2]):
                best = (len(word), end, category)
    return best[2] if best else None


def _parts(step: str) -> list[str]:
    return [part.lower() for part in _PART.findall(_folded(step))]


def _joined(step: str) -> str:
    return "".join(_parts(step))


def _folded(text: str) -> str:
    """Text without accents: ä is a, ö is o, å is a."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


@cache
def _words() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Whole words, and patterns of words, with the category that each means."""
    whole, patterns = {}, []
    for category, listed in described()["names"].items():
        for given in listed:
            word = _folded(str(given)).lower()
            if "*" in word:
                patterns.append((word, category))
            else:
                whole[word] = category
    return whole, tuple(sorted(patterns, key=lambda each: -len(each[0])))


@cache
def _category(word: str) -> str | None:
    whole, patterns = _words()
    return whole.get(word) or next((category for pattern, category in patterns if fnmatchcase(word, pattern)), None)
