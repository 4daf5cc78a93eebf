"""The recognisers with what they mean in the vocabulary, out of `recognisers.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources as package_data
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from resources.recognise import values

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Recogniser:
    """Tells values of one kind.

    Attributes:
        name: what such a value is.
        category: the vocabulary's data category that it means.
        identifies: the kind of identifier that it is, or `none`.
        fits: further categories of fields that may well hold such values.
        fits_identifiers: kinds of identifiers that may well look so.
        matches: whether a value, without blanks around it, is of the kind; takes the value and the source's region.
    """

    name: str
    category: str
    identifies: str
    fits: tuple[str, ...]
    fits_identifiers: tuple[str, ...]
    matches: Callable[[str, str], bool]


_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "email": lambda value, _: values.is_email(value),
    "iban": lambda value, _: values.is_iban(value),
    "hetu": lambda value, _: values.is_hetu(value),
    "personnummer": lambda value, _: values.is_personnummer(value),
    "ip_address": lambda value, _: values.is_ip_address(value),
    "card_number": lambda value, _: values.is_card_number(value),
    "phone": values.is_phone,
}


@cache
def described() -> dict[str, Any]:
    """What `recognisers.yaml` says."""
    text = (package_data.files("resources.recognise") / "recognisers.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return found


RECOGNISERS: dict[str, Recogniser] = {
    name: Recogniser(
        name, each["category"], each["identifies"], tuple(each["fits"]), tuple(each.get("fits_identifiers", ())), _MATCHES[name]
    )
    for name, each in described()["values"].items()
}
"""By name, in the order in which they are tried: what two of them would take belongs to the first."""


def fits(recogniser: Recogniser, category: str, identifies: str | None) -> bool:
    """Whether a field of a category, and with a kind of identifier, may well hold values that a recogniser tells."""
    return category == recogniser.category or category in recogniser.fits or identifies in recogniser.fits_identifiers
