"""A small customer register of companies and their contact persons, and a public register of companies, as YAML text and as records."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

_HEAD = """
source: {source}
label: &words {{en: A name, sv: Ett namn, fi: Nimi}}
team: sales
operator: controller
connector: files
connection: {{path: "${{DATA}}/{source}"}}
region: FI
time_zone: Europe/Helsinki
datasets:
"""
_ORGANISATION = "category: user.contact.organization, origin: public_register, promise: held"
_WORK = "category: user.workplace, origin: derived, promise: held"
_CONTACT = "category: user.unique_id, origin: derived, promise: held, identifies: contact_id, shared: false"

CRM = f"""{_HEAD.format(source="crm")}
  companies:
    label: *words
    record: One company that is or was a customer.
    read: {{files: "companies.ndjson", format: ndjson}}
    load: snapshot
    key: [company_id]
    anchor: ended_on
    retention: relation
    purposes: [relation]
    persons: {{}}
    company: {{id: company_id, business_id: business_id, name: name, customer_from: started_on, customer_until: ended_on}}
    fields:
      company_id: {{type: text, required: true, category: system}}
      business_id: {{type: text, {_ORGANISATION}}}
      name: {{type: text, {_ORGANISATION}}}
      started_on: {{type: date, category: system, label: {{en: Began, sv: Inlett, fi: Alkanut}}}}
      ended_on: {{type: date, category: system, label: {{en: Ended, sv: Upphört, fi: Päättynyt}}}}
  contacts:
    label: *words
    record: One contact person of a company.
    read: {{files: "contacts.ndjson", format: ndjson}}
    load: snapshot
    key: [period_id]
    anchor: ended_at
    retention: relation
    purposes: [relation]
    persons: {{customer: [contact_id, email]}}
    employment: {{person: customer, company: company_id, from: started_on, until: ended_at, role: role}}
    fields:
      period_id: {{type: text, required: true, category: system, label: {{en: Period identifier, sv: Periodens id, fi: Kauden tunniste}}}}
      contact_id: {{type: text, required: true, {_CONTACT}}}
      email: {{type: text, category: user.contact.email, origin: data_subject, promise: held, identifies: email, shared: false}}
      company_id: {{type: text, {_WORK}}}
      role: {{type: text, category: user.job_title, origin: data_subject, promise: held}}
      started_on: {{type: date, {_WORK}}}
      ended_at: {{type: timestamp, {_WORK}}}
"""

BOOK = f"""{_HEAD.format(source="book")}
  companies:
    label: *words
    record: One company of the public register.
    read: {{files: "*.ndjson", format: ndjson}}
    load: snapshot
    key: [number]
    anchor: ended_on
    retention: relation
    purposes: [relation]
    persons: {{}}
    company: {{id: number, business_id: number, name: name, public_register: true}}
    fields:
      number: {{type: text, required: true, {_ORGANISATION}}}
      name: {{type: text, {_ORGANISATION}}}
      ended_on: {{type: date, category: system, label: {{en: Ended, sv: Upphört, fi: Päättynyt}}}}
"""

SOURCES = {"crm": CRM, "book": BOOK}


def company(number: int, business_id: str | None, **values: object) -> Row:
    """A company of the customer register, a customer since 2020."""
    return {"company_id": f"Y{number}", "business_id": business_id, "name": f"Yritys {number}", "started_on": "2020-01-01"} | values


def period(number: int, contact: int, company_id: str | None, **values: object) -> Row:
    """A period of a contact person at a company, since 2021."""
    return {"period_id": f"P{number}", "contact_id": f"H{contact}", "company_id": company_id, "started_on": "2021-01-01"} | values


def entry(business_id: str, name: str, **values: object) -> Row:
    """A company of the public register."""
    return {"number": business_id, "name": name} | values
