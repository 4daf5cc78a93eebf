"""The public business register: one file of companies that its server gives out a hundred a page.

The shape is that of the open data of the Finnish Patent and Registration Office (https://avoindata.prh.fi/en/ytj/swagger-ui).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import names
from demo.names import address
from demo.sources.lines import append_lines, document
from demo.world import LAST_DAY, Company, chance

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk

COMPANIES = "companies.ndjson"
_FORMS = {
    "5": ("Avoin yhtiö", "Öppet bolag", "General partnership"),
    "13": ("Kommandiittiyhtiö", "Kommanditbolag", "Limited partnership"),
    "16": ("Osakeyhtiö", "Aktiebolag", "Limited company"),
    "26": ("Yksityinen elinkeinonharjoittaja", "Enskild näringsidkare", "Private trader"),
}
_OLD_NAMES = ("Entinen", "Vanha", "Tidigare")


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Add a chunk's companies, and some that are nobody's customer."""
    rng = chunk.rng("registry")
    companies = [*chunk.companies, *(_stranger(rng, business_id) for business_id in chunk.extra_business_ids)]
    rng.shuffle(companies)
    lines: list[str] = []
    for company in companies:
        lines.append(document(_entry(rng, company)))
        dataset = "registry.sole_traders" if company.kind == "sole_trader" else "registry.companies"
        truth.record(dataset, company.business_id, company.owner, company.ended)
    append_lines(folder / COMPANIES, lines)


def _entry(rng: random.Random, company: Company) -> dict[str, object]:
    registered = company.started.replace(year=company.started.year - 4, day=1).isoformat()
    ended = {"endDate": company.ended.isoformat()} if company.ended else {}
    current: list[dict[str, object]] = [{"name": company.name, "type": "1", "registrationDate": registered, "version": 1, "source": "1"}]
    if chance(rng, 0.2):
        old = f"{rng.choice(_OLD_NAMES)} {company.name}"
        current.append(
            {"name": old, "type": "1", "registrationDate": registered, "endDate": company.started.isoformat(), "version": 2, "source": "1"}
        )
    if chance(rng, 0.1):
        current.append(
            {
                "name": f"{company.domain.split('.')[0].title()} Solutions",
                "type": "3",
                "registrationDate": registered,
                "version": 1,
                "source": "1",
            }
        )
    rng.shuffle(current)
    fi, sv, en = _FORMS[company.form]
    return {
        "businessId": {"value": company.business_id, "registrationDate": registered, "source": "3"},
        "euId": {"value": f"FIFPRO.{company.business_id}", "source": "1"},
        "names": current,
        "website": {"url": f"www.{company.domain}", "registrationDate": registered, "source": "0"},
        "companyForms": [
            {"type": company.form, "descriptions": _in_languages(fi, sv, en), "registrationDate": registered, "version": 1, "source": "1"},
        ],
        "companySituations": [],
        "registeredEntries": [
            {
                "type": "1",
                "descriptions": _in_languages("Rekisterissä", "Registrerad", "Registered"),
                "registrationDate": registered,
                "register": "1",
                "authority": "2",
            },
        ],
        "addresses": [
            {
                "type": 1,
                "street": company.street,
                "postCode": company.postal_code,
                "postOffices": [{"city": company.city.upper(), "languageCode": "1"}],
                "co": "",
                "registrationDate": registered,
                "source": "0",
            },
        ],
        "tradeRegisterStatus": "4" if company.ended else "1",
        "status": "2",
        "registrationDate": registered,
        **ended,
        "lastModified": f"{(company.ended or LAST_DAY).isoformat()}T10:04:06",
    }


def _in_languages(fi: str, sv: str, en: str) -> list[dict[str, str]]:
    return [{"languageCode": "3", "description": en}, {"languageCode": "1", "description": fi}, {"languageCode": "2", "description": sv}]


def _stranger(rng: random.Random, business_id: str) -> Company:
    """A company, or the business of a sole trader, that is nobody's customer."""
    trader = chance(rng, 0.4)
    street, postal_code, city = address(rng, "fi")
    name, form = names.company_name(names.COMPANY_NAMES * 50 + rng.randrange(names.COMPANY_NAMES))
    return Company(
        company_id="",
        customer_number="",
        business_id=business_id,
        name=f"Tmi {rng.choice(('Aatos', 'Bertta', 'Cecilia', 'Daavid'))} {rng.choice(('Ålander', 'Kivelä', 'Rönnqvist'))}"
        if trader
        else name,
        kind="sole_trader" if trader else "company",
        form="26" if trader else form,
        domain=f"yritys{business_id[:7]}.example",
        mailbox="",
        switchboard=None,
        street=street,
        postal_code=postal_code,
        city=city,
        started=LAST_DAY.replace(year=2019),
        ended=None,
    )
