"""What became of the records of a batch, to the record; and when a batch has too many bad ones to be loaded."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assets.ingest.load import Load
    from resources.catalogue import Dataset
    from resources.connectors.undeclared import Undeclared
    from resources.warehouse import Engine

FEW = 10
"""So many records may always be bad: of a small batch, one is soon a large share."""
_MOST_RULES = 5
_COUNTS = ("read", "inserted", "updated", "unchanged", "quarantined", "refused", "deleted", "kept_back")


@dataclass
class Account:
    """What became of the records of one batch: `read` is the sum of all the others but `deleted` and `kept_back`.

    `dropped` counts by the rule that dropped them. `refused` counts the records of a batch that was not loaded at all. `deleted` counts
    rows that the source no longer has; `kept_back` rows and records in quarantine that a snapshot lacks and that stay all the same, because
    it is suspiciously small or because they may be those of it that cannot be read. `undeclared` lists the source's fields that nobody
    tagged and that are therefore not loaded: path, records, proposed category; see `resources.connectors.undeclared`. `vanished` names the
    declared fields that need not be in a record, were in records before, and are in none of this batch.
    """

    read: int
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    refused: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    deleted: int = 0
    kept_back: int = 0
    undeclared: list[Undeclared] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)

    @property
    def balances(self) -> bool:
        """Whether every record that was read is somewhere."""
        written = self.inserted + self.updated + self.unchanged
        return self.read == written + self.quarantined + self.refused + sum(self.dropped.values())

    @property
    def bad_share(self) -> float:
        """The share of bad records among those that no stated rule dropped; 0 where there are none."""
        left = self.read - sum(self.dropped.values())
        return self.quarantined / left if left else 0.0

    def as_dict(self) -> dict[str, object]:
        """The counts as plain data."""
        return asdict(self)


class RefusedError(AnsvarError):
    """A batch that is not loaded, so that what is held stays as it is; the message says why and what to do, with counts alone."""


def refuse_drift(dataset: Dataset, missing: Sequence[str]) -> None:
    """Refuse a batch of a source that no longer has what a record must have.

    Raises:
        RefusedError: where a required field is in no record.
    """
    if missing:
        names = ", ".join(f"'{each}'" for each in missing)
        told = f"{dataset.id} is not loaded: no record of the batch has the required {names}."
        raise RefusedError(f"{told} Has the source renamed or dropped it? Mend 'from' of the field, or take away its 'required: true'.")


def refuse_bad(dataset: Dataset, account: Account, broken: Sequence[tuple[str | None, str, int]]) -> None:
    """Refuse a batch of which more than the data set's `most_quarantined` is bad: its source has changed its format.

    Args:
        dataset: the data set.
        account: the batch's counts, `quarantined` and `dropped` among them.
        broken: the rules that were broken: field, rule and how many records, the most first.

    Raises:
        RefusedError: where the batch has more bad records than it may.
    """
    most = dataset.shape.most_quarantined
    if account.quarantined <= FEW or account.bad_share <= most:
        return
    rules = ", ".join(f"{each or 'record'} {rule}: {count:,}" for each, rule, count in broken[:_MOST_RULES])
    more = f", and {len(broken) - _MOST_RULES} more" if len(broken) > _MOST_RULES else ""
    left = account.read - sum(account.dropped.values())
    counted = f"{account.quarantined:,} of {left:,} records break a rule ({rules}{more}), and at most {_percent(most)} may"
    todo = "Mend the field's rule or the source; or state a larger 'most_quarantined' for the data set."
    raise RefusedError(f"{dataset.id} is not loaded: {counted}. What is held of it stays. {todo}")


def _percent(share: float) -> str:
    return f"{share * 100:g} %"


def write_batch(engine: Engine, what: Load, run: str, account: Account) -> None:
    """Put a batch and its counts into `meta.batches`, where whoever reads the register can ask for them."""
    dataset = what.dataset
    values: dict[str, object] = {"batch": what.batch, "source": dataset.source, "dataset": dataset.name, "run": run, "landed_at": what.now}
    values["read_from"] = "quarantine" if what.is_release else "days" if what.days else "source"
    values |= {name: getattr(account, name) for name in _COUNTS}
    values |= {"dropped": sum(account.dropped.values()), "dropped_by": json.dumps(account.dropped, sort_keys=True)}
    engine.run(f"INSERT INTO meta.batches ({', '.join(values)}) VALUES ({', '.join(f'${name}' for name in values)})", values)
