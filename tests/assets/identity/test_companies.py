"""Companies are one where their business ids are; of each contact person the company, the period, and whether it is a customer."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from assets.identity.companies import employers
from assets.identity.show import show
from assets.lineage import build_lineage
from tests.helpers.customers import SOURCES, company, entry, period
from tests.helpers.small import Small

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def crm(tmp_path: Path) -> Iterator[Small]:
    """A customer register and a public register, with nothing in them; today is 15 October 2026."""
    made = Small(tmp_path, SOURCES)
    made.deliver("crm", [], "companies.ndjson")
    made.deliver("crm", [], "contacts.ndjson")
    yield made
    made.close()


def test_companies_are_joined_by_business_id(crm: Small) -> None:
    """However a business id is written, its bearers are one company, two of the customer register as well; all their records are kept."""
    crm.deliver(
        "crm",
        [
            company(1, "2077474-0"),
            company(2, "FI20774740", started_on="2018-05-01", ended_on="2026-01-31"),
            company(3, "112038-9", ended_on="2026-03-31"),
            company(4, None),
        ],
        "companies.ndjson",
    )
    crm.deliver("book", [entry("2077474-0", "Virallinen Oy"), entry("0112038-9", "Nokia Oyj"), entry("9100001-3", "Koe Oy")])
    crm.ingest("crm", "book")
    day = dt.date
    assert crm.rows("""
        SELECT business_id, name, records, sources, is_registered, is_customer, customer_from, customer_until
        FROM identity.companies ORDER BY business_id NULLS LAST
    """) == [
        ("0112038-9", "Nokia Oyj", 2, 2, True, True, day(2020, 1, 1), day(2026, 3, 31)),
        ("2077474-0", "Virallinen Oy", 3, 2, True, True, day(2018, 5, 1), None),
        ("9100001-3", "Koe Oy", 1, 1, True, False, None, None),
        (None, "Yritys 4", 1, 1, False, True, day(2020, 1, 1), None),
    ]
    assert crm.rows("SELECT dataset, why, count(*) FROM identity.company_records GROUP BY ALL ORDER BY ALL") == [
        ("book_companies", "business_id", 3),
        ("crm_companies", "business_id", 3),
        ("crm_companies", "no_business_id", 1),
    ]


def test_a_wrong_business_id_joins_nobody(crm: Small) -> None:
    """Companies with the same wrong number, or a placeholder, stay as many as they are; the numbers stay as they were given."""
    wrong = [company(1, "2077474-1"), company(2, "2077474-1"), company(3, "0000000-0"), company(4, "0000000-0"), company(5, " ")]
    crm.deliver("crm", wrong, "companies.ndjson")
    crm.ingest("crm")
    assert crm.rows("SELECT count(*), count(business_id) FROM identity.companies") == [(5, 0)]
    assert crm.rows("SELECT why, count(*) FROM identity.company_records GROUP BY why ORDER BY why") == [
        ("invalid_business_id", 4),
        ("no_business_id", 1),
    ]
    assert crm.rows("SELECT DISTINCT business_id FROM register.crm_companies WHERE business_id LIKE '2%'") == [("2077474-1",)]


def test_a_company_of_two_business_ids_is_joined_by_neither(crm: Small) -> None:
    """Where two records that a source has of one company bear two right business ids, it stands by itself."""
    crm.described["crm"]["datasets"]["companies"]["key"] = ["company_id", "name"]
    crm.described["crm"]["datasets"]["companies"]["fields"]["name"]["required"] = True
    crm.describe()
    crm.deliver("crm", [company(1, "2077474-0"), company(1, "0112038-9", name="Toinen")], "companies.ndjson")
    crm.deliver("book", [entry("2077474-0", "A"), entry("0112038-9", "B")])
    crm.ingest("crm", "book")
    assert crm.rows("SELECT records, business_id FROM identity.companies ORDER BY ALL") == [(1, "0112038-9"), (1, "2077474-0"), (2, None)]
    assert crm.rows("SELECT DISTINCT why FROM identity.company_records WHERE dataset = 'crm_companies'") == [("several_business_ids",)]


def test_ids_stay(crm: Small) -> None:
    """A company has the same id after every run, whatever comes beside it, and none that its business id tells."""
    crm.deliver("crm", [company(1, "2077474-0"), company(2, None)], "companies.ndjson")
    crm.ingest("crm")
    before = dict(crm.rows("SELECT name, company FROM identity.companies"))
    crm.deliver("crm", [company(0, "0112038-9"), company(1, "20774740"), company(2, None)], "companies.ndjson")
    crm.deliver("book", [entry("2077474-0", "Yritys 1")])
    crm.ingest("crm", "book")
    after = dict(crm.rows("SELECT name, company FROM identity.companies"))
    assert before == {name: company for name, company in after.items() if name != "Yritys 0"}
    assert len(set(after.values())) == 3
    assert {len(each) for each in after.values()} == {32}


def test_contact_periods_have_their_dates(crm: Small) -> None:
    """A period is over when the person's ended or the company ceased to be a customer, whichever came first; else it is open."""
    crm.deliver(
        "crm",
        [company(1, "2077474-0"), company(2, "0112038-9", ended_on="2026-03-31"), company(3, None, started_on=None)],
        "companies.ndjson",
    )
    crm.deliver(
        "crm",
        [
            period(1, 1, "Y1", role="päättäjä"),
            period(2, 1, "Y1", started_on="2020-01-01", ended_at="2025-12-31T22:30:00Z"),
            period(3, 2, "Y2"),
            period(4, 2, "Y2", ended_at="2025-12-30T12:00:00"),
            period(5, 2, "Y2", ended_at="2026-05-01T12:00:00"),
            period(6, 3, "Y9", ended_at="2026-05-01T12:00:00"),
            period(7, 3, "Y3"),
            period(8, 4, None),
        ],
        "contacts.ndjson",
    )
    crm.ingest("crm")
    day = dt.date
    found = crm.rows("""
        SELECT
          contacts.period_id, periods.role, periods.ended, periods.is_customer, periods.customer_from, periods.customer_until,
          periods.related_until
        FROM identity.contact_periods AS periods
        INNER JOIN register.crm_contacts AS contacts ON contacts._record = periods._record AND contacts._person = periods.person
        ORDER BY contacts.period_id
    """)
    since, ended = day(2020, 1, 1), day(2026, 3, 31)
    assert found == [
        ("P1", "päättäjä", None, True, since, None, None),
        ("P2", None, day(2026, 1, 1), True, since, None, day(2026, 1, 1)),
        ("P3", None, None, True, since, ended, ended),
        ("P4", None, day(2025, 12, 30), True, since, ended, day(2025, 12, 30)),
        ("P5", None, day(2026, 5, 1), True, since, ended, ended),
        ("P6", None, day(2026, 5, 1), False, None, None, day(2026, 5, 1)),
        ("P7", None, None, False, None, None, None),
    ]


