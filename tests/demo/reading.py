"""Reads the sources with plain Python, as a second witness: the keys of a data set's records, and how many are broken."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Found = tuple[Counter[str], int]
Document = dict[str, Any]
_SOLE_TRADER = "26"


def _table(query: str) -> Callable[[Path], Found]:
    def read(world: Path) -> Found:
        with closing(sqlite3.connect(world / "crm" / "crm.sqlite")) as connection:
            return Counter(str(row[0]) for row in connection.execute(query)), 0

    return read


def _documents(files: Iterator[Path]) -> Iterator[Document | None]:
    """The JSON documents of lines; None for a line that is none."""
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                yield None


def _lines(pattern: str, key: Callable[[Document], str], wanted: Callable[[Document], bool] = lambda _: True) -> Callable[[Path], Found]:
    def read(world: Path) -> Found:
        documents = list(_documents(iter(sorted(world.glob(pattern)))))
        keys = Counter(key(document) for document in documents if document is not None and wanted(document))
        return keys, documents.count(None)

    return read


def _csv(pattern: str, key: str, encoding: str = "utf-8", delimiter: str = ",", broken: str = "\0") -> Callable[[Path], Found]:
    def read(world: Path) -> Found:
        keys: Counter[str] = Counter()
        for file in world.glob(pattern):
            with file.open(encoding=encoding, newline="") as opened:
                keys.update(row[key] for row in csv.DictReader(opened, delimiter=delimiter))
        bad = [found for found in keys if found.startswith(broken)]
        return Counter({found: times for found, times in keys.items() if found not in bad}), len(bad)

    return read


def _conversations(world: Path) -> tuple[list[Document], int, int]:
    """Good conversations, broken lines, and messages in conversations whose end is no time."""
    good, broken, lost = [], 0, 0
    for document in _documents(world.glob("chats/*.ndjson")):
        if document is None:
            broken += 1
            continue
        try:
            datetime.fromisoformat(document["ended"])
            good.append(document)
        except ValueError:
            broken, lost = broken + 1, lost + len(document["messages"]) - 1
    return good, broken, lost


def _chats(world: Path) -> Found:
    good, broken, _ = _conversations(world)
    return Counter(document["id"] for document in good), broken


def _chat_messages(world: Path) -> Found:
    good, broken, lost = _conversations(world)
    return Counter(f"{document['id']}/{index}" for document in good for index in range(len(document["messages"]))), broken + lost


def _requests(world: Path) -> Found:
    keys: Counter[str] = Counter()
    broken = 0
    for file in world.glob("web/access.log*"):
        text = gzip.decompress(file.read_bytes()).decode() if file.suffix == ".gz" else file.read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            if line.count('"') == 6:
                keys[f"{file.name}:{number}"] += 1
            else:
                broken += 1
    return keys, broken


def _likes(world: Path) -> Found:
    return Counter(like["id"] for file in world.glob("social/*.json") for like in json.loads(file.read_text(encoding="utf-8"))["likes"]), 0


READERS: dict[str, Callable[[Path], Found]] = {
    "crm.contacts": _table("SELECT contact_id FROM contacts"),
    "crm.contact_periods": _table("SELECT period_id FROM contact_periods"),
    "crm.companies": _table("SELECT company_id FROM companies WHERE kind = 'company'"),
    "crm.sole_traders": _table("SELECT company_id FROM companies WHERE kind = 'sole_trader'"),
    "crm.consents": _table("SELECT consent_id FROM consents"),
    "crm.subscriptions": _table("SELECT subscription_id FROM subscriptions"),
    "crm.orders": _table("SELECT order_id FROM orders"),
    "crm.invoices": _table("SELECT invoice_id FROM invoices"),
    "helpdesk.tickets": _lines("helpdesk/tickets.ndjson", lambda each: str(each["id"])),
    "helpdesk.messages": _lines("helpdesk/messages.ndjson", lambda each: str(each["id"])),
    "chats.conversations": _chats,
    "chats.messages": _chat_messages,
    "calls.recordings": _csv("calls/*.csv", "call_id"),
    "web.requests": _requests,
    "analytics.page_views": _lines("analytics/*.ndjson", lambda each: str(each["id"]), lambda each: each["type"] == "page_view"),
    "analytics.service_events": _lines("analytics/*.ndjson", lambda each: str(each["id"]), lambda each: each["type"] == "service_use"),
    "mailings.events": _lines("mailings/*.ndjson", lambda each: str(each["event-data"]["id"])),
    "forms.contact_forms": _csv("forms/contact-*.csv", "form_id"),
    "forms.brochures": _lines("forms/brochures-*.ndjson", lambda each: str(each["id"])),
    "accounts.users": _lines("accounts/users-*.ndjson", lambda each: str(each["user_id"])),
    "accounts.logins": _lines("accounts/logins-*.ndjson", lambda each: str(each["id"])),
    "feedback.answers": _csv("feedback/*.csv", "vastaus", "latin-1", ";", broken="v-bad"),
    "social.likes": _likes,
    "registry.companies": _lines(
        "registry/*.ndjson", lambda each: str(each["businessId"]["value"]), lambda each: each["companyForms"][0]["type"] != _SOLE_TRADER
    ),
    "registry.sole_traders": _lines(
        "registry/*.ndjson", lambda each: str(each["businessId"]["value"]), lambda each: each["companyForms"][0]["type"] == _SOLE_TRADER
    ),
}
