"""Which words of a text name a person that is neither the subject nor staff, and which may do so though no rule is sure of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from assets.rights.inflection import folded, is_form
from assets.rights.names import is_before, is_name, near_words
from assets.rights.patterns import Span, words
from assets.rights.redaction.words import is_ordinary, listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from assets.rights.names import Known, Near, Pair
    from assets.rights.own import Own
    from assets.rights.redaction.staff import Staff

_INITIAL = re.compile(r"(?<!\w)([^\W\d_])\.[ \t\u00a0]?([^\W\d_]{2,})")
_TITLE = re.compile(r"(?<!\w)([^\W\d_]{2,})\.?[ \t\u00a0]((?:[^\W\d_]+['’-]?)+(?:[ \t\u00a0](?:[^\W\d_]+['’-]?)+)?)")
_BEFORE_HYPHEN = re.compile(r"(?:[^\W\d_]+-)+$")
_AFTER_HYPHEN = re.compile(r"(?:-[^\W\d_]{2,})+")
_STRETCH = 40
_SENTENCE_ENDS = ".!?:;\n"
_OPENING = " \t\u00a0\"'“”»«(–-*•"


@dataclass
class Told:
    """Folded first and last names that stand in full in some texts; what was asked of a word is remembered until more is told."""

    _by_letter: dict[str, set[str]] = field(default_factory=dict)
    _asked: dict[str, bool] = field(default_factory=dict)

    def add(self, names: Iterable[Pair]) -> None:
        """Remember names."""
        for half in {half for name in names for half in name}:
            self._by_letter.setdefault(half[:1], set()).add(half)
        self._asked.clear()

    def has(self, word: str) -> bool:
        """Whether a folded word is a form of one of them."""
        if word not in self._asked:
            self._asked[word] = any(is_form(word, half) for half in self._by_letter.get(word[:1], ()))
        return self._asked[word]


@dataclass
class People:
    """The rules, with what the register knows of names. What is asked of one word is remembered: texts say the same again and again."""

    own: Own
    known: Known
    staff: Staff
    _owned: dict[str, bool] = field(default_factory=dict)
    _staffed: dict[str, bool] = field(default_factory=dict)

    def spans(self, text: str, further: Collection[Pair], told: Told, contacts: list[int]) -> Iterator[Span]:
        """The names of others in a text, with no care for overlaps.

        Args:
            text: the text.
            further: names that the addresses in it are made of.
            told: first and last names that stand in full elsewhere, so that one of them alone names the same person.
            contacts: where the e-mail addresses and numbers of others begin.
        """
        for near in near_words(text):
            if self._is_named(text, near, further, contacts) and not self._is_mine(near.pair):
                yield _whole(text, near.start, near.end)
        halves = {half for name in further for half in name}
        for span in words(text):
            word = folded(span.value)
            if span.value[0].isupper() and not self._is_own(word) and self._names_alone(text, span, word, told, halves):
                yield _whole(text, span.start, span.end)
        yield from self._after_initial(text)
        yield from self._after_title(text)

    def suspects(self, text: str) -> Iterator[Span]:
        """What may name a person: two words in capitals next to each other, an initial before one, a name that is a word, too."""
        for near in near_words(text):
            if near.are_capitalised and near.are_adjacent and not self._is_mine(near.pair) and not _is_greeting(near.pair[0]):
                yield Span(near.start, near.end, text[near.start : near.end])
        for match in _INITIAL.finditer(text):
            if match[1].isupper() and match[2][0].isupper() and not self._is_own(folded(match[2])):
                yield Span(match.start(), match.end(), match[0])
        for span in words(text):
            word = folded(span.value)
            if span.value[0].isupper() and word in self.known.firsts and not self._is_own(word) and not self._is_staff(word):
                yield span

    def _is_named(self, text: str, near: Near, further: Collection[Pair], contacts: list[int]) -> bool:
        is_likely = near.are_capitalised or (near.are_adjacent and not self.known.firsts.isdisjoint(near.pair))
        if self.known.names(near) or (is_likely and is_name(near, further)):
            return True
        return any(is_before(text, near, start) for start in contacts) or self._looks_named(text, near)

    def _looks_named(self, text: str, near: Near) -> bool:
        """Whether one of two words in capitals is a first name in the register, so that the other can hardly be but the last."""
        former, latter = near.pair
        if not near.are_capitalised or not near.are_adjacent or "," in text[near.start : near.end] or latter in listed("no_surname"):
            return False
        begins = _begins_sentence(text, near.start)
        if former in self.known.firsts or self._is_double(text, near.start):
            return not (begins and self._is_ordinary(former))
        return latter in self.known.firsts and not begins and not _is_greeting(former) and not self._is_ordinary(latter)

    def _is_double(self, text: str, start: int) -> bool:
        """Whether a word goes on a double first name (`Matti-Pekka`) that begins with one of the register."""
        before = _BEFORE_HYPHEN.search(text[max(0, start - _STRETCH) : start])
        return before is not None and folded(before[0].rstrip("-").rpartition("-")[2]) in self.known.firsts

    def _names_alone(self, text: str, span: Span, word: str, told: Told, halves: set[str]) -> bool:
        if told.has(word) or any(is_form(word, half) for half in halves):
            return True
        if word not in self.known.firsts or self._is_ordinary(word) or self._is_staff(word) or _begins_sentence(text, span.start):
            return False
        following = re.match(r"[ \t\u00a0]([^\W\d_]+)", text[span.end : span.end + _STRETCH])
        return following is None or folded(following[1]) not in listed("no_surname")

    def _after_initial(self, text: str) -> Iterator[Span]:
        for match in _INITIAL.finditer(text):
            word = folded(match[2])
            if match[1].isupper() and match[2][0].isupper() and word in self.known.lasts and not self._is_mine((folded(match[1]), word)):
                yield _whole(text, match.start(), match.end())

    def _after_title(self, text: str) -> Iterator[Span]:
        for match in _TITLE.finditer(text):
            if folded(match[1]) not in listed("titles"):
                continue
            named = list(takewhile(lambda word: word.value[0].isupper(), words(match[2])))
            if named and not all(self._is_own(folded(word.value)) or self._is_staff(folded(word.value)) for word in named):
                yield _whole(text, match.start(2), match.start(2) + named[-1].end)

    def _is_mine(self, pair: Pair) -> bool:
        """Whether two words are the subject's name, or one of staff; of an initial, its letter is compared."""
        initial, word = pair
        if len(initial) == 1:
            return self._is_own(word) and any(name.startswith(initial) for name in self.own.names)
        return (self._is_own(initial) and self._is_own(word)) or self.staff.has(*pair)

    def _is_ordinary(self, word: str) -> bool:
        return word in self.known.ordinary or is_ordinary(word)

    def _is_own(self, word: str) -> bool:
        if word not in self._owned:
            self._owned[word] = self.own.has_name(word)
        return self._owned[word]

    def _is_staff(self, word: str) -> bool:
        if word not in self._staffed:
            self._staffed[word] = self.staff.has(word)
        return self._staffed[word]


def _is_greeting(word: str) -> bool:
    return word in listed("no_first_name") or word in listed("titles")


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - _STRETCH) : start].rstrip(_OPENING)
    return not before or before[-1] in _SENTENCE_ENDS


def _whole(text: str, start: int, end: int) -> Span:
    """A stretch with the rest of a double name (`Anna-Liisa`) of which it has a part."""
    before = _BEFORE_HYPHEN.search(text[max(0, start - _STRETCH) : start])
    after = _AFTER_HYPHEN.match(text, end)
    start -= len(before[0]) if before else 0
    end = after.end() if after else end
    return Span(start, end, text[start:end])
