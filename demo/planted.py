"""The cases that every world holds, each at a fixed person: what makes identity, retention and redaction hard.

| person | what |
|---|---|
| 1 | the example person: stands in every data set that can hold a person |
| 2, 3 | colleagues who share a telephone, both with data in every source |
| 4, 5 | a family: two users of one computer, so of one cookie |
| 6, 7 | contact persons without user accounts who write from one role mailbox, info@…; only the first gives a telephone number |
| 8 | known by a cookie alone, who later logs in |
| 9, 10 | namesakes who have nothing else in common |
| 11 | writes the e-mail address in other letter cases everywhere |
| 12 | is mentioned in the example person's chat by name, telephone and e-mail |
| 13, 14, 15 | all their records end at noon on the edge of their periods: the day before the last kept one, that day, the day after it |
| 16, 17 | as 15 and 14, but at 00:20, when it is still the day before in UTC |
| 18 | writes from a second e-mail address, and is known by the telephone |
| 19 | entered in the customer register twice |
| 20, 21, 22 | colleagues with the company's switchboard as their telephone |
"""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

from demo.identifiers import slug
from demo.world import Edge

if TYPE_CHECKING:
    from demo.truth import Truth
    from demo.world import Chunk, Company, Kind, Person

EXAMPLE = 1
PHONE_SHARERS = (2, 3)
FAMILY = (4, 5)
MAILBOX = (6, 7)
COOKIE_FIRST = 8
NAMESAKES = (9, 10)
ODD_CASE = 11
MENTIONED = 12
EDGES = {
    13: Edge(-1),
    14: Edge(0),
    15: Edge(1),
    16: Edge(1, time(0, 20)),
    17: Edge(0, time(0, 20)),
}
SECOND_EMAIL = 18
TWICE = 19
AT_SWITCHBOARD = (20, 21, 22)

_KINDS: dict[int, Kind] = {
    **dict.fromkeys((EXAMPLE, *EDGES), "sole_trader"),
    **dict.fromkeys((*PHONE_SHARERS, *MAILBOX, MENTIONED, *AT_SWITCHBOARD), "company_contact"),
    **dict.fromkeys((*FAMILY, COOKIE_FIRST, *NAMESAKES, ODD_CASE, SECOND_EMAIL, TWICE), "consumer"),
}
_THOROUGH = {EXAMPLE, *PHONE_SHARERS, *FAMILY, *MAILBOX, COOKIE_FIRST, ODD_CASE, *EDGES, SECOND_EMAIL}
_LONG_AGO = date(2013, 1, 2)


def kind_of(number: int) -> Kind | None:
    """The kind of customer that a planted person is."""
    return _KINDS.get(number)


def before(person: Person) -> None:
    """What a planted person's further making depends on."""
    person.thorough = person.number in _THOROUGH
    person.recent = person.number in _KINDS and person.number not in EDGES
    person.reticent = person.number == MAILBOX[1]
    person.odd_case = person.number == ODD_CASE
    person.edge = EDGES.get(person.number)
    if person.thorough:
        person.started = _LONG_AGO


def employ(person: Person, company: Company) -> None:
    """Make a person the contact person of a company, with an e-mail address there."""
    person.company = company
    person.email = f"{slug(person.first)}.{slug(person.last)}@{company.domain}"


def befall(chunk: Chunk) -> None:
    """Plant the cases in the first chunk."""
    persons = {person.number: person for person in chunk.persons}
    for group in (PHONE_SHARERS, MAILBOX, AT_SWITCHBOARD):
        employer = persons[group[0]].company
        for number in group:
            if employer is not None:
                employ(persons[number], employer)
    persons[3].phone = persons[2].phone
    persons[5].cookies = persons[4].cookies = persons[4].cookies[:1]
    persons[10].first, persons[10].last, persons[10].language = persons[9].first, persons[9].last, persons[9].language
    persons[SECOND_EMAIL].other_email = "oma.posti18@kirje.example"
    persons[TWICE].second_contact_id = f"C9{TWICE:06d}"
    for number in (*MAILBOX, *AT_SWITCHBOARD):
        company = persons[number].company
        if company is None or company.switchboard is None:
            raise ValueError(number)
        if number in MAILBOX:
            persons[number].email, persons[number].user_id = company.mailbox, None
        else:
            persons[number].phone = company.switchboard


def tell(truth: Truth) -> None:
    """Write the cases into the truth."""
    truth.case("example_person", EXAMPLE)
    truth.case("phone_sharers", PHONE_SHARERS)
    truth.case("family_cookie", FAMILY)
    truth.case("role_mailbox", MAILBOX)
    truth.case("cookie_first", COOKIE_FIRST)
    truth.case("namesakes", NAMESAKES)
    truth.case("odd_case", ODD_CASE)
    truth.case("mentioned", MENTIONED)
    truth.case("edges", {str(number): {"days": edge.days, "at": edge.at.isoformat()} for number, edge in EDGES.items()})
    truth.case("second_email", SECOND_EMAIL)
    truth.case("entered_twice", TWICE)
    truth.case("at_switchboard", AT_SWITCHBOARD)
