"""What must hold of `outreach.yaml`: each name means something, and no address is used for a purpose that it is not held for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resources.catalogue.positions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from resources.catalogue.model import Dataset, Source
    from resources.catalogue.outreach_shapes import OutreachShape
    from resources.catalogue.positions import Document, Location

_TIMES = ("date", "timestamp")


def check_outreach(document: Document, outreach: OutreachShape, purposes: Iterable[str], sources: Mapping[str, Source]) -> None:
    """Report what is wrong; nothing is said of what a mistake elsewhere leaves open."""
    _Checking(document, outreach, sorted(purposes), sources).check()


class _Checking:
    def __init__(self, document: Document, outreach: OutreachShape, purposes: list[str], sources: Mapping[str, Source]) -> None:
        self._document, self._outreach, self._purposes = document, outreach, purposes
        self._datasets = {dataset.id: dataset for source in sources.values() for dataset in source.datasets.values()}

    def check(self) -> None:
        """All of it."""
        outreach = self._outreach
        self._are_purposes(("marketing",), outreach.marketing)
        self._are_purposes(("profiling",), outreach.profiling)
        for index, each in enumerate(outreach.customers):
            dataset = self._dataset(("customers", index), each.dataset)
            self._fields(("customers", index), dataset, {"at": each.at}, times=("at",))
        for name, channel in outreach.channels.items():
            self._channel(("channels", name), name)
            if channel.soft_opt_in and channel.needs != "consent":
                self._document.report(
                    ("channels", name, "soft_opt_in"), "'soft_opt_in' has no meaning where no consent is needed: remove it"
                )
            if channel.soft_opt_in and not outreach.customers:
                self._document.report(
                    ("channels", name, "soft_opt_in"), "'customers' is missing: say which records make a person a customer"
                )
        for index, _ in enumerate(outreach.consents):
            self._consent(("consents", index), index)

    def _channel(self, place: Location, name: str) -> None:
        channel = self._outreach.channels[name]
        for index, address in enumerate(channel.addresses):
            at = (*place, "addresses", index)
            dataset = self._dataset(at, address.dataset)
            if dataset is None or not self._fields(at, dataset, {f"fields.{number}": each for number, each in enumerate(address.fields)}):
                continue
            self._is_for_marketing(at, dataset, address.fields)
        for index, each in enumerate(channel.unreachable):
            at = (*place, "unreachable", index)
            named = {"address": each.address, "at": each.at}
            dataset = self._dataset(at, each.dataset)
            self._fields(at, dataset, named, times=("at",))
            self._conditions(at, dataset, {"where": each.where, "unless": each.unless})

    def _is_for_marketing(self, place: Location, dataset: Dataset, fields: list[str]) -> None:
        """An address is the main person's own, and held for a purpose that it is to be used for (GDPR Art. 5(1)(b))."""
        main = next(iter(dataset.shape.persons), None)
        for field in (dataset.fields[name] for name in fields):
            role = dataset.roles_of.get(field.name, main)
            if main is None or role != main or field.shape.shared:
                whose = "several persons' or another's" if main is not None else "nobody's"
                self._document.report(place, f"'{dataset.id}.{field.name}' is {whose}: name an address of the record's own person")
            if field.is_personal and not set(field.purposes) & set(self._outreach.marketing):
                hint = f"it is held for {', '.join(field.purposes)} alone"
                self._document.report(place, f"'{dataset.id}.{field.name}' must not be used for marketing: {hint}")

    def _consent(self, place: Location, index: int) -> None:
        consent = self._outreach.consents[index]
        dataset = self._dataset(place, consent.dataset)
        named = {"from": consent.from_, "until": consent.until, "channel_in": consent.channel_in}
        self._fields(place, dataset, {key: field for key, field in named.items() if field is not None}, times=("from", "until"))
        self._conditions(place, dataset, {"where": consent.where})
        self._are_purposes((*place, "purposes"), consent.purposes)
        if (consent.channel is None) == (consent.channel_in is None):
            self._document.report(place, "state one of 'channel', the channel's name, and 'channel_in', the field that names it")
        if consent.channel is not None and consent.channel not in self._outreach.channels:
            known = nearest(consent.channel, self._outreach.channels)
            self._document.report((*place, "channel"), f"'{consent.channel}' is no channel: {known}")
        if dataset is not None and not dataset.shape.persons:
            self._document.report(place, f"'{dataset.id}' has no persons: nobody's consent stands in it")

    def _are_purposes(self, place: Location, named: list[str]) -> None:
        for index, purpose in enumerate(named):
            if purpose not in self._purposes:
                self._document.report((*place, index), f"'{purpose}' is no purpose of the notice: {nearest(purpose, self._purposes)}")

    def _dataset(self, place: Location, named: str) -> Dataset | None:
        if named not in self._datasets and not self._document.is_broken((*place, "dataset")):
            self._document.report((*place, "dataset"), f"'{named}' is no data set: {nearest(named, self._datasets)}")
        return self._datasets.get(named)

    def _fields(self, place: Location, dataset: Dataset | None, named: Mapping[str, str], times: tuple[str, ...] = ()) -> bool:
        """Whether fields are the data set's, and times are times."""
        if dataset is None:
            return False
        is_right = True
        for key, field in named.items():
            at = (*place, *(int(part) if part.isdigit() else part for part in key.split(".")))
            if field not in dataset.fields:
                self._document.report(at, f"'{field}' is no field of {dataset.id}: {nearest(field, dataset.fields)}")
                is_right = False
            elif key in times and dataset.fields[field].shape.type not in _TIMES:
                self._document.report(at, f"'{field}' must be a date or a timestamp, not {dataset.fields[field].shape.type}")
                is_right = False
        return is_right

    def _conditions(self, place: Location, dataset: Dataset | None, stated: Mapping[str, Mapping[str, list[str]] | None]) -> None:
        for key, conditions in stated.items():
            for field, values in (conditions or {}).items():
                if not self._fields((*place, key), dataset, {field: field}) or dataset is None:
                    continue
                known = dataset.fields[field].shape.one_of
                for value in values if known is not None else ():
                    if value not in (known or ()):
                        self._document.report((*place, key, field), f"'{value}' is no value of '{field}': {nearest(value, known or ())}")
