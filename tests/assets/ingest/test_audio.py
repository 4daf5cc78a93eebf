"""The audio of recorded calls: copied under the record's opaque name, and never read from anywhere but beside its metadata."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from assets.ingest.account import Account
from assets.ingest.audio import orphans
from tests.helpers.records import call

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.small import Small


def _kept(small: Small) -> list[Path]:
    return sorted(file for file in small.register.recordings.rglob("*") if file.is_file())


def _orphans(small: Small) -> int:
    with small.register.warehouse.viewing(small.run) as engine:
        return orphans(engine, small.register.catalogue, small.register.recordings)


def test_audio_is_copied_byte_for_byte(small: Small) -> None:
    """Each record's audio stands under the record's id, with the ending of the source's file and nothing else of its name; mode 0600."""
    sounds = {"Maija Korhonen.WAV": os.urandom(3_000), "2.flac": os.urandom(70_000)}
    for file, sound in sounds.items():
        (small.data / "calls" / file).write_bytes(sound)
    small.deliver("calls", [call(number, audio=file) for number, file in enumerate(sounds)], "calls.csv")
    assert Account(read=2, inserted=2) == small.account("calls")
    found = dict(small.rows("SELECT audio, _record FROM register.calls_recordings"))
    expected = {f"{found['Maija Korhonen.WAV']}.wav": sounds["Maija Korhonen.WAV"], f"{found['2.flac']}.flac": sounds["2.flac"]}
    assert expected == {file.name: file.read_bytes() for file in _kept(small)}
    assert {0o600} == {file.stat().st_mode & 0o777 for file in _kept(small)}
    assert _orphans(small) == 0


def test_a_call_without_its_audio_is_quarantined(small: Small) -> None:
    """Metadata whose audio is not there wait in quarantine, and leave it when the audio has come."""
    small.deliver("calls", [call(1)], "calls.csv")
    assert Account(read=1, quarantined=1) == small.account("calls")
    assert small.rows("SELECT field, rule, reason FROM quarantine.records") == [
        ("audio", "file", "the audio file is not beside its metadata")
    ]
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    assert Account(read=1, inserted=1) == small.account("calls")
    assert small.rows("SELECT * FROM quarantine.records") == []


def test_names_that_lead_elsewhere_are_refused(small: Small) -> None:
    """No path leads out of the source's folder, or into a folder of it."""
    (small.data / "secret.wav").write_bytes(b"secret")
    (small.data / "calls" / "folder.wav").mkdir()
    (small.data / "calls" / "folder.wav" / "inner.wav").write_bytes(b"inner")
    tricks = [
        "../secret.wav",
        "./../secret.wav",
        str(small.data / "secret.wav"),
        "folder.wav/inner.wav",
        "folder.wav",
        "..",
        ".",
        "~/x.wav",
        "%2e%2e/secret.wav",
        "..\\secret.wav",
    ]
    small.deliver("calls", [call(number, audio=trick) for number, trick in enumerate(tricks)], "calls.csv")
    assert Account(read=len(tricks), quarantined=len(tricks)) == small.account("calls")
    assert _kept(small) == []


def test_a_file_whose_name_is_no_text_stops_nothing(small: Small) -> None:
    """A stray file whose name is not UTF-8 cannot be named by a record, and stops no other."""
    with open(os.fsencode(small.data / "calls") + b"/\xff\xfe.wav", "wb"):  # noqa: PTH123 - pathlib knows no names of bytes
        pass
    (small.data / "calls" / "1.wav").write_bytes(b"sound")
    small.deliver("calls", [call(1)], "calls.csv")
    assert Account(read=1, inserted=1) == small.account("calls")


def test_audio_of_another_kind_takes_the_place_of_the_first(small: Small) -> None:
    """Where a record names another file later, its first one does not stay."""
    for ending in ("wav", "flac"):
        (small.data / "calls" / f"1.{ending}").write_bytes(ending.encode())
    small.deliver("calls", [call(1)], "calls.csv")
    small.load("calls")
    small.deliver("calls", [call(1, audio="1.flac")], "calls.csv")
    assert Account(read=1, updated=1) == small.account("calls")
    assert _orphans(small) == 1
    small.purge()
    assert ([file.read_bytes() for file in _kept(small)], _orphans(small)) == ([b"flac"], 0)
