"""A bundle from its making to the person: it waits, is released by a named user, encrypted, fetched, or refused."""

from __future__ import annotations

import io
import json
import shutil
import stat
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyrage
import pytest
from pyrage import ssh, x25519

from assets.rights.delivery import download, opened, refuse, release
from assets.rights.export import export
from assets.rights.waiting import report_of
from resources.catalogue.notice_shapes import BundlesShape
from resources.envelopes import Addressee, new_passphrase
from resources.errors import AnsvarError
from resources.keys import PLAIN_SETTING, new_key
from resources.ledger.audit import entries
from resources.ledger.bundles import BundleLedger
from resources.ledger.redactions import TAKE_OUT, RedactionLedger
from tests.helpers.requests import file_verified

if TYPE_CHECKING:
    from pathlib import Path

    from resources.register import Register
    from tests.assets.rights.conftest import Ask

MAIJA = ("email", "maija.korhonen@voltti.example")
NOBODY = ("email", "nobody@nowhere.example")
BY = "Dana Officer"
IDENTITY = x25519.Identity.generate()


def test_a_bundle_is_released_to_a_passphrase(small: Register, ask: Ask) -> None:
    """It opens with the passphrase to the very ZIP that waited, which is gone; the request is answered, by the named user."""
    exported = ask(MAIJA).exported
    plain, passphrase = exported.path.read_bytes(), new_passphrase()
    path = release(small, exported.request, Addressee(passphrase), BY)
    assert pyrage.passphrase.decrypt(path.read_bytes(), passphrase) == plain
    assert (exported.path.exists(), path.parent, stat.S_IMODE(path.stat().st_mode)) == (False, small.outbox, 0o600)
    row = BundleLedger(small.ledger).bundle(exported.request)
    assert (row["state"], row["released_by"], small.ledger.request(exported.request).state) == ("delivered", BY, "answered")


def test_a_bundle_may_be_asked_for_by_several_at_once(small: Register) -> None:
    """A click and the sensor start the same export: all are done, and the bundle that lies there is the one that the ledger knows."""
    request = file_verified(small.ledger, "access", "fi", [NOBODY], small.clock.now())
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: export(small, request.id), range(8)))
    assert {each.state for each in done} == {"waiting"}
    assert sorted(each.name for each in small.waiting.iterdir() if request.id in each.name) == [done[0].path.name]
    release(small, request.id, Addressee(new_passphrase()), BY)  # refused where the file is not what was made


