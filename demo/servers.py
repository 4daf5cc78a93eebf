"""The source systems that are reached over HTTP: the helpdesk and the public business register, as real servers on this machine."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from demo.helpdesk_server import TOKEN, Helpdesk, HelpdeskHandler
from demo.registry_server import Registry, RegistryHandler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Servers:
    """Servers that run.

    Attributes:
        settings: `HELPDESK_URL`, `HELPDESK_TOKEN` and `REGISTRY_URL`.
    """

    settings: dict[str, str]


@contextmanager
def running(data: Path, helpdesk_port: int = 0, registry_port: int = 0, *, failing: bool = False) -> Iterator[Servers]:
    """Serve a generated world until the context ends; port 0 takes a free one.

    Args:
        data: the folder that `generate` wrote.
        helpdesk_port: where the helpdesk listens.
        registry_port: where the business register listens.
        failing: the helpdesk's second page of tickets always fails.
    """
    with ExitStack() as stack:
        helpdesk = Helpdesk(data / "helpdesk", failing=failing)
        registry = Registry(data / "registry")
        helpdesk_address = stack.enter_context(_serving(helpdesk_port, type("Handler", (HelpdeskHandler,), {"helpdesk": helpdesk})))
        registry_address = stack.enter_context(_serving(registry_port, type("Handler", (RegistryHandler,), {"registry": registry})))
        yield Servers(
            {
                "HELPDESK_URL": f"{helpdesk_address}{HelpdeskHandler.root}",
                "HELPDESK_TOKEN": TOKEN,
                "REGISTRY_URL": f"{registry_address}{RegistryHandler.root}",
            },
        )


@contextmanager
def _serving(port: int, handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer((_HOST, port), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{_HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
