"""The shapes of `notice.yaml`, key by key. What the values refer to is checked in `notice_rules`."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from resources.catalogue.shapes import Label, Name, Shape, Spoken, Text, in_language


def _date(value: object) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        msg = "is not a date: write one as 2026-10-01"
        raise ValueError(msg) from None


Date = Annotated[dt.date, BeforeValidator(_date)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class OfficerShape(Shape):
    """How the data protection officer is reached."""

    email: Text
    address: Spoken


class ControllerShape(Shape):
    """Who answers for the register."""

    name: Spoken
    business_id: Annotated[str, StringConstraints(pattern=r"^\d{7}-\d$")]
    address: Spoken
    data_protection_officer: OfficerShape

    def reached(self, language: str) -> tuple[str, str, str, str, str]:
        """Who answers, and how the officer is reached: name, business id, postal address; e-mail and postal address of the officer."""
        officer = self.data_protection_officer
        told = (in_language(each, language) for each in (self.name, self.business_id, self.address, officer.email, officer.address))
        name, business_id, address, email, of_officer = told
        return name, business_id, address, email, of_officer


class AuthorityShape(Shape):
    """The authority to complain to; its postal address stands in letters."""

    name: Label
    address: Spoken | None = None
    url: Spoken


class VersionShape(Shape):
    """A version of the notice: since when it has been in force, and what changed in it."""

    version: Text
    date: Date
    changes: Label


class SubjectsShape(Shape):
    """A kind of persons that data is held of; `roles` are the roles of the data sets in which they stand.

    `staff`: they are the controller's own, so what names them in these roles stays in the texts that others are given.
    """

    label: Label
    roles: Annotated[list[Name], Field(min_length=1)]
    staff: bool = False


class PurposeShape(Shape):
    """Why data is processed, on what legal basis, and how a legitimate interest was weighed against the persons' (GDPR Art. 6(1)(f))."""

    label: Label
    legal_basis: Text
    balancing: Label | None = None


class TransferShape(Shape):
    """On what ground data leaves the EEA (GDPR Art. 45–49), and what safeguards it there."""

    ground: Literal["adequacy_decision", "standard_contractual_clauses", "binding_corporate_rules", "derogation"]
    safeguard: Label


class RecipientShape(Shape):
    """Who receives data: what for, which promises' data for which purposes (any, unless stated), and in which country (ISO 3166-1).

    A processor receives, beside what is listed, what the source systems hold that it operates.
    """

    label: Label
    kind: Literal["processor", "partner", "authority"]
    task: Label
    receives: list[Name] = Field(default_factory=list)
    purposes: list[Name] = Field(default_factory=list)
    country: Country
    transfer: TransferShape | None = None


class RightShape(Shape):
    """A right of the person, and how to use it."""

    label: Label
    how: Label


class PromiseShape(Shape):
    """A promise of the privacy notice; `nothing_held` says why nothing is held under it, where that is so.

    `{period}` in the label stands for the period of the retention rule that keeps the promise. A promise of how long data is kept may
    say which promises' data it `covers`: whatever holds them must then be kept by a rule under it.
    """

    label: Label
    nothing_held: Label | None = None
    covers: list[Name] = Field(default_factory=list)


class BundlesShape(Shape):
    """How answers go out: each waits for a named user (`always`); or only what has free text, or withholds something (`when_needed`).

    What goes at once is encrypted for `recipient`, a public key of age.
    """

    release: Literal["always", "when_needed"] = "always"
    recipient: Annotated[str, StringConstraints(pattern=r"^age1[a-z0-9]{58}$")] | None = None

    @model_validator(mode="after")
    def _has_recipient(self) -> BundlesShape:
        if self.release == "when_needed" and self.recipient is None:
            msg = "needs a 'recipient', for whom what goes out at once is encrypted: a public key of age (age1…)"
            raise ValueError(msg)
        return self


class NoticeShape(Shape):
    """`notice.yaml`. Its versions stand newest first."""

    name: Label
    time_zone: Text
    languages: Annotated[list[Literal["fi", "sv", "en"]], Field(min_length=1)]
    versions: Annotated[list[VersionShape], Field(min_length=1)]
    controller: ControllerShape
    authority: AuthorityShape
    legal_bases: Annotated[list[Name], Field(min_length=1)]
    data_subjects: Annotated[dict[Name, SubjectsShape], Field(min_length=1)]
    purposes: dict[Name, PurposeShape]
    origins: Annotated[dict[Name, Label], Field(min_length=1)]
    recipients: dict[Name, RecipientShape]
    rights: dict[Name, RightShape]
    security: Label
    profiling: Label
    bundles: BundlesShape = BundlesShape()
    promises: dict[Name, PromiseShape]

    @property
    def version(self) -> VersionShape:
        """The newest version."""
        return self.versions[0]
