"""What the ledger knows of export bundles: made and waiting for a named user, released and delivered, fetched, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
from resources.ledger.looks import REVIEW
from resources.ledger.requests import answered_by_bundle, started_by_bundle
from resources.ledger.wipe import mark

if TYPE_CHECKING:
    import datetime as dt

    from resources.ledger import Ledger

WAITING, DELIVERED = "waiting", "delivered"
LOOK = "bundle"


class BundleLedger:
    """The part of a ledger that bundles are written to; there is one a request, the one made last."""

    def __init__(self, ledger: Ledger) -> None:
        """Work on a ledger."""
        self._ledger = ledger

    def bundles(self) -> list[dict[str, Any]]:
        """Every bundle, oldest first, with the kind and language of the request that it answers."""
        statement = sa.select(tables.bundles, tables.requests.c.kind, tables.requests.c.language).join(tables.requests)
        with self._ledger.engine.connect() as connection:
            rows = connection.execute(statement.order_by(tables.bundles.c.made_at, tables.bundles.c.request)).mappings()
            return [dict(row) for row in rows]

    def bundle(self, request: str) -> dict[str, Any]:
        """The bundle of a request.

        Raises:
            AnsvarError: where there is none.
        """
        with self._ledger.engine.connect() as connection:
            row = connection.execute(sa.select(tables.bundles).where(tables.bundles.c.request == request)).mappings().one_or_none()
        if row is None:
            raise AnsvarError("There is no bundle of that request: `ansvar bundle list` shows those that there are.")
        return dict(row)

    def made(self, row: dict[str, Any], by: str) -> None:
        """A bundle lies in the home and waits; `row` has `request`, `file`, `sha256`, `made_at`, `records` and `says`."""
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.bundles.delete().where(tables.bundles.c.request == row["request"]))
            connection.execute(tables.bundles.insert().values(row | {"state": WAITING}))
            record(connection, Act(by, "bundle.made", row["request"], row["made_at"]))
            started_by_bundle(connection, row["request"], row["made_at"])

    def released(  # noqa: PLR0913 - what is recorded, each by its name
        self, request: str, file: str, sha256: str, by: str, moment: dt.datetime, *, waited: str | None = None
    ) -> None:
        """A named user let a bundle go: it stands encrypted in the outbox, and answers its request.

        Args:
            request: the request's id.
            file: the file in the outbox.
            sha256: its checksum.
            by: the named user.
            moment: when, as a naive UTC timestamp.
            waited: the checksum of what waited and went into it.

        Raises:
            AnsvarError: where that waits no more.
        """
        values = {"state": DELIVERED, "file": file, "sha256": sha256, "released_by": by.strip(), "released_at": moment}
        with self._ledger.engine.begin() as connection:
            record(connection, Act(by, "bundle.released", request, moment))  # takes the lock before it is seen what waits
            bundles = tables.bundles.c
            waits = (bundles.state == WAITING, bundles.sha256 == waited) if waited else ()
            changed = connection.execute(tables.bundles.update().where(bundles.request == request, *waits).values(values))
            if waited and not changed.rowcount:
                raise AnsvarError("The bundle was refused or made anew meanwhile, so it was not released.")
            told = connection.execute(sa.select(bundles.records, bundles.says).where(bundles.request == request)).one()
            nothing_held = told.records == 0 and not told.says.get("ledgered")
            answered_by_bundle(connection, request, by, moment, nothing_held=nothing_held)

    def downloaded(self, request: str, by: str, moment: dt.datetime) -> None:
        """A named user fetches a bundle from the outbox; recorded before it is handed over."""
        bundles = tables.bundles
        with self._ledger.engine.begin() as connection:
            connection.execute(bundles.update().where(bundles.c.request == request).values(downloads=bundles.c.downloads + 1))
            record(connection, Act(by, "bundle.downloaded", request, moment))

    def looked(self, request: str, by: str, reason: str, moment: dt.datetime) -> str:
        """Record, before anything is shown, that a named user looks at what is in a bundle, and why; gives the look's id.

        The look is at the bundle as it is: one that is made anew was not looked at.

        Raises:
            AnsvarError: where there is no such bundle, or no user or no reason is named.
        """
        return self._ledger.record_look(LOOK, request, by, reason, moment, sha256=self.bundle(request)["sha256"])

    def is_made_since_looked(self, row: dict[str, Any], by: str) -> bool:
        """Whether a bundle was made anew since the named user, or whoever else looked, looked at it; `row` is the ledger's.

        A look at the report is a look at its texts, too, and not the other way round. Where nobody looked, it was not.
        """
        looks = tables.looks.c
        statement = sa.select(looks.by, looks.kind, looks.sha256).where(looks.kind.in_((LOOK, REVIEW)), looks.thing == row["request"])
        with self._ledger.engine.connect() as connection:
            seen = connection.execute(statement.where(looks.sha256.is_not(None)).distinct()).all()
        own = {(each.kind, each.sha256) for each in seen if each.by == by.strip()}
        return any(_is_other(each, row["sha256"]) for each in (own, {(each.kind, each.sha256) for each in seen}))

    def refused(self, request: str, by: str, reason: str, moment: dt.datetime) -> None:
        """A named user did not let a bundle go: it is known no more, and is to be made again."""
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.bundles.delete().where(tables.bundles.c.request == request))
            record(connection, Act(by, "bundle.refused", request, moment, reason))
            mark(connection)
        self._ledger.wipe()


def _is_other(seen: set[tuple[str, str]], present: str) -> bool:
    """Whether what was seen, by its kind and checksum, is not what is there."""
    reports = {sha256 for kind, sha256 in seen if kind == LOOK}
    return bool(seen) and present not in (reports or {sha256 for _, sha256 in seen})


def digest_of_bundle(engine: sa.Engine, request: str) -> str | None:
    """The checksum of the bundle of a request as it lies there; None where there is none."""
    with engine.connect() as connection:
        found: str | None = connection.scalar(sa.select(tables.bundles.c.sha256).where(tables.bundles.c.request == request))
    return found
