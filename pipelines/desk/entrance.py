"""What the entrance stands on: the register, the addresses under which it is reached, and who comes with which session."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from resources.errors import AnsvarError
from resources.ledger.audit import Act, record
from resources.ledger.identities import IdentityLedger
from resources.ledger.lockout import Lockout
from resources.ledger.provider_logins import ProviderLogins
from resources.ledger.sessions import SessionLedger
from resources.ledger.users import UserLedger

if TYPE_CHECKING:
    from resources.ledger.sessions import Visitor
    from resources.oidc.provider import Provider
    from resources.register import Register

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Addresses:
    """Under which origins the entrance is reached, as `https://register.example.fi`; and which proxies before it are believed."""

    origins: frozenset[str]
    proxies: frozenset[str] = frozenset()

    @property
    def is_encrypted(self) -> bool:
        """Whether what goes between the browser and the entrance is encrypted."""
        return all(each.startswith("https://") for each in self.origins)

    def origin_of(self, host: str) -> str | None:
        """The origin that a request's Host names; None where it is none of ours."""
        return next((each for each in self.origins if each.partition("://")[2] == host.lower()), None)

    def client(self, peer: str, forwarded: str | None) -> str:
        """Whose request it is: the peer's, or, of a proxy that is believed, the last address that it gives."""
        return forwarded.rpartition(",")[2].strip() if forwarded and peer in self.proxies else peer


def addresses(host: str, port: int, public: str | None, proxies: tuple[str, ...] = (), *, certificate: bool = False) -> Addresses:
    """The addresses of an entrance that listens at a host and port.

    Args:
        host: where it listens.
        port: on which port.
        public: the address that people type, where it is another.
        proxies: the addresses of proxies whose X-Forwarded-For is believed.
        certificate: whether it speaks TLS itself.

    Raises:
        AnsvarError: where passwords would go over a network unencrypted, or an address is none.
    """
    loopback = _is_loopback(host)
    if not loopback and not certificate:
        raise AnsvarError(
            f"{host} can be reached by other machines, so the entrance needs a certificate: give --certificate and --key. Without them it "
            "listens on this machine alone (--host 127.0.0.1), and a proxy that has a certificate may stand before it (--public-address)."
        )
    if not loopback and public is None:
        raise AnsvarError("Say under which address people reach the entrance: --public-address https://register.example.fi.")
    scheme = "https" if certificate else "http"
    own = [f"{scheme}://{name}{_shown(scheme, port)}" for name in ("127.0.0.1", "localhost", "[::1]")] if loopback else []
    for each in proxies:
        _address(each)
    return Addresses(frozenset([_public(public)] if public else own), frozenset(proxies))


def _public(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise AnsvarError("--public-address is as https://register.example.fi: https, the name, a port where it is another than 443.")
    return f"https://{parts.hostname.lower()}{_shown('https', parts.port or _PORTS['https'])}"


def _shown(scheme: str, port: int) -> str:
    return "" if port == _PORTS[scheme] else f":{port}"


def _is_loopback(host: str) -> bool:
    return host == "localhost" or _address(host).is_loopback


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise AnsvarError("--host and --trusted-proxy take an IP address, as 127.0.0.1.") from None


@dataclass(frozen=True)
class Entrance:
    """The entrance of a register; where there is a provider, users may log in by it, too."""

    register: Register
    addresses: Addresses
    provider: Provider | None = None

    @cached_property
    def users(self) -> UserLedger:
        """Who may come in."""
        return UserLedger(self.register.ledger)

    @cached_property
    def sessions(self) -> SessionLedger:
        """Who is in."""
        return SessionLedger(self.register.ledger)

    @cached_property
    def lockout(self) -> Lockout:
        """Who waits after failed logins."""
        return Lockout(self.register.ledger, self.register.home.pepper)

    @cached_property
    def identities(self) -> IdentityLedger:
        """Who is who at the provider."""
        return IdentityLedger(self.register.ledger)

    @cached_property
    def provider_logins(self) -> ProviderLogins:
        """Logins that came back from the provider."""
        return ProviderLogins(self.register.ledger)

    @property
    def cookie(self) -> str:
        """What the session's cookie is called: browsers hold one with `__Host-` to this host, and to TLS."""
        return "__Host-ansvar" if self.addresses.is_encrypted else "ansvar"

    @property
    def begun_cookie(self) -> str:
        """What the cookie of a login is called that was begun at the provider."""
        return f"{self.cookie}-login"

    def visitor(self, token: str | None, *, noted: bool = True) -> Visitor | None:
        """Who comes with a token."""
        return self.sessions.find(token, self.register.clock.now(), noted=noted) if token else None

    def record(self, visitor: Visitor, what: str, thing: str) -> None:
        """Write into the audit chain what a visitor does, or is refused."""
        with self.register.ledger.engine.begin() as connection:
            record(connection, Act(visitor.name, what, thing, self.register.clock.now()))
