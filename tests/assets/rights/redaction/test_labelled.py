"""How well others are taken out of two hundred labelled messages: a hundred by which the rules were made, a hundred held out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bench.redaction import SETS, measured, messages

if TYPE_CHECKING:
    from bench.redaction import Measured

NAMES = ("name", "full name", "single name")


@pytest.fixture(scope="module", params=SETS)
def found(request: pytest.FixtureRequest) -> dict[bool, Measured]:
    """What becomes of a set's messages where the register holds the others, and where it does not."""
    return {known: measured(request.param, known=known) for known in (True, False)}


def _share(one: Measured, kinds: tuple[str, ...]) -> float:
    met, of = (sum(number for (kind, _), number in counts.items() if kind in kinds) for counts in (one.met, one.of))
    return met / of


def test_the_sets_are_what_they_are_said_to_be() -> None:
    """Two hundred messages, half of them in Finnish, a quarter each in Swedish and English; a label never loses its place."""
    held = [each for name in SETS for each in messages(name)]
    assert Counter(each.language for each in held) == {"fi": 100, "sv": 50, "en": 50}
    assert not any(mark in each.text for each in held for mark in ("{name", "{email", "{phone", ".other"))
    assert all(each.text[label.start : label.end].strip() for each in held for label in each.labels)


@pytest.mark.parametrize("known", [True, False])
def test_what_has_a_form_of_its_own_goes(found: dict[bool, Measured], *, known: bool) -> None:
    """Addresses, numbers, codes and identifiers of others go, whether the register knows their bearers or not: 99 of 100."""
    kinds = tuple({kind for kind, _ in found[known].of} - set(NAMES))
    assert _share(found[known], kinds) >= 0.99


def test_names_of_the_register_go(found: dict[bool, Measured]) -> None:
    """Names of persons in the register go in every form: 96 of 100, and every full one."""
    assert _share(found[True], ("name",)) >= 0.96
    assert _share(found[True], ("full name",)) == 1


def test_unknown_names_go_or_are_pointed_at(found: dict[bool, Measured]) -> None:
    """Of names that are nowhere in the register most go all the same, and of the rest most are pointed at."""
    one = found[False]
    names, met = (sum(number for (kind, _), number in counts.items() if kind == "name") for counts in (one.of, one.met))
    assert met / names >= 0.7
    assert (met + one.suspected) / names >= 0.85


@pytest.mark.parametrize("known", [True, False])
def test_the_rest_stays(found: dict[bool, Measured], *, known: bool) -> None:
    """What is the person's own or of staff in their role stays, and hardly any ordinary word goes."""
    assert (found[known].own_kept, found[known].touched / found[known].words <= 0.006) == (found[known].own, True)
