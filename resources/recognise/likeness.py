"""What most of a sample of values look like."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resources.recognise.recognisers import RECOGNISERS, Recogniser

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 80
"""No value that is recognised is longer, in letters."""
LIKELY = r"@|[0-9][^0-9]{0,3}[0-9].*[0-9]|:.*:"
"""A regular expression (RE2) that every value which is recognised matches: cheap where there are many."""
LEAST_SHARE = 0.8


@dataclass(frozen=True)
class Likeness:
    """What a sample looks like, and the share of its values that do."""

    recogniser: Recogniser
    share: float


def recognised(value: str, region: str) -> Recogniser | None:
    """The recogniser that one value meets, if any."""
    text = value.strip()
    if len(text) > LONGEST:
        return None
    return next((each for each in RECOGNISERS.values() if each.matches(text, region)), None)


def likeness(values: Iterable[str], sampled: int, region: str) -> Likeness | None:
    """What at least four of five values of a sample look like; None where there is no such thing.

    Args:
        values: those distinct values of the sample that match `LIKELY`.
        sampled: how many distinct values the sample has in all.
        region: the country (ISO 3166-1) that a number without a country code belongs to.
    """
    met = Counter(each.name for value in values if (each := recognised(value, region)) is not None)
    if not met or not sampled:
        return None
    name, number = met.most_common(1)[0]
    return Likeness(RECOGNISERS[name], number / sampled) if number >= LEAST_SHARE * sampled else None
