"""The entrance on a register in which somebody asks, two records may be one person's, and some could not be read in."""

from __future__ import annotations

import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import uvicorn

from assets.rights.export import export
from pipelines.desk.entrance import Addresses, Entrance
from pipelines.desk.serve import Listening, configuration
from resources.ledger.bundles import BundleLedger
from resources.roles import Role
from tests.helpers.records import chat, customer
from tests.helpers.requests import file_verified
from tests.helpers.small import Small
from tests.helpers.visiting import PASSWORD, Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resources.register import Register
    from tests.helpers.visiting import Answered
    from tests.pipelines.desk.conftest import Served

OFFICER, OTHER = "officer", "other.officer"
ASKS = "eino.esimerkki@koe.example"
TEXT = "Terve, soittakaa Aino Kettuselle numeroon +358 40 765 4321, toinen.osoite@koe.example. Myös naapuri Veli Vieras tietää. <b>Eino</b>"


@dataclass
class Rooms:
    """The entrance, and the register behind it."""

    base: str
    small: Small

    @property
    def register(self) -> Register:
        """The register."""
        return self.small.register

    def visitor(self, name: str = OFFICER) -> Visitor:
        """A user who is in."""
        visitor = Visitor(self.base)
        assert visitor.login(name).status == 303
        return visitor

    def bundle(self) -> str:
        """A request of the person who asks, whose bundle was made and waits."""
        register = self.register
        request = file_verified(register.ledger, "access", "fi", [("email", ASKS)], register.clock.now())
        export(register, request.id)
        return request.id

    def digest(self, request: str) -> str:
        """The checksum of a request's bundle, as the page of it bears it."""
        return str(BundleLedger(self.register.ledger).bundle(request)["sha256"])

    def acts(self, thing: str) -> list[tuple[str, str, str | None]]:
        """Who did what to a thing, and why."""
        from resources.ledger.audit import entries  # noqa: PLC0415 - beside what it reads

        return [(each.by, each.what, each.why) for each in entries(self.register.ledger.engine, thing)]


def sent(visitor: Visitor, path: str, **form: str) -> Answered:
    """A form of these pages, with the session's mark."""
    return visitor.post(path, csrf=visitor.mark(), **form)


def looked(visitor: Visitor, path: str, reason: str = "before the release") -> str:
    """The path of what is shown once the reason of the look was given."""
    answered = sent(visitor, path, reason=reason)
    assert answered.status == 303
    onward = answered.headers["Location"]
    assert re.fullmatch(rf"{path}\?look=l[0-9a-f]{{20}}", onward)
    return str(onward)


@pytest.fixture(scope="package")
def rooms(_running: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    """The entrance, with two officers."""
    small = Small(tmp_path_factory.mktemp("rooms"), encrypted=True)
    customers = [customer(1, email="aino@koe.example", name="Aino Kettunen"), customer(2, email="aino@koe.example", name="Aino Kettunen")]
    small.deliver("shop", [*customers, customer(3, email=ASKS, name="Eino Esimerkki"), customer(4, visits=500, name="Maija Korhonen")])
    small.deliver("chats", [chat(number, email=ASKS, text=f"{number}: {TEXT}") for number in range(1, 28)] + [chat(99, ended_at="soon")])
    small.ingest("shop", "chats")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    entrance = Entrance(small.register, Addresses(frozenset({base})), clock=small.register.clock)
    for name, role in ((OFFICER, Role.OFFICER), (OTHER, Role.OFFICER)):
        entrance.users.add(name, role, PASSWORD, ("console", small.register.clock.now()))
    server = uvicorn.Server(configuration(entrance, _running.workspace, Listening("127.0.0.1", port)))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Rooms(base, small)
    server.should_exit = True
    thread.join(20)
    small.close()
