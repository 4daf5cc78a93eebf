"""A register as it is worked on: its catalogue, its home, its clock and its two stores."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.catalogue import load_register
from resources.clock import clock_of
from resources.connectors.landing import Landing
from resources.home import Home
from resources.ledger import Ledger
from resources.ledger.bundles import DELIVERED
from resources.warehouse.chosen import warehouse_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.catalogue import Catalogue
    from resources.clock import Clock
    from resources.warehouse import Warehouse

REGISTER_SETTING = "ANSVAR_REGISTER"
INTAKE_SETTING = "ANSVAR_INTAKE"


@dataclass(frozen=True)
class Register:
    """All that a stage works with."""

    catalogue: Catalogue
    home: Home
    clock: Clock
    warehouse: Warehouse
    ledger: Ledger
    landing: Landing

    @property
    def recordings(self) -> Path:
        """Where audio is kept."""
        return self.home.path / "recordings"

    @property
    def documents(self) -> Path:
        """Where the generated documents are put."""
        return self.home.path / "documents"

    @property
    def work_orders(self) -> Path:
        """Where the work orders for the sources are put."""
        return self.home.path / "work_orders"

    @property
    def intake(self) -> Path:
        """Where the company's forms write requests: the setting `ANSVAR_INTAKE`, by default `intake` in the home."""
        return Path(self.home.settings().get(INTAKE_SETTING, "").strip() or self.home.path / "intake")

    @property
    def outbox(self) -> Path:
        """Where export bundles are put that were released."""
        return self.home.path / "outbox"

    @property
    def waiting(self) -> Path:
        """Where export bundles wait for a named user."""
        return self.home.path / "waiting"

    def bundle_file(self, row: Mapping[str, Any]) -> Path:
        """Where the file of a row of the ledger's `bundles` lies."""
        return (self.outbox if row["state"] == DELIVERED else self.waiting) / str(row["file"])


def register_folder() -> Path:
    """The register that `ANSVAR_REGISTER` names, by default `register` in the present folder."""
    return Path(os.environ.get(REGISTER_SETTING) or "register").resolve()


def open_register(catalogue: Catalogue | None = None, home: Home | None = None, clock: Clock | None = None) -> Register:
    """The register that the environment names, or the parts given.

    Raises:
        CatalogueError: where its YAML is wrong.
        AnsvarError: where there is no home.
    """
    catalogue = catalogue or load_register(register_folder())
    home = (home or Home.from_environment()).require()
    return Register(
        catalogue=catalogue,
        home=home,
        clock=clock or clock_of(catalogue.notice.time_zone, home.path),
        warehouse=warehouse_of(home),
        ledger=Ledger(home.ledger_url),
        landing=Landing(home.path / "landing"),
    )
