"""Pools of names, streets, trades: Faker's for Finland, Sweden and Britain, and some of our own with the letters that break programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from faker import Faker

if TYPE_CHECKING:
    import random

    from demo.world import Language

_LOCALES: dict[Language, str] = {"fi": "fi_FI", "sv": "sv_SE", "en": "en_GB"}
_POOL = 400
_OWN_FIRST: dict[Language, tuple[str, ...]] = {
    "fi": ("Väinö", "Päivi", "Yrjö", "Äänis", "Anna-Liisa", "Jyrki", "Tyyne"),
    "sv": ("Åke", "Åsa", "Björn", "Märta", "Göran", "Örjan", "Carl-Gustaf"),
    "en": ("Zoë", "Siân"),
}
_OWN_LAST: dict[Language, tuple[str, ...]] = {
    "fi": ("Hämäläinen", "Mäkinen", "Yli-Hietala", "Järvenpää", "Öystilä", "Äijälä", "Pöyhönen"),
    "sv": ("Åkerlund", "Öhman", "Sjöström", "Ångström", "von Käll", "Björkö", "Strömfors-Åberg"),
    "en": ("O'Neill", "Smith-Jones"),
}
_STREETS = {
    "fi": (
        "Satamakatu",
        "Kirkkokatu",
        "Koivutie",
        "Mäntypolku",
        "Järvitie",
        "Pähkinäkuja",
        "Yläkatu",
        "Rantatie",
        "Teollisuustie",
        "Ratakatu",
    ),
    "sv": ("Hamngatan", "Kyrkogatan", "Björkvägen", "Åsvägen", "Strandvägen", "Östergatan", "Skärgårdsvägen", "Norra ringen"),
}
_PLACES = {
    "fi": (
        ("00160", "Helsinki"),
        ("33100", "Tampere"),
        ("20100", "Turku"),
        ("90100", "Oulu"),
        ("40100", "Jyväskylä"),
        ("70100", "Kuopio"),
        ("15110", "Lahti"),
    ),
    "sv": (("02100", "Esbo"), ("65100", "Vasa"), ("10600", "Ekenäs"), ("22100", "Mariehamn"), ("68600", "Jakobstad"), ("06100", "Borgå")),
}
_PREFIXES = (
    *(
        "Pohjan",
        "Järvi-Suomen",
        "Saimaan",
        "Länsirannikon",
        "Ylä-Savon",
        "Hämeen",
        "Kymenlaakson",
        "Perämeren",
        "Lounais",
        "Metsä",
        "Tähti",
        "Kirkas",
        "Uusi",
    ),
    *(
        "Keski",
        "Vihreä",
        "Sininen",
        "Kaari",
        "Kuusi",
        "Mänty",
        "Pähkinä",
        "Ranta",
        "Kallio",
        "Lumi",
        "Halla",
        "Ruska",
        "Kevät",
        "Päivän",
        "Yö",
        "Revontuli",
    ),
    *(
        "Norra",
        "Södra",
        "Västra",
        "Östra",
        "Skärgårdens",
        "Österbottens",
        "Nylands",
        "Ålands",
        "Havs",
        "Björk",
        "Sjö",
        "Ljus",
        "Strand",
        "Ängs",
        "Å",
    ),
)
_TRADES = (
    *(
        "Sähkö",
        "Puu",
        "Leipomo",
        "Kuljetus",
        "Rakennus",
        "Kirjapaino",
        "Hotelli",
        "Tilat",
        "Maatila",
        "Käsityö",
        "Ohjelmistot",
        "Pesula",
        "Metalli",
        "Vene",
    ),
    *(
        "Kiinteistöt",
        "Taimisto",
        "Autokorjaamo",
        "Kahvila",
        "Apteekki",
        "Päiväkoti",
        "El",
        "Bygg",
        "Bageri",
        "Båtvarv",
        "Trä",
        "Fisk",
        "Gård",
        "Förlag",
    ),
)
_SWEDISH_FROM = (29, 20)
COMPANY_NAMES = len(_PREFIXES) * len(_TRADES)


@dataclass(frozen=True)
class Names:
    """First and last names by language."""

    first: dict[Language, list[str]]
    last: dict[Language, list[str]]

    def of(self, rng: random.Random, language: Language) -> tuple[str, str]:
        """A first and a last name."""
        return rng.choice(self.first[language]), rng.choice(self.last[language])


def names(seed: int) -> Names:
    """The pools of names for a seed."""
    first: dict[Language, list[str]] = {}
    last: dict[Language, list[str]] = {}
    for language, locale in _LOCALES.items():
        faker = Faker(locale)
        faker.seed_instance(seed)
        first[language] = [*_OWN_FIRST[language], *dict.fromkeys(faker.first_name() for _ in range(_POOL))]
        last[language] = [*_OWN_LAST[language], *dict.fromkeys(faker.last_name() for _ in range(_POOL))]
    return Names(first, last)


def address(rng: random.Random, language: Language) -> tuple[str, str, str]:
    """Street, postal code and city."""
    where = "sv" if language == "sv" else "fi"
    postal_code, city = rng.choice(_PLACES[where])
    return f"{rng.choice(_STREETS[where])} {rng.randint(1, 98)}", postal_code, city


def company_name(number: int) -> tuple[str, str]:
    """The name of the company of that number, and its form's code in the business register; the first `COMPANY_NAMES` differ."""
    step = number * 37  # coprime to the number of combinations: neighbours do not sound alike
    prefix, trade = step % len(_PREFIXES), step // len(_PREFIXES) % len(_TRADES)
    body = f"{_PREFIXES[prefix]} {_TRADES[trade]}" + ("" if number < COMPANY_NAMES else f" {number // COMPANY_NAMES + 1}")
    if number % 9 == 0:
        return f"{body} Ky", "13"
    if prefix >= _SWEDISH_FROM[0] or trade >= _SWEDISH_FROM[1]:
        return f"{body} Ab", "16"
    return f"{body} Oy", "16"


def genitive(last: str) -> str | None:
    """The genitive of a Finnish last name, as `Virtasen` of `Virtanen`; None where it is not as regular as that."""
    if last.endswith("nen"):
        return last[:-3] + "sen"
    return last + "n" if last[-1] in "aouyäö" and last[-2] not in "kpt" else None
