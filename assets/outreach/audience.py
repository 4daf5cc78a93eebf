"""Who may be written to today: worked out of the sources' consents and of what persons told us, where nothing tells otherwise nobody.

The tables hold opaque ids: an address stands in its record alone, is looked up there when a list is written, and goes with it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.identity.age import years_before
from assets.outreach.received import Told, name_received
from assets.outreach.stated import name_stated
from resources.errors import AnsvarError
from resources.runs import begin_run, finish_run
from resources.warehouse.dialect import literal, name
from resources.warehouse.models import model

if TYPE_CHECKING:
    from resources.catalogue.outreach_shapes import OutreachShape
    from resources.register import Register
    from resources.warehouse import Engine

KEPT = ("consents", "barred", "audience")
"""The tables of the warehouse's schema `outreach`."""
_ID_BYTES = 8


@dataclass(frozen=True)
class Counted:
    """How many may be written to through a channel for a purpose, by ground, and how many may not, by reason."""

    channel: str
    purpose: str
    grounds: dict[str, int]
    reasons: dict[str, int]

    @property
    def written_to(self) -> int:
        """How many may be written to."""
        return sum(self.grounds.values())


def work_out(engine: Engine, register: Register, told: Told) -> None:
    """Make the temporary tables `consents`, `barred`, `judged` and `audience` of what an engine reads and of what the ledger tells.

    Raises:
        AnsvarError: where the register has no `outreach.yaml`, or a key is missing.
    """
    outreach, today = outreach_of(register), register.clock.today()
    bar(engine, register, told)
    bound: dict[str, object] = {
        "today": today,
        "adult_if_born_by": years_before(today, outreach.minimum_age),
        "leave_out_unknown": outreach.unknown_age == "left_out",
    }
    _make(engine, "judged", bound)
    _make(engine, "audience")


def bar(engine: Engine, register: Register, told: Told) -> None:
    """Make the temporary tables `consents` and `barred`, also in a register that does not say who may be written to.

    Raises:
        AnsvarError: where a key that hashes were made with is not in the home.
    """
    name_received(engine, register, told)
    name_stated(engine, register.catalogue)
    _make(engine, "consents", {"now": register.clock.now()})
    _make(engine, "barred")


def _make(engine: Engine, step: str, bound: dict[str, object] | None = None) -> None:
    engine.run(f"CREATE OR REPLACE TEMP TABLE {step} AS {model(f'outreach/{step}')}", bound)


def outreach_of(register: Register) -> OutreachShape:
    """What the register says of who may be written to.

    Raises:
        AnsvarError: where it says nothing.
    """
    if register.catalogue.outreach is None:
        raise AnsvarError("The register does not say who may be written to: describe it in outreach.yaml, see docs/catalogue.md.")
    return register.catalogue.outreach


def check_known(register: Register, channel: str | None, purpose: str | None) -> None:
    """That a channel and a purpose, where they are named, are ones of `outreach.yaml`.

    Raises:
        AnsvarError: where one is not, or the register has no `outreach.yaml`.
    """
    outreach = outreach_of(register)
    if channel is not None and channel not in outreach.channels:
        raise AnsvarError(f"There is no channel '{channel}' in outreach.yaml. Known: {', '.join(outreach.channels)}.")
    if purpose is not None and purpose not in outreach.marketing:
        raise AnsvarError(f"'{purpose}' is no purpose that outreach.yaml lists under 'marketing'. Known: {', '.join(outreach.marketing)}.")


def counts(engine: Engine) -> list[Counted]:
    """How many may be written to, and how many may not and why, after `work_out`."""
    rows = engine.rows("""
        SELECT channel, purpose, reason, CASE WHEN reason IS NULL THEN ground END AS ground, count(*)
        FROM judged GROUP BY channel, purpose, reason, CASE WHEN reason IS NULL THEN ground END
        ORDER BY channel, purpose, reason, CASE WHEN reason IS NULL THEN ground END
    """)
    found: dict[tuple[str, str], Counted] = {}
    for channel, purpose, reason, ground, count in rows:
        each = found.setdefault((channel, purpose), Counted(channel, purpose, {}, {}))
        (each.reasons if reason is not None else each.grounds)[reason or ground] = count
    return list(found.values())


def refresh(register: Register, run: str | None = None) -> list[Counted]:
    """Work it out anew and publish it, where anything is other than what is published; gives the counts.

    Args:
        register: the register.
        run: the run's id; by default one of its own.

    Raises:
        AnsvarError: as `work_out`; or where nothing was published yet.
    """
    with register.warehouse.reading() as engine:
        work_out(engine, register, Told.of(register))
        found = counts(engine)
        if not _differs(engine):
            return found
    run = run or f"outreach-{secrets.token_hex(_ID_BYTES)}"
    try:
        begin_run(register, run)
        with register.warehouse.writing(run) as engine:
            work_out(engine, register, Told.of(register))
            found = counts(engine)
            for table in KEPT:
                columns = ", ".join(engine.columns(f"SELECT * FROM outreach.{table} LIMIT 0"))
                engine.run(f"DELETE FROM outreach.{table}")
                engine.run(f"INSERT INTO outreach.{table} SELECT {columns} FROM {table}")
        finish_run(register, run)
    finally:
        register.warehouse.release(run)
    return found


def _differs(engine: Engine) -> bool:
    there = engine.count("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'outreach'")
    if there < len(KEPT):  # what was published by an earlier version has none of them
        return True
    for table in KEPT:
        columns = ", ".join(engine.columns(f"SELECT * FROM outreach.{table} LIMIT 0"))
        one, other = f"SELECT {columns} FROM {table}", f"SELECT {columns} FROM outreach.{table}"
        if engine.count(f"SELECT count(*) FROM (({one} EXCEPT ALL {other}) UNION ALL ({other} EXCEPT ALL {one})) AS differing"):
            return True
    return False


def addresses(register: Register) -> str:
    """The SELECT of `audience` with the addresses out of the records: `subject`, `channel`, `purpose`, `ground`, `address`."""
    outreach, catalogue, selects = outreach_of(register), register.catalogue, []
    for channel, shape in outreach.channels.items():
        for each in shape.addresses:
            dataset = next(one for one in catalogue.datasets if one.id == each.dataset)
            parts = " || ', ' || ".join(f"trim(CAST(held.{name(field)} AS VARCHAR))" for field in each.fields)
            selects.append(f"""
                SELECT audience.subject, audience.channel, audience.purpose, audience.ground, {parts} AS address
                FROM audience INNER JOIN register.{name(dataset.table)} AS held ON held._record = audience._record
                WHERE audience.dataset = {literal(dataset.table)} AND audience.channel = {literal(channel)}
            """)
    return " UNION ALL ".join(selects)
