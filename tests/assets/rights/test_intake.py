"""The intake: forms become requests once, whatever stops on the way, and what cannot be filed is put aside under an opaque name."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from assets.retention.leavings import plan, purge
from assets.rights.form import FormShape
from assets.rights.intake import put_aside, take_in
from resources.errors import AnsvarError
from resources.home import write_private
from resources.ledger.requests import RequestLedger
from tests.helpers.small import Small
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORM = {
    "id": "web-1",
    "kind": "access",
    "language": "sv",
    "received_at": "2026-10-14T23:30:00+03:00",
    "identifiers": [{"kind": "email", "value": "aino@koe.example"}],
}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A register with nothing in it."""
    made = Small(tmp_path)
    yield made
    made.close()


def _write(small: Small, form: object, name: str = "aino@koe.example.json") -> Path:
    path = small.register.intake / name
    path.write_text(form if isinstance(form, str) else json.dumps(form), encoding="utf-8")
    return path


def test_a_form_becomes_a_request(small: Small) -> None:
    """Kind, language, moment of receipt, identifiers and words are taken over; the file goes."""
    path = _write(small, FORM | {"kind": "objection", "scope": "profiling", "message": "Nej tack"})
    taken = take_in(small.register)
    (request_id,) = taken.filed
    request = small.register.ledger.request(request_id)
    assert (request.kind, request.scope, request.language, request.state) == ("objection", "profiling", "sv", "received")
    assert request.received_at == dt.datetime(2026, 10, 14, 20, 30)  # noqa: DTZ001 - naive UTC
    assert request.identifiers == (("email", "aino@koe.example"),)
    (step,) = RequestLedger(small.register.ledger).steps(request_id)
    assert (step["by"], step["note"]) == ("intake", "Nej tack")
    assert not path.exists()
    assert take_in(small.register).filed == ()


def test_a_form_without_a_time_is_received_now(small: Small) -> None:
    """Where a form says neither when nor in which language, it is now, and the register's first."""
    _write(small, {key: FORM[key] for key in ("id", "kind", "identifiers")})
    request = small.register.ledger.request(take_in(small.register).filed[0])
    assert (request.received_at, request.language) == (small.register.clock.now(), "fi")


