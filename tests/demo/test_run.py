"""Where the source systems of the demonstration listen."""

from __future__ import annotations

import socket

from demo.run import port_if_free


def test_a_port_that_somebody_took() -> None:
    """The source systems listen again where they did; where somebody listens there meanwhile, on any port that is free."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert port_if_free(port) == 0
    assert port_if_free(port) == port