def test_a_bundle_is_released_to_a_key(small: Register, ask: Ask) -> None:
    """The holder of an age key opens it, and so does the holder of an SSH key."""
    exported = ask(NOBODY).exported
    plain = exported.path.read_bytes()
    path = release(small, exported.request, Addressee(recipient=str(IDENTITY.to_public())), BY)
    assert pyrage.decrypt(path.read_bytes(), [IDENTITY]) == plain


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_an_ssh_key_opens_it(small: Register, ask: Ask, tmp_path: Path) -> None:
    """Whoever has no age key gives an SSH public key."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    exported = ask(NOBODY).exported
    plain = exported.path.read_bytes()
    path = release(small, exported.request, Addressee(recipient=(tmp_path / "key.pub").read_text(encoding="utf-8")), BY)
    assert pyrage.decrypt(path.read_bytes(), [ssh.Identity.from_buffer((tmp_path / "key").read_bytes())]) == plain


@pytest.mark.skipif(shutil.which("age") is None, reason="Debian's age is not installed")
def test_debians_age_opens_it(small: Register, ask: Ask, tmp_path: Path) -> None:
    """The public tool gives the ZIP."""
    (tmp_path / "identity").write_text(f"{IDENTITY}\n", encoding="utf-8")
    exported = ask(NOBODY).exported
    plain = exported.path.read_bytes()
    path = release(small, exported.request, Addressee(recipient=str(IDENTITY.to_public())), BY)
    done = subprocess.run(["age", "--decrypt", "--identity", str(tmp_path / "identity"), str(path)], capture_output=True, check=True)
    assert done.stdout == plain


@pytest.mark.parametrize(
    ("addressee", "by", "message"),
    [
        (Addressee(), BY, "either by a passphrase, or by a public key"),
        (Addressee("a phrase that is long", "age1x"), BY, "either by a passphrase, or by a public key"),
        (Addressee("short"), BY, "at least 12 letters"),
        (Addressee(recipient="age1nonsense"), BY, "no public key that age knows"),
        (Addressee(recipient="ssh-ed25519 nonsense"), BY, "no public key that age knows"),
        (Addressee("a phrase that is long"), " ", "Say with --by"),
    ],
)
def test_what_is_not_released(small: Register, ask: Ask, addressee: Addressee, by: str, message: str) -> None:
    """Without a name, or somebody who can open it, it goes on waiting."""
    exported = ask(NOBODY).exported
    with pytest.raises(AnsvarError, match=message):
        release(small, exported.request, addressee, by)
    assert (exported.path.exists(), BundleLedger(small.ledger).bundle(exported.request)["state"]) == (True, "waiting")
    assert not list(small.outbox.glob(f"*{exported.request}*"))


def test_a_bundle_that_was_changed_while_it_waited(small: Register, ask: Ask) -> None:
    """It is not released: what goes out is what was made."""
    exported = ask(NOBODY).exported
    exported.path.write_bytes(exported.path.read_bytes() + b" ")
    with pytest.raises(AnsvarError, match="was changed since it was made"):
        release(small, exported.request, Addressee("a phrase that is long"), BY)


def test_a_bundle_is_released_once(small: Register, ask: Ask) -> None:
    """Released again it is not; made again, it waits again, and what was in the outbox is gone."""
    exported = ask(NOBODY).exported
    path = release(small, exported.request, Addressee(recipient=str(IDENTITY.to_public())), BY)
    with pytest.raises(AnsvarError, match="released already"):
        release(small, exported.request, Addressee(recipient=str(IDENTITY.to_public())), BY)
    assert (export(small, exported.request).state, path.exists()) == ("waiting", False)


def test_what_was_decided_since_is_in_what_goes_out(small: Register, ask: Ask) -> None:
    """A bundle that was made before a decision on its texts, or before one was taken back, is not released; made again it is."""
    request, addressee = ask(MAIJA).exported.request, Addressee(recipient=str(IDENTITY.to_public()))
    decisions = RedactionLedger(small.ledger)
    decision = decisions.decide(request, TAKE_OUT, "paneelit", BY, small.clock.now())
    with pytest.raises(AnsvarError, match="before the last decision"):
        release(small, request, addressee, BY)
    export(small, request)
    decisions.undo(decision, BY, small.clock.now())
    with pytest.raises(AnsvarError, match="before the last decision"):
        release(small, request, addressee, BY)
    export(small, request)
    assert release(small, request, addressee, BY).is_file()


def test_what_was_not_looked_at_does_not_go_out(small: Register, ask: Ask) -> None:
    """Made anew behind the back of who looked, it waits: until somebody looks at it as it is, or names it by its checksum."""
    request, addressee, bundles = ask(NOBODY).exported.request, Addressee(recipient=str(IDENTITY.to_public())), BundleLedger(small.ledger)
    first = bundles.bundle(request)["sha256"]
    bundles.looked(request, BY, "before the release", small.clock.now())
    export(small, request)
    with pytest.raises(AnsvarError, match="made anew since it was looked at"):
        release(small, request, addressee, BY)
    with pytest.raises(AnsvarError, match="waits no more, another does"):
        release(small, request, addressee, BY, first)
    with pytest.raises(AnsvarError, match="waits no more, another does"):
        list(report_of(small, request, first))
    assert (bundles.bundle(request)["state"], list(small.outbox.glob(f"*{request}*"))) == ("waiting", [])
    release(small, request, addressee, BY, f" {bundles.bundle(request)['sha256'].upper()}\n")
    export(small, request)
    bundles.looked(request, BY, "before the release", small.clock.now())
    assert release(small, request, addressee, BY).is_file()


def test_what_is_refused_while_it_is_released(small: Register, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not stand in the outbox: whoever refused it was told that it is deleted."""
    request, seal = ask(NOBODY).exported.request, Addressee.seal

    def refused(self: Addressee, *given: Any) -> None:
        seal(self, *given)
        refuse(small, request, BY, "a name is left in it")

    monkeypatch.setattr(Addressee, "seal", refused)
    with pytest.raises(AnsvarError, match="refused or made anew meanwhile"):
        release(small, request, Addressee(recipient=str(IDENTITY.to_public())), BY)
    assert list(small.outbox.glob(f"*{request}*")) == []


