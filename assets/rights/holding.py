"""What is held of one data subject, as it is gathered, redacted and written out: plain data, no logic of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path

    from resources.catalogue import Dataset

OTHER_PERSON = "other_person"
MISSING_FILE = "missing_file"


@dataclass(frozen=True)
class Evidence:
    """The identifier that named the subject in a record, in a role."""

    role: str
    field: str
    kind: str
    value: str


@dataclass
class Row:
    """A record: the fields that are shown, and why others are withheld though they have a value.

    `record` is its id within the register, which is not told; `is_main` says that it is about the subject, which else only stands in it
    in another role. `ingested_at` is when the record was read in as it stands.
    `others` are identifiers of other persons in the record: never shown, and known only so that they can be found in its texts.
    """

    record: str
    is_main: bool
    values: dict[str, object]
    withheld: dict[str, str]
    evidence: tuple[Evidence, ...]
    others: tuple[str, ...] = ()
    audio: Path | None = None
    ingested_at: dt.datetime | None = None


class Rows(Protocol):
    """Records that can be read again and again, in order, and counted; all of them may never be in memory at once."""

    def __iter__(self) -> Iterator[Row]:
        """Read them from the first."""
        ...

    def __len__(self) -> int:
        """How many there are."""
        ...


@dataclass
class Table:
    """A data set's records that concern the subject, in the order of their anchor."""

    dataset: Dataset
    rows: Rows


@dataclass(frozen=True)
class Identifier:
    """An identifier of the subject, the sources that know the subject by it, and why it joins nothing, where it does not.

    `origins` are the origins of the fields in which it stands.
    """

    kind: str
    value: str
    sources: tuple[str, ...]
    joins: bool
    reason: str | None
    origins: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownFrom:
    """One origin of a value: the data set and fields that have it, how it is written there, and since when it is held, at the latest."""

    dataset: Dataset
    fields: tuple[str, ...]
    written: str
    origin: str
    since: dt.datetime | None


@dataclass(frozen=True)
class Value:
    """One value of a fact, with every origin of it."""

    known_from: tuple[KnownFrom, ...]


@dataclass(frozen=True)
class Fact:
    """A fact about the subject, of a data category, that more than one field tells; several values where they do not tell the same."""

    category: str
    values: tuple[Value, ...]

    @property
    def agrees(self) -> bool:
        """Whether all tell the same."""
        return len(self.values) == 1


@dataclass
class Unread:
    """A record that could not be read in and seems to be the subject's; `text` is None where it may hold data of others."""

    dataset: Dataset
    at: dt.datetime
    field: str | None
    rule: str
    text: str | None
    quarantine: str = ""
    """Its opaque id in quarantine, by which looks at it are known."""


@dataclass(frozen=True)
class Unattributed:
    """Records that bear an identifier of the subject's and yet name nobody."""

    dataset: Dataset
    kind: str
    records: int


@dataclass(frozen=True)
class SourceState:
    """How fresh what is held of a data set is: when it was last read in whole (UTC), None before the first time.

    `failing` says that it has failed since: it could not be read, or too much of what was read was bad.
    """

    source: str
    dataset: Dataset
    read_at: dt.datetime | None
    failing: bool


@dataclass(frozen=True)
class LeftOut:
    """A field, or with `field` None a whole data set, that a bundle for portability leaves out, and why: `origin` or `legal_basis`."""

    dataset: Dataset
    field: str | None
    reason: str


@dataclass(frozen=True)
class Disclosed:
    """That data of the subject was given to a recipient of the notice: its kind and country, when, and a transfer's safeguard.

    And on what ground, as it was recorded; for which purpose, and which fields of which data set, where that was recorded.
    """

    recipient: str
    kind: str
    country: str
    at: dt.datetime
    safeguard: str | None
    ground: str
    purpose: str | None
    dataset: str | None
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Looked:
    """That somebody of the controller's looked at the subject's data: what for, as a key of texts, and when."""

    what: str
    at: dt.datetime


@dataclass(frozen=True)
class Dealing:
    """What the person asked for before, or what holds since: see `assets.rights.dealings`.

    Attributes:
        what: `request`, `objection` (or a withdrawal of consent) that is followed, or `correction` that holds.
        kind: the kind of request; of a correction, the table of the data set.
        about: the scope or purpose, where there is one; of a correction, the field.
        at: when it was received or made, as a naive UTC timestamp.
    """

    what: str
    kind: str
    about: str | None
    at: dt.datetime


@dataclass
class Holding:
    """All that the register holds of a subject. `redacted` counts by table, field and kind of what was taken out of texts."""

    tables: list[Table] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unattributed: list[Unattributed] = field(default_factory=list)
    redacted: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    names_by: dict[str, str] | None = None
    """The model that told names in its texts, beside the register, with its digest; None where there was none."""
    facts: list[Fact] = field(default_factory=list)
    subject: str | None = None
    sources: list[SourceState] = field(default_factory=list)
    disclosures: list[Disclosed] = field(default_factory=list)
    looks: list[Looked] = field(default_factory=list)
    dealings: list[Dealing] = field(default_factory=list)
    earlier: tuple[str, ...] = ()
    """The ids of the subject's earlier requests."""
    left_out: list[LeftOut] = field(default_factory=list)
    kept_by: dict[str, int] = field(default_factory=dict)
    """How many records a legal hold or a restriction keeps, by kind; why there is a hold is nobody's but the ledger's."""

    @property
    def records(self) -> int:
        """How many records concern the subject."""
        return sum(len(table.rows) for table in self.tables) + len(self.unread)

    @property
    def is_held(self) -> bool:
        """Whether anything is held."""
        return self.records > 0

    @property
    def is_known(self) -> bool:
        """Whether anything is held, be it given or left out."""
        return self.is_held or bool(self.left_out)

    @property
    def is_ledgered(self) -> bool:
        """Whether the ledger knows of the person: of earlier dealings, of data that was given to others, or of looks at it."""
        return bool(self.dealings or self.disclosures or self.looks)

    @property
    def texts(self) -> int:
        """How many values are free text or sound, in which others may stand."""
        free = {
            table.dataset.table: [
                name for name, each in table.dataset.fields.items() if each.shape.mentions_others and each.shape.type in ("text", "file")
            ]
            for table in self.tables
        }
        return sum(row.values.get(name) is not None for table in self.tables for row in table.rows for name in free[table.dataset.table])

    @property
    def withheld(self) -> Counter[tuple[str, str, str]]:
        """How many values are withheld, by table, field and reason."""
        return Counter(
            (table.dataset.table, name, reason) for table in self.tables for row in table.rows for name, reason in row.withheld.items()
        )
