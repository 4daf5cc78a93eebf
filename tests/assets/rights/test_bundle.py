"""The ZIP file itself."""

from __future__ import annotations

import hashlib
import stat
import zipfile
from typing import TYPE_CHECKING

from assets.rights.export import export
from tests.assets.rights.conftest import members_of
from tests.assets.rights.small import small_register
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from pathlib import Path

    from resources.register import Register
    from tests.assets.rights.conftest import Ask

MAIJA = ("email", "maija.korhonen@voltti.example")


def test_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    """The same request gives the same file, also out of another copy of the register that was loaded anew."""
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    one, other = small_register(tmp_path / "one"), small_register(tmp_path / "other")
    exported = export(one, file_verified(one.ledger, "access", "fi", [MAIJA], one.clock.now()).id)
    first = exported.path.read_bytes()
    assert first == export(one, exported.request).path.read_bytes()
    again = file_verified(other.ledger, "access", "fi", [MAIJA], other.clock.now())
    members = {
        name: content.replace(again.id.encode(), exported.request.encode())
        for name, content in members_of(export(other, again.id).path).items()
    }
    expected = members_of(exported.path)
    one.ledger.close()
    other.ledger.close()
    of_the_key = {"manifest.json", "manifest.json.sig", "signing_key.pem", "SHA256SUMS", "VERIFY.html", "VERIFY.txt"}
    same = [name for name in expected if name not in {*of_the_key, "report.pdf"}]
    assert {name: expected[name] for name in same} == {name: members[name] for name in same}


def test_members_are_fixed(ask: Ask) -> None:
    """Members are of mode 0600 and of the clock's local time; audio is stored, the rest deflated."""
    with zipfile.ZipFile(ask(MAIJA).exported.path) as archive:
        entries = archive.infolist()
    assert {(2026, 11, 2, 10, 15, 0)} == {entry.date_time for entry in entries}
    assert {stat.S_IFREG | 0o600} == {entry.external_attr >> 16 for entry in entries}
    stored = [entry.filename for entry in entries if entry.compress_type == zipfile.ZIP_STORED]
    assert stored == ["audio/calls_recordings-1.wav"]


def test_bundle_is_for_its_owner_alone(small: Register, ask: Ask) -> None:
    """The file has mode 0600, bears the request's id, waits beside the outbox, and nothing half-written is left."""
    exported = ask(MAIJA).exported
    assert (0o600, small.waiting / f"{exported.request}.zip") == (stat.S_IMODE(exported.path.stat().st_mode), exported.path)
    assert [*small.waiting.glob(".*"), *small.outbox.glob(f"{exported.request}*")] == []


def test_manifest_lists_every_file(ask: Ask) -> None:
    """Every member but the manifest and its signature stands in it with size and SHA-256, every table with rows and retention rule."""
    answer = ask(MAIJA)
    manifest = answer.json("manifest.json")
    expected = [
        {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in answer.members.items()
        if name not in ("manifest.json", "manifest.json.sig")
    ]
    assert expected == manifest["files"]
    assert [(table["table"], table["rows"], table["retention"]["rule"]) for table in manifest["tables"]] == [
        ("calls_recordings", 1, "all"),
        ("crm_contacts", 1, "all"),
        ("helpdesk_tickets", 1, "all"),
        ("web_visits", 1, "all"),
    ]
    assert (manifest["made_at"], manifest["kind"]) == ("2026-11-02T08:15:00Z", "access")


def test_headings_are_in_the_persons_language(ask: Ask) -> None:
    """The CSV's headings are the fields' labels, told apart by the field's name where two are called the same."""
    heading = ask(MAIJA, language="sv").text("data/crm_contacts.csv").splitlines()[0]
    assert heading.startswith(
        "Identifierare,Förnamn,Efternamn,E-postadress,Telefonnummer,Organisation (business_id),Växel,Organisation (company),"
    )


def test_formulas_in_records_are_guarded(ask: Ask) -> None:
    """A position that is a formula is text in the CSV, and exact in the JSON; a telephone number is as it was."""
    answer = ask(("email", "skripti@posti.example"))
    table = answer.text("data/crm_contacts.csv")
    assert ("'=HYPERLINK(1)" in table, ",+358 50 111 2222," in table) == (True, True)
    assert answer.json("data/crm_contacts.json")[0]["position"] == "=HYPERLINK(1)"
    assert "'+1+cmd" in answer.text("data/helpdesk_tickets.csv")
