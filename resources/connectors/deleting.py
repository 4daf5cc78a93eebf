"""Delete records at their source, one by one by their keys, where its API or its database allows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc

from resources.connectors.http_client import Asking
from resources.connectors.source_error import SourceError
from resources.ledger.orders import ABSENT, DELETED, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from resources.catalogue.shapes import DeletesShape
    from resources.connectors.http_client import HttpClient

Deleter = Callable[[Mapping[str, str]], tuple[str, int]]
"""Deletes the record of a key, by the names of its fields; gives the status and the source's own code."""
_GONE = (404, 410)
_DONE = (200, 202, 204)
_ANSWERS = frozenset({*_DONE, *(status for status in range(400, 500) if status not in (401, 403, 408, 425, 429))})


def by_request(client: HttpClient, base_url: str, deletes: DeletesShape) -> Deleter:
    """Deletes by one request a record: HTTP 200, 202 or 204 is `deleted`, 404 or 410 `absent`, any other 4xx `refused`.

    It raises `SourceError` where the server is away, refuses our credentials, or keeps failing: nothing more is sent then.
    """

    def delete(key: Mapping[str, str]) -> tuple[str, int]:
        path = deletes.path or ""
        for name, value in key.items():
            path = path.replace(f"{{{name}}}", quote(value, safe=""))
        asking = Asking(f"{base_url.rstrip('/')}/{path.lstrip('/')}", {}, deletes.method.lower(), deletes.rate, _ANSWERS)
        status = client.ask(asking).status_code
        return (DELETED if status in _DONE else ABSENT if status in _GONE else REFUSED), status

    return delete


@contextmanager
def by_statement(source: str, url: str, deletes: DeletesShape, folder: Path) -> Iterator[Deleter]:
    """Deletes by one statement a record, each in a transaction of its own: one row is `deleted`, none is `absent`.

    A statement that would delete several rows for one key is rolled back, and `refused`: it does not name the record by its key.

    Args:
        source: the source's name.
        url: an SQLAlchemy URL.
        deletes: the statement.
        folder: the register's folder, to which the path of an SQLite file is relative.

    Raises:
        SourceError: where the URL is wrong, the server is away, or it refuses us or the statement.
    """
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            parsed = parsed.set(database=str(folder / parsed.database))
        engine = sa.create_engine(parsed, hide_parameters=True)
    except (exc.ArgumentError, ValueError, ModuleNotFoundError, exc.NoSuchModuleError) as error:
        raise SourceError(source, f"its database cannot be opened ({type(error).__name__}): see the URL in its settings") from None
    statement = sa.text(deletes.statement or "")

    def delete(key: Mapping[str, str]) -> tuple[str, int]:
        with connection.begin() as transaction:
            rows = connection.execute(statement, dict(key)).rowcount
            if rows not in (0, 1):
                transaction.rollback()
                return REFUSED, rows
        return (DELETED if rows else ABSENT), rows

    try:
        with engine.connect() as connection:
            yield delete
    except exc.SQLAlchemyError as error:
        reason = type(error.orig).__name__ if isinstance(error, exc.DBAPIError) and error.orig is not None else type(error).__name__
        raise SourceError(source, f"the database refused to delete ({reason}): see our user's rights, and 'deletes' in the YAML") from None
    finally:
        engine.dispose()
