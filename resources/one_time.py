"""Codes of an authenticator app: time-based one-time passwords (RFC 6238), six digits, thirty seconds.

The secret stands nowhere: it is made of a user's salt, which the ledger keeps, and the home's pepper, which no database does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from typing import TYPE_CHECKING
from urllib.parse import quote

from resources.keyed_hash import derived_key

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

_STEP, _DIGITS, _SECRET_BYTES, _SALT_BYTES = 30, 6, 20, 16
_DRIFT = 1  # steps that a telephone's clock may be wrong


def new_salt() -> str:
    """A random salt."""
    return secrets.token_hex(_SALT_BYTES)


def secret_of(pepper: str, salt: str) -> bytes:
    """The secret that an authenticator app shares with the register."""
    return derived_key(pepper, f"one-time code/{salt}")[:_SECRET_BYTES]


def address_of(secret: bytes, name: str) -> str:
    """What an authenticator app reads: `otpauth://…`."""
    return f"otpauth://totp/Ansvar:{quote(name)}?secret={base64.b32encode(secret).decode()}&issuer=Ansvar"


def code_at(secret: bytes, step: int) -> str:
    """The code of a step of thirty seconds since 1970 (RFC 4226, 5.3)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    start = digest[-1] & 0x0F
    return str((struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFF_FFFF) % 10**_DIGITS).zfill(_DIGITS)


def step_of(moment: dt.datetime) -> int:
    """The step in which a naive UTC moment lies."""
    return int((moment - moment.replace(year=1970, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)).total_seconds()) // _STEP


def accepted_step(secrets_of_user: Iterable[bytes], code: str, moment: dt.datetime, last: int) -> int | None:
    """The step that a code is of, where it is right and later than the last that was accepted; None where it is not."""
    given, now = code.replace(" ", "").encode(), step_of(moment)
    found = None
    for secret in secrets_of_user:
        for step in range(now - _DRIFT, now + _DRIFT + 1):
            if hmac.compare_digest(code_at(secret, step).encode(), given) and step > last:
                found = step
    return found
