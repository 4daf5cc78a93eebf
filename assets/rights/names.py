"""Names of persons in the subject's texts, found by joins of the texts' words with the names and addresses of the whole register."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.rights.inflection import ACCENTED, PLAIN, folded, is_form
from assets.rights.patterns import words
from resources.warehouse.dialect import name
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from resources.catalogue import Catalogue, Dataset
    from resources.warehouse import Engine

Pair = tuple[str, str]
_FOLDING = {"accented": ACCENTED, "plain": PLAIN}
_GAP = re.compile(r"(?:[^\w.?!;]{1,4}|\.(?=\w))(?:\w\.?[^\w]{1,3})?")
# A word stands between the words of one name where it is one, too, or as `von`; in small letters it cannot be told.
_PARTICLES = frozenset({"af", "av", "al", "bin", "da", "de", "del", "den", "der", "di", "dos", "el", "ibn", "la", "le", "van", "von", "zu"})
_BLANK = re.compile(r",?[ \t\u00a0]{1,2}")
_BEFORE_CONTACT = re.compile(r"[\s,:;(–-]{1,4}(?:(?:puh|tel|tfn|gsm|p)\b[.:]?\s?)?", re.IGNORECASE)


@dataclass(frozen=True)
class Near:
    """Two words of a text that stand next to each other, or with one between: folded, and the stretch that they take up."""

    start: int
    end: int
    pair: Pair
    are_capitalised: bool
    are_adjacent: bool


def near_words(text: str) -> Iterator[Near]:
    """Each two words that stand near each other, in their order."""
    found = words(text)
    spelt = [folded(word.value) for word in found]
    capital = [word.value[0].isupper() for word in found]
    blank = [text[former.end : latter.start] == " " for former, latter in pairwise(found)]
    near = [one or _GAP.fullmatch(text, found[place].end, found[place + 1].start) is not None for place, one in enumerate(blank)]
    for place, is_near in enumerate(near):
        if not is_near:
            continue
        former, latter = found[place], found[place + 1]
        is_adjacent = blank[place] or _BLANK.fullmatch(text, former.end, latter.start) is not None
        both = capital[place] and capital[place + 1]
        yield Near(former.start, latter.end, (spelt[place], spelt[place + 1]), are_capitalised=both, are_adjacent=is_adjacent)
        if place + 1 < len(near) and near[place + 1] and (not capital[place] or capital[place + 1] or latter.value in _PARTICLES):
            both = capital[place] and capital[place + 2]
            yield Near(former.start, found[place + 2].end, (spelt[place], spelt[place + 2]), are_capitalised=both, are_adjacent=False)


@dataclass(frozen=True)
class Known:
    """What the register knows of the names in some texts; all words are folded.

    `records` and `addresses` give for two words the names that they may be, in either order: names of records, and names that e-mail
    addresses are made of. `firsts` and `lasts` are words that are a first or a last name of somebody; first names that are
    `ordinary` words as well name nobody alone.
    """

    records: dict[Pair, set[Pair]]
    addresses: dict[Pair, set[Pair]]
    firsts: frozenset[str]
    lasts: frozenset[str]
    ordinary: frozenset[str] = frozenset()

    @classmethod
    def of(cls, engine: Engine, catalogue: Catalogue, texts: Iterable[str]) -> Known:
        """Look up the words of texts."""
        pairs = {pair for text in texts for near in near_words(text) for pair in (near.pair, near.pair[::-1])}
        columns: dict[str, set[str]] = {}
        for table, column in engine.rows("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'register'"):
            columns.setdefault(table, set()).add(column)
        held = [(dataset, columns[dataset.table]) for dataset in catalogue.datasets if dataset.table in columns]
        _candidates(engine, pairs)
        records = _pairs(engine, [select for dataset, fields in held for select in _full_names(dataset, fields)])
        addresses = _pairs(engine, [model("rights/address_names")])
        firsts, lasts = _words(engine, [select for dataset, fields in held for select in _single_names(dataset, fields)])
        return cls(records, addresses, firsts, lasts)

    def names(self, near: Near) -> set[Pair]:
        """The names that two words may be: those of records; in capitals also those of addresses, and any first with any last name."""
        found = self.records.get(near.pair, set())
        if near.are_capitalised:
            found = found | self.addresses.get(near.pair, set())
        if near.are_capitalised and near.are_adjacent:
            found = found | {pair for pair in (near.pair, near.pair[::-1]) if pair[0] in self.firsts and pair[1] in self.lasts}
        return found


def is_name(near: Near, names: Iterable[Pair]) -> bool:
    """Whether two words are a form of one of some names, in either order."""
    return any(is_form(pair[0], first) and is_form(pair[1], last) for first, last in names for pair in (near.pair, near.pair[::-1]))


def is_before(text: str, near: Near, contact: int) -> bool:
    """Whether two words look like the name of whose contact details begin at a place right after them."""
    return near.are_capitalised and near.are_adjacent and _BEFORE_CONTACT.fullmatch(text, near.end, contact) is not None


def name_of_address(email: str) -> Pair | None:
    """The two words of an e-mail address that is made of a person's names (`liisa.lahti@…`)."""
    match = re.fullmatch(r"([a-z]{2,})[._-](?:[a-z][._-])?([a-z]{2,})\d*@.+", email.lower())
    return (match[1], match[2]) if match else None


