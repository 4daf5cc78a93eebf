"""The public business register's API: a hundred companies a page, and, as the real one, page 1 again past the end."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, ClassVar

from demo.answers import DocumentList, JsonHandler, number
from demo.sources import registry as source

if TYPE_CHECKING:
    from pathlib import Path

_PAGE = 100


class Registry:
    """What the register holds."""

    def __init__(self, folder: Path) -> None:
        """Open its file."""
        self.companies = DocumentList(folder / source.COMPANIES)


class RegistryHandler(JsonHandler):
    """Answers for the business register, to anybody."""

    root = "/opendata-ytj-api/v3"
    registry: ClassVar[Registry]

    def answer(self, path: str, query: dict[str, str]) -> None:
        """A page of companies."""
        if path != "/companies":
            self.send_error_body(HTTPStatus.NOT_FOUND, "not_found")
            return
        companies = self.registry.companies
        start = (number(query, "page", 1) - 1) * _PAGE
        if start >= len(companies):
            start = 0
        self.send_json(f'{{"totalResults":{len(companies)},"companies":{companies.page(start, _PAGE)}}}')
