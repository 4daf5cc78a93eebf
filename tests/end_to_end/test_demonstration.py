"""The demonstration as its user sees it: what was printed, what is held, what went, and who was answered."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pyrage
import pytest

from demo.servers import running
from resources.catalogue import load_register
from resources.home import Home
from resources.register import open_register
from tests.end_to_end.conftest import REPOSITORY
from tests.helpers.bundles import members

if TYPE_CHECKING:
    from tests.end_to_end.conftest import Ansvar, Demonstration

pytestmark = pytest.mark.early


def _request(ansvar: Ansvar, place: Demonstration, *given: str) -> str:
    filed = ansvar(place, "request", "new", "--kind", "access", *given, "--by", "Dana Officer")
    assert filed.code == 0, filed.err
    return filed.out.strip()


def _bundle(ansvar: Ansvar, place: Demonstration, *given: str) -> dict[str, bytes]:
    """File a request, make its bundle, and read every file of it."""
    request = _request(ansvar, place, *given)
    assert ansvar(place, "request", "verify", request, "--how", "signed_in", "--by", "Dana Officer").code == 0
    made = ansvar(place, "export", request)
    assert (made.code, f"The bundle of {request} waits for its release" in made.out) == (0, True), made.err
    return members(open_register(load_register(REPOSITORY / "register"), Home(place.home)), request)


def _known(truth: dict[str, Any], number: int) -> set[str]:
    """What is known of a person and of nobody beside: e-mail addresses, ids, name."""
    person = truth["persons"][str(number)]
    own = {value for kind, values in person["identifiers"].items() if kind not in ("phone", "business_id") for value in values}
    return own | {person["name"]}


def test_it_prints_what_it_did(demonstration: Demonstration) -> None:
    """Each data set's batch, the subjects, the quarantine, the purge, the bundle, how to open it, and the way to the UI are printed."""
    for dataset in load_register(REPOSITORY / "register").datasets:
        assert re.search(rf"{re.escape(dataset.id)} +done", demonstration.printed), dataset.id
    assert re.search(r"[\d,]+ subjects, [1-9][\d,]* records in quarantine, [1-9][\d,]* purged\.", demonstration.printed)
    assert re.search(r"held\n", demonstration.printed)
    assert re.search(r"/outbox/r[0-9a-f]+\.zip\.age", demonstration.printed)
    passphrase = re.search(r"with the passphrase ([a-z0-9-]+);", demonstration.printed)
    assert passphrase is not None
    released = next(demonstration.home.glob("outbox/*.age")).read_bytes()
    assert pyrage.passphrase.decrypt(released, passphrase[1]) == (demonstration.world / "bundle.zip").read_bytes()
    assert "make ui" in demonstration.printed


def test_every_record_is_accounted_for(ansvar: Ansvar, demonstration: Demonstration, truth: dict[str, Any]) -> None:
    """For each batch, the records that the source holds = in the table + quarantined + dropped by a stated rule."""
    batches = json.loads(ansvar(demonstration, "batches", "--json").out)
    assert len(batches) == 2 * len(truth["counts"])
    for batch in batches:
        account, dataset = batch["account"], f"{batch['source']}.{batch['dataset']}"
        elsewhere = account["dropped"].get("where", 0)
        assert account["read"] - elsewhere == truth["counts"][dataset]["delivered"], dataset
        assert account["quarantined"] == truth["counts"][dataset]["broken"], dataset
        parts = sum(account[part] for part in ("inserted", "updated", "unchanged", "quarantined"))
        assert account["read"] == parts + sum(account["dropped"].values()), dataset


def test_addresses_go_before_their_visits(demonstration: Demonstration, truth: dict[str, Any]) -> None:
    """Visits are kept for six months, their IP addresses for three: older ones are empty, and so many went in the second night."""
    today, dataset = dt.date.fromisoformat(truth["today"]), load_register(REPOSITORY / "register").dataset("web_requests")
    anchors = [dt.date.fromisoformat(anchor) for anchor in truth["anchors"]["web.requests"].values()]
    kept = [anchor for anchor in anchors if (last := dataset.rule.limit.last_day(anchor, {})) is not None and last >= today]
    last_days = [last for anchor in kept if (last := dataset.fields["ip_address"].rule.limit.last_day(anchor, {})) is not None]
    with open_register(load_register(REPOSITORY / "register"), Home(demonstration.home)).warehouse.reading() as warehouse:
        found = warehouse.rows("SELECT count(*), count(ip_address) FROM register.web_requests")
        identifiers = warehouse.rows("SELECT count(*) FROM identity.identifiers WHERE field = 'ip_address' AND dataset = 'web_requests'")
        assert found == [(len(kept), sum(day >= today for day in last_days))]
        assert identifiers == [(found[0][1],)]
    with contextlib.closing(sqlite3.connect(demonstration.home / "ledger.db")) as ledger:
        went = ledger.execute(
            "SELECT dataset, rule, sum(records) FROM purges WHERE layer = 'field' AND state = 'done' GROUP BY 1, 2"
        ).fetchall()
    assert went == [("web_requests", "ip_addresses", sum(day == today - dt.timedelta(days=1) for day in last_days))]
    assert went[0][2] > 0


