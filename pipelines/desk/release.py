"""The rooms of what waits for an officer: bundles with their texts, who is who, quarantine and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from pipelines.desk.bundles import bundle, bundles, download, report
from pipelines.desk.holds import holds
from pipelines.desk.quarantine import quarantine, quarantined
from pipelines.desk.redactions import redactions
from pipelines.desk.review import decisions, proposal, review
from resources.roles import Right

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from pipelines.desk.page import Desk

_ASKING = ["GET", "POST"]
_ROOMS = (
    ("/bundles", bundles, ["GET"]),
    ("/bundles/{request}", bundle, _ASKING),
    ("/bundles/{request}/download", download, ["POST"]),
    ("/bundles/{request}/report", report, _ASKING),
    ("/bundles/{request}/redactions", redactions, _ASKING),
    ("/review", review, ["GET"]),
    ("/review/decisions", decisions, _ASKING),
    ("/review/{proposal}", proposal, _ASKING),
    ("/quarantine", quarantine, ["GET"]),
    ("/quarantine/{record}", quarantined, _ASKING),
    ("/holds", holds, _ASKING),
)


def routes(desk: Desk) -> list[BaseRoute]:
    """The pages of these rooms, for who may see persons' data."""
    return [Route(path, desk.page(handler, Right.PERSONS), methods=methods) for path, handler, methods in _ROOMS]
