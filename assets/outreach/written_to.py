"""Write the addresses of those who may be written to through one channel for one purpose; who takes the list is recorded first."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from assets.outreach.audience import addresses, check_known, work_out
from assets.outreach.lists import aside, check_target, put, write_csv
from assets.outreach.refusing import recorded
from resources.errors import AnsvarError
from resources.ledger.audit import Act, record
from resources.warehouse.dialect import literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import sqlalchemy as sa

    from assets.outreach.received import Told
    from resources.register import Register

_ID_BYTES = 10
_COLUMNS = dict.fromkeys(("subject", "ground", "address"), "text")


def write_audience(  # noqa: PLR0913, PLR0917 - what is asked for, by whom and why
    register: Register, channel: str, purpose: str, file: Path, by: str, reason: str
) -> int:
    """Write the list; gives how many addresses it has. Whoever refuses until it is recorded is not on it.

    Raises:
        AnsvarError: where the channel or the purpose is unknown, the file is there already, or no user or reason is named.
    """
    check_known(register, channel, purpose)
    if not reason.strip():
        raise AnsvarError("Whoever takes a list of addresses says what it is for: --reason may not be empty.")
    check_target(file)
    with aside(register) as made:

        def make(told: Told) -> Callable[[sa.Connection], int]:
            with register.warehouse.reading() as engine:
                work_out(engine, register, told)
                select = f"""
                    SELECT subject, ground, address FROM ({addresses(register)}) AS audience
                    WHERE channel = {literal(channel)} AND purpose = {literal(purpose)}
                """
                count = write_csv(engine, select, _COLUMNS, made)
            act = Act(by, "audience.written", "a" + secrets.token_hex(_ID_BYTES), register.clock.now(), reason.strip())

            def write(connection: sa.Connection) -> int:
                record(connection, act)
                return count

            return write

        count = recorded(register, make)
        put(made, file)
    return count
