"""The settings of an OpenID provider; without any, there is none, and nobody logs in by it.

ANSVAR_OIDC_ISSUER             the provider's issuer, as https://login.example.fi/realms/staff
ANSVAR_OIDC_CLIENT_ID          what the provider knows this register as
ANSVAR_OIDC_CLIENT_SECRET      what it knows it by; or a file that holds it: ANSVAR_OIDC_CLIENT_SECRET_FILE
ANSVAR_OIDC_LABEL              optional: what the button names, else the issuer's host
ANSVAR_OIDC_CLAIM              optional: the claim that names a user at the first login, `email` or `preferred_username`
"""

from __future__ import annotations

import ipaddress
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUER, CLIENT, SECRET, SECRET_FILE, LABEL, CLAIM = (
    f"ANSVAR_OIDC_{each}" for each in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "LABEL", "CLAIM")
)
CLAIMS = {"email": "openid email", "preferred_username": "openid profile"}
"""The claims that may name a user, and the scope that each is asked for with."""
LONGEST = 255
_PRINTABLE = re.compile(r"[!-~]{1,255}")
_LONGEST_LABEL = 60
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class ProviderSettings:
    """The provider by which users may log in."""

    issuer: str
    client: str
    secret: str = field(repr=False)
    label: str = ""
    claim: str = "email"


def provider_settings(settings: Mapping[str, str]) -> ProviderSettings | None:
    """The provider that a home's settings name; None where they name none.

    Raises:
        AnsvarError: where they name half of one, or a setting is wrong.
    """
    given = {name: settings.get(name, "").strip() for name in (ISSUER, CLIENT, SECRET, SECRET_FILE, LABEL, CLAIM)}
    if not any(given.values()):
        return None
    missing = [name for name in (ISSUER, CLIENT) if not given[name]]
    if missing:
        raise AnsvarError(
            f"Logging in by OpenID Connect also needs {' and '.join(missing)}: set them, or none of the settings ANSVAR_OIDC_…."
        )
    secret = given[SECRET] or _read(given[SECRET_FILE])
    if not _PRINTABLE.fullmatch(secret) or not _PRINTABLE.fullmatch(given[CLIENT]):
        raise AnsvarError(f"{CLIENT} and {SECRET} (or what stands in {SECRET_FILE}) are at most 255 ASCII letters, without blanks.")
    if given[CLAIM] and given[CLAIM] not in CLAIMS:
        raise AnsvarError(f"The setting {CLAIM} is {' or '.join(CLAIMS)}.")
    issuer = issuer_of(given[ISSUER])
    label = (given[LABEL] or urlsplit(issuer).hostname or "")[:_LONGEST_LABEL]
    return ProviderSettings(issuer, given[CLIENT], secret, label, given[CLAIM] or "email")


def issuer_of(text: str) -> str:
    """An issuer, as it was written (OpenID Connect Discovery 1.0, section 2).

    Raises:
        AnsvarError: where it is none that may be trusted.
    """
    parts = urlsplit(text)
    if not is_safe(text) or parts.query or parts.fragment or len(text) > LONGEST:
        raise AnsvarError("An issuer is as https://login.example.fi/realms/staff: https (on this machine also http), without ? and #.")
    return text


def is_safe(address: object, *, plain: bool = True) -> bool:
    """Whether an address of a provider may be asked: https, or, where `plain` says so, http on this machine."""
    if not isinstance(address, str) or not address.isascii():
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (plain and parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(named: str) -> str:
    if not named:
        raise AnsvarError(f"Logging in by OpenID Connect also needs {SECRET} or {SECRET_FILE}, in settings.env or in the environment.")
    file = Path(named)
    try:
        mode, text = file.stat().st_mode, file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise AnsvarError(
            f"The client's secret cannot be read: {SECRET_FILE} names {file}, which must be a text file that you may read."
        ) from None
    if mode & _OTHERS:
        raise AnsvarError(f"The client's secret can be read by others: chmod 600 {file}.")
    return text
