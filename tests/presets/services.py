"""Services as their documentation describes them, each a function from what is asked to what is answered.

They keep the rules that lose records for whoever does not know them: a list that moves, a page that is empty before the end, one past the
end that is the first again, an error that comes as HTTP 200.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.resources.connectors.serving import Answer, Asked

Row = dict[str, Any]
Service = Callable[[Asked], Answer]
TOKEN = "s3cr3t"  # noqa: S105 - nobody's
COUNT = 23


def times(count: int = COUNT) -> list[str]:
    """Moments of records, several of which are equal."""
    return [f"2026-10-{1 + number // 4:02d}T10:00:00Z" for number in range(count)]


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _knows(asked: Asked, value: str) -> bool:
    return asked.headers.get("Authorization") == value


@dataclass
class Troubles:
    """A service that stumbles: at the second, third and fourth request it is too busy, fails, and drops the connection."""

    service: Service
    asked: int = 0
    met: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Answer:
        """Answer, or stumble."""
        self.asked += 1
        stumbles = {
            2: ("429", Answer({"error": "slow down"}, 429, {"Retry-After": "0"})),
            3: ("500", Answer(b"<html>oops</html>", 500)),
            4: ("drop", Answer(drop=True)),
        }
        if self.asked in stumbles:
            kind, answer = stumbles[self.asked]
            self.met.append(kind)
            return answer
        return self.service(asked)


def hubspot(asked: Asked) -> Answer:
    """HubSpot: 10 records a page unless asked for more; the search of lists by offset."""
    if not _knows(asked, f"Bearer {TOKEN}"):
        return Answer({"status": "error", "category": "INVALID_AUTHENTICATION"}, 401)
    if asked.path == "/crm/v3/lists/search":
        start, size = asked.document.get("offset", 0), 2
        lists = [{"listId": str(number), "name": f"List {number}", "objectTypeId": "0-1"} for number in range(5)]
        page = lists[start : start + size]
        return Answer({"lists": page, "offset": start + len(page), "hasMore": start + len(page) < len(lists), "total": len(lists)})
    limit = min(int(asked.query.get("limit", "10")), 7)  # fewer than asked for, as it may be
    start = int(asked.query.get("after", "0"))
    members = asked.path.endswith("/memberships")
    rows: list[Row] = [
        {"recordId": str(number), "membershipTimestamp": "2026-10-01T10:00:00Z"}
        if members
        else {"id": str(number), "properties": {"email": f"p{number}@example.com", "name": f"C{number}"}, "archived": False}
        for number in range(COUNT)
    ]
    body: Row = {"results": rows[start : start + limit]}
    if start + limit < COUNT:
        body["paging"] = {"next": {"after": str(start + limit)}}
    return Answer(body)


def salesforce(asked: Asked) -> Answer:
    """Salesforce: `nextRecordsUrl` until `done`; a batch may hold fewer rows than asked for, or none."""
    if not _knows(asked, f"Bearer {TOKEN}"):
        return Answer([{"errorCode": "INVALID_SESSION_ID"}], 401)
    batches = [range(5), range(5, 5), range(5, 20), range(20, COUNT)]
    number = int(asked.path.rpartition("-")[2]) if "-" in asked.path else 0
    stamps = times()
    since = asked.query.get("q", "").partition(">= ")[2].partition(" ")[0]
    rows = [
        {"Id": f"003{each}", "Email": f"p{each}@example.com", "IsDeleted": each == 3, "SystemModstamp": stamps[each]}
        for each in batches[number]
        if stamps[each] >= since
    ]
    body: Row = {"totalSize": COUNT, "done": number == len(batches) - 1, "records": rows}
    if not body["done"]:
        body["nextRecordsUrl"] = f"/services/data/v60.0/query/01g-{number + 1}"
    return Answer(body)


def zendesk(asked: Asked) -> Answer:
    """Zendesk: the first call has `start_time`, the others `cursor`; a page may be empty before `end_of_stream`."""
    if not _knows(asked, _basic("agent@example.com/token", TOKEN)):
        return Answer({"error": "Couldn't authenticate you"}, 401)
    if asked.path.endswith("/comments.json"):
        ticket = asked.path.split("/")[4]
        first = "page[after]" not in asked.query
        numbers = range(2) if first else range(2, 3)
        rows = [
            {"id": f"{ticket}-{number}", "author_id": 7, "body": "Hello", "public": True, "created_at": "2026-10-01T10:00:00Z"}
            for number in numbers
        ]
        return Answer({"comments": rows, "meta": {"has_more": first, "after_cursor": "x"}})
    if ("cursor" in asked.query) == ("start_time" in asked.query):
        return Answer({"error": "InvalidValue", "description": "either start_time or cursor"}, 400)
    name = asked.path.split("/")[4]
    bounds = [0, 8, 8, 16, COUNT, COUNT]
    number = int(asked.query.get("cursor", "c0")[1:])
    rows = [
        {
            "id": each,
            "status": "deleted" if each == 3 else "open",
            "active": each != 3,
            "created_at": "2026-10-01T10:00:00Z",
            "email": f"p{each}@example.com",
        }
        for each in range(bounds[number], bounds[min(number + 1, len(bounds) - 1)])
    ]
    last = number + 1 >= len(bounds) - 1
    return Answer({name: rows, "after_cursor": f"c{min(number + 1, len(bounds) - 1)}", "end_of_stream": last})


def freshdesk(tickets: list[Row]) -> Service:
    """Freshdesk: a top-level list; 30 days without `updated_since`; page 301 is an error; deleted tickets stand in a list of their own."""

    def answers(asked: Asked) -> Answer:
        if not _knows(asked, _basic(TOKEN, "X")):
            return Answer({"code": "invalid_credentials"}, 401)
        if int(asked.query["page"]) > 300:
            return Answer({"description": "Validation failed"}, 400)
        deleted = asked.query.get("filter") == "deleted"
        since = asked.query.get("updated_since", "2026-09-15T00:00:00Z")
        chosen = [ticket for ticket in tickets if ticket.get("deleted", False) == deleted and ticket["updated_at"] >= since]
        chosen.sort(key=lambda ticket: ticket[asked.query["order_by"]], reverse=asked.query["order_type"] == "desc")
        start = (int(asked.query["page"]) - 1) * 5
        return Answer([dict(ticket) for ticket in chosen[start : start + 5]])

    return answers


def intercom(asked: Asked) -> Answer:
    """Intercom: the search by POST, its cursor within `pagination`; a conversation alone has its parts."""
    if not _knows(asked, f"Bearer {TOKEN}") or asked.headers.get("Intercom-Version") != "2.11":
        return Answer({"type": "error.list", "errors": [{"code": "unauthorized"}]}, 401)
    if asked.method == "GET":
        conversation = asked.path.rpartition("/")[2]
        parts = [
            {"id": f"{conversation}-{number}", "part_type": kind, "body": "Hello", "author": {"id": "u1"}, "created_at": 1760000000}
            for number, kind in enumerate(("comment", "close", "note"))
        ]
        return Answer({"id": conversation, "updated_at": 1760000000, "conversation_parts": {"conversation_parts": parts}})
    sent = asked.document
    if sent["pagination"]["per_page"] > 150:
        return Answer({"type": "error.list", "errors": [{"code": "parameter_invalid"}]}, 400)
    start = int(sent["pagination"].get("starting_after", "0"))
    rows = [
        {"id": str(number), "created_at": 1760000000, "updated_at": 1760000000 + number} for number in range(start, min(start + 6, COUNT))
    ]
    following = {"next": {"starting_after": str(start + 6)}} if start + 6 < COUNT else {}
    return Answer({"conversations": rows, "pages": {"type": "pages", **following}, "total_count": COUNT})


def matomo(asked: Asked) -> Answer:
    """Matomo: the token in the body, errors as HTTP 200, a list for each day by offset."""
    if asked.method != "POST" or "token_auth" in asked.query:
        return Answer({"result": "error", "message": "POST it"})
    form = asked.form
    if form.get("token_auth") != TOKEN:
        return Answer({"result": "error", "message": "You can't access this resource"})
    start, limit = int(form["filter_offset"]), min(int(form["filter_limit"]), 3)
    visits = [{"idVisit": f"{form['date']}-{number}", "visitorId": "c", "firstActionTimestamp": 1760000000} for number in range(7)]
    return Answer(visits[start : start + limit])


def mailchimp(asked: Asked) -> Answer:
    """Mailchimp: `count` is 1,000 at most, `since_last_changed` takes its moment in, campaigns have a list of recipients each."""
    if not _knows(asked, _basic("any", TOKEN)):
        return Answer({"title": "API Key Invalid"}, 401)
    start, count = int(asked.query["offset"]), int(asked.query["count"])
    if count > 1000:
        return Answer({"title": "Invalid Resource"}, 400)
    page = slice(start, start + min(count, 1000))
    if asked.path == "/3.0/campaigns":
        return Answer({"campaigns": [{"id": "a"}, {"id": "b"}, {"id": "c"}][page], "total_items": 3})
    if asked.path.startswith("/3.0/reports/"):
        campaign = asked.path.split("/")[3]
        rows = [
            {
                "campaign_id": campaign,
                "email_id": str(number),
                "email_address": f"p{number}@example.com",
                "activity": [{"action": "open", "timestamp": "2026-10-01T10:00:00+00:00"}],
            }
            for number in range(COUNT)
        ]
        return Answer({"emails": rows[page], "total_items": COUNT})
    rows = [
        {"id": str(number), "email_address": f"p{number}@example.com", "last_changed": stamp, "status": "subscribed"}
        for number, stamp in enumerate(times())
        if stamp >= asked.query["since_last_changed"]
    ]
    return Answer({"members": rows[start : start + 5], "total_items": len(rows)})


def prh(asked: Asked) -> Answer:
    """PRH: no credentials, pages of 100, and past the end the first page again."""
    companies = [
        {
            "businessId": {"value": f"{number:07d}-0"},
            "companyForms": [{"type": "16"}],
            "names": [{"name": "Old", "type": "1", "endDate": "2020-01-01"}, {"name": f"Company {number}", "type": "1"}],
            "lastModified": "2026-10-01T10:00:00",
        }
        for number in range(250)
    ]
    start = (int(asked.query["page"]) - 1) * 100
    page = companies[start : start + 100] or companies[:100]
    return Answer({"totalResults": len(companies), "companies": page})
