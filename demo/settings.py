"""The settings under which a register reaches the generated sources; those of the servers stand in `servers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.sources import crm

if TYPE_CHECKING:
    from pathlib import Path

FILE_SOURCES = ("chats", "calls", "web", "analytics", "mailings", "forms", "accounts", "feedback", "social")


def settings_of(data: Path) -> dict[str, str]:
    """`CRM_URL`, and `CHATS_PATH` and the like for each source of files."""
    data = data.resolve()
    return {"CRM_URL": f"sqlite:///{data / 'crm' / crm.DATABASE}"} | {
        f"{source.upper()}_PATH": str(data / source) for source in FILE_SOURCES
    }
