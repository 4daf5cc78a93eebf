"""Presets of files: webhooks of e-mail services, call detail records, access logs; and that every preset fits the register shipped."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from resources.catalogue import load_register
from tests.presets.conftest import ROOT, Preset

if TYPE_CHECKING:
    from pathlib import Path

PRESETS = sorted(path.stem for path in (ROOT / "presets").glob("*.yaml"))


def test_the_presets_there_are() -> None:
    """A preset for each service that is promised."""
    assert PRESETS == [
        "amazon_ses", "asterisk", "brevo", "freshdesk", "hubspot", "intercom", "mailchimp", "mailgun", "matomo", "postmark", "prh",
        "roundup", "salesforce", "sendgrid", "weblog", "zendesk",
    ]  # fmt: skip


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_fits(tmp_path: Path, name: str) -> None:
    """A preset that is copied into the register as it is, is right; each of its settings is explained at its top."""
    shutil.copytree(ROOT / "register", tmp_path / "register")
    text = (ROOT / "presets" / f"{name}.yaml").read_text(encoding="utf-8")
    (tmp_path / "register" / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")
    source = load_register(tmp_path / "register").sources[name]
    assert text.startswith("# ")
    assert f"${{{name.upper()}_" in str(source.connection)
    for setting in {part.partition("}")[0] for part in text.split("${")[1:]}:
        assert setting in text.partition("source:")[0], f"{setting} is not explained at the top"


def test_every_preset_can_be_used_at_once(tmp_path: Path) -> None:
    """All presets together make a register without a mistake."""
    shutil.copytree(ROOT / "register", tmp_path / "register")
    for name in PRESETS:
        shutil.copy(ROOT / "presets" / f"{name}.yaml", tmp_path / "register" / "sources")
    assert set(PRESETS) < set(load_register(tmp_path / "register").sources)


def _events(shared: Path, name: str) -> list[object]:
    """The events of a service's recorded webhooks, each on its own as they are stored."""
    lines = (shared / "mail_events" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    payloads = [json.loads(line)["payload"] for line in lines]
    return [event for payload in payloads for event in (payload if isinstance(payload, list) else [payload])]


@pytest.mark.parametrize(
    ("name", "good"),
    [("mailgun", 3), ("postmark", 8), ("sendgrid", 10), ("brevo", 13), ("amazon_ses", 6)],
)
def test_mail_events(tmp_path: Path, shared: Path, name: str, good: int) -> None:
    """Real webhooks are read; what lacks its time, recipient or id, as cut examples and confirmations do, is known to lack it."""
    events = _events(shared, name)
    folder = tmp_path / "delivered"
    folder.mkdir()
    (folder / "events.ndjson").write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")
    preset = Preset(tmp_path, name)
    preset.set(**{f"{name.upper()}_PATH": str(folder)})
    rows = preset.rows(preset.extract("events"))
    known = [row for row in rows if row["event"] and row["happened_at"] and row["email"] and row.get("event_id", "x")]
    assert (len(rows), len(known)) == (len(events), good)


def test_calls_of_asterisk(tmp_path: Path, shared: Path) -> None:
    """Real call detail records are read, with local times, and what stands for no value is none."""
    folder = tmp_path / "delivered"
    folder.mkdir()
    shutil.copy(shared / "calls" / "cdr.csv", folder / "Master.csv")
    preset = Preset(tmp_path, "asterisk")
    preset.set(ASTERISK_PATH=str(folder))
    (outcome,) = preset.ingest("calls", now="2017-07-01T00:00:00Z")
    assert outcome.account is not None
    assert (outcome.account.read, outcome.account.quarantined, outcome.account.undeclared) == (218, 0, [])
    assert preset.held("calls", "started_at")[0] == "2017-06-20 06:49:22"


def test_access_logs(tmp_path: Path, shared: Path) -> None:
    """A real access log is read; its one broken line goes to quarantine."""
    folder = tmp_path / "delivered"
    folder.mkdir()
    shutil.copy(shared / "weblogs" / "apache_logs", folder / "access.log")
    preset = Preset(tmp_path, "weblog")
    preset.set(WEBLOG_PATH=str(folder))
    (outcome,) = preset.ingest("requests", now="2015-05-21T00:00:00Z")
    assert outcome.account is not None
    assert (outcome.account.read, outcome.account.quarantined) == (10000, 1)
