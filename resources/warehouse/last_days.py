"""The SQL of a limit's last day: the same as `Limit.last_day`, for all rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.limits import DECEMBER, ByLaw, Calendar, Event, Longest, Shortest
from resources.warehouse.dialect import last_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resources.limits import Limit

Ended = tuple[str, str]
"""Of a relation, the expressions that tell whether it says anything of the row, and the date on which it ended (NULL while it holds)."""


def last_day_of(limit: Limit, anchored: str, ended: Mapping[str, Ended] | None = None) -> str:
    """The expression of the last local date on which a row is kept; NULL where that is not known yet, and the row is kept.

    Args:
        limit: for how long.
        anchored: the expression of the anchor's local date.
        ended: what each relation says of the row. Of a relation that is not in it nothing is known: what hangs on it is kept. None
            counts every grace from the anchor, as for what no relation can speak of.
    """
    match limit:
        case Calendar():
            return last_day(_start(limit, anchored), limit.period)
        case Event():
            return _after(limit, anchored, ended)
        case Longest():
            days = [last_day_of(part, anchored, ended) for part in limit.parts]
            unknown = " OR ".join(f"{day} IS NULL" for day in days)
            return f"CASE WHEN {unknown} THEN NULL ELSE greatest({', '.join(days)}) END"
        case Shortest():
            return f"least({', '.join(last_day_of(part, anchored, ended) for part in limit.parts)})"
        case ByLaw():
            wish, *law = (last_day_of(part, anchored, ended) for part in limit.parts)
            return f"CASE WHEN {wish} IS NOT NULL THEN greatest({', '.join([wish, *law])}) END"


def _start(limit: Calendar, anchored: str) -> str:
    if limit.start == "anchor":
        return anchored
    later = limit.start == "end_of_accounting_year" and limit.closes != DECEMBER
    year = f"year({anchored})" + (f" + CASE WHEN month({anchored}) > {limit.closes:d} THEN 1 ELSE 0 END" if later else "")
    return f"make_date({year}, {DECEMBER:d}, 31)"


def _after(limit: Event, anchored: str, ended: Mapping[str, Ended] | None) -> str:
    if ended is None:
        return last_day(anchored, limit.grace)
    if limit.relation not in ended:
        return "CAST(NULL AS DATE)"
    spoken_of, until = ended[limit.relation]
    return last_day(f"CASE WHEN {spoken_of} THEN {until} ELSE {anchored} END", limit.grace)
