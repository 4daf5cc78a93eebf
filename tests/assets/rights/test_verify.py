"""A bundle is verified by public tools and by our own; whatever is done to it is noticed, and nothing breaks the one who looks."""

from __future__ import annotations

import io
import random
import re
import shutil
import stat
import subprocess
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assets.rights.seal import COMMANDS
from assets.rights.verify import verify
from resources.signing import fingerprint, in_groups, public_key, public_pem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.assets.rights.conftest import Ask

MAIJA = ("email", "maija.korhonen@voltti.example")
Members = dict[str, bytes]


@pytest.fixture
def members(ask: Ask) -> Members:
    """The members of a bundle."""
    return dict(ask(MAIJA, language="en").members)


def _zip(path: Path, members: Members) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_public_tools_verify_it(ask: Ask, tmp_path: Path) -> None:
    """The commands of the page, typed as they stand, say that all is well; the last gives the key's fingerprint, which the page states."""
    answer = ask(MAIJA)
    with zipfile.ZipFile(answer.exported.path) as archive:
        archive.extractall(tmp_path)
    commands = re.findall(r"^   ((?:openssl|sha256sum|grep) .*)$", answer.text("VERIFY.txt"), re.MULTILINE)
    assert tuple(commands) == COMMANDS
    printed = [
        subprocess.run(["bash", "-c", each], cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip() for each in commands
    ]
    files = len(answer.members) - 3
    assert (printed[0], printed[1].count(": OK"), '"sha256"' in printed[2]) == ("Signature Verified Successfully", files, True)
    assert in_groups(printed[3][:64]) in answer.text("VERIFY.txt")
    (tmp_path / "report.html").write_bytes(b"another")
    assert subprocess.run(["bash", "-c", commands[1]], cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_a_whole_bundle(ask: Ask) -> None:
    """Nothing is wrong with it; with the published key it is the controller's, without it is only whole."""
    answer = ask(MAIJA)
    found = verify(answer.exported.path)
    assert (found.faults, found.request, found.is_trusted) == ([], answer.exported.request, False)
    assert verify(answer.exported.path, answer.members["signing_key.pem"]).is_trusted
    key = public_key(answer.members["signing_key.pem"])
    assert key is not None
    assert (found.fingerprint, found.files) == (fingerprint(key), len(answer.members) - 2)


def _add(name: str) -> Callable[[Members], Members]:
    return lambda members: members | {name: b"x"}


def _drop(name: str) -> Callable[[Members], Members]:
    return lambda members: {each: content for each, content in members.items() if each != name}


def _change(name: str, change: Callable[[bytes], bytes]) -> Callable[[Members], Members]:
    return lambda members: members | {name: change(members[name])}


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (_add("extra.txt"), "'extra.txt' is in the bundle and not in the manifest."),
        (_add("../escape.txt"), "The name '../escape.txt' is none that Ansvar gives"),
        (_add("/etc/passwd"), "The name '/etc/passwd' is none"),
        (_add("data\\..\\x.json"), "is none that Ansvar gives"),
        (_add("a\u202etxt.exe"), "is none that Ansvar gives"),
        (_drop("about.json"), "about.json is missing."),
        (_drop("manifest.json"), "manifest.json is missing."),
        (_drop("manifest.json.sig"), "manifest.json.sig is missing."),
        (_drop("signing_key.pem"), "signing_key.pem is missing."),
        (_change("report.html", lambda content: content.replace(b"Maija", b"Maria")), "report.html was changed."),
        (_change("report.html", lambda content: content + b"\0" * 50_000_000), "report.html was changed."),
        (_change("manifest.json", lambda content: content.replace(b"access", b"excess")), "manifest.json was changed after it was signed"),
        (_change("manifest.json.sig", lambda _: b"\0" * 64), "The signature is not right"),
        (_change("manifest.json.sig", lambda _: b""), "The signature is not right"),
        (_change("manifest.json.sig", lambda _: b"\0" * 100), "is larger than any"),
        (_change("signing_key.pem", lambda _: b"no key"), "signing_key.pem is no Ed25519 public key."),
        (_change("signing_key.pem", lambda _: public_pem(Ed25519PrivateKey.generate())), "The signature is not right"),
    ],
)
def test_tampering_is_told(members: Members, tmp_path: Path, tamper: Callable[[Members], Members], fault: str) -> None:
    """Whatever was added, dropped or changed is named."""
    faults = verify(_zip(tmp_path / "x.zip", tamper(members))).faults
    assert fault in " ".join(faults)


