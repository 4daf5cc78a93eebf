"""Limits, what the law demands and what happens then, in the words that people read: in Finnish, Swedish and English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from resources.limits import ByLaw, Calendar, Event, Longest, Shortest
from resources.wording import period_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.limits import Limit

_ARTICLE = re.compile(r"GDPR Art\. (\d+)(?:\((\d+)\))?(?:\(([a-z])\))?")
# As the object of "is kept (for)", as `period_in_words` gives a period.
_WORDS: dict[str, Mapping[str, str]] = {
    "anchor": {"en": "{period}", "sv": "{period}", "fi": "{period}"},
    "end_of_year": {
        "en": "{period} from the end of the year",
        "sv": "{period} från årets utgång",
        "fi": "{period} vuoden päättymisestä",
    },
    "end_of_accounting_year": {
        "en": "{period} from the end of the year in which the financial year ended",
        "sv": "{period} från utgången av det år under vilket räkenskapsperioden gått ut",
        "fi": "{period} sen vuoden päättymisestä, jonka aikana tilikausi on päättynyt",
    },
    "event": {
        "en": "as long as {label}, and for {period} after that",
        "sv": "så länge {label} och därefter i {period}",
        "fi": "niin kauan kuin {label} ja sen jälkeen {period}",
    },
    "longest": {
        "en": "the longest of these: {parts}",
        "sv": "den längsta av dessa tider: {parts}",
        "fi": "pisimmän seuraavista ajoista: {parts}",
    },
    "shortest": {
        "en": "the shortest of these: {parts}",
        "sv": "den kortaste av dessa tider: {parts}",
        "fi": "lyhimmän seuraavista ajoista: {parts}",
    },
    "law": {
        "en": "{wish}, but as the law demands at least {law}",
        "sv": "{wish}, men enligt lag minst {law}",
        "fi": "{wish}, kuitenkin lain mukaan vähintään {law}",
    },
}
_LAW = {
    "en": "The law demands at least {period}: {source}.",
    "sv": "Lagen kräver minst {period}: {source}.",
    "fi": "Laki edellyttää vähintään seuraavaa säilytysaikaa: {period}; {source}.",
}
_ACTIONS: dict[str, Mapping[str, str]] = {
    "delete": {"en": "", "sv": "", "fi": ""},
    "blank": {
        "en": "After that the record stays, without what concerns a person.",
        "sv": "Därefter kvarstår posten utan det som gäller en person.",
        "fi": "Sen jälkeen tietue jää ilman henkilöä koskevia tietoja.",
    },
    "aggregate": {
        "en": "After that only numbers are kept, in which nobody can be recognised.",
        "sv": "Därefter bevaras endast antal, i vilka ingen kan kännas igen.",
        "fi": "Sen jälkeen säilytetään vain lukumäärät, joista ketään ei voi tunnistaa.",
    },
}


def limit_in_words(limit: Limit, language: str) -> str:
    """A limit in words, as the object of "is kept (for)".

    Args:
        limit: for how long.
        language: `fi`, `sv` or `en`.
    """
    match limit:
        case Calendar():
            return _WORDS[limit.start][language].format(period=period_in_words(limit.period, language))
        case Event():
            return _WORDS["event"][language].format(label=limit.label[language], period=period_in_words(limit.grace, language))
        case Longest() | Shortest():
            parts = "; ".join(limit_in_words(part, language) for part in limit.parts)
            return _WORDS["longest" if isinstance(limit, Longest) else "shortest"][language].format(parts=parts)
        case ByLaw() if set(limit.law) == {limit.wish}:  # what is wished is what the law demands
            return limit_in_words(limit.wish, language)
        case ByLaw():
            law = "; ".join(limit_in_words(part, language) for part in limit.law)
            return _WORDS["law"][language].format(wish=limit_in_words(limit.wish, language), law=law)


def own_period_in_words(limit: Limit, language: str) -> str:
    """What a reason's `{period}` stands for: the period that its rule states itself, be it one of grace; else all of the limit."""
    wish = limit.wish if isinstance(limit, ByLaw) else limit
    return period_in_words(wish.grace, language) if isinstance(wish, Event) else limit_in_words(wish, language)


def law_in_words(law: Calendar, source: str, language: str) -> str:
    """A sentence on a statutory minimum and the law that demands it."""
    return _LAW[language].format(period=limit_in_words(law, language), source=source)


def action_in_words(action: str, language: str) -> str:
    """A sentence on what is kept after the time is over; empty where nothing is."""
    return _ACTIONS[action][language]


def article_in_words(article: str, language: str) -> str:
    """An article of the General Data Protection Regulation as the language cites it; another law's as it is written.

    Finnish and Swedish cite as the EU's interinstitutional style guide does (https://publications.europa.eu/code/).
    """
    match = _ARTICLE.fullmatch(article)
    if match is None or language == "en":
        return article
    number, paragraph, point = match.groups()
    if language == "sv":
        return f"artikel {number}" + (f".{paragraph}" if paragraph else "") + (f" {point}" if point else "") + " i dataskyddsförordningen"
    parts = [f"{number} artikla", f"{paragraph} kohta" if paragraph else "", f"{point} alakohta" if point else ""]
    *before, last = [part for part in parts if part]
    genitive = [part.replace("artikla", "artiklan").replace("kohta", "kohdan") for part in before]
    return " ".join(["tietosuoja-asetuksen", *genitive, last])
