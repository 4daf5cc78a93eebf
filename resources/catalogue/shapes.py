"""The shapes of a register's YAML, key by key; those of `notice.yaml` stand in `notice_shapes`, of `retention.yaml` in `retention_shapes`.

What the values refer to is checked in the rules.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, StringConstraints, Tag

from resources.calendar import Period

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1)]
Scalar = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
_SMALLEST_SNAPSHOT = 0.5
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
PeriodText = Annotated[Period, BeforeValidator(Period.parse)]


def _day(value: object) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        msg = "is not a date: write one as 2026-10-01"
        raise ValueError(msg) from None


def _span(value: object) -> str:
    if not re.fullmatch(r"P[0-9]{1,4}D|PT[0-9]{1,5}[HM]", str(value)):
        msg = "is not a length of time: write one as P2D, PT6H or PT30M"
        raise ValueError(msg)
    return str(value)


def _bound(value: object) -> object:
    """A day stays text no longer; whether other text names a field is looked up in `field_rules`."""
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Bound = Annotated[Finite | int | dt.date | Text, BeforeValidator(_bound)]
DayText = Annotated[dt.date, BeforeValidator(_day)]
SpanText = Annotated[str, BeforeValidator(_span)]


class Shape(BaseModel):
    """A mapping with no key but those named, never changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True, populate_by_name=False)


class Label(Shape):
    """What people read, in the three languages."""

    en: Text
    sv: Text
    fi: Text

    def in_language(self, language: str) -> str:
        """The text in `en`, `sv` or `fi`."""
        return str(getattr(self, language))


def _kind_of_text(value: object) -> str:
    return "languages" if isinstance(value, dict | Label) else "text"


Spoken = Annotated[Annotated[Label, Tag("languages")] | Annotated[Text, Tag("text")], Discriminator(_kind_of_text)]
"""What people read: in the three languages, or the same in each."""


def in_language(spoken: Label | str, language: str) -> str:
    """What is read in `en`, `sv` or `fi`."""
    return spoken.in_language(language) if isinstance(spoken, Label) else spoken


class Pick(Shape):
    """The first element of a list that meets conditions, and what is taken of it."""

    each: Text
    where: dict[str, Scalar | None] = {}
    take: Text


class TagsShape(Shape):
    """The tags that a source, a data set or a field may state, each overriding what the one above it states."""

    category: Text | None = None
    origin: Text | None = None
    promise: Text | None = None
    purposes: Annotated[list[Name], Field(min_length=1)] | None = None
    legal_basis: Text | None = None
    retention: Name | None = None
    withhold: Literal["none", "trade_secret", "security"] | None = None
    mentions_others: bool | None = None


class FieldShape(TagsShape):
    """A field of a data set: where it comes from, its type, its rules and its tags.

    As the catalogue gives it, it bears what it inherits, too. `category` is empty only where none is stated at all, which is a mistake.
    """

    from_: Text | Pick | Annotated[list[Text | Pick], Field(min_length=1)] | None = Field(default=None, alias="from")
    type: Literal["text", "integer", "decimal", "boolean", "date", "timestamp", "file"]
    label: Label | None = None
    required: bool = False
    one_of: list[Scalar] | None = None
    meanings: dict[Scalar, Label] = {}
    pattern: Text | None = None
    min: Bound | None = None
    max: Bound | None = None
    after: Bound | None = None
    before: Bound | None = None
    formats: list[Text] = []
    epoch: Literal["seconds", "milliseconds"] | None = None
    time_zone: Text | None = None
    remove: Text | None = None
    repair: Literal["double_encoding"] | None = None
    category: Text = ""
    identifies: Text | None = None
    shared: bool | None = None
    plus_addresses: Literal["same", "apart"] | None = None


class ProhibitionShape(Shape):
    """Which records of a data set forbid to give a person's data to partners: those whose fields have these values, from and until when."""

    where: Annotated[dict[Name, Annotated[list[Scalar], Field(min_length=1)]], Field(min_length=1)]
    from_: Name | None = Field(default=None, alias="from")
    until: Name | None = None


