"""Dagster's instance in the home."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from resources.errors import AnsvarError
from resources.home import write_private

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dagster as dg

    from resources.home import Home


REQUESTS = "requests"
SHIPPED = (
    "45d748f8a5472f7d300b2a31248aedcc6c132f9cac0cacdae891eef00a8c5ff5",
    "dbb817fded6a6902f63dc526f155dfa8d01f993816f71a77c79d940454be0f53",
    "9ee326d0daea209706be0cfea3a609f925bba61fd344915aa20a91e036f0a458",
    "6d282f5b31fc3d5c5bfc051d3dd467c2b73ad1e9b64af3af1073255e883223ef",
    "4d821e243019582447a3f89a2ae5cc152d9226b82a14c8deb1032ffb99d3ae8a",
    "53b13af267d548dc9e13e3b4fdde1238de72dc63963b69d941085d6a105eb427",
    "d293c920ec88b31c565a606246a197025cb3491dddcd30ad602cfee9abcbf184",
    "31650cf3621c2436239c5b3f216f80e9b532da1ff9e73e4abaa154db4ec77fff",
)
"""SHA-256 of every `dagster.yaml` that was shipped, the present one last."""
STORAGE = "ANSVAR_DAGSTER_STORAGE"
"""The setting that names a PostgreSQL database for Dagster's storage, as `postgresql+psycopg2://user:password@host/database`."""

_ADDRESS = re.compile(r"postgresql\+psycopg2://\S+")
_IN_FILES = """event_log_storage: # Dagster's own, with its connections kept open
  module: pipelines.event_log
  class: KeptOpenEventLogStorage
  config: {}
"""
_IN_POSTGRESQL = f"""storage: # all of it in one database
  postgres:
    postgres_url:
      env: {STORAGE}
"""


def prepare_instance(home: Home) -> Path:
    """Put the instance's settings into the home; those of an earlier version that nobody has changed are replaced. Gives their folder.

    Raises:
        AnsvarError: where the setting of its storage is no address of a PostgreSQL database.
    """
    folder = home.path / "dagster"
    settings = folder / "dagster.yaml"
    present = shipped("dagster.yaml").read_text(encoding="utf-8")
    if _storage(home):
        present = present.replace(_IN_FILES, _IN_POSTGRESQL)
    is_changed = settings.exists() and settings.read_text(encoding="utf-8") != present
    if not settings.exists() or (is_changed and _digest(settings) in SHIPPED):
        write_private(settings, present)
    return folder


def told_of_own_settings(home: Home) -> list[str]:
    """What is said of settings that were changed by hand, which stay as they are, whatever is shipped; nothing of others."""
    settings = home.path / "dagster" / "dagster.yaml"
    if not settings.exists() or _digest(settings) in SHIPPED:
        return []
    return [f"{settings} was changed by hand, so it stays as it is. Look at what is new in {shipped('dagster.yaml')}."]


def _digest(file: Path) -> str:
    """The SHA-256 of settings, as they were shipped: where Dagster's storage lies is no change by hand."""
    text = file.read_text(encoding="utf-8")
    return hashlib.sha256(text.replace(_IN_POSTGRESQL, _IN_FILES).encode()).hexdigest()


def _storage(home: Home) -> str:
    """The address of Dagster's database; empty for files in the home."""
    address = home.settings().get(STORAGE, "").strip()
    if address and not _ADDRESS.match(address):
        raise AnsvarError(
            f"The setting {STORAGE} is no address of a database: write it as postgresql+psycopg2://user:password@host/database."
        )
    return address


def shipped(name: str) -> Path:
    """A file that stands at the top of the checkout, or beside this module once installed."""
    beside = Path(__file__).parent / name
    return beside if beside.exists() else Path(__file__).parent.parent / name


def open_instance(home: Home) -> dg.DagsterInstance:
    """Dagster's instance of a home."""
    import dagster as dg

    os.environ["DAGSTER_HOME"] = str(prepare_instance(home))
    if address := _storage(home):
        os.environ[STORAGE] = address  # which Dagster's settings name
    return dg.DagsterInstance.get()


def add_partition(home: Home, request: str) -> None:
    """Let Dagster know of a request, by its opaque id."""
    add_partitions(home, [request])


def add_partitions(home: Home, requests: Sequence[str]) -> list[str]:
    """Let Dagster know of requests, by their opaque ids; gives all that it knows of, in its order."""
    with open_instance(home) as instance:
        instance.add_dynamic_partitions(REQUESTS, requests)
        return list(instance.get_dynamic_partitions(REQUESTS))
