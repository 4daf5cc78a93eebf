"""An entrance to a small register that holds somebody's data, with a user of each role."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from whenever import Instant

from pipelines.desk.entrance import Addresses, Entrance
from pipelines.desk.serve import Listening, configuration
from resources.catalogue import load_register
from resources.clock import Clock
from resources.roles import Role
from tests.assets.rights.small import NOW, small_register
from tests.helpers.visiting import PASSWORD, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dagster as dg

    from pipelines.desk.dagster_ui import Workspace
    from resources.register import Register

_REGISTER = Path(__file__).parents[2] / "assets" / "rights" / "register"


@dataclass
class Room:
    """The entrance that is served, and its register."""

    base: str
    entrance: Entrance
    instance: dg.DagsterInstance

    @property
    def register(self) -> Register:
        """The register."""
        return self.entrance.register

    def at(self, moment: str) -> None:
        """Put the clocks of the register and of its entrance to a moment."""
        clock = Clock(self.register.catalogue.notice.time_zone, Instant(moment))
        object.__setattr__(self.entrance, "register", replace(self.register, clock=clock))
        object.__setattr__(self.entrance, "clock", clock)

    def visitor(self, name: str = "officer") -> Visitor:
        """Somebody who is in."""
        visitor = Visitor(self.base, {"ansvar-language": "en"})
        assert visitor.login(name).status == 303
        return visitor

    def acts(self, thing: str) -> list[tuple[str, str]]:
        """Who did what to a thing, from the first act to the last."""
        from resources.ledger.audit import entries  # noqa: PLC0415 - beside what it reads

        return [(each.by, each.what) for each in entries(self.register.ledger.engine, thing)]


@contextmanager
def room(folder: Path, workspace: Workspace) -> Iterator[Room]:
    """Serve the register of `tests.assets.rights.small`, which says here how long it knows erased persons."""
    opened = small_register(folder)
    described = folder / "register"
    shutil.copytree(_REGISTER, described)
    retention = described / "retention.yaml"
    retention.write_text(retention.read_text(encoding="utf-8").replace("runs: all}", "runs: all, erasures: all}"), encoding="utf-8")
    opened = replace(opened, catalogue=load_register(described), clock=Clock("Europe/Helsinki", Instant(NOW)))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    entrance = Entrance(opened, Addresses(frozenset({base})), clock=opened.clock)
    for role in Role:
        entrance.users.add(role.value, role, PASSWORD, ("console", opened.clock.now()))
    server = uvicorn.Server(configuration(entrance, workspace, Listening("127.0.0.1", port)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield Room(base, entrance, workspace.instance)
    server.should_exit = True
    thread.join(20)
    opened.ledger.close()