def test_a_form_is_filed_once_whatever_stops(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between filing and deleting files a form once: the next time it is only deleted; a new pepper changes nothing."""
    path = _write(small, FORM)
    with monkeypatch.context() as patched:
        patched.setattr("assets.rights.intake._File.done", _fail)
        with pytest.raises(OSError, match="pulled plug"):
            take_in(small.register)
    assert path.exists()
    write_private(small.home.path / "pepper.2026.key", small.home.pepper)
    write_private(small.home.path / "pepper.key", "another pepper" * 5)
    taken = take_in(small.register)
    assert not path.exists()
    assert [each["request"] for each in small.register.ledger.requests()] == list(taken.filed)


def _fail(_: object) -> None:
    msg = "pulled plug"
    raise OSError(msg)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("{", "It is no JSON in UTF-8: write one JSON object"),
        ("[" * 100_000, "It is no JSON in UTF-8: write one JSON object"),
        ('{"id": NaN}', "It is no JSON in UTF-8: write one JSON object"),
        ('{"id": "1", "kind": "access", "kind": "erasure"}', "A key stands twice in one object of it"),
        ([FORM], "The form is no JSON object: write its keys within braces."),
        ({**FORM, "aino@koe.example": 1}, "Another key is none that a form has: leave it out."),
        ({**FORM, "id": 7}, "'id' is no text: write it within quotation marks."),
        ({key: value for key, value in FORM.items() if key != "id"}, "'id' is missing: write it."),
        ({**FORM, "identifiers": []}, "A request needs what the person is known by"),
        ({**FORM, "identifiers": [{"kind": "email"}]}, "'value' of identifier 1 is missing: write it."),
        ({**FORM, "identifiers": [{"kind": "email", "value": "aino"}]}, "does not look like one"),
        ({**FORM, "identifiers": [{"kind": "email", "value": "a" * 321}]}, "'value' of identifier 1 is longer than 320 letters"),
        ({**FORM, "identifiers": ["aino@koe.example"]}, "Identifier 1 is no JSON object"),
        ({**FORM, "identifiers": [{"kind": "email", "value": "aino@koe.example"}] * 21}, "'identifiers' has more than 20 entries"),
        ({**FORM, "identifiers": "aino@koe.example"}, "'identifiers' is no list: write it within square brackets."),
        ({**FORM, "identifiers": [{"kind": "shoe", "value": "44"}]}, "The kind of an identifier is none that a person can be found by"),
        ({**FORM, "kind": "gossip"}, "There is no kind of request of that name"),
        ({**FORM, "kind": "objection"}, "What the person objects to is missing"),
        ({**FORM, "kind": "withdrawal", "purpose": "relation"}, "Nobody consents to 'relation', so no consent to it can be withdrawn"),
        ({**FORM, "language": "de"}, "'language' is none that there is: write fi, sv or en."),
        ({**FORM, "received_at": "yesterday"}, "'received_at' is no time with its offset: write it as 2026-10-15T09:30:00+03:00."),
        (
            {**FORM, "received_at": "2026-10-14T12:00:00"},
            "'received_at' is no time with its offset: write it as 2026-10-15T09:30:00+03:00.",
        ),
        ({**FORM, "received_at": "2026-10-16T12:00:00+03:00"}, "The time of receipt is ahead"),
    ],
)
def test_what_cannot_be_filed_is_put_aside(small: Small, form: object, told: str) -> None:
    """A bad form stands in `refused` under an opaque name as it was written, with a reason that repeats nothing of it; others are filed."""
    bad = _write(small, form)
    text = bad.read_text(encoding="utf-8")
    _write(small, FORM | {"id": "web-2"}, "good.json")
    taken = take_in(small.register)
    assert (len(taken.filed), taken.refused) == (1, 1)
    (kept,) = put_aside(small.register)
    assert "aino" not in kept.name
    assert kept.read_text(encoding="utf-8") == text
    reason = kept.with_suffix(".txt").read_text(encoding="utf-8")
    assert told in reason
    assert "aino@koe.example" not in reason
    assert reason.endswith("; or file it with `ansvar request new`, and delete it.\n")
    assert not bad.exists()


def test_what_is_no_form_is_left_or_put_aside(small: Small, tmp_path: Path) -> None:
    """A file that is being written, or of another kind, stays; a link or one that is too large is put aside unread."""
    secret = tmp_path / "secret"
    secret.write_text(json.dumps(FORM), encoding="utf-8")
    for name in (".web.json", "web.json.partial", "notes.txt"):
        _write(small, FORM, name)
    (small.register.intake / "link.json").symlink_to(secret)
    _write(small, " " * 1_000_001 + json.dumps(FORM), "large.json")
    taken = take_in(small.register)
    assert (taken.filed, taken.refused) == ((), 2)
    assert {path.name for path in small.register.intake.iterdir()} == {".web.json", "web.json.partial", "notes.txt", "refused"}
    assert secret.exists()
    kept = put_aside(small.register)
    assert {(path.is_symlink(), stat.S_IMODE(path.lstat().st_mode)) for path in kept} == {(False, 0o600)}
    assert any(path.read_text(encoding="utf-8") == "{}\n" for path in kept)


def test_another_folder(small: Small, tmp_path: Path) -> None:
    """The setting names the folder; what is put aside lies in it, open to its owner alone."""
    folder = tmp_path / "forms"
    folder.mkdir()
    settings = small.home.path / "settings.env"
    write_private(settings, settings.read_text(encoding="utf-8") + f"ANSVAR_INTAKE={folder}\n")
    _write(small, "no", "a.json")
    assert take_in(small.register).refused == 1
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder / "refused").iterdir()}
    assert (modes, stat.S_IMODE((folder / "refused").stat().st_mode)) == ({0o600}, 0o700)


def test_a_table(small: Small, tmp_path: Path) -> None:
    """Rows of a table are filed as files are, and deleted; a bad one, or one without an id, is put aside."""
    engine = _table(small, tmp_path)
    body = {key: value for key, value in FORM.items() if key != "id"}
    with engine.begin() as connection:
        rows: list[dict[str, Any]] = [
            {"id": "1", "request": json.dumps(body)},
            {"id": "2", "request": json.dumps(body | {"kind": "x"})},
            {"id": "3", "request": "7"},
            {"id": None, "request": json.dumps(body)},
            {"id": None, "request": None},
        ]
        connection.execute(sa.text("INSERT INTO wishes VALUES (:id, :request)"), rows)
    taken = take_in(small.register)
    assert (len(taken.filed), taken.refused, len(put_aside(small.register))) == (1, 4, 4)
    with engine.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM wishes")) == 0
        connection.execute(sa.text("INSERT INTO wishes VALUES ('1', :request)"), {"request": json.dumps(body)})
    assert take_in(small.register).filed == taken.filed
    assert len(small.register.ledger.requests()) == 1
    engine.dispose()


def test_a_table_that_is_not_there(small: Small, tmp_path: Path) -> None:
    """A table that cannot be read is an error that names the settings and not the address."""
    engine = _table(small, tmp_path)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE wishes"))
    with pytest.raises(AnsvarError, match="see the settings ANSVAR_INTAKE_URL and ANSVAR_INTAKE_TABLE") as caught:
        take_in(small.register)
    assert "forms.db" not in str(caught.value)
    engine.dispose()


def _table(small: Small, tmp_path: Path) -> sa.Engine:
    url = f"sqlite:///{tmp_path / 'forms.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE wishes (id TEXT PRIMARY KEY, request TEXT)"))
    settings = small.home.path / "settings.env"
    more = f"ANSVAR_INTAKE_URL={url}\nANSVAR_INTAKE_TABLE=wishes\n"
    write_private(settings, settings.read_text(encoding="utf-8") + more)
    return engine


def test_what_was_put_aside_goes_as_requests_do(small: Small) -> None:
    """What was put aside and never dealt with is kept as long as a request, and goes then with its reason."""
    _write(small, "no")
    take_in(small.register)
    (kept,) = put_aside(small.register)
    written = dt.datetime.fromisoformat("2026-10-15T02:00:00+03:00").timestamp()
    for path in (kept, kept.with_suffix(".txt")):
        os.utime(path, (written, written))
    small.at("2029-10-15T03:00:00+03:00")
    assert [each.records for each in plan(small.register) if each.layer == "intake"] == [0]
    small.at("2029-10-16T03:00:00+03:00")
    assert [each.records for each in purge(small.register, "run")] == [2]
    assert put_aside(small.register) == []


def test_the_form_is_documented() -> None:
    """docs/requests.md describes every key of a form."""
    text = (ROOT / "docs" / "requests.md").read_text(encoding="utf-8")
    assert [key for key in FormShape.model_fields if f"`{key}`" not in text] == []
