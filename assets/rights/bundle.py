"""The bundle: what stands in the ZIP that answers a request, and in which order; the same byte for byte for the same content and clock."""

from __future__ import annotations

from dataclasses import dataclass
from html import unescape
from typing import IO, TYPE_CHECKING, Any

from assets.rights.about import About
from assets.rights.archive import Archive
from assets.rights.members import Members
from assets.rights.pdf import pdf
from assets.rights.portability import PORTABILITY
from assets.rights.recordings import member
from assets.rights.report import Report
from assets.rights.schema import schema
from assets.rights.seal import seal
from assets.rights.tabular import json_bytes

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from assets.rights.holding import Holding, Table
    from assets.rights.wording import Wording
    from resources.catalogue import Catalogue
    from resources.ledger import Request


@dataclass(frozen=True)
class Written:
    """A bundle that was written: how many files are in it, and what it says of itself, as the ledger keeps it."""

    files: int
    says: dict[str, Any]


@dataclass(frozen=True)
class Bundle:
    """What a bundle is made of; `decisions` are the ids of a releaser's decisions that its texts follow."""

    catalogue: Catalogue
    request: Request
    wording: Wording
    made: dt.datetime
    holding: Holding
    decisions: tuple[str, ...] = ()

    def write(self, stream: IO[bytes], key: Ed25519PrivateKey) -> Written:
        """Write the ZIP to a stream, signed with a key.

        The report comes first; where the data is to be taken elsewhere (GDPR Art. 20), the data. What proves it all comes last.
        """
        archive = Archive.into(stream, self.made, self.wording.zone)
        audio = self._audio()
        sizes = {name: (table, number, path.stat().st_size) for name, (table, number, path) in audio.items()}
        about = About(self.catalogue, self.wording, self.request, self.made, self.holding).told()
        report = Report(self.catalogue, self.wording, self.request, self.made, sizes, about)
        shown = report.shown(self.holding)
        pages = {"report.html": report.html(self.holding, shown), "report.pdf": pdf(report, self.holding, shown)}
        withheld = Members(self.catalogue, self.wording, self.holding).withheld()
        with archive.zip:
            if self.request.kind == PORTABILITY:
                self._add_data(archive, withheld, audio)
                self._add_report(archive, pages, about)
            else:
                self._add_report(archive, pages, about)
                self._add_data(archive, withheld, audio)
            seal(archive, self, key)
        return Written(len(archive.members), self._says(pages["report.html"], withheld))

    def _add_report(self, archive: Archive, pages: dict[str, bytes], about: dict[str, Any]) -> None:
        for name, content in pages.items():
            archive.add(name, content)
        archive.add("about.json", json_bytes(about))

    def _add_data(self, archive: Archive, withheld: dict[str, Any], audio: dict[str, tuple[Table, int, Path]]) -> None:
        if not self.holding.is_held:
            if self.holding.left_out:
                archive.add("withheld.json", json_bytes(withheld))
            return
        members = Members(self.catalogue, self.wording, self.holding)
        for name, content in members.data():
            archive.add(name, content)
        for name, (_, _, path) in audio.items():
            archive.add_file(name, path)
        archive.add("schema.json", json_bytes(schema(self.catalogue, (table.dataset for table in self.holding.tables), self.wording)))
        if self.request.kind != PORTABILITY:
            archive.add("links.json", members.links())
        archive.add("withheld.json", json_bytes(withheld))

    def _audio(self) -> dict[str, tuple[Table, int, Path]]:
        """The audio files, by their name in the bundle, which tells nothing of theirs: the table, the row's number, and where it lies."""
        return {
            name: (table, number, row.audio)
            for table in self.holding.tables
            for number, row in enumerate(table.rows, start=1)
            if row.audio is not None and (name := member(table.dataset, number, row))
        }

    def _says(self, page: bytes, withheld: dict[str, Any]) -> dict[str, Any]:
        """What the report in it names, looked up in the very page; and counts of what a person is to look at before it goes out."""
        text, notice = unescape(page.decode()), self.catalogue.notice
        controller = notice.controller.reached(self.wording.language)
        authority = notice.authority.name.in_language(self.wording.language)
        counted = [(each["count"], bool(each["explanation"])) for each in withheld["values"]]
        return {
            "controller": [each for each in controller if each in text],
            "authority": authority if authority in text else "",
            "withheld": sum(count for count, _ in counted),
            "unexplained": sum(count for count, is_explained in counted if not is_explained),
            "redacted": sum(each["count"] for each in withheld["redacted"]),
            "texts": self.holding.texts,
            "unread": len(self.holding.unread),
            "ledgered": self.holding.is_ledgered or bool(self.holding.left_out),
            "decisions": sorted(self.decisions),
        }
