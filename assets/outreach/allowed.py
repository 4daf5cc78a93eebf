"""Which data a recipient may be given: that follows from the notice.

It is of the data sets' fields those whose promise the recipient receives, for a purpose that is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resources.catalogue.positions import nearest
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resources.catalogue import Catalogue, Dataset, Field
    from resources.catalogue.notice_shapes import RecipientShape
    from resources.register import Register

PARTNER = "partner"


@dataclass(frozen=True)
class Data:
    """Data that are given: for which purpose, and which fields of which data set."""

    purpose: str
    dataset: str
    fields: Sequence[str]

    @property
    def what(self) -> dict[str, Any]:
        """The data set and its fields, as the ledger keeps them of a disclosure."""
        return {"dataset": self.dataset, "fields": list(self.fields)}


def recipient_of(register: Register, recipient: str) -> RecipientShape:
    """A recipient of the notice; an `AnsvarError` where it names none of the name."""
    recipients = register.catalogue.notice.recipients
    if recipient not in recipients:
        raise AnsvarError(f"The notice names no recipient '{recipient}': {nearest(recipient, recipients)}")
    return recipients[recipient]


def allowed(register: Register, recipient: str, wanted: Data) -> tuple[RecipientShape, Dataset]:
    """The recipient and the data set, where the notice lets the one have what is asked for of the other.

    Raises:
        AnsvarError: where it does not, or something is unknown.
    """
    catalogue, shape = register.catalogue, recipient_of(register, recipient)
    if wanted.purpose not in catalogue.notice.purposes:
        raise AnsvarError(f"'{wanted.purpose}' is no purpose of the notice: {nearest(wanted.purpose, catalogue.notice.purposes)}")
    if shape.purposes and wanted.purpose not in shape.purposes:
        raise AnsvarError(f"The notice gives '{recipient}' data for {', '.join(shape.purposes)}, not for {wanted.purpose}.")
    dataset = dataset_of(catalogue, wanted.dataset)
    if not wanted.fields:
        raise AnsvarError(f"Say which fields of {dataset.id} are given: {', '.join(dataset.fields)}.")
    for each in wanted.fields:
        if each not in dataset.fields:
            raise AnsvarError(f"'{each}' is no field of {dataset.id}: {nearest(each, dataset.fields)}")
        reason = _withheld(dataset, dataset.fields[each], wanted, shape)
        if reason:
            raise AnsvarError(f"'{each}' of {dataset.id} is not given to '{recipient}': {reason}.")
    return shape, dataset


def dataset_of(catalogue: Catalogue, named: str) -> Dataset:
    """A data set about persons; an `AnsvarError` where there is none of the name."""
    datasets = {dataset.id: dataset for dataset in catalogue.datasets}
    if named not in datasets:
        raise AnsvarError(f"There is no data set '{named}': {nearest(named, datasets)}")
    if not datasets[named].shape.persons:
        raise AnsvarError(f"{named} is about no persons: a list of persons is made of another data set.")
    return datasets[named]


def _withheld(dataset: Dataset, field: Field, wanted: Data, shape: RecipientShape) -> str | None:
    """Why a field is not given; None where it is."""
    main = next(iter(dataset.shape.persons))
    is_for_another = shape.kind == PARTNER and wanted.purpose not in field.purposes
    reasons = (
        (dataset.roles_of.get(field.name, main) != main, "it is of another person than the record's own"),
        (field.shape.mentions_others, "others may stand in it"),
        (field.shape.withhold not in (None, "none"), f"it is withheld ({field.shape.withhold})"),
        (field.shape.promise not in shape.receives, f"the notice does not say that it receives '{field.shape.promise}'"),
        (is_for_another, f"it is held for {', '.join(field.purposes)}, not for {wanted.purpose}"),
    )
    return next((reason for holds, reason in reasons if holds), None) if field.is_personal else None
