"""Bundles at the desk: looked at, released, fetched, refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyrage
import pytest
from pyrage import x25519

from assets.rights.export import export
from assets.rights.verify import verify
from resources.ledger.audit import verify as chain_faults
from resources.ledger.bundles import BundleLedger
from resources.ledger.redactions import TAKE_OUT, RedactionLedger
from tests.pipelines.desk.officer.conftest import ASKS, OFFICER, OTHER, looked, sent

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pipelines.desk.officer.conftest import Rooms


def test_from_the_look_to_the_person(rooms: Rooms, tmp_path: Path) -> None:
    """The report is shown after a reason and runs nothing; the passphrase is shown once; what is fetched opens and is whole."""
    request, officer = rooms.bundle(), rooms.visitor()
    path = f"/bundles/{request}"
    assert request in officer.get("/bundles").text
    shown = officer.get(path).text
    assert "In the register&#39;s home, encrypted" in shown or "salattuna" in shown
    assert ASKS not in shown
    before = len(rooms.acts(request))
    assert (officer.get(f"{path}/report").status, sent(officer, f"{path}/report", reason=" ").status) == (200, 400)
    assert len(rooms.acts(request)) == before
    report = looked(officer, f"{path}/report")
    assert rooms.acts(request)[-1] == (OFFICER, "bundle.looked", "before the release")
    page = officer.get(report)
    assert (ASKS in page.text, page.text.rstrip().endswith("</html>")) == (True, True)
    assert page.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert page.headers["Cache-Control"] == "no-store"
    assert ASKS not in rooms.visitor(OTHER).get(report).text
    assert sent(officer, f"{path}/download").status == 400
    released = sent(officer, path, do="release", way="new", sha256=rooms.digest(request))
    passphrase = re.search(r"<code>([a-z2-9-]{35})</code>", released.text)
    assert passphrase is not None
    assert (released.status, released.headers["Cache-Control"]) == (200, "no-store")
    assert rooms.acts(request)[-2:] == [(OFFICER, "bundle.released", None), (OFFICER, "request.answered", None)]
    again = sent(officer, path, do="release", way="new", sha256=rooms.digest(request))
    assert (again.status, passphrase[1] in again.text, passphrase[1] in officer.get(path).text) == (400, False, False)
    fetched = sent(officer, f"{path}/download")
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="{request}.zip.age"'
    assert rooms.acts(request)[-1] == (OFFICER, "bundle.downloaded", None)
    assert BundleLedger(rooms.register.ledger).bundle(request)["downloads"] == 1
    plain = tmp_path / "bundle.zip"
    plain.write_bytes(pyrage.passphrase.decrypt(fetched.body, passphrase[1]))
    assert verify(plain).faults == []
    assert not any(passphrase[1].encode() in file.read_bytes() for file in rooms.small.home.path.rglob("*") if file.is_file())


def test_who_can_open_it_is_said_rightly(rooms: Rooms) -> None:
    """A short passphrase, two that differ, no key: each is told, and the bundle waits; with a key its owner alone opens it."""
    request, officer, owner = rooms.bundle(), rooms.visitor(), x25519.Identity.generate()
    path, good = f"/bundles/{request}", "a long enough passphrase"
    for form in (
        {"way": "typed", "passphrase": "short", "again": "short"},
        {"way": "typed", "passphrase": good, "again": f"{good}!"},
        {"way": "key", "key": "age1nothing"},
        {"way": "key"},
        {"way": "none"},
    ):
        answered = sent(officer, path, do="release", sha256=rooms.digest(request), **form)
        assert (answered.status, answered.text.count('role="alert"'), good in answered.text) == (400, 1, False)
    assert sent(officer, path, do="dance").status == 400
    assert BundleLedger(rooms.register.ledger).bundle(request)["state"] == "waiting"
    key = {"way": "key", "key": f" {owner.to_public()} "}
    assert sent(officer, path, do="release", **key).status == 400
    assert sent(officer, path, do="release", sha256=rooms.digest(request), **key).status == 303
    assert pyrage.decrypt(sent(officer, f"{path}/download").body, [owner])[:2] == b"PK"


def test_a_bundle_is_refused(rooms: Rooms) -> None:
    """Not without a reason; then it is gone, the page says how to make it again, and nothing is to be released, looked at or fetched."""
    request, officer = rooms.bundle(), rooms.visitor()
    path = f"/bundles/{request}"
    assert sent(officer, path, do="refuse").status == 400
    assert sent(officer, path, do="refuse", reason="a name was left in").status == 303
    assert (OFFICER, "bundle.refused", "a name was left in") in rooms.acts(request)
    assert f'action="/requests/{request}/export"' in officer.get(path).text
    answers = [sent(officer, path, do="release", way="new"), sent(officer, f"{path}/download"), officer.get(f"{path}/report")]
    assert [each.status for each in answers] == [400, 400, 400]


def test_a_bundle_that_decisions_came_after_is_not_released(rooms: Rooms) -> None:
    """The page says that it is to be made again, and offers no release."""
    request, officer = rooms.bundle(), rooms.visitor()
    RedactionLedger(rooms.register.ledger).decide(request, TAKE_OUT, "terve", OFFICER, rooms.register.clock.now())
    page = officer.get(f"/bundles/{request}").text
    assert ('value="release"' in page, f'action="/requests/{request}/export"' in page) == (False, True)
    assert sent(officer, f"/bundles/{request}", do="release", way="new", sha256=rooms.digest(request)).status == 400


def test_a_bundle_that_was_made_anew_is_looked_at_anew(rooms: Rooms) -> None:
    """A page that was open before releases nothing, nor does the page as it is now: until the report is looked at as it is now.

    A look at the one of before shows nothing of the new one.
    """
    request, officer = rooms.bundle(), rooms.visitor()
    path, before = f"/bundles/{request}", rooms.digest(request)
    assert f'name="sha256" value="{before}"' in officer.get(path).text
    report = looked(officer, f"{path}/report")
    assert ASKS in officer.get(report).text
    export(rooms.register, request)
    for digest in (before, rooms.digest(request)):
        answered = sent(officer, path, do="release", way="new", sha256=digest)
        assert (answered.status, 'value="release"' in answered.text, "made anew" in answered.text or "uudelleen" in answered.text) == (
            400,
            False,
            True,
        )
    assert 'value="release"' not in officer.get(path).text
    assert ASKS not in officer.get(report).text
    assert BundleLedger(rooms.register.ledger).bundle(request)["state"] == "waiting"
    assert ASKS in officer.get(looked(officer, f"{path}/report")).text
    assert f'name="sha256" value="{rooms.digest(request)}"' in officer.get(path).text
    assert sent(officer, path, do="release", way="new", sha256=rooms.digest(request)).status == 200
    assert chain_faults(rooms.register.ledger.engine) == []


@pytest.mark.parametrize(
    "path", ["/bundles/r0", "/bundles/Maija", "/bundles/r0/report", "/bundles/r0/redactions", "/review/0", "/quarantine/0"]
)
def test_what_is_not_there(rooms: Rooms, path: str) -> None:
    """An id that is none is told so, without repeating it."""
    answered = rooms.visitor().get(path)
    assert (answered.status, 'role="alert"' in answered.text) == (404, True)
