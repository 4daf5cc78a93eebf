"""A small company's register as YAML text, for tests that run the real thing on a few records."""

from __future__ import annotations

from resources.catalogue.notice_rules import DUTIES, RIGHTS

WORDS = {"en": "A name", "sv": "Ett namn", "fi": "Nimi"}

_DUTIES = "".join(f"  {duty}: {{label: *words}}\n" for duty in DUTIES)
_RIGHTS = "".join(f"  {right}: {{label: *words, how: *words}}\n" for right in RIGHTS)
NOTICE = f"""
name: &words {{en: A name, sv: Ett namn, fi: Nimi}}
time_zone: Europe/Helsinki
languages: [fi, sv, en]
versions: [{{version: "1", date: 2026-01-01, changes: *words}}]
controller:
  name: Koe Oy
  business_id: 9100001-3
  address: Koekatu 1, 00100 Helsinki
  data_protection_officer: {{email: dpo@koe.example, address: Koekatu 1}}
authority: {{name: *words, url: "https://authority.example"}}
data_subjects:
  customer: {{label: *words, roles: [customer, visitor, caller, trader]}}
  staff: {{label: *words, roles: [agent]}}
legal_bases: [contract, legitimate_interest, consent, legal_obligation]
purposes:
  relation: {{label: *words, legal_basis: contract}}
origins: {{data_subject: *words, service_use: *words, website: *words, public_register: *words, derived: *words}}
recipients:
  partner: {{label: *words, kind: partner, task: *words, receives: [held], country: FI}}
rights:
{_RIGHTS}security: *words
profiling: *words
promises:
  held: {{label: *words}}
  period: {{label: *words}}
{_DUTIES}"""

# The clocks of tests stand before what they load, so a later anchor is none that is wrong.
RETENTION = """
rules:
  relation: {period: P12M, open: keep, promise: period, reason: &words {en: Because, sv: Därför, fi: Siksi}}
  chats: {period: P3M, future: keep, promise: period, reason: *words}
  calls: {period: P7M, future: keep, promise: period, reason: *words}
  registry: {period: P6M, open: ingested, promise: period, reason: *words}
  month: {period: P1M, future: keep, promise: period, reason: *words}
  year: {period: P1Y, future: keep, promise: period, reason: *words}
  fortnight: {period: P14D, future: keep, promise: period, reason: *words}
  bundles: {period: P1M, promise: period, reason: *words}
  requests: {period: P3Y, promise: period, reason: *words}
  runs: {period: P3M, promise: period, reason: *words}
own: {bundles: bundles, requests: requests, runs: runs, backups: month}
"""

# A field of every type and with every rule, in a snapshot.
SHOP = """
source: shop
label: &words {en: A name, sv: Ett namn, fi: Nimi}
team: sales
operator: controller
connector: files
connection: {path: "${DATA}/shop"}
region: FI
time_zone: Europe/Helsinki
datasets:
  customers:
    label: *words
    record: One customer of the shop.
    read: {files: "*.ndjson", format: ndjson, where: {kind: [consumer, company, other]}}
    load: snapshot
    key: [customer_number]
    anchor: ended_on
    retention: relation
    purposes: [relation]
    persons: {customer: [customer_number, email, phone]}
    fields:
      customer_number:
        {type: text, required: true, pattern: "^C[0-9]+$", category: user.unique_id, origin: derived, promise: held,
         identifies: customer_number, shared: false}
      email: {type: text, category: user.contact.email, origin: data_subject, promise: held, identifies: email, shared: false}
      phone: {type: text, category: user.contact.phone_number, origin: data_subject, promise: held, identifies: phone, shared: false}
      name: {type: text, category: user.name, origin: data_subject, promise: held}
      kind: {type: text, one_of: [consumer, company], category: user, origin: derived, promise: held}
      born_on: {type: date, category: user.demographic.date_of_birth, origin: data_subject, promise: held}
      visits: {type: integer, min: 0, max: 100, category: user.behavior, origin: service_use, promise: held}
      spent: {type: decimal, category: user.financial, origin: service_use, promise: held}
      active: {type: boolean, category: user.account, origin: derived, promise: held}
      seen_at: {type: timestamp, category: user.behavior, origin: service_use, promise: held}
      ended_on: {type: date, category: system, label: {en: Ended, sv: Upphört, fi: Päättynyt}}
"""

CHATS = """
source: chats
label: &words {en: A name, sv: Ett namn, fi: Nimi}
team: support
operator: controller
connector: files
connection: {path: "${DATA}/chats"}
region: FI
time_zone: Europe/Helsinki
datasets:
  conversations:
    label: *words
    record: One conversation.
    read: {files: "*.ndjson", format: ndjson}
    load: append
    key: [id]
    anchor: ended_at
    retention: chats
    purposes: [relation]
    persons:
      visitor: [user_id, email, phone, cookie]
      agent: [agent_email]
    fields:
      id: {type: text, required: true, category: system, label: {en: Number, sv: Nummer, fi: Numero}}
      user_id: {type: text, category: user.unique_id, origin: service_use, promise: held, identifies: user_id, shared: false}
      email: {type: text, category: user.contact.email, origin: data_subject, promise: held, identifies: email, shared: false}
      phone: {type: text, category: user.contact.phone_number, origin: data_subject, promise: held, identifies: phone, shared: false}
      cookie: {type: text, category: user.device.cookie_id, origin: website, promise: held, identifies: cookie_id, shared: false}
      agent_email: {type: text, category: user.contact.email, origin: service_use, promise: held, identifies: email, shared: false}
      text: {type: text, category: user.content.private, origin: data_subject, promise: held, mentions_others: true}
      ended_at: {type: timestamp, required: true, category: user.behavior, origin: service_use, promise: held}
"""

CALLS = """
source: calls
label: &words {en: A name, sv: Ett namn, fi: Nimi}
team: support
operator: controller
connector: recordings
connection: {path: "${DATA}/calls"}
region: FI
time_zone: Europe/Helsinki
datasets:
  recordings:
    label: *words
    record: One recorded call.
    read: {files: "*.csv", format: csv}
    load: append
    key: [id]
    anchor: ended_at
    retention: calls
    purposes: [relation]
    persons: {caller: [phone]}
    fields:
      id: {type: text, required: true, category: system, label: {en: Number, sv: Nummer, fi: Numero}}
      phone: {type: text, category: user.contact.phone_number, origin: service_use, promise: held, identifies: phone, shared: false}
      ended_at: {type: timestamp, required: true, category: user.behavior, origin: service_use, promise: held}
      audio:
        {type: file, required: true, category: user.content.private.call_recording, origin: data_subject, promise: held,
         mentions_others: true}
"""

REGISTRY = """
source: registry
label: &words {en: A name, sv: Ett namn, fi: Nimi}
team: sales
operator: controller
connector: files
connection: {path: "${DATA}/registry"}
region: FI
time_zone: Europe/Helsinki
datasets:
  traders:
    label: *words
    record: One sole trader.
    read: {files: "*.ndjson", format: ndjson}
    load: snapshot
    key: [id]
    anchor: ended_on
    retention: registry
    purposes: [relation]
    persons: {trader: [id]}
    fields:
      id:
        {type: text, required: true, category: user.unique_id, origin: public_register, promise: held,
         identifies: sole_trader_id, shared: false}
      name: {type: text, required: true, category: user.name, origin: public_register, promise: held}
      ended_on: {type: date, category: user.account, origin: public_register, promise: held}
"""

SOURCES = {"shop": SHOP, "chats": CHATS, "calls": CALLS, "registry": REGISTRY}