def test_another_key_signs_nothing(members: Members, tmp_path: Path) -> None:
    """Against the published key, a bundle that somebody else signed anew is not the controller's."""
    other = Ed25519PrivateKey.generate()
    forged = members | {"signing_key.pem": public_pem(other), "manifest.json.sig": other.sign(members["manifest.json"])}
    faults = verify(_zip(tmp_path / "x.zip", forged), members["signing_key.pem"]).faults
    assert faults == ["The signature is not right: it was signed with another key than the one given."]
    assert verify(_zip(tmp_path / "y.zip", members), b"nonsense").faults == ["The key that was given is no Ed25519 public key."]


def test_a_member_that_stands_twice(members: Members, tmp_path: Path) -> None:
    """Of two members of one name nobody can tell which is meant."""
    path = _zip(tmp_path / "x.zip", members)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("report.html", b"another")
    assert verify(path).faults == ["report.html is in the bundle more than once."]


def test_a_link_is_no_file(members: Members, tmp_path: Path) -> None:
    """A symbolic link, which could lead anywhere when it is unpacked, is refused."""
    path = _zip(tmp_path / "x.zip", _drop("about.json")(members))
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo("about.json")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, b"/etc/passwd")
    assert verify(path).faults == ["about.json is no plain file."]


def test_an_encrypted_bundle(tmp_path: Path) -> None:
    """It is said how to decrypt it, and that this is all; a file that is no bundle has another fault."""
    (tmp_path / "x.age").write_bytes(b"age-encryption.org/v1\n-> X25519 ")
    (tmp_path / "x.zip").write_bytes(b"nonsense")
    found = verify(tmp_path / "x.age")
    assert ("age --decrypt" in found.faults[0], found.is_encrypted, verify(tmp_path / "x.zip").is_encrypted) == (True, True, False)


def test_a_bomb_is_not_unpacked(members: Members, tmp_path: Path) -> None:
    """A member that unpacks to a gigabyte is read no further than the manifest says; so is a manifest itself."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            if name != "about.json":
                archive.writestr(name, content)
        with archive.open("about.json", "w") as writing:
            for _ in range(300):
                writing.write(bytes(1 << 20))
    assert verify(path).faults == ["about.json was changed."]


def test_noise_breaks_nothing(ask: Ask, tmp_path: Path) -> None:
    """Bytes changed, cut and moved anywhere in the file end in a fault told in words, or in what is whole; never in an exception."""
    content = ask(MAIJA).exported.path.read_bytes()
    chance = random.Random(7)  # noqa: S311 - the same noise each time
    path = tmp_path / "x.zip"
    noticed = 0
    for _ in range(150):
        noisy = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            noisy[chance.randrange(len(noisy))] = chance.randrange(256)
        if chance.random() < 0.3:
            del noisy[chance.randrange(len(noisy)) :]
        path.write_bytes(noisy)
        noticed += bool(verify(path).faults)
    assert noticed > 120
    for nonsense in (b"", b"PK", b"PK\x05\x06" + bytes(18), io.BytesIO(content).read(5000)):
        path.write_bytes(nonsense)
        assert verify(path).faults


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_unzip_reads_it(ask: Ask) -> None:
    """The usual tool finds nothing wrong with the ZIP."""
    done = subprocess.run(["unzip", "-tqq", str(ask(MAIJA).exported.path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
