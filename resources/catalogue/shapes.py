"""The shapes of a register's YAML, key by key; those of `notice.yaml` stand in `notice_shapes`. What the values refer to is checked in `rules`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from resources.calendar import Period

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1)]
Scalar = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
PeriodText = Annotated[Period, BeforeValidator(Period.parse)]


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


class Pick(Shape):
    """The first element of a list that meets conditions, and what is taken of it."""

    each: Text
    where: dict[str, Scalar | None] = {}
    take: Text


class FieldShape(Shape):
    """A field of a data set: where it comes from, its type, its rules and its tags."""

    from_: Text | Pick | Annotated[list[Text | Pick], Field(min_length=1)] | None = Field(default=None, alias="from")
    type: Literal["text", "integer", "decimal", "boolean", "date", "timestamp", "file"]
    label: Label | None = None
    required: bool = False
    one_of: list[Scalar] | None = None
    pattern: Text | None = None
    min: Finite | int | None = None
    max: Finite | int | None = None
    formats: list[Text] = []
    epoch: Literal["seconds", "milliseconds"] | None = None
    time_zone: Text | None = None
    remove: Text | None = None
    repair: Literal["double_encoding"] | None = None
    category: Text
    origin: Text | None = None
    promise: Text | None = None
    identifies: Text | None = None
    shared: bool | None = None
    purposes: Annotated[list[Text], Field(min_length=1)] | None = None
    legal_basis: Text | None = None
    withhold: Literal["none", "trade_secret", "security"] | None = None
    mentions_others: bool | None = None


class DatasetShape(Shape):
    """A data set of a source: what one record is, how it is read, whose it is, how long it is kept."""

    label: Label
    record: Text
    read: dict[str, object] = {}
    load: Literal["append", "snapshot"]
    key: Annotated[list[Name], Field(min_length=1)] | Literal["content"]
    anchor: Name
    retention: Name
    purposes: Annotated[list[Name], Field(min_length=1)]
    persons: dict[Name, list[Name]]
    fields: Annotated[dict[Name, FieldShape], Field(min_length=1)]


class SourceShape(Shape):
    """A source system; `operator` is the processor that runs it, or `controller`."""

    source: Name
    label: Label
    team: Name
    operator: Name
    connector: Literal["files", "weblog", "recordings", "database", "rest"]
    connection: dict[str, object]
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    time_zone: Text
    datasets: Annotated[dict[Name, DatasetShape], Field(min_length=1)]


class RuleShape(Shape):
    """A retention rule: a calendar period from an anchor."""

    period: PeriodText
    open: Literal["keep", "ingested"] | None = None
    promise: Name
    reason: Label


class RetentionShape(Shape):
    """`retention.yaml`."""

    rules: dict[Name, RuleShape]


class CategoryShape(Shape):
    """A data category of the vocabulary, and the further tags that its fields must state."""

    label: Label
    states: list[Literal["identifies", "mentions_others", "withhold"]] = []


class LegalBasisShape(Shape):
    """A legal basis, with the article of the law."""

    label: Label
    article: Text


class IdentifierShape(Shape):
    """A kind of identifier: how its values are made comparable, and whether they may join records."""

    label: Label
    normalise: Literal["email", "phone", "text"]
    joins: bool
    personal: bool = True
    exclusive: bool = False


class VocabularyShape(Shape):
    """`vocabulary.yaml`."""

    categories: dict[str, CategoryShape]
    origins: dict[Name, Label]
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
    """How a REST source knows us: one of the three."""

    bearer: Text | None = None
    basic: Annotated[list[str], Field(min_length=2, max_length=2)] | None = None
    header: dict[str, str] | None = None


class RestConnection(Shape):
    """A REST source."""

    base_url: Text
    auth: AuthShape = AuthShape()
    timeout: Annotated[float, Field(gt=0, le=600, strict=False)] = 30.0
    retries: Annotated[int, Field(ge=0, le=20)] = 4


class RecordsRead(Shape):
    """What every way of reading has."""

    where: dict[str, Scalar | list[Scalar]] = {}
    null_values: list[Scalar] = []


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

    kind: Literal["none", "page", "offset", "cursor", "next_url", "link"]
    parameter: Text | None = None
    first: int = 1
    total: Text | None = None
    limit_parameter: Text | None = None
    limit: Annotated[int, Field(ge=1)] | None = None
    next: Text | None = None
    more: Text | None = None


class RestRead(RecordsRead):
    """A list behind a REST address."""

    path: Text
    params: dict[str, str | int] = {}
    records: Text
    error: Text | None = None
    paging: Paging = Paging(kind="none")


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