def _full_names(dataset: Dataset, columns: set[str]) -> list[str]:
    """The statements that give the full names in a data set's records."""
    wholes, firsts, lasts = (_fields(dataset, columns, category) for category in ("user.name", "user.name.first", "user.name.last"))
    pairs = zip(firsts, lasts, strict=True) if len(firsts) == len(lasts) else ((first, last) for first in firsts for last in lasts)
    full = wholes + [f"{first} || ' ' || {last}" for first, last in pairs]
    return [f"SELECT {expression} AS name FROM register.{name(dataset.table)}" for expression in full]


def _single_names(dataset: Dataset, columns: set[str]) -> list[str]:
    """The statements that give first and last names, told apart by `is_first`."""
    return [
        f"SELECT {field} AS name, {is_first} AS is_first FROM register.{name(dataset.table)}"
        for category, is_first in (("user.name.first", "true"), ("user.name.last", "false"))
        for field in _fields(dataset, columns, category)
    ]


def _fields(dataset: Dataset, columns: set[str], category: str) -> list[str]:
    named = [field for field in dataset.fields.values() if field.shape.category == category and field.shape.type == "text"]
    return [name(field.name) for field in named if field.name in columns]


def _pairs(engine: Engine, selects: list[str]) -> dict[Pair, set[Pair]]:
    """Which candidates are forms of names that the statements give, and of which."""
    found: dict[Pair, set[Pair]] = {}
    if not selects:
        return found
    engine.run(f"CREATE OR REPLACE TEMP VIEW known_names AS {' UNION ALL '.join(selects)}")
    for former, latter, first, last in engine.rows(model("rights/names"), _FOLDING):
        if is_form(former, first) and is_form(latter, last):
            for pair in ((former, latter), (latter, former)):
                found.setdefault(pair, set()).add((first, last))
    engine.run("DROP VIEW known_names")
    return found


def _words(engine: Engine, selects: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Which words are forms of first names that the statements give, and which of last names."""
    if not selects:
        return frozenset(), frozenset()
    engine.run(f"CREATE OR REPLACE TEMP VIEW known_words AS {' UNION ALL '.join(selects)}")
    found = [(word, is_first) for word, known, is_first in engine.rows(model("rights/name_words"), _FOLDING) if is_form(word, known)]
    engine.run("DROP VIEW known_words")
    return frozenset(word for word, is_first in found if is_first), frozenset(word for word, is_first in found if not is_first)


def _candidates(engine: Engine, pairs: set[Pair]) -> None:
    """The tables `name_candidates`, of pairs, and `word_candidates`, of their words with the beginnings that a name of each may have."""
    _table(engine, "name_candidates", ("former", "latter"), sorted(pairs))
    words_of_pairs = {word for pair in pairs for word in pair}
    _table(engine, "word_candidates", ("word", "key"), sorted({(word, word[:length]) for word in words_of_pairs for length in (2, 3)}))


def _table(engine: Engine, table: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    values = {column: pa.array([row[place] for row in rows], pa.string()) for place, column in enumerate(columns)}
    engine.register("candidate_rows", pa.table(values))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {', '.join(columns)} FROM candidate_rows")
    engine.unregister("candidate_rows")
