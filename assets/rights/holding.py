"""What is held of one data subject, as it is gathered, redacted and written out: plain data, no logic of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
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
    in another role.
    `others` are identifiers of other persons in the record: never shown, and known only so that they can be found in its texts.
    """

    record: str
    is_main: bool
    values: dict[str, object]
    withheld: dict[str, str]
    evidence: tuple[Evidence, ...]
    others: tuple[str, ...] = ()
    audio: Path | None = None


@dataclass
class Table:
    """A data set's records that concern the subject, in the order of their anchor."""

    dataset: Dataset
    rows: list[Row]


@dataclass(frozen=True)
class Identifier:
    """An identifier of the subject, the sources that know the subject by it, and why it joins nothing, where it does not."""

    kind: str
    value: str
    sources: tuple[str, ...]
    joins: bool
    reason: str | None


@dataclass
class Unread:
    """A record that could not be read in and seems to be the subject's; `text` is None where it may hold data of others."""

    dataset: Dataset
    at: dt.datetime
    field: str | None
    rule: str
    text: str | None


@dataclass(frozen=True)
class Unattributed:
    """Records that bear an identifier of the subject's and yet name nobody."""

    dataset: Dataset
    kind: str
    records: int


@dataclass
class Holding:
    """All that the register holds of a subject. `redacted` counts by table, field and kind of what was taken out of texts."""

    tables: list[Table] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    unattributed: list[Unattributed] = field(default_factory=list)
    redacted: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def records(self) -> int:
        """How many records concern the subject."""
        return sum(len(table.rows) for table in self.tables) + len(self.unread)

    @property
    def is_held(self) -> bool:
        """Whether anything is held."""
        return self.records > 0

    @property
    def withheld(self) -> Counter[tuple[str, str, str]]:
        """How many values are withheld, by table, field and reason."""
        return Counter(
            (table.dataset.table, name, reason) for table in self.tables for row in table.rows for name, reason in row.withheld.items()
        )
