"""A small register that writes to its customers: consents, purchases, what the mail service tells, and `outreach.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assets.outreach.audience import work_out
from assets.outreach.received import Told
from tests.helpers.described import WORDS

if TYPE_CHECKING:
    from tests.helpers.small import Small

_PURPOSES = """purposes:
  marketing: {label: *words, legal_basis: legitimate_interest, balancing: *words}
  targeting: {label: *words, legal_basis: legitimate_interest, balancing: *words}
"""
_PARTNER = "receives: [held], purposes: [marketing], country: FI"
_AUTHORITY = (
    f"{_PARTNER}}}\n  authority: {{label: *words, kind: authority, task: *words, receives: [held], purposes: [relation], country: FI"
)
OUTREACH = """
marketing: [marketing, targeting]
profiling: [targeting]
minimum_age: 18
unknown_age: written_to
customers: [{dataset: shop.orders, at: bought_on, within: P2Y}]
channels:
  email:
    needs: consent
    soft_opt_in: true
    addresses: [{dataset: shop.customers, fields: [email]}]
    unreachable:
      - {dataset: shop.events, address: email, at: at, where: {event: [failed]}, unless: {event: [delivered]}}
  phone:
    needs: no_objection
    addresses: [{dataset: shop.customers, fields: [phone]}]
consents:
  - {dataset: shop.consents, decision: consent, where: {decision: [consent]}, channel_in: channel, purposes: [marketing],
     from: given_at, until: ended_at}
  - {dataset: shop.consents, decision: prohibition, where: {decision: [prohibition]}, channel_in: channel, purposes: [marketing],
     from: given_at, until: ended_at}
  - {dataset: shop.events, decision: prohibition, where: {event: [unsubscribed]}, channel: email, purposes: [marketing], from: at}
"""
_NUMBER = {
    "type": "text",
    "required": True,
    "category": "user.unique_id",
    "origin": "derived",
    "promise": "held",
    "identifies": "customer_number",
    "shared": False,
}
_SAID = {"category": "user.privacy_preferences", "origin": "data_subject", "promise": "held"}
_COLUMNS = {
    "consents": ("id", "customer_number", "channel", "decision", "given_at", "ended_at"),
    "orders": ("id", "customer_number", "bought_on"),
    "events": ("id", "email", "event", "at"),
}


def outreaching(small: Small) -> None:
    """Let the register say who may be written to; its retention keeps all of it, its customers are held for marketing, too."""
    folder = small.folder / "register"
    notice = (folder / "notice.yaml").read_text(encoding="utf-8")
    notice = notice.replace("purposes:\n", _PURPOSES, 1).replace("receives: [held], country: FI", _AUTHORITY, 1)
    (folder / "notice.yaml").write_text(notice, encoding="utf-8")
    (folder / "outreach.yaml").write_text(OUTREACH, encoding="utf-8")
    customers = small.dataset("shop.customers")
    customers["purposes"] = ["relation", "marketing"]
    datasets: dict[str, Any] = small.described["shop"]["datasets"]
    email = {
        "type": "text",
        "category": "user.contact.email",
        "origin": "service_use",
        "promise": "held",
        "identifies": "email",
        "shared": False,
    }
    datasets["consents"] = _dataset(
        customers,
        "consents",
        "ended_at",
        {"customer": ["customer_number"]},
        {
            "customer_number": _NUMBER,
            "channel": {"type": "text", **_SAID},
            "decision": {"type": "text", "one_of": ["consent", "prohibition"], **_SAID},
            "given_at": {"type": "timestamp", "required": True, **_SAID},
            "ended_at": {"type": "timestamp", **_SAID},
        },
    )
    datasets["orders"] = _dataset(
        customers,
        "orders",
        "bought_on",
        {"customer": ["customer_number"]},
        {
            "customer_number": _NUMBER,
            "bought_on": {
                "type": "date",
                "required": True,
                "category": "user.behavior.purchase_history",
                "origin": "data_subject",
                "promise": "held",
            },
        },
    ) | {"purposes": ["relation"], "retention": "requests"}
    datasets["events"] = _dataset(
        customers,
        "events",
        "at",
        {"customer": ["email"]},
        {
            "email": email,
            "event": {"type": "text", "category": "user.behavior.mailing", "origin": "service_use", "promise": "held"},
            "at": {"type": "timestamp", "required": True, "category": "user.behavior.mailing", "origin": "service_use", "promise": "held"},
        },
    ) | {"purposes": ["marketing"], "retention": "requests"}
    small.describe()
    for file in _COLUMNS:
        say(small, file)


def _dataset(customers: dict[str, Any], name: str, anchor: str, persons: dict[str, list[str]], fields: dict[str, Any]) -> dict[str, Any]:
    common = {key: customers[key] for key in ("label", "retention", "purposes")}
    read = {"files": f"{name}.csv", "format": "csv"}
    key = {"id": {"type": "text", "required": True, "category": "system", "label": WORDS}}
    return common | {
        "record": "One record.",
        "read": read,
        "load": "snapshot",
        "smallest_snapshot": 0,
        "key": ["id"],
        "anchor": anchor,
        "persons": persons,
        "fields": key | fields,
    }


def say(small: Small, file: str, *rows: dict[str, str]) -> None:
    """Put a file of the shop's where it is read: consents, orders or events, each row with the columns it needs."""
    columns = _COLUMNS[file]
    listed = [dict.fromkeys(columns, "") | {"id": f"{file}-{number}"} | row for number, row in enumerate(rows)]
    lines = [",".join(columns), *(",".join(row[column] for column in columns) for row in listed)]
    small.deliver("shop", "\n".join(lines) + "\n", f"{file}.csv")


def told(small: Small) -> dict[tuple[str, str], str]:
    """What becomes of each customer now, by customer number and channel: the ground in brackets, or why the customer is not written to."""
    with small.register.warehouse.reading() as engine:
        work_out(engine, small.register, Told.of(small.register))
        rows = engine.rows("""
            SELECT DISTINCT links.value, judged.channel, coalesce(judged.reason, '(' || judged.ground || ')')
            FROM judged
            INNER JOIN identity.persons AS persons ON coalesce(persons.subject, persons.person) = judged.subject
            INNER JOIN identity.links AS links ON links.person = persons.person AND links.kind = 'customer_number'
        """)
    return {(number, channel): what for number, channel, what in rows}
