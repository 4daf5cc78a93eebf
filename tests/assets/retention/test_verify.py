"""The proof after the purge finds what should not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.retention.run import Verified, verify
from tests.helpers.records import call, chat, customer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small


def _fill(small: Small) -> None:
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1)], "calls.csv")
    small.deliver("chats", [chat(1), chat(2, ended_at="never")])
    small.deliver("shop", [customer(1), customer(2, visits="x")])
    small.ingest("calls", "chats", "shop")


def _kept(small: Small) -> Path:
    (file,) = (file for file in small.register.recordings.rglob("*") if file.is_file())
    return file


def test_a_register_in_order(small: Small) -> None:
    """Nothing is found where everything is within its period, declared, and has its file; nor after a purge took it."""
    _fill(small)
    assert verify(small.register) == Verified(overdue=0, undeclared=0, orphans=0)
    small.at("2027-11-01T03:00:00+02:00")
    small.purge()
    assert verify(small.register) == Verified(overdue=0, undeclared=0, orphans=0)


def test_overdue_rows_of_every_layer(small: Small) -> None:
    """Rows and quarantined records that no purge has taken yet are found."""
    _fill(small)
    small.at("2027-01-02T03:00:00+02:00")
    assert verify(small.register).overdue == 1
    small.at("2027-11-01T03:00:00+02:00")
    assert verify(small.register).overdue == 4


def test_tables_that_nothing_declares(small: Small) -> None:
    """A table whose data set was taken out of the register is found, and so are quarantined records of one."""
    _fill(small)
    del small.described["chats"]
    (small.folder / "register" / "sources" / "chats.yaml").unlink()
    small.describe()
    assert verify(small.register).undeclared == 1
    with small.register.warehouse.writing(small.run) as engine:
        engine.run("DROP TABLE register.chats_conversations")
    small.publish()
    assert verify(small.register).undeclared == 1
    assert small.rows("SELECT dataset FROM quarantine.records WHERE dataset LIKE 'chats%'") == [("chats_conversations",)]


def test_a_row_without_its_audio(small: Small) -> None:
    """A row that names an audio file which is gone is found."""
    _fill(small)
    _kept(small).unlink()
    assert verify(small.register).orphans == 1


def test_audio_without_a_row(small: Small) -> None:
    """Audio of no row or of a data set that is no more, and unfinished copies, are found, and the next purge sweeps them."""
    _fill(small)
    kept = _kept(small)
    former = small.register.recordings / "former_recordings"
    former.mkdir()
    for stray in (kept.with_name(f"{'0' * 32}.wav"), kept.with_name(f".{kept.stem}.partial"), former / f"{'1' * 32}.wav"):
        stray.write_bytes(b"sound")
    assert verify(small.register) == Verified(overdue=3, undeclared=0, orphans=3)
    assert small.purge().files == 3
    assert verify(small.register).orphans == 0
    assert kept == _kept(small)
