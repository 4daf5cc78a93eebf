"""Make a legal hold: find what it is to cover, and write it into the ledger with nothing but opaque ids and keyed hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assets.ingest.held import company_hash
from resources.catalogue.positions import nearest
from resources.errors import AnsvarError
from resources.ledger.holds import COMPANY, DATASET, SUBJECT, Hold, HoldLedger
from resources.warehouse.dialect import name
from resources.warehouse.engine import tables_of

if TYPE_CHECKING:
    import datetime as dt

    from resources.register import Register
    from resources.warehouse import Engine


def hold(register: Register, of: tuple[str, str], reason: str, by: str, review_on: dt.date) -> str:
    """Hold a data subject, a company or a data set; gives the hold's id.

    Args:
        register: the register.
        of: `subject` and a subject's id (present or former); `company` and a business id, or the id of a company's record at its source;
            or `dataset` and `source.dataset`.
        reason: why; it stands in the ledger alone.
        by: the named user who answers for it.
        review_on: when it is looked at again, on a later date than today.

    Raises:
        AnsvarError: where there is no such subject, company or data set, the date is past, or no name or no reason is given.
    """
    covers, target = of
    if review_on <= register.clock.today():
        raise AnsvarError(f"The review is on {review_on}, which is not after today: give a later date with --review.")
    persons: list[str] = []
    if covers == DATASET:
        known = [dataset.id for dataset in register.catalogue.datasets]
        if target not in known:
            raise AnsvarError(f"There is no such data set: {nearest(target, known)} `ansvar fields` shows them all.")
    else:
        with register.warehouse.reading() as engine:
            if covers == SUBJECT:
                persons = _persons(engine, target, register.home.pepper)
            else:
                target = _company(engine, register, target)
    made = Hold("", covers, target, reason, by, register.clock.now(), review_on)
    return HoldLedger(register.ledger).add(made, persons)


def overdue_reviews(register: Register) -> list[Hold]:
    """The holds in force whose date of review has come."""
    return [each for each in HoldLedger(register.ledger).holds(ended=False) if each.review_on <= register.clock.today()]


def _persons(engine: Engine, subject: str, pepper: str) -> list[str]:
    """Keyed hashes of the source persons of a subject."""
    found = engine.rows(
        """
        SELECT DISTINCT sha256($pepper || persons.person) FROM identity.persons AS persons
        WHERE persons.subject = $subject
          OR persons.subject IN (SELECT aliases.subject FROM identity.aliases AS aliases WHERE aliases.alias = $subject)
        """,
        {"subject": subject, "pepper": pepper},
    )
    if not found:
        raise AnsvarError("There is no data subject of that id: `ansvar review list` and `ansvar export` tell the ids of subjects.")
    return [row[0] for row in found]


def _company(engine: Engine, register: Register, target: str) -> str:
    """The keyed hash of a company's business id; the target is the business id, or the key of a record that bears it."""
    hashes: set[str] = set()
    tables = set(tables_of(engine, "register"))
    for dataset in register.catalogue.datasets:
        field, key = dataset.shape.company_by, dataset.shape.key
        if field is None or dataset.table not in tables:
            continue
        keyed = (
            f" OR {name(key[0])} = $target"
            if isinstance(key, list) and len(key) == 1 and dataset.fields[key[0]].shape.type == "text"
            else ""
        )
        statement = f"""
            SELECT DISTINCT {company_hash("$pepper", name(field))} FROM register.{name(dataset.table)}
            WHERE {name(field)} IS NOT NULL AND (upper(trim({name(field)})) = upper(trim($target)){keyed})
        """
        hashes |= {row[0] for row in engine.rows(statement, {"target": target, "pepper": register.home.pepper})}
    if len(hashes) != 1:
        how = "no company" if not hashes else "several companies"
        raise AnsvarError(f"There is {how} of that id in the register: give the business id of one that is in it with --{COMPANY}.")
    return hashes.pop()
