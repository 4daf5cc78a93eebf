"""What the register knows of the words in the texts of a batch: names of persons, and identifiers that somebody bears.

The texts are looked up some at once, so that neither their number nor their length decides how much memory that takes, and the register
is not asked for each person anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from assets.rights import patterns
from assets.rights.inflection import folded
from assets.rights.names import Known
from assets.rights.redaction.staff import Staff
from resources.warehouse.models import model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assets.rights.redaction.model import NameModel
    from resources.catalogue import Catalogue
    from resources.warehouse import Engine

_LETTERS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class LookedUp:
    """The names of the register that the words of texts may be, those of the words that are somebody's identifiers, and who is staff."""

    known: Known
    identifiers: frozenset[str]
    staff: Staff = field(default_factory=Staff)


def look_up(engine: Engine, catalogue: Catalogue, texts: Iterable[str], names: NameModel | None = None) -> LookedUp:
    """Look up the words of texts in the whole register.

    Args:
        engine: what is published.
        catalogue: the register's catalogue.
        texts: all texts that are going to be redacted, in the form in which they are.
        names: a model of names, where the machine has one.
    """
    records: dict[tuple[str, str], set[tuple[str, str]]] = {}
    addresses: dict[tuple[str, str], set[tuple[str, str]]] = {}
    firsts: set[str] = set()
    lasts: set[str] = set()
    ordinary: set[str] = set()
    identifiers: set[str] = set()
    for some in _some(texts):
        known = Known.of(engine, catalogue, some)
        if names is not None:
            known = _with_model(known, names, some)
        records |= known.records
        addresses |= known.addresses
        firsts |= known.firsts
        lasts |= known.lasts
        ordinary |= known.ordinary
        identifiers |= _borne(engine, catalogue, {span.value for text in some for span in patterns.tokens(text)})
    told = Known(records, addresses, frozenset(firsts), frozenset(lasts), frozenset(ordinary))
    return LookedUp(told, frozenset(identifiers), Staff.of(engine, catalogue))


def _with_model(known: Known, names: NameModel, texts: list[str]) -> Known:
    """What is known of names, with what a model tells of the words in capitals."""
    capital = {word.value.lower() for text in texts for word in patterns.words(text) if word.value[0].isupper()}
    firsts, lasts, ordinary = (frozenset(map(folded, found)) for found in names.names(sorted(capital)))
    return replace(known, firsts=known.firsts | firsts, lasts=known.lasts | lasts, ordinary=(known.ordinary | ordinary) - known.firsts)


def _some(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts, as many as are looked up at once; each of them once."""
    some: dict[str, None] = {}
    letters = 0
    for text in texts:
        if text not in some:
            some[text] = None
            letters += len(text)
        if letters >= _LETTERS_AT_ONCE:
            yield list(some)
            some, letters = {}, 0
    if some:
        yield list(some)


def _borne(engine: Engine, catalogue: Catalogue, tokens: set[str]) -> set[str]:
    """Which words are identifiers that somebody bears."""
    kinds = [kind for kind, shape in catalogue.vocabulary.identifiers.items() if shape.joins and shape.normalise not in ("email", "phone")]
    for table, column, values in (("text_tokens", "token", sorted(tokens)), ("text_kinds", "kind", kinds)):
        engine.register("given_rows", pa.table({column: pa.array(values, pa.string())}))
        engine.run(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {column} FROM given_rows")
        engine.unregister("given_rows")
    return {row[0] for row in engine.rows(model("rights/borne_tokens"))}
