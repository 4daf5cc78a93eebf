"""`ansvar backup` and `ansvar restore`: what people type, and what they are told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pyrage import x25519

from tests.helpers.records import chat, customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small
    from tests.pipelines.cli.conftest import Command

PAIR = x25519.Identity.generate()
RECIPIENT = str(PAIR.to_public())


@pytest.fixture
def copies(small: Small, tmp_path: Path) -> Path:
    """A folder for backups, beside a register with a customer and a chat."""
    small.deliver("shop", [customer(1, email="asko@koe.example")])
    small.deliver("chats", [chat(1)])
    small.ingest("shop", "chats")
    (tmp_path / "identity").write_text(f"# mine\n{PAIR}\n", encoding="utf-8")
    return tmp_path / "copies"


def test_there_and_back(ansvar: Command, on: tuple[str, ...], copies: Path, small: Small, tmp_path: Path) -> None:
    """A backup is made, listed and restored, into its home and into a new one; nothing that is told holds a person's data."""
    made = ansvar(*on, "backup", "--to", copies, "--recipient", RECIPIENT, "--with-keys")
    assert made.code == 0, made.err
    file = made.out.splitlines()[0]
    assert "read back and compared" in made.out
    (listed,) = json.loads(ansvar(*on, "backup", "list", "--json").out)
    assert (listed["backup"] in file, listed["sha256"] in made.out, listed["folder"]) == (True, True, str(copies))
    refused = ansvar(*on, "restore", file, "--identity", tmp_path / "identity")
    assert "holds a register: --replace puts what is in the backup in its place" in refused.message
    back = ansvar(*on, "restore", file, "--identity", tmp_path / "identity", "--replace")
    assert (back.code, back.out.splitlines()[0][:40]) == (0, "The ledger of this home is the newest th"), back.err
    new = ("--register", str(small.folder / "register"), "--home", str(tmp_path / "new"), "--clock", "2027-06-01T03:00")
    restored = ansvar(*new, "restore", file, "--identity", tmp_path / "identity")
    assert restored.code == 0, restored.err
    assert "There is no newer ledger than the backup's" in restored.out
    assert "1 are past their period today and were purged" in restored.out
    assert "chats_conversations" not in ansvar(*new, "purge", "--dry-run").out
    assert "asko" not in made.out + back.out + restored.out


def test_by_passphrase(ansvar: Command, on: tuple[str, ...], copies: Path, tmp_path: Path) -> None:
    """A passphrase out of a file opens what it closed, and another does not."""
    for name, phrase in (("right", "a phrase that is long"), ("wrong", "another that is long")):
        (tmp_path / name).write_text(phrase, encoding="utf-8")
    file = ansvar(*on, "backup", "--to", copies, "--passphrase-file", tmp_path / "right").out.splitlines()[0]
    assert "does not open with that passphrase" in ansvar(*on, "restore", file, "--passphrase-file", tmp_path / "wrong").message
    assert ansvar(*on, "restore", file, "--passphrase-file", tmp_path / "right", "--replace").code == 0


def test_mistakes(ansvar: Command, on: tuple[str, ...], copies: Path, tmp_path: Path) -> None:
    """Each mistake is told with what to do."""
    assert "Name the folder that backups go to: --to FOLDER, or the setting ANSVAR_BACKUPS" in ansvar(*on, "backup").message
    assert "Say who can open the backup" in ansvar(*on, "backup", "--to", copies).message
    copies.mkdir()
    (copies / "x.age").write_bytes(b"")
    assert "The backup's key is not at" in ansvar(*on, "restore", copies / "x.age").message
    (copies / "x.key.age").write_bytes(b"")
    assert "Say what opens the backup" in ansvar(*on, "restore", copies / "x.age").message
    assert "its file is damaged" in ansvar(*on, "restore", copies / "x.age", "--identity", tmp_path / "identity").message


def test_a_backup_goes_in_its_time(ansvar: Command, on: tuple[str, ...], copies: Path) -> None:
    """A backup whose period is over is deleted by the purge, its key too, and is listed no more."""
    assert ansvar(*on, "backup", "--to", copies, "--recipient", RECIPIENT).code == 0
    assert len(list(copies.iterdir())) == 2
    purged = ansvar(*on[:-1], "2026-11-16T03:00", "purge")
    assert purged.code == 0, purged.err
    assert "backups" in purged.out
    assert (list(copies.iterdir()), json.loads(ansvar(*on, "backup", "list", "--json").out)) == ([], [])


def test_hashes_that_are_saved(ansvar: Command, on: tuple[str, ...], copies: Path, tmp_path: Path) -> None:
    """Before anything has gone no hashes are printed; a file that holds something else is refused with its line."""
    assert ansvar(*on, "backup", "erasures").out == ""
    file = ansvar(*on, "backup", "--to", copies, "--recipient", RECIPIENT).out.splitlines()[0]
    (tmp_path / "hashes").write_text("nothing\n", encoding="utf-8")
    told = ansvar(*on, "restore", file, "--identity", tmp_path / "identity", "--replace", "--erasures", tmp_path / "hashes").message
    assert "hashes:1: is no line that `ansvar backup erasures` printed" in told
