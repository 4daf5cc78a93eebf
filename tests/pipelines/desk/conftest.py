"""The entrance, served on loopback, with a user of each role."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn
from whenever import TimeDelta

from pipelines.desk.dagster_ui import opened_workspace
from pipelines.desk.entrance import Addresses, Entrance
from pipelines.desk.serve import Listening, configuration
from pipelines.instance import open_instance, prepare_instance
from resources.oidc.provider import Provider
from resources.roles import Role
from tests.helpers.openid import openid_provider
from tests.helpers.small import Small
from tests.helpers.visiting import PASSWORD, Visitor
from tests.pipelines.desk.by_provider import add_linked, learn_anew
from tests.pipelines.desk.definitions import REQUEST
from tests.pipelines.desk.rooms import room

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    import dagster as dg

    from pipelines.desk.dagster_ui import Workspace
    from tests.helpers.openid import OpenIdProvider
    from tests.pipelines.desk.rooms import Room

DEFINITIONS = Path(__file__).parent / "definitions.py"
LATE = "2099-01-01T00:00:00Z"


@dataclass
class Served:
    """An entrance that is served, and what it stands on."""

    base: str
    small: Small
    entrance: Entrance
    instance: dg.DagsterInstance
    workspace: Workspace
    openid: OpenIdProvider

    def visitor(self, name: str | None = None) -> Visitor:
        """Somebody who is in, or nobody."""
        visitor = Visitor(self.base)
        if name is not None:
            assert visitor.login(name).status == 303
        return visitor

    def at(self, moment: str) -> None:
        """Put the clocks of the register and of its entrance to a moment."""
        self.small.at(moment)
        object.__setattr__(self.entrance, "register", self.small.register)
        object.__setattr__(self.entrance, "clock", self.small.register.clock)

    def passes(self, time: dt.timedelta) -> None:
        """Let time pass at the entrance, while the register's clock stands."""
        clock = self.entrance.clock
        assert clock.frozen is not None
        object.__setattr__(self.entrance, "clock", replace(clock, frozen=clock.frozen + TimeDelta(seconds=time.total_seconds())))

    def acts(self) -> list[tuple[str, str, str]]:
        """Who did what to what, from the first act to the last."""
        from resources.ledger.audit import entries  # noqa: PLC0415 - beside what it reads

        return [(each.by, each.what, each.thing) for each in entries(self.small.register.ledger.engine)]


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("entrance")
    small = Small(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    settings = prepare_instance(small.home) / "dagster.yaml"
    queued = settings.read_text(encoding="utf-8").replace(
        "dequeue_interval_seconds: 1", "dequeue_interval_seconds: 1, on_demand_at_once: 0"
    )
    settings.write_text(queued, encoding="utf-8")
    (folder / "workspace.yaml").write_text(f"load_from: [{{python_file: {{relative_path: {DEFINITIONS}, location_name: tested}}}}]\n")
    with (
        open_instance(small.home) as instance,
        opened_workspace(instance, folder / "workspace.yaml") as workspace,
        openid_provider(lambda: small.register.clock) as openid,
    ):
        entrance = Entrance(small.register, Addresses(frozenset({base})), Provider(openid.settings()), small.register.clock)
        instance.add_dynamic_partitions("requests", [REQUEST])
        server = uvicorn.Server(configuration(entrance, workspace, Listening("127.0.0.1", port)))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield Served(base, small, entrance, instance, workspace, openid)
        server.should_exit = True
        thread.join(20)
    small.close()


@pytest.fixture
def served(_running: Served) -> Iterator[Served]:
    """The entrance, with a new user of each role, named after it, and one who is disabled; nobody waits after failures."""
    users, at = _running.entrance.users, _running.small.register.clock.now()
    for role in Role:
        if users.find(role.value) is None:
            users.add(role.value, role, PASSWORD, ("console", at))
    if users.find("disabled") is None:
        users.add("disabled", Role.OFFICER, PASSWORD, ("console", at))
        users.disable(users.user("disabled"), ("console", at))
    _running.entrance.lockout.clear()
    clock = _running.small.register.clock
    yield _running
    _running.small.register = _running.entrance.register
    if {_running.small.register.clock, _running.entrance.clock} != {clock}:
        _running.at("2026-10-15T03:00:00+03:00")


@pytest.fixture
def openid(served: Served) -> Iterator[OpenIdProvider]:
    """The provider, as it is, and the user Pia, whom it knows."""
    add_linked(served, "pia", "subject-1")
    learn_anew(served)
    served.openid.reset()
    yield served.openid
    served.openid.reset()


@pytest.fixture(scope="session")
def desk(_running: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Another entrance, to a register that holds somebody's data."""
    with room(tmp_path_factory.mktemp("desk"), _running.workspace) as opened:
        yield opened
