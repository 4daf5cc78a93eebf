"""The SQL models: text of the files under `sql/`, and the fixed tables, read as package data."""

from __future__ import annotations

from functools import cache
from importlib import resources as package_data


@cache
def model(path: str) -> str:
    """The text of `sql/<path>.sql`, as `identity/evidence`."""
    return (package_data.files("sql") / f"{path}.sql").read_text(encoding="utf-8")


def tables() -> list[str]:
    """The statements that make the tables which every generation has."""
    text = (package_data.files("resources.warehouse") / "tables.sql").read_text(encoding="utf-8")
    return [statement for statement in text.split(";") if statement.strip()]
