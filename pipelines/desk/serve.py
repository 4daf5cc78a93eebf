"""The web server with all that belongs to it: the servers of the register's code, what runs are forked from, the daemon, the entrance.

They live and end together: what ends by itself ends the others, and whoever started them starts them anew. Also where this process is
killed, nothing that it started goes on (`pipelines.launch.tree`).
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from ruamel.yaml import YAML

from pipelines.desk.app import application
from pipelines.desk.dagster_ui import code_servers, opened_workspace
from pipelines.instance import open_instance, shipped
from pipelines.launch.keeper import kept
from pipelines.launch.serving import alone
from pipelines.launch.tree import one_tree
from pipelines.launch.warm import warm
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.desk.dagster_ui import Workspace
    from pipelines.desk.entrance import Entrance

_PATIENCE = 20.0  # seconds that the daemon has to end by itself
_ENDING = (signal.SIGTERM, signal.SIGINT)
_GRACE = 10  # seconds that answers under way have to end
_BIGGEST_MESSAGE = 1_000_000  # bytes of a websocket's message


@dataclass(frozen=True)
class Listening:
    """Where the entrance listens, and with which certificate."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


def serve(entrance: Entrance, listening: Listening) -> int:
    """Serve until SIGTERM or Ctrl-C; gives the exit code.

    Raises:
        AnsvarError: where it cannot listen, or the certificate is wrong.
    """
    logging.basicConfig(format="%(message)s")
    _check(listening)
    home = entrance.register.home
    os.chdir(home.path)  # Dagster warns of every dagster.yaml in the present folder
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        stack.enter_context(_ended_by_signals())
        folder = stack.enter_context(alone(entrance.register))
        stack.enter_context(one_tree())
        instance = stack.enter_context(open_instance(home))
        stack.enter_context(kept(Path(instance.root_directory)))
        workspace_file = folder / "workspace.yaml"
        YAML().dump(stack.enter_context(code_servers(instance, shipped("workspace.yaml"))), workspace_file)
        daemon = stack.enter_context(_daemon(workspace_file))
        workspace = stack.enter_context(opened_workspace(instance, workspace_file))
        warm()
        server = uvicorn.Server(configuration(entrance, workspace, listening))
        ended = threading.Event()
        watch = threading.Thread(target=_watch, args=(daemon, server, ended), daemon=True)
        watch.start()
        server.run()  # a signal that ended it is raised again
        ended.set()
        return 1
    return 0


def configuration(entrance: Entrance, workspace: Workspace, listening: Listening) -> uvicorn.Config:
    """How the web server is set: it says nothing of itself, keeps no log of who asked for what, and believes no header."""
    return uvicorn.Config(
        application(entrance, workspace),
        host=listening.host,
        port=listening.port,
        ssl_certfile=listening.certificate,
        ssl_keyfile=listening.key,
        access_log=False,
        log_level="error",
        proxy_headers=False,  # what a proxy says is believed where that is stated, by the guard
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=_BIGGEST_MESSAGE,
        timeout_graceful_shutdown=_GRACE,
        lifespan="off",
    )


def _check(listening: Listening) -> None:
    """See that a server could listen there.

    Raises:
        AnsvarError: where it could not.
    """
    import socket  # noqa: PLC0415 - here alone
    import ssl  # noqa: PLC0415 - here alone

    if listening.certificate is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(listening.certificate, listening.key)
        except (OSError, ssl.SSLError) as error:
            raise AnsvarError(f"The certificate cannot be used ({type(error).__name__}): see --certificate and --key (PEM).") from None
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((listening.host, listening.port))
        except OSError:
            raise AnsvarError(f"Port {listening.port} of {listening.host} cannot be listened at: name another with --port.") from None


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM ends as Ctrl-C does: all that was started is ended, and then this."""

    def end(number: int, frame: object) -> None:
        del number, frame
        for each in _ENDING:
            signal.signal(each, signal.SIG_IGN)  # what is being ended is not cut short
        raise KeyboardInterrupt

    before = {each: signal.signal(each, end) for each in _ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


@contextmanager
def _daemon(workspace_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Dagster's daemon, which starts what is scheduled and queued, until it is left."""
    program = [sys.executable, "-m", "dagster._daemon", "run", "--log-level", "warning", "-w", str(workspace_file)]
    with subprocess.Popen(program) as daemon:  # noqa: S603 - our own environment's command
        try:
            yield daemon
        finally:
            daemon.terminate()
            try:
                daemon.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                daemon.kill()


def _watch(daemon: subprocess.Popen[bytes], server: uvicorn.Server, ended: threading.Event) -> None:
    """End the web server when the daemon has ended: schedules that nobody runs are not to go unseen."""
    while not ended.wait(1.0):
        if daemon.poll() is not None:
            server.should_exit = True
            return
