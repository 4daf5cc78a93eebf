"""A process by a name that no other process ever has on this machine until it starts anew."""

from __future__ import annotations

from pathlib import Path

PROCESS_TAG = ".dagster/process"
"""The tag of a run that names the process that carries it out. By its beginning Dagster's pages neither show it nor hand it on."""


def name_of(process: int) -> str:
    """A process by its number and the time it started (in clock ticks since boot), for numbers come again; empty where there is none.

    See https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html.
    """
    try:
        status = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    state, *rest = status.rpartition(")")[2].split()
    return "" if state == "Z" else f"{process}.{rest[18]}"


def number_of(name: str) -> int | None:
    """The number of a process that is still there; None where it has ended, whoever has its number now."""
    number = name.partition(".")[0]
    return int(number) if number.isdecimal() and name_of(int(number)) == name else None
