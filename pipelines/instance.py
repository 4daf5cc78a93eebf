"""Dagster's instance in the home."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dagster as dg

    from resources.home import Home


REQUESTS = "requests"


def prepare_instance(home: Home) -> Path:
    """Put the instance's settings into the home, unless it has its own; gives the instance's folder."""
    folder = home.path / "dagster"
    settings = folder / "dagster.yaml"
    if not settings.exists():
        shutil.copyfile(shipped("dagster.yaml"), settings)
    return folder


def shipped(name: str) -> Path:
    """A file that stands at the top of the checkout, or beside this module once installed."""
    beside = Path(__file__).parent / name
    return beside if beside.exists() else Path(__file__).parent.parent / name


def open_instance(home: Home) -> dg.DagsterInstance:
    """Dagster's instance of a home."""
    import dagster as dg

    os.environ["DAGSTER_HOME"] = str(prepare_instance(home))
    return dg.DagsterInstance.get()


def add_partition(home: Home, request: str) -> None:
    """Let Dagster know of a request, by its opaque id."""
    add_partitions(home, [request])


def add_partitions(home: Home, requests: Sequence[str]) -> list[str]:
    """Let Dagster know of requests, by their opaque ids; gives all that it knows of, in its order."""
    with open_instance(home) as instance:
        instance.add_dynamic_partitions(REQUESTS, requests)
        return list(instance.get_dynamic_partitions(REQUESTS))
