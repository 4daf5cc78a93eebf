"""The shapes of `outreach.yaml`: who may be written to. What the values refer to is checked in `outreach_rules`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from resources.catalogue.shapes import Name, PeriodText, Scalar, Shape, Text

Conditions = Annotated[dict[Name, Annotated[list[Scalar], Field(min_length=1)]], Field(min_length=1)]


class AddressShape(Shape):
    """Where addresses stand: a data set, and the fields that make one, as a street, a postal code and a town."""

    dataset: Text
    fields: Annotated[list[Name], Field(min_length=1)]


class UnreachableShape(Shape):
    """Records that tell that an address is not reached; `unless` are those that tell, later, that it is again."""

    dataset: Text
    address: Name
    at: Name
    where: Conditions
    unless: Conditions | None = None


class ChannelShape(Shape):
    """A way to write to a person.

    `needs: consent` asks for a consent, or with `soft_opt_in` for a customer who gave the address; `needs: no_objection` for neither.
    `addresses` stand in the order in which they are preferred.
    """

    needs: Literal["consent", "no_objection"]
    soft_opt_in: bool = False
    addresses: Annotated[list[AddressShape], Field(min_length=1)]
    unreachable: list[UnreachableShape] = Field(default_factory=list)


class ConsentShape(Shape):
    """Records that are consents or prohibitions: through which channel (or the field that names it), from and until when.

    `purposes` are those of the notice that they speak of.
    """

    dataset: Text
    decision: Literal["consent", "prohibition"]
    where: Conditions | None = None
    channel: Name | None = None
    channel_in: Name | None = None
    purposes: Annotated[list[Name], Field(min_length=1)]
    from_: Name = Field(alias="from")
    until: Name | None = None


class CustomerShape(Shape):
    """Records that make a person a customer, and for how long after one what is similar may be offered."""

    dataset: Text
    at: Name
    within: PeriodText


class OutreachShape(Shape):
    """`outreach.yaml`.

    `marketing` are the purposes that an objection to marketing ends, `profiling` those that one to profiling ends. Under `minimum_age`
    nobody is written to; `unknown_age` says what holds of a person whose age nothing tells.
    """

    marketing: Annotated[list[Name], Field(min_length=1)]
    profiling: list[Name] = Field(default_factory=list)
    minimum_age: Annotated[int, Field(ge=0, le=120)]
    unknown_age: Literal["written_to", "left_out"]
    customers: list[CustomerShape] = Field(default_factory=list)
    channels: Annotated[dict[Name, ChannelShape], Field(min_length=1)]
    consents: list[ConsentShape] = Field(default_factory=list)
