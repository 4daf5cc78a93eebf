"""`ansvar bundle`: from what waits to what the person gets, and mistakes told in words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pyrage
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

BY = ("--by", "Dana Officer")


def _on(small: Small) -> tuple[str, ...]:
    return ("--register", str(small.folder / "register"), "--home", str(small.home.path))


@pytest.fixture
def request_id(ansvar: Command, small: Small) -> str:
    """A request whose bundle was made, and waits."""
    small.deliver("shop", [{"customer_number": "C1", "email": "asko@koti.example", "kind": "consumer"}])
    (outcome,) = small.ingest("shop").values()
    assert outcome.account is not None
    assert outcome.account.inserted == 1
    assert small.rows("SELECT count(*), count(subject) FROM identity.persons") == [(1, 1)]
    request = ansvar(*_on(small), "request", "new", "--kind", "access", "--email", "asko@koti.example", *BY).out.strip()
    assert ansvar(*_on(small), "request", "verify", request, "--how", "signed_in", *BY).code == 0
    made = ansvar(*_on(small), "export", request)
    assert (made.code, f"The bundle of {request} waits for its release" in made.out) == (0, True)
    return request


def _listed(ansvar: Command, small: Small) -> dict[str, object]:
    (row,) = json.loads(ansvar(*_on(small), "bundle", "list", "--json").out)
    return dict(row)


def test_from_waiting_to_the_person(ansvar: Command, small: Small, request_id: str, tmp_path: Path) -> None:
    """Listed, released with a passphrase that is printed once, fetched, decrypted, and verified with the published key."""
    on = _on(small)
    row = _listed(ansvar, small)
    assert (row["request"], row["state"], row["records"]) == (request_id, "waiting", 1)
    assert "asko" not in ansvar(*on, "bundle", "list").out
    released = ansvar(*on, "bundle", "release", request_id, *BY, "--new-passphrase")
    passphrase = re.search(r"^Passphrase: (\S+)$", released.out, re.MULTILINE)
    assert passphrase is not None
    copy = ansvar(*on, "bundle", "download", request_id, *BY, "--output", tmp_path).out.strip()
    assert copy == str(tmp_path / f"{request_id}.zip.age")
    encrypted = ansvar("bundle", "verify", copy).message
    assert encrypted.startswith("The bundle is still encrypted: decrypt it first, as with `age --decrypt --output bundle.zip FILE`")
    assert "not as it was signed" not in encrypted
    plain = tmp_path / "bundle.zip"
    plain.write_bytes(pyrage.passphrase.decrypt((tmp_path / f"{request_id}.zip.age").read_bytes(), passphrase[1]))
    told = ansvar("bundle", "verify", plain).out
    assert f"The bundle of {request_id} is whole" in told
    assert "compare it with the one that the controller publishes" in told
    key = tmp_path / "key.pem"
    key.write_text(ansvar(*on, "bundle", "key").out, encoding="utf-8")
    assert "compare it" not in ansvar("bundle", "verify", plain, "--key", key).out
    row = _listed(ansvar, small)
    assert (row["state"], row["released_by"], row["downloads"]) == ("delivered", "Dana Officer", 1)
    assert passphrase[1] not in json.dumps(row)


def test_a_passphrase_out_of_a_file(ansvar: Command, small: Small, request_id: str, tmp_path: Path) -> None:
    """Its first line is the passphrase, which nobody sees among the arguments of the process."""
    file = tmp_path / "passphrase"
    file.write_text("kolme sanaa riittää\r\nnot this\n", encoding="utf-8")
    path = ansvar(*_on(small), "bundle", "release", request_id, *BY, "--passphrase-file", file).out.strip()
    assert path == str(small.register.outbox / f"{request_id}.zip.age")
    assert pyrage.passphrase.decrypt((small.register.outbox / f"{request_id}.zip.age").read_bytes(), "kolme sanaa riittää")


def test_a_bundle_that_was_made_anew_since_a_look(ansvar: Command, small: Small, request_id: str, tmp_path: Path) -> None:
    """It is not released by itself; named by the checksum that the list shows, it is."""
    on, release = _on(small), ("bundle", "release", request_id, *BY, "--new-passphrase")
    before = str(_listed(ansvar, small)["sha256"])
    shown = ("redactions", "show", request_id, *BY, "--reason", "before the release", "--output", tmp_path / "texts.html")
    assert ansvar(*on, *shown).code == 0
    assert ansvar(*on, "export", request_id).code == 0
    assert "name it with --sha256" in ansvar(*on, *release).message
    assert "another does" in ansvar(*on, *release, "--sha256", before).message
    assert ansvar(*on, *release, "--sha256", str(_listed(ansvar, small)["sha256"])).code == 0


def test_mistakes(ansvar: Command, small: Small, request_id: str, tmp_path: Path) -> None:
    """No way or two ways to open it, a request without a bundle, a file that is no bundle: each is told in one message."""
    on, release = _on(small), ("bundle", "release", request_id, *BY)
    assert ansvar(*on, *release).message.startswith("Say in one way who can open it")
    assert ansvar(*on, *release, "--new-passphrase", "--recipient", "age1x").message.startswith("Say in one way who can open it")
    assert ansvar(*on, *release, "--recipient", "age1x").message.startswith("The recipient is no public key that age knows")
    assert ansvar(*on, "bundle", "download", "r0", *BY).message.startswith("There is no bundle of that request")
    assert ansvar(*on, "bundle", "download", request_id, *BY).message.startswith("The bundle waits for its release")
    (tmp_path / "x.zip").write_bytes(b"nonsense")
    assert "The file is no whole ZIP" in ansvar("bundle", "verify", tmp_path / "x.zip").message
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfa")
    assert "must be a text file" in ansvar(*on, *release, "--passphrase-file", tmp_path / "binary").message


def test_a_bundle_is_refused(ansvar: Command, small: Small, request_id: str) -> None:
    """It is deleted with its reason written down, and the request is still open."""
    refused = ansvar(*_on(small), "bundle", "refuse", request_id, *BY, "--reason", "A name is left in it")
    assert refused.out == f"The bundle of {request_id} is deleted; the request is still open.\n"
    assert (json.loads(ansvar(*_on(small), "bundle", "list", "--json").out), list(small.register.waiting.iterdir())) == ([], [])
