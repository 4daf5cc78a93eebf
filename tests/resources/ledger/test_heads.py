"""Signed heads of the audit chain."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from resources.ledger import Ledger, tables
from resources.ledger.audit import BEGINNING, Act, entries, record, verify
from resources.ledger.heads import signed_head, verify_heads

if TYPE_CHECKING:
    import sqlalchemy as sa

AT = dt.datetime(2026, 11, 23, 8, 30)  # noqa: DTZ001 - as the ledger keeps moments
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


@pytest.fixture
def engine(ledger: Ledger) -> sa.Engine:
    """A ledger's database with three acts."""
    _write(ledger.engine, "Ada")
    return ledger.engine


def _write(engine: sa.Engine, by: str) -> None:
    with engine.begin() as connection:
        for number in range(3):
            record(connection, Act(by, "login", f"u{number}", AT))


def test_a_head_stands_in_the_chain_that_goes_on(engine: sa.Engine) -> None:
    """A head of before any act, one of now, and more acts after: all is well."""
    lines = [signed_head(engine, KEY, AT)]
    _write(engine, "Bo")
    lines.append(signed_head(engine, KEY, AT))
    assert verify_heads(engine, lines, KEY.public_key()) == []
    assert [json.loads(line)["number"] for line in lines] == [3, 6]


def test_a_chain_that_was_written_anew_is_found(engine: sa.Engine) -> None:
    """Somebody who may write the ledger makes another chain, whole in itself: the signed head tells."""
    line = signed_head(engine, KEY, AT)
    with engine.begin() as connection:
        connection.execute(tables.audit.delete())
        connection.execute(tables.audit_head.update().values(number=0, hash=BEGINNING))
    _write(engine, "Mallory")
    assert verify(engine) == []
    (fault,) = verify_heads(engine, [line], KEY.public_key())
    assert fault.startswith("Entry 3 is not the one whose head was signed on 2026-11-23")
    assert len(list(entries(engine))) == 3


@pytest.mark.parametrize(
    "change", [{"number": 2}, {"hash": "0" * 64}, {"at": "2026-11-24T00:00:00"}, {"signature": ""}, {"signature": "AAAA"}, {"more": 1}]
)
def test_a_head_that_was_changed_is_found(engine: sa.Engine, change: dict[str, object]) -> None:
    """Whatever of it is changed, the signature tells; so it does of a line that is none, and of another key."""
    line = signed_head(engine, KEY, AT)
    changed = json.dumps(json.loads(line) | change)
    assert verify_heads(engine, [changed, "nonsense", "[]"], KEY.public_key()) == [
        f"Line {number} is no head that was signed with this key." for number in (1, 2, 3)
    ]
    assert len(verify_heads(engine, [line], Ed25519PrivateKey.generate().public_key())) == 1
