"""The shapes of `retention.yaml`, key by key. What the values refer to is checked in `retention_rules`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from resources.calendar import Period
from resources.catalogue.shapes import Label, Name, PeriodText, Shape, Text
from resources.limits import Calendar, Limit, Start


class MinimumShape(Shape):
    """For how long a law demands that records are kept, and which law says so; a shorter wish is lengthened to it."""

    period: PeriodText
    from_: Start = Field(default="anchor", alias="from")
    source: Label


class CountsShape(Shape):
    """What is kept of records that go: how many there were, by these fields, in a table of the schema `counts`.

    A time is counted by its local day. A number of fewer than `least` is not kept, so that nobody can be told from it.
    """

    table: Name
    by: Annotated[list[Name], Field(min_length=1)]
    least: Annotated[int, Field(ge=1)] = 5


class RelationShape(Shape):
    """A relation that a rule may wait for; `label` says what holds, to be read after `while`. Its SQL stands in `relations/<name>.sql`."""

    label: Label


Unusual = Literal["keep", "ingested", "quarantine"]


class RuleShape(Shape):
    """A retention rule, in one of four forms: `period`, `while` with `grace`, `longest`, `shortest`.

    `open` says what holds of a record without an anchor, `future` of one whose anchor is more than a day ahead. `action` says what happens
    when its time is over: the record goes, or its `fields` are emptied and the rest stays, or it goes and is counted.
    """

    period: PeriodText | None = None
    from_: Start = Field(default="anchor", alias="from")
    while_: Name | None = Field(default=None, alias="while")
    grace: PeriodText | None = None
    longest: Annotated[list[Text], Field(min_length=2)] | None = None
    shortest: Annotated[list[Text], Field(min_length=2)] | None = None
    minimum: MinimumShape | None = None
    action: Literal["delete", "blank", "aggregate"] = "delete"
    fields: list[Name] = Field(default_factory=list)
    counts: CountsShape | None = None
    open: Unusual | None = None
    future: Unusual | None = None
    approval: bool = False
    erasure: ErasureShape | None = None
    promise: Name
    reason: Label
    _limit: Limit | None = PrivateAttr(default=None)

    @property
    def limit(self) -> Limit:
        """For how long it keeps, its names resolved; an empty period where a mistake leaves that open."""
        return self._limit or Calendar(self.period or Period(0, 0))

    def resolved(self, limit: Limit, reason: Label) -> RuleShape:
        """The rule with its limit, and its reason as people read it."""
        rule = self.model_copy(update={"reason": reason})
        rule._limit = limit  # noqa: SLF001 - its own
        return rule

    @property
    def is_counted_from_ingestion(self) -> bool:
        """Whether a record without an anchor counts from its ingestion; one that may not come in does so, too, where it is held."""
        return self.open in ("ingested", "quarantine")

    @property
    def of_future(self) -> Unusual:
        """What holds of an anchor that is ahead: a rule with `open` counts from ends, which may be to come; elsewhere it is a mistake."""
        return self.future or ("ingested" if self.open in (None, "quarantine") else "keep")


class ErasureShape(Shape):
    """On what ground the records of a rule stay when a person asks to be erased (GDPR Art. 17(3); Art. 21(3) for a `prohibition`), and why.

    `only: prohibitions` keeps of a data set's records those alone by which the person still forbids something.
    """

    keeps: Literal["freedom_of_expression", "legal_obligation", "public_health", "archiving", "legal_claims", "prohibition"]
    only: Literal["prohibitions"] | None = None
    reason: Label


class OwnShape(Shape):
    """The rules of what the register makes itself.

    Export bundles, backups and work orders for the sources are counted from their making, answered requests from their receipt, what
    Dagster keeps of runs from their beginning, what stays of an erasure from it. `purges` is the rule of the keyed hashes of what was
    purged, counted from the purge; by default they are kept as long as requests are. Without a rule for erasures, work orders or backups
    none is made.
    """

    bundles: Name
    requests: Name
    runs: Name
    purges: Name | None = None
    erasures: Name | None = None
    work_orders: Name | None = None
    backups: Name | None = None

    @property
    def rule_of_purges(self) -> str:
        """The rule of the keyed hashes of what was purged."""
        return self.purges or self.requests


class RetentionShape(Shape):
    """`retention.yaml`."""

    rules: dict[Name, RuleShape]
    own: OwnShape
    relations: dict[Name, RelationShape] = Field(default_factory=dict)
    financial_year_ends_in: Annotated[int, Field(ge=1, le=12)] = 12
    approval: Literal["required"] | None = None
    approval_days: Annotated[int, Field(ge=1, le=366)] = 14

    @property
    def approved_rules(self) -> frozenset[str]:
        """The rules by which nothing goes before a named user approved the plan."""
        return frozenset(name for name, rule in self.rules.items() if rule.approval or self.approval is not None)
