"""On which grounds of GDPR Art. 17 the data sets of an erasure go, or stay: what follows from their purposes, and what a named user chose.

A request for erasure withdraws consent and objects to what rests on legitimate interest. Data held for a contract go because they are no
longer needed for it: whoever decides states that, by not keeping them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from assets.identity.age import gathered_online, minority
from assets.identity.objected import CONSENT, purposes_of
from resources.catalogue.positions import nearest
from resources.errors import AnsvarError
from resources.ledger.objections import EVERY, LEGITIMATE_INTEREST, MARKETING, OBJECTION, PROFILING, WITHDRAWAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assets.identity.whom import Whom
    from resources.catalogue import Catalogue, Dataset
    from resources.register import Register
    from resources.warehouse import Engine

NOT_NEEDED, WITHDRAWN, OBJECTED, UNLAWFUL = "not_needed", "withdrawn", "objected", "unlawful"
"""GDPR Art. 17(1)(a) to (d); (f) is `minor` or `was_minor`, of what the online services gathered: see `minority`."""
STILL_NEEDED, OVERRIDING, LEGAL_CLAIMS = "still_needed", "overriding_grounds", "legal_claims"
REASONS = (STILL_NEEDED, OVERRIDING, LEGAL_CLAIMS)
"""Why a data set may be kept: Art. 17(1)(a) is not met; overriding legitimate grounds, Art. 17(1)(c) and 21(1); Art. 17(3)(e)."""
_CONTRACT = "contract"
_GROUNDS = {CONSENT: WITHDRAWN, LEGITIMATE_INTEREST: OBJECTED}
_ORDER = (NOT_NEEDED, WITHDRAWN, OBJECTED)


@dataclass(frozen=True)
class Choices:
    """What a named user chose for an erasure: tables that were processed unlawfully; tables that are kept, each with one of `REASONS`."""

    unlawful: frozenset[str] = frozenset()
    keep: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, row: Mapping[str, Any]) -> Choices:
        """The choices as the ledger has them of an erasure."""
        return cls(frozenset(row.get("unlawful", ())), row.get("keep", {}))

    def to_store(self) -> dict[str, Any]:
        """The choices as the ledger is to have them."""
        return {key: value for key, value in (("unlawful", sorted(self.unlawful)), ("keep", {**self.keep})) if value}

    def ended(self) -> list[tuple[str, str]]:
        """What the request ends where data are kept, as (kind, scope) of objections: no consent, marketing or profiling is left of it."""
        if not self.keep:
            return []
        overriding = OVERRIDING in self.keep.values()
        objected = (MARKETING, PROFILING) if overriding else (LEGITIMATE_INTEREST,)
        return [*((OBJECTION, scope) for scope in objected), (WITHDRAWAL, EVERY)]


AS_PROPOSED = Choices()
"""Everything goes that no rule keeps, on the ground that follows from its purposes."""


@dataclass(frozen=True)
class Grounds:
    """What the law says of each data set of one person; `minor` is what `minority` tells."""

    catalogue: Catalogue
    minor: str | None

    @classmethod
    def of_person(cls, engine: Engine, register: Register, whom: Whom) -> Grounds:
        """The grounds of a person."""
        return cls(register.catalogue, minority(engine, register.catalogue, whom.persons, register.clock.today()))

    def of(self, dataset: Dataset, choices: Choices) -> list[str]:
        """On which grounds what goes of a data set goes."""
        if dataset.table in choices.unlawful:
            return [UNLAWFUL]
        found = {_GROUNDS.get(basis, NOT_NEEDED) for basis in _bases(dataset)}
        minor = [self.minor] if self.minor is not None and gathered_online(dataset) else []
        return [*(ground for ground in _ORDER if ground in found), *minor]

    def reasons(self, dataset: Dataset) -> tuple[str, ...]:
        """For which reasons a data set may be kept: none where its rule says already what stays, or where it rests on consent alone."""
        bases = _bases(dataset)
        if dataset.rule.erasure is not None or bases <= {CONSENT}:
            return ()
        if self.minor is not None and gathered_online(dataset):
            return (LEGAL_CLAIMS,)
        needed = (STILL_NEEDED,) if _CONTRACT in bases else ()
        return (*needed, *((OVERRIDING,) if self._may_override(dataset) else ()), LEGAL_CLAIMS)

    def check(self, choices: Choices, held: Iterable[str]) -> None:
        """That choices may be made.

        Args:
            choices: the choices.
            held: the tables in which the erasure finds something of the person.

        Raises:
            AnsvarError: where nothing of the person is held in a data set, it is both kept and unlawful, or the reason does not fit it.
        """
        datasets = {dataset.table: dataset for dataset in self.catalogue.datasets}
        there = {*held}
        for table in sorted({*choices.unlawful, *choices.keep}):
            dataset = datasets[table]
            if table not in there:
                raise AnsvarError(f"{dataset.id}: this erasure finds nothing of the person there, so there is nothing to choose for it.")
            if table in choices.unlawful and table in choices.keep:
                raise AnsvarError(f"{dataset.id}: what is processed unlawfully cannot be kept; choose one of the two.")
        for table, reason in choices.keep.items():
            self._check_reason(datasets[table], reason)

    def _check_reason(self, dataset: Dataset, reason: str) -> None:
        if reason not in REASONS:
            raise AnsvarError(f"{dataset.id}: '{reason}' is no reason to keep it: {nearest(reason, REASONS)}")
        allowed = self.reasons(dataset)
        if reason in allowed:
            return
        if dataset.rule.erasure is not None:
            raise AnsvarError(f"{dataset.id}: retention.yaml states already what of it stays, and on which ground.")
        if not allowed:
            raise AnsvarError(
                f"{dataset.id}: it rests on consent, which the request withdraws, so nothing is left to keep it by (GDPR Art. 17(1)(b))."
            )
        raise AnsvarError(f"{dataset.id}: '{reason}' does not fit what its purposes rest on; it may be kept for: {', '.join(allowed)}.")

    def _may_override(self, dataset: Dataset) -> bool:
        """Whether something of it rests on legitimate interest, and not for direct marketing alone: GDPR Art. 21(3)."""
        marketing, purposes = {*purposes_of(self.catalogue, OBJECTION, MARKETING)}, self.catalogue.notice.purposes
        own = {purpose for each in dataset.fields.values() for purpose in each.purposes} - marketing
        return LEGITIMATE_INTEREST in _bases(dataset) and any(purposes[each].legal_basis == LEGITIMATE_INTEREST for each in own)


def choices_of(catalogue: Catalogue, unlawful: Iterable[str], keep: Iterable[str]) -> Choices:
    """Choices as they are written: data sets as `source.dataset`, and `source.dataset=reason`.

    Raises:
        AnsvarError: where one names no data set, or no reason.
    """
    tables = {dataset.id: dataset.table for dataset in catalogue.datasets}
    kept = dict(_split(each) for each in keep)
    return Choices(
        frozenset(_table(tables, each) for each in unlawful),
        {_table(tables, dataset): reason for dataset, reason in kept.items()},
    )


def _split(written: str) -> tuple[str, str]:
    dataset, separator, reason = written.partition("=")
    if not separator or not reason:
        raise AnsvarError(f"Say why it is kept, as --keep {dataset or 'DATASET'}={STILL_NEEDED}; the reasons are: {', '.join(REASONS)}.")
    return dataset, reason


def _table(tables: Mapping[str, str], dataset: str) -> str:
    if dataset not in tables:
        raise AnsvarError(f"There is no data set '{dataset}': {nearest(dataset, tables)}")
    return tables[dataset]


def _bases(dataset: Dataset) -> set[str]:
    return {basis for each in dataset.fields.values() if each.is_personal for basis in each.legal_bases}