class CompanyShape(Shape):
    """The fields of a data set that describe companies: the id that the source has for each, and what it says of it.

    `customer_from` and `customer_until` are the first and the last day on which the company was a customer. `public_register`: the data set
    comes of a register that everybody may read, and says nothing of our customers.
    """

    id: Name
    business_id: Name | None = None
    name: Name | None = None
    customer_from: Name | None = None
    customer_until: Name | None = None
    public_register: bool = False


class EmploymentShape(Shape):
    """Which person of a record works for a company, or is its contact person: the person's role in the record, and fields.

    `company` holds the id that the source has for the company; `from` and `until` the first and the last day; `role` what the person does.
    """

    person: Name
    company: Name
    from_: Name | None = Field(default=None, alias="from")
    until: Name | None = None
    role: Name | None = None


class WholeShape(Shape):
    """The record of another data set of the same source that a record belongs to: the one whose fields have the same values.

    `by` is a field that has the same name in both, or the fields here, each with its name there.
    """

    dataset: Text
    by: Name | Annotated[dict[Name, Name], Field(min_length=1)]

    @property
    def fields(self) -> dict[str, str]:
        """The fields here, each with its name there."""
        return {self.by: self.by} if isinstance(self.by, str) else self.by


class AuthorShape(Shape):
    """Who wrote a record that is a message: the field that says so, and for each of its values the role of the person who wrote it."""

    field: Name
    roles: Annotated[dict[Scalar, Name], Field(min_length=1)]


class DeletesShape(Shape):
    """How a record is deleted at its source: by one request, or by one SQL statement, that name the record by its key.

    `{field}` in `path`, and `:field` in `statement`, stand for the fields of the data set's key; `rate` is how many requests a minute go.
    """

    path: Text | None = None
    method: Literal["DELETE", "POST"] = "DELETE"
    rate: Annotated[int, Field(ge=1)] | None = None
    statement: Text | None = None


class DatasetShape(TagsShape):
    """A data set of a source: what one record is, how it is read, whose it is, how long it is kept.

    `recorded` names the field that says when a record came about at its source, where the anchor does not say it.

    As the catalogue gives it, it bears the retention rule and the purposes that it inherits of its source; they are empty before.
    """

    label: Label
    record: Text
    read: dict[str, object] = {}
    load: Literal["append", "snapshot"]
    most_quarantined: Share = 0.1
    smallest_snapshot: Share | None = None
    key: Annotated[list[Name], Field(min_length=1)] | Literal["content"]
    anchor: Name
    retention: Name = ""
    purposes: Annotated[list[Name], Field(min_length=1)] = []
    persons: dict[Name, list[Name]]
    prohibition: ProhibitionShape | None = None
    company: CompanyShape | None = None
    employment: EmploymentShape | None = None
    belongs_to: WholeShape | None = None
    author: AuthorShape | None = None
    company_by: Name | None = None
    company_through: WholeShape | None = None
    recorded: Name | None = None
    deletes: DeletesShape | None = None
    fields: Annotated[dict[Name, FieldShape], Field(min_length=1)]

    @property
    def least_of_snapshot(self) -> float:
        """The share of what is held that a snapshot must still have for the rest to be deleted."""
        return _SMALLEST_SNAPSHOT if self.smallest_snapshot is None else self.smallest_snapshot


class SourceShape(TagsShape):
    """A source system; `operator` is the processor that runs it, or `controller`."""

    source: Name
    label: Label
    team: Name
    operator: Name
    connector: Literal["files", "weblog", "recordings", "database", "rest"]
    connection: dict[str, object]
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    time_zone: Text
    plus_addresses: Literal["same", "apart"] | None = None
    datasets: Annotated[dict[Name, DatasetShape], Field(min_length=1)]


class TermShape(Shape):
    """A word of the vocabulary: what people read, where the law speaks of it, and its term in the Data Privacy Vocabulary, if any."""

    label: Label
    article: Text
    iri: Annotated[str, StringConstraints(pattern=r"^https://w3id\.org/dpv(/[a-z]+)*#[A-Za-z0-9-]+$")] | None = None


class CategoryShape(TermShape):
    """A data category, and the further tags that its fields must state."""

    states: list[Literal["identifies", "mentions_others", "withhold"]] = []


class OriginShape(TermShape):
    """Where data comes from."""


class LegalBasisShape(TermShape):
    """A legal basis of processing."""


