"""What TLS changes, and what is believed of a proxy."""

from __future__ import annotations

import datetime as dt
import http.client
import ssl
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipelines.desk.entrance import Addresses, Entrance, addresses
from pipelines.desk.guard import Guard
from tests.helpers.visiting import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pipelines.desk.conftest import Served


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody signed but itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    files = folder / "chain.pem", folder / "key.pem"
    files[0].write_bytes(signed.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def test_over_tls_the_session_stays_with_tls(served: Served, tmp_path: Path) -> None:
    """The cookie is bound to this host and to TLS, and the browser is told to stay with it."""
    from pipelines.desk.app import application  # noqa: PLC0415 - here alone
    from pipelines.desk.dagster_ui import Workspace  # noqa: PLC0415 - here alone

    chain, key = _certificate(tmp_path)
    entrance = Entrance(served.entrance.register, Addresses(frozenset({"https://register.example.fi"})), served.entrance.provider)
    pages = application(entrance, Workspace.__new__(Workspace))
    server = uvicorn.Server(uvicorn.Config(pages, port=0, ssl_certfile=chain, ssl_keyfile=key, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(chain))
    trusting.check_hostname = False
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=trusting)
    headers = {"Host": "register.example.fi", "Origin": "https://register.example.fi"}
    connection.request("POST", "/login", urlencode({"name": "viewer", "password": PASSWORD}), headers)
    answer = connection.getresponse()
    answer.read()
    connection.request("POST", "/login/provider", "next=/", headers)
    begun = connection.getresponse()
    connection.close()
    server.should_exit = True
    thread.join(20)
    assert answer.status == 303
    name, _, rest = (answer.headers["Set-Cookie"] or "").partition("=")
    assert name == "__Host-ansvar"
    assert {part.strip() for part in rest.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=strict", "Secure"}
    name, _, rest = (begun.headers["Set-Cookie"] or "").partition("=")
    assert name == "__Host-ansvar-login"
    assert {part.strip() for part in rest.split(";")[1:]} == {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax", "Secure"}
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", None, "10.0.0.1"),
    ],
)
def test_a_proxy_is_believed_where_it_is_named(peer: str, forwarded: str | None, client: str) -> None:
    """The last address that a named proxy gives is the client's; what a client itself put before it, or another proxy says, is not."""
    found = addresses("127.0.0.1", 3000, "https://register.example.fi", ("10.0.0.1",))
    assert found.client(peer, forwarded) == client
    assert found.is_encrypted


def test_on_this_machine_three_names_are_ours() -> None:
    """Without an address of its own the entrance is reached by loopback's names alone."""
    found = addresses("127.0.0.1", 3000, None)
    assert found.origins == {"http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"}
    assert found.origin_of("LOCALHOST:3000") == "http://localhost:3000"
    assert found.origin_of("register.example.fi:3000") is None
    assert not found.is_encrypted


def test_what_fails_says_nothing_of_what_it_failed_on(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    """An error in a page is told in its kind and place alone, to the browser not even that."""

    async def failing(*_: object) -> None:
        raise ValueError("Maija Virtanen")

    guard = Guard(failing, served.entrance)
    server = uvicorn.Server(uvicorn.Config(guard, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    connection = http.client.HTTPConnection("127.0.0.1", server.servers[0].sockets[0].getsockname()[1])
    connection.request("GET", "/login", headers={"Host": served.base.removeprefix("http://")})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    server.should_exit = True
    thread.join(20)
    assert answer.status == 500
    assert b"Maija" not in body
    assert "Unexpected ValueError at" in caplog.text
    assert "Maija" not in caplog.text
