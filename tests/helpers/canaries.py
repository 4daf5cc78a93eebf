"""A person with a marker in every field, and a search for the markers' bytes.

The values are made from the catalogue, so that a field which is added to it is searched for, too. `canary_world` writes them where they are
read.
"""

from __future__ import annotations

import random
import secrets
import zipfile
from typing import TYPE_CHECKING

from demo.identifiers import business_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.catalogue import Catalogue, Dataset
    from resources.catalogue.model import Field

LOADED, QUARANTINED = "loaded", "quarantined"
BUSINESS_ID = r"\d{7}-\d"
_WHOLES = {"ticket_id", "conversation_id", "order_id", "company_id"}  # by what records of several data sets of a source belong together
_OF_COMPANY = {"company_name": "name", "business_id": "business_id", "switchboard": "switchboard"}  # a contact bears what its company has
_PLAIN = {"boolean": "true", "integer": "1", "decimal": "12.50", "date": "2026-10-01", "text": "00100"}
_EPOCHS = {"seconds": "1790848800", "milliseconds": "1790848800000"}
_FORMATTED = {"%d.%m.%Y %H.%M": "01.10.2026 13.00", "%d/%b/%Y:%H:%M:%S %z": "01/Oct/2026:13:00:00 +0300"}
_DIGITS = "123456789"
_LETTERS = "abcdefghijklmnop"
Key = tuple[str, ...]


def holds_no_marker(each: Field) -> bool:
    """Whether a field's values are too few, or too plain, to be told from others by their bytes."""
    shape = each.shape
    return bool(shape.type not in ("text", "file") or shape.one_of or (shape.pattern or BUSINESS_ID) != BUSINESS_ID) or each.name in (
        "method",  # of a request to the web server: the log's format knows a few
        "company_form",  # by which the business register's companies are told from its sole traders
    )


class Canaries:
    """Distinct values that cannot be compressed, by the place that they stand in: as `loaded crm.contacts.email`."""

    def __init__(self, catalogue: Catalogue) -> None:
        """No record yet."""
        self.marks: dict[str, bytes] = {}
        self._catalogue = catalogue
        self._values: dict[Key, str] = {}

    def copied(self) -> Canaries:
        """The same, to which others may be added."""
        made = Canaries(self._catalogue)
        made.marks, made._values = dict(self.marks), dict(self._values)
        return made

    def mark(self, place: str, value: str) -> str:
        """Search for this value from now on."""
        self.marks[place] = value.encode()
        return value

    def text(self, place: str) -> str:
        """A new marker of a place."""
        return self.mark(place, _word())

    def sound(self, place: str) -> bytes:
        """A marker in bytes that are no text, with others around it."""
        self.marks[place] = secrets.token_bytes(32)
        return secrets.token_bytes(500) + self.marks[place]

    def identifier(self, kind: str) -> str:
        """What the person is known by, in every source."""
        return self._values["person", kind]

    def record(self, dataset: Dataset, layer: str) -> dict[str, str]:
        """The values of a record's fields, each as its source writes it. One for quarantine has an anchor that is none."""
        return {name: self._value(dataset, each, layer) for name, each in dataset.fields.items()}

    def _value(self, dataset: Dataset, each: Field, layer: str) -> str:
        is_bad = layer == QUARANTINED and each.name == dataset.shape.anchor
        if holds_no_marker(each) and not is_bad:
            shape = each.shape
            if shape.one_of:
                return shape.one_of[0]
            if shape.type == "timestamp":
                return _EPOCHS.get(shape.epoch or "") or _FORMATTED.get("".join(shape.formats)) or "2026-10-01T13:00:00"
            return {"method": "GET", "status": "200"}.get(each.name) or _PLAIN[shape.type]
        key = self._key(dataset, each, layer)
        if key not in self._values:
            self._values[key] = _new(dataset, each)
        return self.mark(f"{layer} {dataset.id}.{each.name}", self._values[key])

    def _key(self, dataset: Dataset, each: Field, layer: str) -> Key:
        """What a value is the same for: a person's identifier, the record that another belongs to, or this field alone."""
        origin, is_new = each.shape.from_, layer == QUARANTINED and each.name in dataset.key
        if isinstance(origin, str) and origin.startswith("^") and dataset.shape.belongs_to is not None:
            whole = self._catalogue.whole_of(dataset, dataset.shape.belongs_to)
            return self._key(whole, next(one for one in whole.fields.values() if (one.shape.from_ or one.name) == origin[1:]), layer)
        if dataset.id == "crm.contacts" and each.name in _OF_COMPANY:
            return (LOADED, "crm.companies", _OF_COMPANY[each.name])
        if each.name in _WHOLES and dataset.id != "crm.sole_traders" and not is_new:
            return (dataset.source, each.name)
        if each.identifies not in (None, "ip") and not (is_new and dataset.source == "crm"):
            is_main = dataset.roles_of.get(each.name) == next(iter(dataset.shape.persons))
            return ("person" if is_main else "agent", str(each.identifies))
        return (layer, dataset.id, each.name)

    def found(self, folder: Path, files: str = "*") -> set[str]:
        """The places whose markers stand in any file below a folder, in what is packed there, or in a file's name."""
        contents = [content for file in folder.rglob(files) for content in _contents(file, folder)]
        return {place for place, mark in self.marks.items() if any(mark in content for content in contents)}


def _new(dataset: Dataset, each: Field) -> str:
    if each.identifies == "email" or each.name == "mailbox":
        return f"{secrets.token_hex(16)}@koe.example"
    if each.identifies == "phone" or each.name == "switchboard":
        return "+35840" + "".join(secrets.choice(_DIGITS) for _ in range(7))
    if each.name == "business_id":
        ids = (business_id(random.SystemRandom().randrange(1_000_000, 10_000_000)) for _ in range(100))
        return next(found for found in ids if found is not None)
    if each.identifies == "ip":
        return "2001:db8:" + ":".join(f"{0x1000 + secrets.randbelow(0xF000):x}" for _ in range(6))
    return {"file": f"{secrets.token_hex(16)}.wav"}.get(each.shape.type) or f"{'/' * (dataset.source == 'web')}{_word()}"


def _word() -> str:
    """Letters alone: digits among them might be taken for somebody's telephone number, which a bundle leaves out of a text."""
    return "".join(secrets.choice(_LETTERS) for _ in range(32))


def _contents(file: Path, folder: Path) -> Iterator[bytes]:
    yield str(file.relative_to(folder)).encode()
    if file.is_file():
        yield file.read_bytes()
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as packed:
                yield from (packed.read(each) for each in packed.namelist())
