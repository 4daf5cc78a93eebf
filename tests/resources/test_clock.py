"""The one clock: where its time comes from, and whose date it tells."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from whenever import Instant

from resources.clock import Clock, clock_of
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from pathlib import Path

ZONE = "Europe/Helsinki"


@pytest.fixture(autouse=True)
def no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No clock is set from outside."""
    monkeypatch.delenv("ANSVAR_CLOCK", raising=False)


@pytest.mark.parametrize(
    ("text", "now", "today"),
    [
        ("2026-10-15T03:00:00Z", "2026-10-15T03:00:00", "2026-10-15"),
        ("2026-10-15T23:30:00Z", "2026-10-15T23:30:00", "2026-10-16"),
        ("2026-10-15T23:30:00+02:00", "2026-10-15T21:30:00", "2026-10-16"),
        ("2026-10-15T03:00", "2026-10-15T00:00:00", "2026-10-15"),
        ("2026-10-15T03:00:30", "2026-10-15T00:00:30", "2026-10-15"),
        ("2026-10-15 03:00", "2026-10-15T00:00:00", "2026-10-15"),
        ("2026-12-15", "2026-12-14T22:00:00", "2026-12-15"),
        (" 2026-12-15 \n", "2026-12-14T22:00:00", "2026-12-15"),
    ],
)
def test_a_clock_that_stands_still(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, now: str, today: str) -> None:
    """The setting is a time of the register's zone unless it says another; the date told is the register's."""
    monkeypatch.setenv("ANSVAR_CLOCK", text)
    clock = clock_of(ZONE, tmp_path)
    assert (clock.now(), clock.today()) == (dt.datetime.fromisoformat(now), dt.date.fromisoformat(today))


def test_the_setting_comes_before_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file in the home counts, unless the environment says otherwise."""
    (tmp_path / "clock").write_text("2026-01-01\n", encoding="utf-8")
    assert clock_of(ZONE, tmp_path).today() == dt.date(2026, 1, 1)
    monkeypatch.setenv("ANSVAR_CLOCK", "2027-01-01")
    assert clock_of(ZONE, tmp_path).today() == dt.date(2027, 1, 1)


def test_the_real_time(tmp_path: Path) -> None:
    """Without a setting the clock runs, in UTC and without a zone."""
    clock = clock_of(ZONE, tmp_path)
    before = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    assert before <= clock.now() <= before + dt.timedelta(minutes=1)
    assert clock.frozen is None


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-30", "2026-10-15T25:00", "15.10.2026", "1760497200", "2026-10-15T"])
def test_what_is_no_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    """A setting that is no time is said to be wrong, with how to write one."""
    monkeypatch.setenv("ANSVAR_CLOCK", text)
    with pytest.raises(AnsvarError, match="is not a time: write one as 2026-10-15T03:00"):
        clock_of(ZONE, tmp_path)


def test_the_date_changes_at_the_register_s_midnight() -> None:
    """Two hours before midnight UTC it is tomorrow already in Helsinki in winter, but three hours before it is not."""
    days = [Clock(ZONE, Instant.from_utc(2026, 1, 31, hour)).today().isoformat() for hour in (21, 22)]
    assert days == ["2026-01-31", "2026-02-01"]
