"""The demonstration's fixed days, and what its world is made of: persons, companies, and chunks of them.

How they are made stands in `people`; what the source systems know of them in `sources`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

TODAY = date(2026, 10, 15)
FIRST_RUN = date(2026, 10, 14)
LAST_DAY = date(2026, 10, 13)
ZONE = ZoneInfo("Europe/Helsinki")
SEED = 20261015
FEWEST_PERSONS = 30
CHUNK_PERSONS = 5_000

Language = Literal["fi", "sv", "en"]
Kind = Literal["company_contact", "sole_trader", "consumer", "prospect"]


@dataclass(frozen=True)
class Rule:
    """A retention rule as the generator sees it.

    Attributes:
        last_kept: the anchor's local date that is kept on `FIRST_RUN` and gone on `TODAY`; what is counted from the end of a year goes with
            all of its year, so there it is the last day of the latest year that has gone.
        span: how many days back from `LAST_DAY` anchors are drawn.
    """

    last_kept: date
    span: int


RULES = {
    "contact_while": Rule(date(2025, 10, 14), 560),
    "chats": Rule(date(2026, 7, 14), 150),
    "calls": Rule(date(2026, 3, 14), 275),
    "consents": Rule(date(2023, 10, 14), 1400),
    "mailing_lists": Rule(date(2025, 10, 14), 560),
    "accounting": Rule(date(2019, 12, 31), 3270),
    "tickets": Rule(date(2024, 10, 14), 900),
    "feedback": Rule(date(2024, 10, 14), 900),
    "access_logs": Rule(date(2026, 4, 14), 230),
    "ip_addresses": Rule(date(2026, 7, 14), 150),
    "analytics": Rule(date(2025, 9, 14), 470),
    "mailings": Rule(date(2024, 10, 14), 900),
    "forms": Rule(date(2025, 10, 14), 450),
    "logins": Rule(date(2025, 10, 14), 450),
    "social": Rule(date(2025, 10, 14), 450),
}


@dataclass(frozen=True)
class Edge:
    """Puts all of a person's anchors on the edge of their periods: days from `Rule.last_kept`, and the local time of day."""

    days: int
    at: time = time(12)

    def day(self, rule: str) -> date:
        """The local date of this edge for a rule of `RULES`."""
        return RULES[rule].last_kept + timedelta(days=self.days)


@dataclass(slots=True)
class Company:
    """A company that is a customer, or the business of a sole trader."""

    company_id: str
    customer_number: str
    business_id: str
    name: str
    kind: Literal["company", "sole_trader"]
    form: str
    domain: str
    mailbox: str
    switchboard: str | None
    street: str
    postal_code: str
    city: str
    started: date
    ended: date | None
    owner: Person | None = None


@dataclass(slots=True)
class Person:
    """A person of the outside world, with every identifier that some source system knows.

    Attributes:
        thorough: stands in every data set that can hold the person.
        recent: is a customer now, and all that befalls the person is of the last weeks, so that no period ends it.
        reticent: gives no telephone number when writing.
        odd_case: writes the e-mail address in other letter cases everywhere.
        edge: puts the person's anchors on the edge of their periods.
    """

    number: int
    kind: Kind
    first: str
    last: str
    language: Language
    email: str
    phone: str
    street: str
    postal_code: str
    city: str
    position: str
    interests: str
    started: date
    ended: date | None
    contact_id: str | None = None
    second_contact_id: str | None = None
    customer_number: str | None = None
    user_id: str | None = None
    requester_id: str = ""
    company: Company | None = None
    other_email: str | None = None
    cookies: list[str] = field(default_factory=list)
    thorough: bool = False
    recent: bool = False
    reticent: bool = False
    odd_case: bool = False
    edge: Edge | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass
class Chunk:
    """Persons and companies that are made and written together, so that memory stays bounded."""

    index: int
    seed: int
    persons: list[Person]
    companies: list[Company]
    extra_business_ids: list[str]

    def rng(self, purpose: str) -> random.Random:
        """A generator of its own for each purpose and chunk: a change in one source leaves the others as they are."""
        return random.Random(f"{self.seed}:{purpose}:{self.index}")  # noqa: S311 - sample data, no secret

    def file(self, stem: str, suffix: str) -> str:
        """The name of this chunk's file, as `events-00001.ndjson`."""
        return f"{stem}-{self.index + 1:05d}.{suffix}"

    def another(self, rng: random.Random, person: Person) -> Person:
        """Another person of the chunk."""
        while True:
            other = rng.choice(self.persons)
            if other is not person:
                return other


def chance(rng: random.Random, share: float) -> bool:
    """True in `share` of the cases."""
    return rng.random() < share


def has(rng: random.Random, person: Person, share: float) -> bool:
    """Whether a person has something that `share` of all have; thorough persons have everything."""
    return person.thorough or rng.random() < share


def some(rng: random.Random, values: Sequence[str], most: int) -> list[str]:
    """One to `most` of the values, each at most once."""
    return rng.sample(values, rng.randint(1, most))
