"""Whether a word is a form of a name: by simple rules for the cases of Finnish and for the genitives of Swedish and English.

Words are compared *folded*: in lower case and without diacritics, as many write them. The rules would rather take a word too many.
"""

from __future__ import annotations

import re
from functools import lru_cache

ACCENTED = "àáâãäåāăąæçćčďđèéêëēėęěğìíîïīįłñńňòóôõöøōőœŕřśšşșťțùúûüūůűųýÿžźżðþ"
PLAIN = "aaaaaaaaaacccddeeeeeeeegiiiiiilnnnooooooooorrssssttuuuuuuuuyyzzzdt"
_FOLDING = str.maketrans(ACCENTED, PLAIN)

_POSSESSIVE = "ni|si|nsa|mme|nne"
_ENDINGS = re.compile(
    rf"(?:(?:n|s|t|ten|ien|seen|(?:i|j)?[aeiouy]n|i?h[aeiouy]n|i?ksi|i?ne|{_POSSESSIVE}|h?in)"
    rf"|(?:a|ia|i?ta|i?tta|i?na|i?lle|i?lta|i?lla|i?ssa|i?sta|i?ksi|i?kse|i?ne)(?:{_POSSESSIVE}|[ae]n)?)?"
    r"(?:kin|kaan|ko|han|pa)?"
)
_CLITICS = re.compile(r"(?:kin|kaan|ko|han|pa)")
_LAST_CONSONANTS = re.compile(r"([b-df-hj-np-tv-xz]+)([aeiouy]+)$")
_WEAK = {
    "kk": "k",
    "pp": "p",
    "tt": "t",
    "nk": "ng",
    "nt": "nn",
    "lt": "ll",
    "rt": "rr",
    "mp": "mm",
    "k": "",
    "t": "d",
    "p": "v",
}
_STRONG = {"ng": "nk", "nn": "nt", "ll": "lt", "rr": "rt", "mm": "mp", "k": "kk", "p": "pp", "t": "tt", "d": "t", "v": "p", "hd": "ht"}


@lru_cache(maxsize=1 << 16)
def folded(word: str) -> str:
    """A word as it is compared."""
    return word.lower().translate(_FOLDING)


@lru_cache(maxsize=1 << 16)
def is_form(word: str, name: str) -> bool:
    """Whether a folded word is a folded name, or an inflected form of it (`virtaselle` of `virtanen`, `anderssons` of `andersson`)."""
    if word == name:
        return True
    return any(
        word.startswith(stem) and len(word) > len(stem) and _ENDINGS.fullmatch(word, len(stem)) is not None and _may_end(stem, name, word)
        for stem in _stems(name)
    )


def _may_end(stem: str, name: str, word: str) -> bool:
    """Whether what follows a stem is more than a clitic, which follows a whole word alone (`virtanenkin`)."""
    return stem == name or _CLITICS.fullmatch(word, len(stem)) is None


@lru_cache(maxsize=1 << 14)
def _stems(name: str) -> frozenset[str]:
    """What the endings of a name are put to."""
    stems = {name}
    if name.endswith("nen"):
        stems |= {name[:-3] + "se", name[:-3] + "s"}
    elif name.endswith("i"):
        stems |= _grades(name) | _grades(name[:-1] + "e")
    elif name[-1:] in "aeouy":
        stems |= _grades(name) | {name + "e"}
    else:
        stems |= {name + "i", name + "e"}
        if name[-2:] in ("us", "os", "es", "as", "is"):
            stems |= {name[:-1] + "kse"}
        if name[-2:] in ("as", "is", "es"):
            stems |= _grades(name[:-1] + name[-2], _STRONG)
    return frozenset(stems)


def _grades(stem: str, table: dict[str, str] = _WEAK) -> set[str]:
    """A stem, and the stem in the other grade of its last consonants (`maki`, `mai`; `virta`, `virra`)."""
    match = _LAST_CONSONANTS.search(stem)
    if match is None:
        return {stem}
    cluster = match[1]
    for length in (2, 1):
        if cluster[-length:] in table and len(cluster) >= length:
            return {stem, f"{stem[: match.start()]}{cluster[:-length]}{table[cluster[-length:]]}{match[2]}"}
    return {stem}