def test_a_download_is_recorded(small: Register, ask: Ask, tmp_path: Path) -> None:
    """Each is counted and stands in the audit chain, and none that failed; the copy is the encrypted file, its owner's alone."""
    exported = ask(NOBODY).exported
    with pytest.raises(AnsvarError, match="waits for its release"):
        download(small, exported.request, BY, tmp_path)
    path = release(small, exported.request, Addressee(recipient=str(IDENTITY.to_public())), BY)
    copy = download(small, exported.request, BY, tmp_path)
    assert (copy.read_bytes(), stat.S_IMODE(copy.stat().st_mode)) == (path.read_bytes(), 0o600)
    with pytest.raises(AnsvarError, match="is there already"):
        download(small, exported.request, BY, tmp_path)
    for folder in (tmp_path / "nowhere", copy):
        with pytest.raises(AnsvarError, match="name a folder"):
            download(small, exported.request, BY, folder)
    assert [each.name for each in tmp_path.iterdir()] == [copy.name]
    assert BundleLedger(small.ledger).bundle(exported.request)["downloads"] == 1
    acts = [each.what for each in entries(small.ledger.engine, exported.request) if each.what.startswith("bundle")]
    assert acts == ["bundle.made", "bundle.released", "bundle.downloaded"]


def test_a_bundle_is_refused(small: Register, ask: Ask) -> None:
    """Its file goes, the request stays open, and a reason must be given."""
    exported = ask(NOBODY).exported
    with pytest.raises(AnsvarError, match="--reason"):
        refuse(small, exported.request, BY, " ")
    refuse(small, exported.request, BY, "the wrong person")
    assert (exported.path.exists(), small.ledger.request(exported.request).state) == (False, "in_progress")
    assert export(small, exported.request).state == "waiting"


def test_what_waits_is_encrypted_with_the_homes_key(small: Register) -> None:
    """Unless the warehouse is plain, a bundle that waits shows nothing of its content, and opens with the home's key alone."""
    request = file_verified(small.ledger, "access", "en", [MAIJA], small.clock.now())
    settings = small.home.path / "settings.env"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before.replace(f"{PLAIN_SETTING}=yes", f"{PLAIN_SETTING}=no"), encoding="utf-8")
    key = small.home.path / "warehouse.key"
    own = key.read_bytes()
    try:
        exported = export(small, request.id)
        assert (exported.path.suffix, b"report.html" in exported.path.read_bytes()) == (".age", False)
        row = BundleLedger(small.ledger).bundle(request.id)
        with opened(small, row) as stream:
            names = zipfile.ZipFile(io.BytesIO(stream.read())).namelist()
        assert "report.html" in names
        key.write_text(new_key(), encoding="utf-8")
        with pytest.raises(AnsvarError, match="does not decrypt"), opened(small, row) as stream:
            stream.read()
    finally:
        key.write_bytes(own)
        settings.write_text(before, encoding="utf-8")


@pytest.mark.parametrize(("person", "state"), [(MAIJA, "waiting"), (NOBODY, "delivered")])
def test_a_register_may_let_go_what_needs_no_look(small: Register, person: tuple[str, str], state: str) -> None:
    """Where the register says so, only what has free text, or withholds something, waits; the rest goes to the register's recipient."""
    ruled = BundlesShape(release="when_needed", recipient=str(IDENTITY.to_public()))
    notice = small.catalogue.notice.model_copy(update={"bundles": ruled})
    register = replace(small, catalogue=replace(small.catalogue, notice=notice))
    request = file_verified(small.ledger, "access", "en", [person], small.clock.now())
    exported = export(register, request.id)
    assert (exported.state, BundleLedger(small.ledger).bundle(request.id)["state"]) == (state, state)
    if state == "delivered":
        with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(exported.path.read_bytes(), [IDENTITY]))) as archive:
            assert json.loads(archive.read("manifest.json"))["held"] is False


def test_what_it_says_is_counted(small: Register, ask: Ask) -> None:
    """The ledger keeps what there is to look at before a release, and that the report names controller and authority."""
    says = BundleLedger(small.ledger).bundle(ask(MAIJA).exported.request)["says"]
    assert (says["texts"], says["unread"], says["unexplained"], len(says["controller"])) == (3, 2, 0, 5)
    assert (says["withheld"] > 0, says["redacted"] > 0, says["authority"]) == (True, True, "Tietosuojavaltuutetun toimisto")
