"""A port for a server that takes no open socket."""

from __future__ import annotations

import os
import random
import socket

_PORTS = range(15_000, 32_000)  # below those that a system gives to connections, one of which might take it before the server does


def free_port() -> int:
    """A port on loopback that nobody has, and that nobody but another such server may take."""
    chosen = random.Random(os.urandom(8))  # noqa: S311 - not the test's own chance, which comes again
    while True:
        port = chosen.choice(_PORTS)
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
