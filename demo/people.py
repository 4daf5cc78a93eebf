"""Makes persons and companies, chunk by chunk; the same seed gives the same world. What befalls the first persons stands in `planted`."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from demo import identifiers, names, planted, texts
from demo.times import past_day
from demo.world import CHUNK_PERSONS, LAST_DAY, Chunk, Company, Kind, Language, Person, chance, some

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from datetime import date

_KINDS: tuple[Kind, ...] = ("company_contact", "sole_trader", "consumer", "prospect")
_KIND_WEIGHTS = (50, 15, 29, 6)
_LANGUAGES: tuple[Language, ...] = ("fi", "sv", "en")
_LANGUAGE_WEIGHTS = (76, 17, 7)
_MOST_COLLEAGUES = 8
_FREE_MAIL = ("posti.example", "kirje.example", "brev.example")
_SOLE_TRADER_FORM = "26"
_EXTRA_COMPANIES = 0.15


class Population:
    """Makes a world's persons in order, so that numbers, addresses and business ids never repeat."""

    def __init__(self, seed: int) -> None:
        """Fill the pools of names."""
        self._seed = seed
        self._names = names.names(seed)
        self._business_ids = identifiers.business_ids()
        self._company_numbers = count()

    def chunks(self, persons: int) -> Iterator[Chunk]:
        """All persons in chunks of about the same size."""
        parts = -(-persons // CHUNK_PERSONS)
        for index in range(parts):
            yield self._chunk(index, persons * index // parts + 1, persons * (index + 1) // parts)

    def _chunk(self, index: int, first: int, last: int) -> Chunk:
        chunk = Chunk(index, self._seed, [], [], [])
        rng = chunk.rng("people")
        employer: Company | None = None
        vacant = 0
        for number in range(first, last + 1):
            person = self._person(rng, number)
            chunk.persons.append(person)
            if person.kind == "sole_trader":
                chunk.companies.append(self._business(rng, person))
            if person.kind == "company_contact":
                if employer is None or vacant == 0:
                    employer = self._company(rng, person.language)
                    chunk.companies.append(employer)
                    vacant = rng.randint(1, _MOST_COLLEAGUES)
                vacant -= 1
                planted.employ(person, employer)
                if planted.kind_of(number) is None and employer.switchboard and chance(rng, 0.04):
                    person.phone = employer.switchboard
        if index == 0:
            planted.befall(chunk)
        _part_addresses(chunk)
        _outlast(chunk)
        chunk.extra_business_ids = [next(self._business_ids) for _ in range(3 + int(len(chunk.companies) * _EXTRA_COMPANIES))]
        return chunk

    def _person(self, rng: random.Random, number: int) -> Person:
        kind = planted.kind_of(number) or rng.choices(_KINDS, _KIND_WEIGHTS)[0]
        language = rng.choices(_LANGUAGES, _LANGUAGE_WEIGHTS)[0]
        first, last = self._names.of(rng, language)
        street, postal_code, city = names.address(rng, language)
        person = Person(
            number=number,
            kind=kind,
            first=first,
            last=last,
            language=language,
            email=f"{identifiers.slug(first)}.{identifiers.slug(last)}{number}@{rng.choice(_FREE_MAIL)}",
            phone=identifiers.mobile(number),
            street=street,
            postal_code=postal_code,
            city=city,
            position=rng.choice(texts.POSITIONS) if kind == "company_contact" else "",
            interests=", ".join(some(rng, texts.INTERESTS, 3)),
            started=LAST_DAY - timedelta(days=rng.randint(60, 3300)),
            ended=None,
            requester_id=str(700_000 + number),
        )
        planted.before(person)
        if kind != "prospect":
            person.contact_id = f"C{number:07d}"
        if kind in ("sole_trader", "consumer"):
            person.customer_number = str(2_000_000 + number)
        if person.edge is not None or (kind != "prospect" and not person.recent and chance(rng, 0.18)):
            person.ended = past_day(rng, person, "contact_while")
            person.started = min(person.started, person.ended - timedelta(days=200))
        if person.thorough or chance(rng, 0.2 if kind == "prospect" else 0.55):
            person.user_id = f"u-{rng.getrandbits(40):010x}"
        wanted = rng.choices((0, 1, 2), (30, 55, 15))[0]
        person.cookies = [identifiers.cookie(rng) for _ in range(max(wanted, 1 if person.user_id else 0))]
        if chance(rng, 0.03):
            person.other_email = f"{identifiers.slug(first)}{number}@{rng.choice(_FREE_MAIL)}"
        return person

    def _company(self, rng: random.Random, language: Language) -> Company:
        number = next(self._company_numbers)
        name, form = names.company_name(number)
        domain = f"{identifiers.slug(name.rsplit(' ', 1)[0])}.example"
        street, postal_code, city = names.address(rng, language)
        return Company(
            company_id=f"Y{number + 1:06d}",
            customer_number=str(1_000_000 + number),
            business_id=next(self._business_ids),
            name=name,
            kind="company",
            form=form,
            domain=domain,
            mailbox=f"info@{domain}",
            switchboard=identifiers.switchboard(number),
            street=street,
            postal_code=postal_code,
            city=city,
            started=LAST_DAY,
            ended=None,
        )

    def _business(self, rng: random.Random, person: Person) -> Company:
        domain = f"{identifiers.slug(person.last)}{person.number}.example"
        person.email = f"{identifiers.slug(person.first)}@{domain}"
        person.company = Company(
            company_id=f"T{person.number:07d}",
            customer_number=person.customer_number or "",
            business_id=next(self._business_ids),
            name=f"Tmi {person.name}",
            kind="sole_trader",
            form=_SOLE_TRADER_FORM,
            domain=domain,
            mailbox=person.email if chance(rng, 0.5) else f"info@{domain}",
            switchboard=None,
            street=person.street,
            postal_code=person.postal_code,
            city=person.city,
            started=person.started,
            ended=person.ended,
            owner=person,
        )
        return person.company


def _part_addresses(chunk: Chunk) -> None:
    """Give colleagues of the same name different e-mail addresses."""
    taken: set[str] = set()
    for person in chunk.persons:
        if person.kind == "company_contact" and person.email in taken and not person.email.startswith("info@"):
            person.email = person.email.replace("@", f"{person.number}@")
        taken.add(person.email)


def _outlast(chunk: Chunk) -> None:
    """Let each company be a customer for as long as one of its contact persons is."""
    ends: dict[str, list[date | None]] = {}
    for person in chunk.persons:
        if person.company is None:
            continue
        person.company.started = min(person.company.started, person.started)
        ends.setdefault(person.company.company_id, []).append(person.ended)
    for company in chunk.companies:
        contacts = ends.get(company.company_id, [])
        ended = [day for day in contacts if day is not None]
        company.ended = max(ended) if ended and len(ended) == len(contacts) else None
