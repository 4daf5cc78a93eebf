"""Load a source into a run's working copy and die without a word: `python -m tests.helpers.crash REGISTER HOME MOMENT SOURCE RUN`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from whenever import OffsetDateTime

from assets.ingest.source import ingest_source
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home
from resources.register import open_register


def crash(folder: str, home: str, moment: str, source: str, run: str) -> None:
    """Load, and die."""
    catalogue = load_register(folder)
    register = open_register(catalogue, Home(Path(home)), Clock(catalogue.notice.time_zone, OffsetDateTime(moment).to_instant()))
    for outcome in ingest_source(register, source, run, catalogue.sources[source].datasets):
        if outcome.account is None:
            os._exit(1)
    os._exit(9)


if __name__ == "__main__":
    crash(*sys.argv[1:])
