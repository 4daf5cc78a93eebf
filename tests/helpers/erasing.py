"""Erasing in the small register: what its retention.yaml says of it, a request, and the erasure that a named user decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from assets.retention.erase import Erasures, decide, erase_decided, summary_of
from assets.rights.whom import whom
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from tests.helpers.small import Small

WORDS = {"en": "Because", "sv": "Därför", "fi": "Siksi"}


def keeping(small: Small, **rules: dict[str, Any]) -> None:
    """Let the register keep what stays of an erasure for a year and work orders for a month, and let rules state a ground."""
    path = small.folder / "register" / "retention.yaml"
    yaml = YAML(typ="safe", pure=True)
    described = yaml.load(path.read_text(encoding="utf-8"))
    described["own"] |= {"erasures": "year", "work_orders": "month"}
    for rule, erasure in rules.items():
        described["rules"][rule]["erasure"] = {"reason": WORDS} | erasure
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(described, file)
    small.describe()


def ask(small: Small, *identifiers: tuple[str, str], language: str = "en") -> str:
    """File a request for erasure; gives its id."""
    return file_verified(small.register.ledger, "erasure", language, identifiers, small.register.clock.now()).id


def erase(small: Small, *identifiers: tuple[str, str]) -> dict[str, Any]:
    """Erase whoever has the identifiers; gives what the ledger says of it."""
    request = ask(small, *identifiers)
    decide(small.register, request, "Dana Officer", whom)
    done = carry_out(small)
    assert (done.erased, done.unclear, done.kept_back) == (1, 0, 0)
    return summary_of(small.register, request)


def carry_out(small: Small) -> Erasures:
    """Carry out what was decided."""
    return erase_decided(small.register, whom)


def counts(summary: dict[str, Any], *keys: str) -> dict[str, tuple[object, ...]]:
    """What is told of each data set, under some keys."""
    return {each["dataset"]: tuple(each[key] for key in keys) for each in summary["datasets"]}
