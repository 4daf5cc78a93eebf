"""Writes the demonstration's world into a folder: a folder a source system, and the truth beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import planted
from demo.people import Population
from demo.sources import accounts, analytics, calls, chats, crm, feedback, forms, helpdesk, mailings, registry, social, web
from demo.truth import Truth
from demo.world import FEWEST_PERSONS, SEED

if TYPE_CHECKING:
    from pathlib import Path

_SOURCES = {
    "crm": crm.write,
    "helpdesk": helpdesk.write,
    "chats": chats.write,
    "calls": calls.write,
    "web": web.write,
    "analytics": analytics.write,
    "mailings": mailings.write,
    "forms": forms.write,
    "accounts": accounts.write,
    "feedback": feedback.write,
    "social": social.write,
    "registry": registry.write,
}
_MOST_WITH_TRUTH = 20_000


def generate(out: Path, persons: int = 1000, seed: int = SEED, *, truth: bool | None = None) -> None:
    """Write a world of so many persons; the same seed gives the same bytes.

    Args:
        out: a folder that is empty or not there yet.
        persons: how many; at least 30, for the planted cases.
        seed: what the world grows from.
        truth: whether to write `truth.json`; by default for at most 20,000 persons, since it is gathered in memory.

    Raises:
        ValueError: where there are too few persons.
        FileExistsError: where the folder is not empty.
    """
    if persons < FEWEST_PERSONS:
        raise ValueError(f"a world needs at least {FEWEST_PERSONS} persons: ask for more")
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"the folder {out} is not empty: name another, or empty it")
    for source in _SOURCES:
        (out / source).mkdir(parents=True)
    known = Truth(kept=persons <= _MOST_WITH_TRUTH if truth is None else truth)
    planted.tell(known)
    for chunk in Population(seed).chunks(persons):
        for person in chunk.persons:
            known.person(person)
        for source, write in _SOURCES.items():
            write(chunk, out / source, known)
    known.write(out, persons, seed)
