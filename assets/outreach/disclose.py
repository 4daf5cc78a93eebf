"""Record that persons' data is given to a recipient: never a partner's list with somebody on it who prohibits that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from assets.ingest.people import forms
from assets.outreach.prohibitions import against_prohibition, hashes_of, unknown
from resources.catalogue.positions import nearest
from resources.errors import AnsvarError
from resources.ledger import Disclosure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from resources.catalogue.notice_shapes import RecipientShape
    from resources.register import Register

_MOST_SHOWN = 20


def disclose(register: Register, recipient: str, ground: str, made_by: str, lines: Sequence[str]) -> str:
    """Record a disclosure; gives its opaque id. Whoever hands the data over does so after this.

    Args:
        register: the register.
        recipient: a recipient of the notice.
        ground: why the recipient may have the data.
        made_by: the name of the person who decides it.
        lines: the persons whose data is given: one identifier a line, `kind=value`, or an e-mail address alone.

    Raises:
        AnsvarError: where the recipient is unknown, the ground or the name is missing, a line cannot be read or means nobody in the
            register, or, for a partner, a person prohibits it. Lines are told by their number.
    """
    shape = _recipient(register, recipient)
    if not ground.strip() or not made_by.strip():
        raise AnsvarError("A disclosure needs its ground and the name of the person who decides it.")
    given = _read(register, lines)
    moment, pepper = register.clock.now(), register.home.pepper
    with register.warehouse.reading() as engine:
        hashes = hashes_of(engine, ((kind, form) for _, kind, form in given), pepper)
        listed = _listed([str(place) for place in range(len(given))], hashes, moment)
        nobodys = {int(place) for place in unknown(engine, listed, pepper)}
        known = [place for place in range(len(given)) if place not in nobodys]
        hashes, numbers = [hashes[place] for place in known], [str(given[place][0]) for place in known]
        strangers = {str(number) for number, _, _ in given}.difference(numbers)
        if strangers:
            raise AnsvarError(f"Nobody in the register bears what stands in {_told([*strangers])}: leave it out, or correct it.")
        listed = _listed(numbers, hashes, moment)
        against = against_prohibition(engine, register.catalogue, listed, pepper) if shape.kind == "partner" else []
    if against:
        raise AnsvarError(f"The persons in {_told(against)} prohibit that their data is given to partners: leave them out.")
    safeguard = shape.transfer.safeguard.en if shape.transfer else None
    return register.ledger.new_disclosure(Disclosure(recipient, shape.kind, shape.country, ground, safeguard, made_by, moment), hashes)


def _listed(names: list[str], hashes: list[str], moment: dt.datetime) -> pa.Table:
    moments = pa.array([moment] * len(names), pa.timestamp("us"))
    return pa.table({"disclosure": pa.array(names, pa.string()), "hash": pa.array(hashes, pa.string()), "made_at": moments})


def _recipient(register: Register, recipient: str) -> RecipientShape:
    recipients = register.catalogue.notice.recipients
    if recipient not in recipients:
        raise AnsvarError(f"The notice names no recipient '{recipient}': {nearest(recipient, recipients)}")
    return recipients[recipient]


def _read(register: Register, lines: Sequence[str]) -> list[tuple[int, str, str]]:
    """Each line's number (from 1), the kind of its identifier, and a form in which sources may hold it; blank lines are passed over."""
    kinds = register.catalogue.vocabulary.identifiers
    found: list[tuple[int, str, str]] = []
    unreadable = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        kind, separator, value = line.strip().partition("=")
        kind, value = (kind, value) if separator else ("email", line.strip())
        read = forms(kind, value, register.catalogue) if kind in kinds else ()
        found += [(number, kind, form) for form in read]
        if not read:
            unreadable.append(str(number))
    if unreadable:
        raise AnsvarError(
            f"There is no identifier in {_told(unreadable)}: write kind=value, as customer_number=1234, or an e-mail address."
        )
    if not found:
        raise AnsvarError("The list names nobody: write one identifier a line.")
    return found


def _told(numbers: Sequence[str]) -> str:
    shown = sorted({int(number) for number in numbers})
    more = f" and {len(shown) - _MOST_SHOWN} more" if len(shown) > _MOST_SHOWN else ""
    return f"line {', '.join(str(number) for number in shown[:_MOST_SHOWN])}{more}"