def test_what_nobody_tagged_is_found(ansvar: Ansvar, demonstration: Demonstration, truth: dict[str, Any]) -> None:
    """The one field that the register does not declare is told, with its exact count and the category that its values are of."""
    found = json.loads(ansvar(demonstration, "discover", "--json").out)
    told: dict[str, dict[str, Any]] = {}
    for field in found:
        told.setdefault(f"{field['source']}.{field['dataset']}", {})[field["path"]] = {key: field[key] for key in ("category", "records")}
    assert told == truth["undeclared"]
    assert "callback_number of helpdesk.tickets" in demonstration.printed


def test_the_example_persons_bundle_holds_every_data_set(ansvar: Ansvar, demonstration: Demonstration, truth: dict[str, Any]) -> None:
    """The person who has data everywhere gets a table of every data set about persons, as JSON and CSV, the audio, and a report."""
    number = truth["cases"]["example_person"]
    email = truth["persons"][str(number)]["identifiers"]["email"][0]
    files = _bundle(ansvar, demonstration, "--email", email, "--language", "sv")
    expected = {name.replace(".", "_") for name, keys in truth["persons"][str(number)]["records"].items() if keys}
    tables = {name.removeprefix("data/").removesuffix(".json") for name in files if name.endswith(".json") and name.startswith("data/")}
    assert tables == expected | {"facts"}
    assert {f"data/{table}.csv" for table in tables} <= files.keys()
    for table in expected:
        rows = json.loads(files[f"data/{table}.json"])
        assert len(rows) == len(truth["persons"][str(number)]["records"][table.replace("_", ".", 1)]), table
    assert [name for name in files if name.startswith("audio/")]
    assert b'lang="sv"' in files["report.html"]


def test_two_who_share_a_phone_and_a_company_get_nothing_of_each_other(
    ansvar: Ansvar, demonstration: Demonstration, truth: dict[str, Any]
) -> None:
    """Of two colleagues with one phone, each one's bundle holds their own data and no known value of any other person."""
    sharers = truth["cases"]["phone_sharers"]
    for number in sharers:
        person = truth["persons"][str(number)]
        files = _bundle(ansvar, demonstration, "--email", person["identifiers"]["email"][0], "--phone", person["identifiers"]["phone"][0])
        texts = (content for name, content in files.items() if not name.endswith((".pdf", ".sig")))  # test_whole_bundles reads the PDF
        content = b"\n".join(texts).decode("utf-8", errors="replace").lower()
        own = _known(truth, number)
        assert all(value.lower() in content for value in own if value in person["identifiers"]["email"][:1])
        for other in truth["persons"]:
            known = (value for value in _known(truth, int(other)) - own if value.lower() in content)
            leaked = [value for value in known if re.search(rf"(?<!\w){re.escape(value.lower())}(?!\w)", content)]
            assert (other, leaked) == (other, [])


def test_a_shared_phone_alone_is_not_answered(ansvar: Ansvar, demonstration: Demonstration, truth: dict[str, Any]) -> None:
    """A request that gives nothing but a shared phone ends in a question, with no bundle and no personal data in the message."""
    phone = truth["persons"][str(truth["cases"]["phone_sharers"][0])]["identifiers"]["phone"][0]
    request = _request(ansvar, demonstration, "--phone", phone)
    assert ansvar(demonstration, "request", "verify", request, "--how", "signed_in", "--by", "Dana Officer").code == 0
    refused = ansvar(demonstration, "export", request)
    assert "several persons" in refused.message
    assert phone not in refused.err
    assert list((demonstration.home / "waiting").glob(f"{request}*")) == []


def test_an_unknown_person_is_told_that_nothing_is_held(ansvar: Ansvar, demonstration: Demonstration) -> None:
    """A person whom no source knows gets a report and no table."""
    files = _bundle(ansvar, demonstration, "--email", "nobody.at.all@elsewhere.example")
    assert sorted(name for name in files if not name.startswith("data/")) == sorted(files)
    assert json.loads(files["manifest.json"])["held"] is False