def test_a_company_that_is_a_customer_again_is_one(crm: Small) -> None:
    """Of two records of one company the open one counts: the relation of its contact persons holds."""
    crm.deliver(
        "crm", [company(1, "2077474-0", ended_on="2026-01-31"), company(2, "2077474-0", started_on="2026-03-01")], "companies.ndjson"
    )
    crm.deliver("crm", [period(1, 1, "Y1")], "contacts.ndjson")
    crm.ingest("crm")
    assert crm.rows("SELECT customer_from, customer_until, related_until FROM identity.contact_periods") == [
        (dt.date(2020, 1, 1), None, None)
    ]


def test_what_is_purged_leaves_no_company_behind(crm: Small) -> None:
    """When the records of a company and of its contact person go, so does all that was made of them."""
    crm.deliver("crm", [company(1, "2077474-0", ended_on="2025-11-01"), company(2, "0112038-9")], "companies.ndjson")
    crm.deliver("crm", [period(1, 1, "Y1", ended_at="2025-11-01T12:00:00"), period(2, 2, "Y2")], "contacts.ndjson")
    crm.ingest("crm")
    assert crm.rows("SELECT count(*) FROM identity.contact_periods") == [(2,)]
    crm.at("2026-12-01T03:00:00+02:00")
    crm.purge()
    assert crm.rows("SELECT name FROM identity.companies") == [("Yritys 2",)]
    assert crm.rows("SELECT count(*) FROM identity.company_records") == [(1,)]
    assert crm.rows("SELECT count(*) FROM identity.contact_periods") == [(1,)]


def test_a_subject_is_shown_with_the_companies(crm: Small) -> None:
    """Whoever looks at a subject sees for whom the person works, the latest first, and whether that is a customer today."""
    crm.deliver(
        "crm",
        [
            company(1, "2077474-0", ended_on="2026-10-14"),
            company(2, "0112038-9", ended_on="2026-10-15"),
            company(3, None, started_on="2026-10-16"),
        ],
        "companies.ndjson",
    )
    crm.deliver("crm", [period(1, 1, "Y1"), period(2, 1, "Y2"), period(3, 1, "Y3"), period(4, 2, "Y2")], "contacts.ndjson")
    crm.deliver("book", [entry("0112038-9", "Nokia Oyj")])
    crm.ingest("crm", "book")
    (person,) = next(row for row in crm.rows("SELECT DISTINCT _person FROM register.crm_contacts WHERE contact_id = 'H1'"))
    shown = show(crm.register, person, "Liisa Lahti", "a check").employers
    assert [(each.name, each.business_id, each.is_live, each.started) for each in shown] == [
        ("Yritys 3", None, False, dt.date(2021, 1, 1)),
        ("Nokia Oyj", "0112038-9", True, dt.date(2021, 1, 1)),
        ("Yritys 1", "2077474-0", False, dt.date(2021, 1, 1)),
    ]
    with crm.register.warehouse.reading() as engine:
        assert employers(engine, ["nobody"], crm.register.clock.today()) == ()


def test_every_column_comes_from_what_the_catalogue_names(crm: Small) -> None:
    """The columns of the tables are made of the fields that `company` and `employment` name, and bear their tags."""
    lineage = build_lineage(crm.register.catalogue)
    origins = {
        column: {f"{table}.{name}" for table, name in lineage.upstream("identity.contact_periods", column) if table.startswith("source:")}
        for column in ("role", "ended", "customer_until")
    }
    assert origins == {
        "role": {"source:crm.contacts.role"},
        "ended": {"source:crm.contacts.ended_at"},
        "customer_until": {"source:crm.companies.ended_on"},
    }
    assert lineage.tags("identity.companies", "name").categories == {"user.contact.organization"}
    assert lineage.tags("identity.contact_periods", "role").categories == {"user.job_title"}
    assert lineage.tags("identity.contact_periods", "person").categories == {"user.unique_id.pseudonymous"}
