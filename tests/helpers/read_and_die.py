"""Read a data set in a process of its own, to be killed: `python -m tests.helpers.read_and_die REGISTER HOME SOURCE DATASET MOMENT`."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from resources.catalogue import load_register
from resources.connectors.extract import Connector
from resources.connectors.landing import Landing
from resources.connectors.pieces import Moment
from resources.home import Home


def read(register: str, folder: str, source: str, dataset: str, moment: str) -> None:
    """Extract into landing."""
    described, home = load_register(register).sources[source], Home(Path(folder))
    now = Moment(dt.datetime.fromisoformat(moment))
    Connector(described, home).extract(described.datasets[dataset], Landing(home.path / "landing"), now)


if __name__ == "__main__":
    read(*sys.argv[1:])
