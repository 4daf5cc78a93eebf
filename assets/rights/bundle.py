"""The bundle: a ZIP that is the same byte for byte for the same content and clock, put into the outbox whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from assets.rights.report import Report, field_labels, headings_of
from assets.rights.tabular import csv_bytes, exact, json_bytes
from resources.connectors.landing import sha256

if TYPE_CHECKING:
    from assets.rights.holding import Holding, Table
    from assets.rights.wording import Wording
    from resources.catalogue import Catalogue
    from resources.ledger import Request

_EARLIEST = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the first local time that a ZIP can hold
_UNREAD, _FACTS = "quarantine", "facts"  # a register table's name always has an underscore, so they are none of theirs


@dataclass(frozen=True)
class Bundle:
    """What a bundle is made of."""

    catalogue: Catalogue
    request: Request
    wording: Wording
    made: dt.datetime
    holding: Holding

    def write(self, path: Path) -> int:
        """Write the ZIP, of mode 0600; gives how many files are in it."""
        members = self._members()
        members["manifest.json"] = json_bytes(self._manifest(members))
        partial = path.with_name(f".{path.name}.partial")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                with zipfile.ZipFile(file, "w") as archive:
                    for name, content in sorted(members.items()):
                        self._add(archive, name, content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            partial.unlink()
            raise
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return len(members)

    def _add(self, archive: zipfile.ZipFile, name: str, content: bytes | Path) -> None:
        local = max(self.made.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(self.wording.zone)).replace(tzinfo=None), _EARLIEST)
        entry = zipfile.ZipInfo(name, (local.year, local.month, local.day, local.hour, local.minute, local.second))
        entry.create_system = 3  # Unix, whose permissions these are
        entry.external_attr = (stat.S_IFREG | 0o600) << 16
        entry.compress_type = zipfile.ZIP_STORED if isinstance(content, Path) else zipfile.ZIP_DEFLATED
        entry.file_size = content.stat().st_size if isinstance(content, Path) else len(content)
        with archive.open(entry, "w") as writing:
            if isinstance(content, Path):
                with content.open("rb") as reading:
                    shutil.copyfileobj(reading, writing, 1 << 20)
            else:
                writing.write(content)

    def _members(self) -> dict[str, bytes | Path]:
        audio = {
            f"audio/{table.dataset.table}-{number}{_ending(row.audio)}": (table, number, row.audio)
            for table in self.holding.tables
            for number, row in enumerate(table.rows, start=1)
            if row.audio is not None
        }
        sizes = {name: (table, number, path.stat().st_size) for name, (table, number, path) in audio.items()}
        report = Report(self.catalogue, self.wording, self.request, self.made, sizes)
        members: dict[str, bytes | Path] = {"report.html": report.html(self.holding)}
        if not self.holding.is_held:
            return members
        for table in self.holding.tables:
            members |= self._data(table)
        if self.holding.facts:
            members |= self._facts()
        if self.holding.unread:
            members |= self._unread()
        members["links.json"] = json_bytes(self._links())
        members["withheld.json"] = json_bytes(self._withheld())
        return members | {name: path for name, (_, _, path) in audio.items()}

    def _data(self, table: Table) -> dict[str, bytes | Path]:
        fields, mark = list(table.dataset.fields), self.wording.text("withheld_mark")
        headings = headings_of(table.dataset, self.wording.language)
        exactly = [{name: exact(row.values[name]) for name in fields if name in row.values} for row in table.rows]
        listed = ([mark if name in row.withheld else row.values.get(name) for name in fields] for row in table.rows)
        return {
            f"data/{table.dataset.table}.json": json_bytes(exactly),
            f"data/{table.dataset.table}.csv": csv_bytes([headings[name] for name in fields], listed),
        }

    def _facts(self) -> dict[str, bytes | Path]:
        """What more than one field tells of the person, with every origin."""
        language, vocabulary = self.wording.language, self.catalogue.vocabulary
        exactly = [
            {
                "category": fact.category,
                "agrees": fact.agrees,
                "values": [
                    [
                        {
                            "value": each.written,
                            "table": each.dataset.table,
                            "fields": list(each.fields),
                            "source": each.dataset.source,
                            "origin": each.origin,
                            "held_since_at_latest": exact(each.since),
                        }
                        for each in value.known_from
                    ]
                    for value in fact.values
                ],
            }
            for fact in self.holding.facts
        ]
        keys = ("fact", "value", "source", "dataset", "field", "origin", "held_since")
        listed = (
            (
                vocabulary.categories[fact.category].label.in_language(language),
                each.written,
                self.catalogue.sources[each.dataset.source].shape.label.in_language(language),
                each.dataset.shape.label.in_language(language),
                field_labels(each, language),
                vocabulary.origins[each.origin].label.in_language(language) if each.origin else "",
                each.since,
            )
            for fact in self.holding.facts
            for value in fact.values
            for each in value.known_from
        )
        return {
            f"data/{_FACTS}.json": json_bytes(exactly),
            f"data/{_FACTS}.csv": csv_bytes([self.wording.text(key) for key in keys], listed),
        }

    def _unread(self) -> dict[str, bytes | Path]:
        keys, language = ("dataset", "time", "field", "rule", "raw"), self.wording.language
        hidden = self.wording.text("unread_withheld")
        exactly = [
            {"data_set": each.dataset.id, "time": exact(each.at), "field": each.field, "rule": each.rule, "record": each.text}
            for each in self.holding.unread
        ]
        listed = [
            (each.dataset.shape.label.in_language(language), each.at, each.field, each.rule, hidden if each.text is None else each.text)
            for each in self.holding.unread
        ]
        return {
            f"data/{_UNREAD}.json": json_bytes(exactly),
            f"data/{_UNREAD}.csv": csv_bytes([self.wording.text(key) for key in keys], listed),
        }

    def _links(self) -> dict[str, Any]:
        """How each record was linked: the identifier that named the person in it, and what joins those identifiers."""
        return {
            "identifiers": [
                {
                    "kind": each.kind,
                    "value": each.value,
                    "sources": list(each.sources),
                    "origins": list(each.origins),
                    "joins": each.joins,
                    "reason": each.reason,
                }
                for each in self.holding.identifiers
            ],
            "records": [
                {
                    "table": table.dataset.table,
                    "row": number,
                    "role": each.role,
                    "field": each.field,
                    "kind": each.kind,
                    "value": each.value,
                }
                for table in self.holding.tables
                for number, row in enumerate(table.rows, start=1)
                for each in row.evidence
            ],
        }

    def _withheld(self) -> dict[str, Any]:
        return {
            "values": [
                {"table": table, "field": field, "reason": reason, "explanation": self.wording.text(f"why_{reason}"), "count": count}
                for (table, field, reason), count in sorted(self.holding.withheld.items())
            ],
            "redacted": [
                {"table": table, "field": field, "kind": kind, "count": count}
                for (table, field, kind), count in sorted(self.holding.redacted.items())
            ],
            "names_known_by": {"register": True, "model": self.holding.names_by},
            "unread": sum(each.text is None for each in self.holding.unread),
            "unattributed": [
                {"table": each.dataset.table, "kind": each.kind, "records": each.records} for each in self.holding.unattributed
            ],
        }

    def _manifest(self, members: dict[str, bytes | Path]) -> dict[str, Any]:
        files = [{"file": name, **_checksum(content)} for name, content in sorted(members.items())]
        tables = [
            {
                "table": table.dataset.table,
                "data_set": table.dataset.id,
                "rows": len(table.rows),
                "categories": table.dataset.categories,
                "retention": {"rule": table.dataset.shape.retention, "period": str(table.dataset.rule.limit)},
            }
            for table in self.holding.tables
        ]
        return {
            "request": self.request.id,
            "kind": self.request.kind,
            "language": self.wording.language,
            "made_at": exact(self.made),
            "catalogue": self.catalogue.digest,
            "held": self.holding.is_held,
            "records": self.holding.records,
            "tables": tables,
            "unread": len(self.holding.unread),
            **({"kept_by": self.holding.kept_by} if self.holding.kept_by else {}),
            "files": files,
        }


def _checksum(content: bytes | Path) -> dict[str, object]:
    if isinstance(content, Path):
        return {"bytes": content.stat().st_size, "sha256": sha256(content)}
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _ending(path: Path) -> str:
    """The ending of an audio file, where it is a plain one."""
    return path.suffix if re.fullmatch(r"\.[a-z0-9]{1,5}", path.suffix) else ""
