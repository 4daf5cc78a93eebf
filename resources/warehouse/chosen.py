"""Which warehouse a home has: its own folder with DuckDB's files, or a server of Spark Connect."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from resources.errors import AnsvarError
from resources.keys import PLAIN_SETTING
from resources.warehouse.generations import Warehouse

if TYPE_CHECKING:
    from resources.home import Home

SETTING = "ANSVAR_WAREHOUSE"
STORAGE_SETTING = "ANSVAR_STORAGE"
_DUCKDB = "duckdb://"
_SPARK = re.compile(r"sc://[^\s/:]+:\d{1,5}(/\S*)?")


def warehouse_of(home: Home) -> Warehouse:
    """The warehouse that the setting `ANSVAR_WAREHOUSE` names: `duckdb://`, the default, or `sc://host:port`.

    Raises:
        AnsvarError: where a setting is wrong or missing, or Spark's client is not installed.
    """
    settings = home.settings()
    chosen = settings.get(SETTING, "").strip()
    folder, temporary = home.path / "warehouse", home.path / "temporary"
    if chosen in {"", _DUCKDB}:
        return Warehouse(folder, temporary, home.sealing, home.memory)
    if not _SPARK.fullmatch(chosen):
        raise AnsvarError(f"The setting {SETTING} is duckdb://, or the address of a Spark Connect server as sc://host:port.")
    if not home.sealing.plain:
        raise AnsvarError(
            f"A warehouse on Spark is not encrypted by Ansvar: let {STORAGE_SETTING} be on storage that is, and set {PLAIN_SETTING}=yes."
        )
    storage = settings.get(STORAGE_SETTING, "").strip()
    if not storage or not Path(storage).is_dir():
        raise AnsvarError(f"The setting {STORAGE_SETTING} is a folder that Ansvar and the servers of {SETTING} see under the same name.")
    try:
        from resources.warehouse.spark.generations import SparkWarehouse  # noqa: PLC0415 - an extra: not installed where DuckDB serves
    except ImportError:
        raise AnsvarError("Spark's client is not installed: install Ansvar with its extra `spark`.") from None
    return SparkWarehouse(folder, temporary, home.sealing, address=chosen, storage=Path(storage))