def test_dry_run_then_purge_give_the_same_counts(ansvar: Ansvar, copied: Demonstration) -> None:
    """Three months on, the dry run says what will go and changes nothing; the purge takes just that, rows and audio files."""
    clock = {"ANSVAR_CLOCK": "2027-01-20T03:00"}
    generation = (copied.home / "warehouse" / "current").resolve().name
    dry = ansvar(copied, "purge", "--dry-run", **clock)
    assert "chats_conversations" in dry.out
    assert "calls_recordings" in dry.out
    assert (copied.home / "warehouse" / "current").resolve().name == generation
    audio = len(list((copied.home / "recordings").rglob("*.wav")))
    done = ansvar(copied, "purge", **clock)
    assert done.code == 0, done.err
    assert _counted(done.out) == _counted(dry.out)
    gone = next(int(count) for dataset, count in _counted(done.out) if dataset == "calls_recordings")
    assert len(list((copied.home / "recordings").rglob("*.wav"))) == audio - gone
    assert "nothing" in ansvar(copied, "purge", "--dry-run", **clock).out


def _counted(printed: str) -> list[tuple[str, str]]:
    return re.findall(r"^(?:register|field|quarantine|outbox|ledger) +(\w+) +\w+ +([\d,]+) ", printed, re.MULTILINE)


def test_a_source_that_is_down_stops_nothing_else(ansvar: Ansvar, copied: Demonstration, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the helpdesk stopped, all else is read, the purge is done, and the run ends as failed with one clear message."""
    with running(copied.world) as servers:
        for name, value in (servers.settings | {"HELPDESK_URL": "http://127.0.0.1:9/api"}).items():
            monkeypatch.setenv(name, value)
        done = ansvar(copied, "run", ANSVAR_CLOCK="2026-11-20T03:00")
    assert done.code == 1
    assert "The source 'helpdesk' cannot be read: nothing answers at its address" in done.err
    assert "Traceback" not in done.err
    assert "helpdesk.tickets" not in done.out
    assert re.search(r"crm\.contacts +done", done.out)
    assert re.search(r"[1-9][\d,]* purged\.", done.out)
    assert "helpdesk_messages" in ansvar(copied, "purge", "--dry-run", ANSVAR_CLOCK="2030-01-01").out


@pytest.mark.parametrize("kind", ["email", "phone", "name"])
def test_nothing_personal_stands_outside_register_and_bundles(demonstration: Demonstration, truth: dict[str, Any], kind: str) -> None:
    """No name, e-mail address or phone of anybody stands in Dagster's storage, in what was printed, or in a file's name."""
    canaries = {person["name"] for person in truth["persons"].values()}
    if kind != "name":
        canaries = {value for person in truth["persons"].values() for value in person["identifiers"].get(kind, [])}
    assert len(canaries) > 50
    for file in demonstration.home.rglob("*"):
        assert [canary for canary in canaries if canary.lower() in str(file.relative_to(demonstration.home)).lower()] == []
        if file.is_file() and file.is_relative_to(demonstration.home / "dagster"):
            content = file.read_bytes()
            assert (file.name, [canary for canary in canaries if canary.encode() in content]) == (file.name, [])
    assert [canary for canary in canaries if canary in demonstration.printed] == []


def test_a_run_that_is_killed_holds_nobody_up(ansvar: Ansvar, copied: Demonstration, monkeypatch: pytest.MonkeyPatch) -> None:
    """After kill -9 in the middle of a run, what was published stands; the next purge and run work and leave nothing of the dead one."""
    published = (copied.home / "warehouse" / "current").resolve().name
    clock = {"ANSVAR_CLOCK": "2026-10-17T03:00"}
    with running(copied.world) as servers:
        program = [sys.executable, "-c", "from pipelines.cli import main; main()", "run"]
        with subprocess.Popen(
            program, cwd=REPOSITORY, env=copied.environment(**servers.settings, **clock), stderr=subprocess.DEVNULL
        ) as killed:
            while not list((copied.home / "landing").iterdir()):
                assert killed.poll() is None, "the run ended before anything was landed"
                time.sleep(0.02)
            killed.kill()
        assert (copied.home / "warehouse" / "current").resolve().name == published
        purged = ansvar(copied, "purge", **clock)
        assert purged.code == 0, purged.err
        for name, value in servers.settings.items():
            monkeypatch.setenv(name, value)
        ran = ansvar(copied, "run", **clock)
    assert ran.code == 0, ran.err
    assert not list((copied.home / "warehouse").glob("working-*"))
    assert not list((copied.home / "landing").iterdir())
    with contextlib.closing(sqlite3.connect(copied.home / "dagster" / "history" / "runs.db")) as runs:
        assert "STARTED" not in {row[0] for row in runs.execute("SELECT status FROM runs")}
