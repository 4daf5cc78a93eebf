"""Which documents there are, and writing them into a folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.accountability.documents.datamap import data_map, grouped
from assets.accountability.documents.datamap_page import map_page
from assets.accountability.documents.model import notice_content
from assets.accountability.documents.notice import notice_page
from assets.accountability.documents.picture import picture
from assets.accountability.documents.processing import processing_record
from assets.accountability.documents.processing_page import processing_csv, processing_page
from assets.accountability.documents.render import html, markdown, pdf
from assets.rights.tabular import json_bytes
from resources.catalogue.shapes import in_language
from resources.errors import AnsvarError
from resources.home import write_private

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from resources.catalogue import Catalogue

FORMATS = ("html", "pdf", "md", "csv", "json", "svg")


@dataclass(frozen=True)
class Document:
    """A file: its name, and what stands in it."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def notice_documents(catalogue: Catalogue, languages: Sequence[str], formats: Collection[str] = FORMATS) -> Iterator[Document]:
    """The privacy notice: `notice.<language>.html`, `.md` and `.pdf`, and in every language at once `notice.json`."""
    content = notice_content(catalogue)
    for language in languages:
        page = notice_page(content, language)
        if "html" in formats:
            yield Document(f"notice.{language}.html", html(page))
        if "md" in formats:
            yield Document(f"notice.{language}.md", markdown(page))
        if "pdf" in formats:
            yield Document(
                f"notice.{language}.pdf", pdf(page, f"{in_language(catalogue.notice.controller.name, language)} · {content['version']}")
            )
    if "json" in formats:
        yield Document("notice.json", json_bytes(content))


def processing_documents(catalogue: Catalogue, languages: Sequence[str], formats: Collection[str] = FORMATS) -> Iterator[Document]:
    """The record of processing activities: `record_of_processing.<language>.html`, and in the languages together `.csv` and `.json`."""
    record = processing_record(catalogue)
    if "html" in formats:
        for language in languages:
            yield Document(f"record_of_processing.{language}.html", html(processing_page(record, language)))
    if "csv" in formats:
        yield Document("record_of_processing.csv", processing_csv(record, languages))
    if "json" in formats:
        yield Document("record_of_processing.json", json_bytes(record))


def map_documents(catalogue: Catalogue, languages: Sequence[str], formats: Collection[str] = FORMATS) -> Iterator[Document]:
    """The data map: `data_map.<language>.html`, its picture alone as `.svg`, and all of its nodes and links as `data_map.json`."""
    drawn = data_map(catalogue)
    for language in languages:
        if "html" in formats:
            yield Document(f"data_map.{language}.html", html(map_page(drawn, language)))
        if "svg" in formats:
            yield Document(f"data_map.{language}.svg", picture(grouped(drawn), language).encode())
    if "json" in formats:
        yield Document("data_map.json", json_bytes(drawn))


def write_documents(folder: Path, documents: Iterable[Document]) -> list[Document]:
    """Write documents into a folder, each whole or not at all and open to its owner alone; gives what was written.

    Raises:
        AnsvarError: where the folder cannot be written.
    """
    written = []
    try:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
        for document in documents:
            write_private(folder / document.name, document.content)
            written.append(document)
    except OSError as error:
        raise AnsvarError(f"The documents cannot be written into {folder} ({error.strerror}): name a folder that you may write.") from None
    return written
