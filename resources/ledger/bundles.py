"""What the ledger knows of export bundles: made and waiting for a named user, released and delivered, fetched, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from resources.errors import AnsvarError
from resources.ledger import tables
from resources.ledger.audit import Act, record
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

    def released(self, request: str, file: str, sha256: str, by: str, moment: dt.datetime) -> None:
        """A named user let a bundle go: it stands encrypted in the outbox, and answers its request."""
        values = {"state": DELIVERED, "file": file, "sha256": sha256, "released_by": by.strip(), "released_at": moment}
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.bundles.update().where(tables.bundles.c.request == request).values(values))
            record(connection, Act(by, "bundle.released", request, moment))
            bundles = tables.bundles.c
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

        Raises:
            AnsvarError: where there is no such bundle, or no user or no reason is named.
        """
        self.bundle(request)
        return self._ledger.record_look(LOOK, request, by, reason, moment)

    def refused(self, request: str, by: str, reason: str, moment: dt.datetime) -> None:
        """A named user did not let a bundle go: it is known no more, and is to be made again."""
        with self._ledger.engine.begin() as connection:
            connection.execute(tables.bundles.delete().where(tables.bundles.c.request == request))
            record(connection, Act(by, "bundle.refused", request, moment, reason))
            mark(connection)
        self._ledger.wipe()
