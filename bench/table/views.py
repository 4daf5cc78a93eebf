"""Files of pages viewed on a site, as the demonstration's web analytics and web server have them, made by SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.many import NOW
from resources.warehouse.dialect import literal
from resources.warehouse.engine import engine

if TYPE_CHECKING:
    from pathlib import Path

    from resources.warehouse import Engine

_BAD = 1000  # one record in so many cannot be typed
_VIEWS_OF_A_VISITOR = 7  # about the demonstration's: 3,409 pages of 526 users and those who are none
FLAT = ("event_id", "cookie_id", "user_id", "viewed_at", "page", "referrer", "referring_server", "browser", "language")


def _numbers(records: int) -> str:
    """The SELECT of the views' numbers, each with who viewed."""
    visitors = max(1, records // _VIEWS_OF_A_VISITOR)
    return f"SELECT number, hash(number) % {visitors:d} AS visitor FROM range({records:d}) AS numbers(number)"  # noqa: S608 - numbers


def views(opened: Engine, records: int) -> None:
    """Make the view `views`: a column a field of the data set, `viewed_at` in milliseconds as text, of which some is none."""
    opened.run(f"""
        CREATE TEMP VIEW views AS
        SELECT
          'e' || number AS event_id, 'c' || visitor AS cookie_id, CASE WHEN visitor % 4 = 0 THEN 'u' || visitor END AS user_id,
          CASE WHEN number % {_BAD:d} = 7 THEN 'yesterday'
            ELSE CAST(epoch_ms(TIMESTAMP '{NOW[:10]}') - (number % 6000000) * 1000 - number % 997 AS VARCHAR) END AS viewed_at,
          '/tuotteet/' || number % 391 AS page,
          CASE WHEN number % 3 = 0 THEN 'https://haku.example/?q=' || number % 97 END AS referrer,
          CASE WHEN number % 3 = 0 THEN 'haku.example' END AS referring_server,
          ['Firefox', 'Chrome', 'Safari', 'Edge'][1 + number % 4] AS browser, ['fi', 'sv', 'en'][1 + number % 3] AS language
        FROM ({_numbers(records)}) AS numbered
    """)  # noqa: S608 - our own names


def ndjson(data: Path, records: int) -> None:
    """Nested documents, one a line."""
    _copied(
        data,
        records,
        """
        SELECT event_id AS id, 'page_view' AS type, cookie_id AS cookie, user_id AS "user",
          CASE WHEN regexp_matches(viewed_at, '^[0-9]+$') THEN to_json(CAST(viewed_at AS BIGINT)) ELSE to_json(viewed_at) END AS at,
          {'path': page, 'referrer': referrer, 'server': referring_server} AS page, {'browser': browser, 'language': language} AS device
        FROM views
        """,
        "events.ndjson",
        "FORMAT json",
    )


def csv(data: Path, records: int) -> None:
    """Rows under a header line."""
    _copied(data, records, "SELECT * FROM views", "events.csv", "FORMAT csv, HEADER")


def parquet(data: Path, records: int) -> None:
    """The same rows in Parquet."""
    _copied(data, records, "SELECT * FROM views", "events.parquet", "FORMAT parquet")


def access_log(data: Path, records: int) -> None:
    """Lines of the combined log format, a few of which are none."""
    moment = f"TIMESTAMP '{NOW[:10]}' - to_seconds(number % 600000)"
    line = f"""
        visitor % 200 || '.' || (visitor // 200) % 200 || '.' || visitor % 113 || '.' || visitor % 211 || ' - '
        || CASE WHEN visitor % 4 = 0 THEN 'u' || visitor ELSE '-' END || ' [' || strftime({moment}, '%d/%b/%Y:%H:%M:%S')
        || ' +0000] "GET /tuotteet/' || number % 391 || ' HTTP/1.1" 200 ' || 500 + number % 5000
        || ' "-" "Mozilla/5.0 (X11; Linux x86_64) Gecko/' || visitor % 89 || '"'
    """
    rows = f"""
        SELECT CASE WHEN number % {_BAD:d} = 7 THEN 'no line' || number ELSE {line} END AS text
        FROM ({_numbers(records)}) AS numbered
    """  # noqa: S608 - our own names
    _copied(data, records, rows, "access.log", f"FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIM {literal(chr(1))}")


def _copied(data: Path, records: int, rows: str, file: str, how: str) -> None:
    with engine(None, data) as opened:
        views(opened, records)
        opened.run(f"COPY ({rows}) TO {literal(str(data / file))} ({how})")