class IdentifierShape(TermShape):
    """A kind of identifier: how its values are made comparable, and whether they may join records."""

    normalise: Literal["email", "phone", "business_id", "text"]
    joins: bool
    personal: bool = True
    exclusive: bool = False
    proposes: bool = False


class VocabularyShape(Shape):
    """`vocabulary.yaml`."""

    categories: dict[str, CategoryShape]
    origins: dict[Name, OriginShape]
    legal_bases: dict[Name, LegalBasisShape]
    identifiers: dict[Name, IdentifierShape]
    role_mailboxes: list[str]


class FilesConnection(Shape):
    """Where files lie."""

    path: Text


class DatabaseConnection(Shape):
    """A database, as an SQLAlchemy URL (https://docs.sqlalchemy.org/en/20/core/engines.html)."""

    url: Text


class AuthShape(Shape):
    """How a REST source knows us: one of the four; `form` goes in the body of each request, where no log of addresses has it."""

    bearer: Text | None = None
    basic: Annotated[list[str], Field(min_length=2, max_length=2)] | None = None
    header: dict[str, str] | None = None
    form: dict[str, str] | None = None


class RestConnection(Shape):
    """A REST source."""

    base_url: Text
    auth: AuthShape = AuthShape()
    timeout: Annotated[float, Field(gt=0, le=600, strict=False)] = 30.0
    retries: Annotated[int, Field(ge=0, le=20)] = 4


class RecordsRead(Shape):
    """What every way of reading has; a record that meets the conditions of `deleted` tells that the source deleted it."""

    where: dict[str, Scalar | list[Scalar]] = {}
    deleted: dict[str, Scalar | list[Scalar]] = {}
    null_values: list[Scalar] = []
    ignore: list[Text] = []


class FilesRead(RecordsRead):
    """How records stand in files."""

    files: Text
    format: Literal["ndjson", "json", "csv", "delimited", "parquet", "audio"]
    encoding: Text = "utf-8"
    records: Text | None = None
    delimiter: Text = ","
    quote: str = '"'
    columns: list[Text] | None = None
    record_end: Text | None = None


class WeblogRead(RecordsRead):
    """Which files hold the access log."""

    files: Text


class DatabaseRead(RecordsRead):
    """A table or a query."""

    table: Text | None = None
    query: Text | None = None


class Paging(Shape):
    """How the next page is asked for, and what ends the list."""

    kind: Literal["none", "page", "offset", "cursor", "next_url", "link", "keyset"]
    parameter: Text | None = None
    first: int = 1
    total: Text | None = None
    limit_parameter: Text | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    next: Text | None = None
    more: Text | None = None
    end: Text | None = None
    resume: bool = False
    since: Text | None = None
    value: Text | None = None
    written: Text = "{value}"
    most: Annotated[int, Field(ge=1)] | None = None


class Since(Shape):
    """Reading only what is new: from the end of what was read last, a little earlier for what came late.

    `by: day` reads one closed day after the other, each as a list of its own.
    """

    start: DayText
    overlap: SpanText = "PT0M"
    by: Literal["day"] | None = None
    format: Literal["iso", "epoch", "date"] = "iso"


class ListRead(Shape):
    """A list behind a REST address; `records` is `.` where the answer itself is the list; `rate` is how many requests a minute go."""

    path: Text
    send: Literal["query", "form", "json"] = "query"
    params: dict[str, object] = {}
    first_params: dict[str, object] = {}
    records: Text
    error: Text | None = None
    rate: Annotated[int, Field(ge=1)] | None = None
    paging: Paging = Paging(kind="none")


class ParentsRead(ListRead):
    """A list whose records each have a list of their own; `take` is what stands for `{parent}` in the path of that."""

    take: Text


class RestRead(RecordsRead, ListRead):
    """A list behind a REST address, or several alike: one for each parent, for each set of `each`, for each day."""

    each: list[dict[str, object]] = []
    since: Since | None = None
    parents: ParentsRead | None = None


CONNECTIONS: dict[str, type[Shape]] = {
    "files": FilesConnection,
    "weblog": FilesConnection,
    "recordings": FilesConnection,
    "database": DatabaseConnection,
    "rest": RestConnection,
}
READS: dict[str, type[RecordsRead]] = {
    "files": FilesRead,
    "weblog": WeblogRead,
    "recordings": FilesRead,
    "database": DatabaseRead,
    "rest": RestRead,
}
