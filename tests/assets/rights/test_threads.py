"""Messages in a report: by conversation, in their order, each with who wrote it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from assets.rights.export import export
from tests.helpers.browser import CHROMIUM, PHONE, WITHOUT_CHROMIUM, browser, scrolls_sideways, violations
from tests.helpers.bundles import members
from tests.helpers.holds import connect, message
from tests.helpers.records import chat
from tests.helpers.requests import file_verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path

EMAIL = "aino@koe.example"
STAFF = "liisa@koe.example"
WROTE = ["You", "Our employee", "You", "Our employee", "You"]
LABEL = {"en": "Written by", "sv": "Skrivet av", "fi": "Kirjoittaja"}


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The answer to Aino, who chatted twice; both chats ended at one moment."""
    small = Small(tmp_path_factory.mktemp("threads"))
    connect(small)
    notice = small.folder / "register" / "notice.yaml"
    notice.write_text(notice.read_text(encoding="utf-8").replace("roles: [agent]}", "roles: [agent], staff: true}"), encoding="utf-8")
    messages = small.described["chats"]["datasets"]["messages"]
    by = {"type": "text", "one_of": ["guest", "agent"], "category": "user.behavior", "origin": "service_use", "promise": "held"}
    messages["fields"]["sent_by"] = by | {"label": LABEL}
    messages["label"] = {"en": "Messages", "sv": "Meddelanden", "fi": "Viestit"}
    messages["author"] = {"field": "sent_by", "roles": {"guest": "visitor", "agent": "agent"}}
    small.describe()
    small.deliver("chats", [chat(1, email=EMAIL, agent_email=STAFF), chat(2, email=EMAIL), chat(3, email=STAFF, agent_email=EMAIL)])
    written = [("chat-2", "agent"), ("chat-1", "guest"), ("chat-2", "guest"), ("chat-1", "agent"), ("chat-1", "guest")]
    small.deliver("chats", [message(number, of, EMAIL) | {"sent_by": who} for number, (of, who) in enumerate(written)], "messages.csv")
    small.ingest("chats")
    request = file_verified(small.register.ledger, "access", "en", [("email", EMAIL)], small.register.clock.now())
    export(small.register, request.id)
    made = members(small.register, request.id)
    small.close()
    return made


def test_messages_stand_by_conversation(bundle: dict[str, bytes]) -> None:
    """Those of one conversation stand together, under its number and what all of them say once; the data files are in that order, too."""
    assert [each["chat"] for each in json.loads(bundle["data/chats_messages.json"])] == ["chat-1"] * 3 + ["chat-2"] * 2
    section = re.search(r'<section aria-labelledby="chats_messages">.*?</section>', bundle["report.html"].decode(), re.DOTALL)
    assert section is not None
    headings = [re.sub(r"<[^>]+>", "|", each) for each in re.findall(r'<tr class="thread"[^>]*>(.*?)</tr>', section[0], re.DOTALL)]
    assert [re.findall(r"A name: (chat-\d)", each) for each in headings] == [["chat-1"], ["chat-2"]]
    assert [EMAIL in each for each in headings] == [True, True]
    assert section[0].count(EMAIL) == 2


def test_who_wrote_each_is_told(bundle: dict[str, bytes]) -> None:
    """The person's own messages are told from those of staff, in words."""
    page = bundle["report.html"].decode()
    assert re.findall(r">(You|Our employee|Another person|guest|agent)<", page) == WROTE


def test_who_of_staff_answered_is_told(bundle: dict[str, bytes]) -> None:
    """The address of staff in that role is shown to whom the record is about, and is no fact about that person; no other is shown."""
    rows = {each["id"]: each for each in json.loads(bundle["data/chats_conversations.json"])}
    assert {key: (row.get("email"), row.get("agent_email")) for key, row in rows.items()} == {
        "chat-1": (EMAIL, STAFF),
        "chat-2": (EMAIL, None),
        "chat-3": (None, EMAIL),
    }
    assert [each["field"] for each in json.loads(bundle["withheld.json"])["values"] if each["field"] == "agent_email"] == []
    assert STAFF.encode() not in bundle["links.json"] + bundle.get("data/facts.json", b"")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="Debian's poppler-utils is not installed")
def test_the_pdf_tells_the_same(bundle: dict[str, bytes], tmp_path: Path) -> None:
    """In the PDF each conversation has a heading, with its messages below it."""
    file = tmp_path / "report.pdf"
    file.write_bytes(bundle["report.pdf"])
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    found = re.findall(r"A name: chat-\d|You\b(?! may)|Our employee\b(?!s)", text)
    assert [each for each in found if each in WROTE] == WROTE
    assert found.index("A name: chat-2", 1) > found.index("You")


@pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT_CHROMIUM)
def test_no_chat_scrolls_sideways_on_a_phone(bundle: dict[str, bytes], tmp_path: Path) -> None:
    """Long messages stand each under its headings, within a phone's width; it is still told as a table, and axe-core finds nothing."""
    page = re.sub(rb">hello<", b">" + b"Asiakaspalvelukeskustelu " * 40 + b"x" * 300 + b"<", bundle["report.html"])
    assert page != bundle["report.html"]
    file = tmp_path / "report.html"
    file.write_bytes(page)
    with browser() as opened:
        shown = opened.new_page(viewport={"width": PHONE, "height": 900})
        shown.goto(file.as_uri())
        assert (violations(shown), scrolls_sideways(shown)) == ([], False)
        wide = "[...document.querySelectorAll('.records')].map(table => table.scrollWidth > table.parentElement.clientWidth)"
        assert (len(shown.evaluate(wide)) > 0, any(shown.evaluate(wide))) == (True, False)
        assert shown.get_by_role("table").get_by_role("columnheader", name="Written by").count() == 1
        assert shown.locator("td[data-heading='Written by']").first.inner_text() == "You"
