"""How wide words stand in the PDF, at the least: so that a column is never narrower than the words in it, and no word is beyond its line.

The widths are upper bounds, in em (the size of the type), of each letter in the typefaces that typst brings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BOLD = 1.27
"""How much wider a word may be in bold."""
_BY_LETTER = {
    0.30: "!'(),.:;I\\ijl{|}\u00a0",
    0.36: '"-/J[]ft',
    0.47: "#$*0123456789?`acersz~äåé",
    0.52: "FS^_bdgkopqvxyö",
    0.56: "+<=>ELPhnuü",
    0.64: "%BKRTYZ",
    0.73: "&ACDGHNOQUVXÄÅÖ",
    0.83: "mw",
}
_LATIN, _LETTER, _WIDEST = 1.04, 1.5, 1.9
_LATIN_UNTIL, _LETTERS_UNTIL = 0x180, 0x600
_HYPHEN = "(?<=[A-Za-zÅÄÖåäö]-)(?=[A-Za-zÅÄÖåäö])"
_NO_SPACE = "[^ \t\n\r\u2002-\u2006\u2008-\u200b]"
_WORD = re.compile(f"{_NO_SPACE}+?(?:{_HYPHEN}|(?!{_NO_SPACE}))")
"""What stands in one line: up to a space that breaks, or to a hyphen between letters."""
_BREAK = "\u200b"
_SLACK = 0.001  # of sums of fractions


class _Widths(dict[str, float]):
    """The width of each letter, worked out when it is first met."""

    def __missing__(self, letter: str) -> float:
        point = ord(letter)
        self[letter] = _LATIN if point < _LATIN_UNTIL else _LETTER if point < _LETTERS_UNTIL else _WIDEST
        return self[letter]


_WIDTHS = _Widths({letter: width for width, letters in _BY_LETTER.items() for letter in letters})


def width(text: str) -> float:
    """How wide a text in one line is, at most."""
    return sum(map(_WIDTHS.__getitem__, text))


def widest(cells: Iterable[str]) -> float:
    """How wide the widest word of some texts is, at most."""
    found = 0.0
    for word in sorted({word for cell in cells for word in _WORD.findall(cell)}, key=len, reverse=True):
        if len(word) * _WIDEST <= found:
            break
        found = max(found, width(word))
    return found


def broken(text: str, limit: float) -> str:
    """A text in which no word is wider than a limit: those that would be may go on in the next line."""
    return _WORD.sub(lambda match: match[0] if len(match[0]) * _WIDEST <= limit else _broken(match[0], limit), text)


def _broken(word: str, limit: float) -> str:
    pieces, begin, taken = [], 0, 0.0
    for place, letter in enumerate(word):
        if taken and taken + _WIDTHS[letter] > limit + _SLACK:
            pieces.append(word[begin:place])
            begin, taken = place, 0.0
        taken += _WIDTHS[letter]
    return _BREAK.join([*pieces, word[begin:]])
