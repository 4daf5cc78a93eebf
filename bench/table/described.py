"""The demonstration's register with sources that are read from files of a benchmark, in a home of a turn's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from whenever import Instant

from bench.many import NOW
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home, write_private
from resources.register import Register, open_register

if TYPE_CHECKING:
    from collections.abc import Callable

REGISTER = Path(__file__).parents[2] / "register"
Change = tuple[str, "Callable[[Any], None]"]


def opened(own: Path, settings: dict[str, str], *changes: Change) -> Register:
    """A register in a folder: the demonstration's, with the YAML of some sources changed, and a new home.

    Args:
        own: the folder.
        settings: what `${NAME}` in the YAML stands for, and other settings.
        changes: names of sources, each with what changes the plain values of its YAML.
    """
    shutil.copytree(REGISTER, own / "register")
    yaml = YAML(typ="rt")
    yaml.width = 10_000
    for source, change in changes:
        file = own / "register" / "sources" / f"{source}.yaml"
        described = yaml.load(file.read_text(encoding="utf-8"))
        change(described)
        yaml.dump(described, file)
    return again(own, settings)


def again(own: Path, settings: dict[str, str]) -> Register:
    """The register of a folder, opened with other settings; its home is made where there is none."""
    home = Home(own / "home")
    if not home.path.exists():
        home.create()
    write_private(home.path / "settings.env", "".join(f"{name}={value}\n" for name, value in settings.items()))
    register = open_register(load_register(own / "register"), home, Clock("Europe/Helsinki", Instant(NOW)))
    register.ledger.requests()  # a new home's ledger is made, and is no part of any turn
    return register
