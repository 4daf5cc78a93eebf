"""REST sources on a real server: every record once, or one clear error that holds no secret."""

from __future__ import annotations

import base64
import itertools
import json
import socket
import threading
import time
from contextlib import contextmanager
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from whenever import Instant

from resources.connectors.source_error import SourceError
from tests.resources.connectors.serving import Answer, Asked, Served, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.resources.connectors.conftest import Read, Row, Source

SECRET = "s3cr3t-t0ken"  # noqa: S105 - nobody's
FIELDS: Row = {"id": "id"}
Answers = "Callable[[Asked], Answer]"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def _rows(start: int, end: int) -> list[Row]:
    return [{"id": number} for number in range(start, end)]


def _ids(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def _read(source: Source, served: Served, paging: Row, *, retries: int = 2, **read: Any) -> Read:
    connection = {"base_url": served.url, "auth": {"bearer": SECRET}, "timeout": 60, "retries": retries}
    described = {"path": "/things", "records": "things", "paging": paging} | read
    return source.read(described, FIELDS, "rest", connection)


def _fault(source: Source, served: Served, paging: Row, *, retries: int = 0, **read: Any) -> str:
    with pytest.raises(SourceError) as caught:
        _read(source, served, paging, retries=retries, **read)
    said = str(caught.value)
    assert SECRET not in repr(caught.value)
    assert "127.0.0.1" not in said
    assert list((source.home.path / "landing" / "shop" / "records").iterdir()) == []
    return said.removeprefix("The source 'shop' cannot be read: ")


def _page(asked: Asked, size: int, count: int, first: int = 1) -> Answer:
    number = int(asked.query["page"]) - first
    return Answer({"things": _rows(number * size, min(count, (number + 1) * size)), "total": count})


PAGE: Row = {"kind": "page", "parameter": "page"}
OFFSET: Row = {"kind": "offset", "parameter": "skip", "limit_parameter": "take", "limit": 4}
CURSOR: Row = {"kind": "cursor", "parameter": "after", "next": "meta.next"}
NEXT: Row = {"kind": "next_url", "next": "next"}


@pytest.mark.parametrize("count", [0, 1, 4, 5, 8, 11])
@pytest.mark.parametrize("paging", [PAGE, PAGE | {"first": 0}, PAGE | {"total": "total"}])
def test_pages(source: Source, count: int, paging: Row) -> None:
    """Page by page until an empty one, or until the total is reached: then no page is asked for in vain."""
    with serving(lambda asked: _page(asked, 4, count, paging.get("first", 1))) as served:
        read = _read(source, served, paging, params={"size": 4})
    assert (sorted(read.column("id"), key=int), read.account) == (_ids(count), (count, count, 0))  # type: ignore[arg-type] # ids are never None
    assert len(served.asked) == (max(-(-count // 4), 1) if "total" in paging else -(-count // 4) + 1)
    assert {asked.query["size"] for asked in served.asked} == {"4"}


@pytest.mark.parametrize("count", [0, 3, 4, 9])
@pytest.mark.parametrize("paging", [OFFSET, OFFSET | {"total": "total"}])
def test_offsets(source: Source, count: int, paging: Row) -> None:
    """Each page begins where the records read so far end, even where the server gives fewer than asked for."""

    def answers(asked: Asked) -> Answer:
        start = int(asked.query["skip"])
        return Answer({"things": _rows(start, min(count, start + min(int(asked.query["take"]), 3))), "total": count})

    with serving(answers) as served:
        assert _read(source, served, paging).account == (count, count, 0)
    assert [asked.query["skip"] for asked in served.asked] == [str(step) for step in range(0, max(count, 1), 3)] + (
        [str(count)] if count and "total" not in paging else []
    )


def _chain(pages: list[Row], parameter: str = "after") -> Callable[[Asked], Answer]:
    return lambda asked: Answer(pages[int(asked.query.get(parameter, "0"))])


@pytest.mark.parametrize("end", [{"next": None}, {"next": ""}, {"next": False}, {}])
def test_cursors(source: Source, end: Row) -> None:
    """Cursor by cursor until there is none; an empty page in between is not the end."""
    pages: list[Row] = [
        {"things": _rows(0, 3), "meta": {"next": 1}},
        {"things": [], "meta": {"next": "2"}},
        {"things": _rows(3, 5), "meta": end},
    ]
    with serving(_chain(pages)) as served:
        read = _read(source, served, CURSOR, params={"limit": 3})
    assert read.account == (5, 5, 0)
    assert [asked.query for asked in served.asked] == [{"limit": "3"}, {"limit": "3", "after": "1"}, {"limit": "3", "after": "2"}]


@pytest.mark.parametrize("last", [{"more": False, "next": "9"}, {"next": "9"}, {"more": None, "next": 9}])
def test_the_source_s_own_stop_signal(source: Source, last: Row) -> None:
    """Where the source says whether there is more, its word counts, though it names a next cursor."""
    pages = [{"things": _rows(0, 3), "meta": {"next": 1, "more": True}}, {"things": _rows(3, 5), "meta": last}]
    with serving(_chain(pages)) as served:
        assert _read(source, served, CURSOR | {"more": "meta.more"}).account == (5, 5, 0)


def test_more_without_a_cursor(source: Source) -> None:
    """A source that says that there is more, and not where, is not taken to have ended."""
    with serving(lambda _: Answer({"things": _rows(0, 3), "meta": {"more": True, "next": None}})) as served:
        said = _fault(source, served, CURSOR | {"more": "meta.more"})
    assert said == "its list says that there is more, and names no next page: see 'paging' in the YAML."


@pytest.mark.parametrize("style", ["absolute", "path", "query", "relative"])
def test_next_addresses(source: Source, style: str) -> None:
    """The next page's address is followed, whole or relative; the first page's parameters are not repeated."""
    held: list[Served] = []

    def answers(asked: Asked) -> Answer:
        start = int(asked.query.get("from", "0"))
        prefix = {"absolute": f"{held[0].url}/things", "path": "/things", "query": "", "relative": "things"}[style]
        return Answer({"things": _rows(start, min(start + 2, 5)), "next": f"{prefix}?from={start + 2}" if start < 4 else None})

    with serving(answers) as served:
        held.append(served)
        assert _read(source, served, NEXT, params={"sort": "id"}).account == (5, 5, 0)
    assert [asked.query for asked in served.asked] == [{"sort": "id"}, {"from": "2"}, {"from": "4"}]
    assert {asked.path for asked in served.asked} == {"/things"}


def test_link_headers(source: Source) -> None:
    """The `Link` header's `rel=next` is followed, among other links, until there is none."""

    def answers(asked: Asked) -> Answer:
        start = int(asked.query.get("from", "0"))
        links = [f'</things?from={start - 2}>; rel="prev"', f'</things?from={start + 2}>; rel="next"', '</things?from=4>; rel="last"']
        return Answer({"things": _rows(start, min(start + 2, 5))}, headers={"Link": ", ".join(links if start < 4 else links[:1])})

    with serving(answers) as served:
        assert _read(source, served, {"kind": "link"}).account == (5, 5, 0)


def test_one_page(source: Source) -> None:
    """A list without paging is one page."""
    with serving(lambda _: Answer({"deep": {"things": _rows(0, 5)}})) as served:
        assert _read(source, served, {"kind": "none"}, records="deep.things").account == (5, 5, 0)
    assert len(served.asked) == 1


def test_past_the_end_page_one_again(source: Source) -> None:
    """A source that starts again past its end is read once, for its total says when to stop."""
    with serving(lambda asked: _again(asked, 3)) as served:
        assert _read(source, served, PAGE | {"total": "total"}).column("id") == _ids(11)
    assert len(served.asked) == 3


def _again(asked: Asked, pages: int) -> Answer:
    """The pages of eleven records, from the first one again after so many."""
    return _page(Asked("", {"page": str((int(asked.query["page"]) - 1) % pages + 1)}, {}), 4, 11)


@pytest.mark.parametrize(
    ("paging", "pages"), [(PAGE, 1), (PAGE, 2), (PAGE, 3), (PAGE | {"total": "total"}, 1), (PAGE | {"total": "total"}, 2)]
)
def test_pages_that_repeat(source: Source, paging: Row, pages: int) -> None:
    """A source that gives a page again before its end is an error: records would come twice, and others not at all."""
    with serving(lambda asked: _again(asked, pages)) as served:
        said = _fault(source, served, paging)
    assert said == "its list comes to a page again that was read already: it would never end; see 'paging' in the YAML."
    assert len(served.asked) <= 4


@pytest.mark.parametrize(
    ("paging", "pages"),
    [
        (CURSOR, [{"things": _rows(0, 2), "meta": {"next": 1}}, {"things": _rows(2, 4), "meta": {"next": 1}}]),
        (
            CURSOR,
            [
                {"things": _rows(0, 2), "meta": {"next": 1}},
                {"things": _rows(2, 4), "meta": {"next": 2}},
                {"things": [], "meta": {"next": 1}},
            ],
        ),
        (NEXT, [{"things": _rows(0, 2), "next": "?after=1"}, {"things": _rows(2, 4), "next": "?after=1"}]),
        (NEXT, [{"things": _rows(0, 2), "next": "?after=1"}, {"things": _rows(2, 4), "next": "?after=0"}]),
    ],
)
def test_repeated_cursors(source: Source, paging: Row, pages: list[Row]) -> None:
    """A cursor or an address that was named already would lead round and round: an error."""
    with serving(_chain(pages)) as served:
        said = _fault(source, served, paging)
    assert said == "its list comes to a page again that was read already: it would never end; see 'paging' in the YAML."
    assert len(served.asked) <= 4


@pytest.mark.parametrize("kind", [PAGE | {"total": "total"}, OFFSET | {"total": "total"}])
def test_an_empty_page_before_the_end(source: Source, kind: Row) -> None:
    """An empty page before the total is reached is an error: what is missing is not taken to be gone."""
    pages = iter([_rows(0, 4), []])
    with serving(lambda _: Answer({"things": next(pages), "total": 9})) as served:
        assert _fault(source, served, kind) == "its list ended after 4 of 9 records: read it again later."


@pytest.mark.parametrize("total", ["many", {"value": 9}, [9], True, "1,234"])
def test_a_total_that_is_no_number(source: Source, total: object) -> None:
    """A total that is no number is said to be none."""
    with serving(lambda _: Answer({"things": _rows(0, 4), "total": total})) as served:
        assert _fault(source, served, PAGE | {"total": "total"}) == "its list has no number at 'total': mend 'total' in the YAML."


@pytest.mark.parametrize("wait", ["0", "1", "date", "soon", "²", ""])
def test_a_source_that_wants_us_to_wait(source: Source, wait: str) -> None:
    """After HTTP 429 the page is asked for again, as late as `Retry-After` says, and every record comes once."""
    stumbles = {"2"}

    def answers(asked: Asked) -> Answer:
        if asked.query["page"] in stumbles:
            stumbles.clear()
            later = format_datetime(Instant.now().subtract(seconds=1).to_stdlib(), usegmt=True) if wait == "date" else wait
            return Answer({"error": "slow down"}, 429, {"Retry-After": later})
        return _page(asked, 4, 9)

    with serving(answers) as served:
        started = time.monotonic()
        assert _read(source, served, PAGE | {"total": "total"}).column("id") == _ids(9)
    assert [asked.query["page"] for asked in served.asked] == ["1", "2", "2", "3"]
    assert time.monotonic() - started >= (0.9 if wait == "1" else 0)


@pytest.mark.parametrize(
    "stumble",
    [
        Answer({}, 500),
        Answer(b"<html>bad gateway</html>", 502),
        Answer({}, 503, {"Retry-After": "0"}),
        Answer({}, 408),
        Answer(drop=True),
        Answer(b'{"things": [{"id": 4}', promised=1000),
    ],
    ids=["500", "502", "503", "408", "dropped", "cut"],
)
def test_stumbles_that_pass(source: Source, stumble: Answer) -> None:
    """A failure of the server, or a connection that breaks before or within an answer, is tried again; no record is lost or doubled."""
    stumbles = [stumble]

    def answers(asked: Asked) -> Answer:
        return stumbles.pop() if asked.query["page"] == "2" and stumbles else _page(asked, 4, 9)

    with serving(answers) as served:
        read = _read(source, served, PAGE | {"total": "total"})
    assert (read.column("id"), len(served.asked), stumbles) == (_ids(9), 4, [])


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Answer({}, 500), "it answers HTTP 500: see the server, or wait until it lets us in again (tried 2 times)."),
        (Answer({}, 429), "it answers HTTP 429: see the server, or wait until it lets us in again (tried 2 times)."),
        (
            Answer(drop=True),
            "nothing answers at its address: see that the server runs and that 'base_url' in its settings is right (tried 2 times).",
        ),
        (Answer(b"{", promised=99), "its answer broke off: see the server, or the connection to it (tried 2 times)."),
        (Answer({}, 401), "it refuses our credentials (HTTP 401): mend the token or password in its settings."),
        (Answer({}, 403), "it refuses our credentials (HTTP 403): mend the token or password in its settings."),
        (Answer({}, 400), "it does not take what it is asked (HTTP 400): mend 'params' or 'path' in the YAML, or the settings in them."),
        (Answer({}, 404), "it answered HTTP 404: mend 'base_url' in its settings or 'path' in the YAML."),
        (
            Answer({}, 301, {"Location": "http://127.0.0.1:9/"}),
            "it answered HTTP 301: mend 'base_url' in its settings or 'path' in the YAML.",
        ),
        (Answer({}, 204), "it answered HTTP 204: mend 'base_url' in its settings or 'path' in the YAML."),
        (Answer(b"<html>login</html>"), "/things answered with something that is not JSON: see that 'base_url' is the API's address."),
        (Answer(b""), "/things answered with something that is not JSON: see that 'base_url' is the API's address."),
        (
            Answer({"error": {"code": SECRET}}),
            "/things answered with an error body: see the source's own log, and the credentials in its settings.",
        ),
        (Answer({"thing": []}), "/things has no list at 'things': mend 'records' in the YAML."),
        (Answer({"things": {"id": 1}}), "/things has no list at 'things': mend 'records' in the YAML."),
        (Answer([{"id": 1}]), "/things has no list at 'things': mend 'records' in the YAML."),
        (Answer("things"), "/things has no list at 'things': mend 'records' in the YAML."),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_what_never_passes(source: Source, failure: Answer, said: str) -> None:
    """A failure that stays is one error, on a later page as on the first; nothing is left in landing."""
    with serving(lambda asked: failure if asked.query["page"] == "2" else _page(asked, 4, 9)) as served:
        assert said == _fault(source, served, PAGE, retries=1, error="error")


def test_a_server_without_tls(source: Source) -> None:
    """Where no secure connection comes about, the error says so, and not that nothing answers."""
    with serving(lambda _: Answer({"things": []})) as served:
        secure = {"base_url": served.url.replace("http:", "https:"), "retries": 1}
        with pytest.raises(SourceError, match="not trusted, or it speaks no TLS"):
            source.read({"path": "/things", "records": "things"}, FIELDS, "rest", secure)


def test_an_error_body_only_where_it_is_stated(source: Source) -> None:
    """An answer with a key `error` is good where the YAML does not say otherwise."""
    with serving(lambda _: Answer({"things": _rows(0, 1), "error": "none"})) as served:
        assert _read(source, served, {"kind": "none"}).account == (1, 1, 0)


def test_a_wrong_token(source: Source) -> None:
    """The token goes along with every page; a wrong one is said to be wrong, and not shown."""

    def answers(asked: Asked) -> Answer:
        return _page(asked, 4, 9) if asked.headers.get("Authorization") == "Bearer right" else Answer({}, 401)

    with serving(answers) as served:
        assert _fault(source, served, PAGE).startswith("it refuses our credentials (HTTP 401)")
        connection = {"base_url": served.url, "auth": {"bearer": "right"}}
        read = {"path": "/things", "records": "things", "paging": PAGE}
        assert source.read(read, FIELDS, "rest", connection).account == (9, 9, 0)


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"bearer": "${SHOP_TOKEN}"}, "Authorization", f"Bearer {SECRET}"),
        ({"basic": ["us er", "${SHOP_TOKEN}"]}, "Authorization", "Basic " + base64.b64encode(f"us er:{SECRET}".encode()).decode()),
        ({"header": {"X-Api-Key": "key ${SHOP_TOKEN}"}}, "X-Api-Key", f"key {SECRET}"),
    ],
)
def test_how_a_source_knows_us(source: Source, auth: Row, header: str, value: str) -> None:
    """A bearer token, a user and password, or a header of its own, filled in from the settings, go along with every page."""
    (source.home.path / "settings.env").write_text(f"SHOP_TOKEN={SECRET}\n", encoding="utf-8")
    with serving(lambda asked: _page(asked, 4, 5)) as served:
        source.read(
            {"path": "things", "records": "things", "paging": PAGE}, FIELDS, "rest", {"base_url": f"{served.url}/v1/", "auth": auth}
        )
    assert [(asked.path, asked.headers[header]) for asked in served.asked] == [("/v1/things", value)] * 3


@pytest.mark.parametrize(
    "auth",
    [
        {"bearer": "tökén–s3cr3t"},
        {"bearer": "line\ns3cr3t"},
        {"header": {"X-Key": "tökén–s3cr3t"}},
        {"header": {"X-Key": "s3cr3t\r\nX-Other: x"}},
        {"basic": ["user", "tökén–s3cr3t"]},
    ],
)
def test_credentials_that_no_header_can_hold(source: Source, auth: Row) -> None:
    """A token with letters that no header can hold is an error, and is not shown."""
    read = {"path": "things", "records": "things", "paging": PAGE}
    said = r"its address cannot be asked \((InvalidHeader|UnicodeEncodeError)\)"
    with serving(lambda asked: _page(asked, 4, 0)) as served, pytest.raises(SourceError, match=said) as caught:
        source.read(read, FIELDS, "rest", {"base_url": served.url, "auth": auth})
    assert ("s3cr3t" in repr(caught.value), served.asked) == (False, [])


ELSEWHERE = """http://localhost:{port}/things https://127.0.0.1:{port}/things //127.0.0.1:1/things http://user@127.0.0.1:{port}/
http://[::1/ ftp://127.0.0.1:{port}/"""


@pytest.mark.parametrize("where", ELSEWHERE.split())
@pytest.mark.parametrize("paging", [NEXT, {"kind": "link"}])
def test_a_next_page_elsewhere(source: Source, where: str, paging: Row) -> None:
    """A next page on another host, port or scheme is not followed: our credentials do not go there."""
    held: list[Served] = []

    def answers(_: Asked) -> Answer:
        address = where.format(port=held[0].url.rpartition(":")[2])
        return Answer({"things": _rows(0, 2), "next": address}, headers={"Link": f'<{address}>; rel="next"'})

    with serving(answers) as served:
        held.append(served)
        said = _fault(source, served, paging)
    assert said == "its next page lies on another host than 'base_url': our credentials are not sent there."
    assert len(served.asked) == 1


def test_another_host_never_hears_our_token(source: Source) -> None:
    """Neither a redirect nor a next page brings the token to a server that is not the source."""
    with serving(lambda _: Answer({"things": []})) as other:
        with serving(lambda _: Answer({}, 302, {"Location": f"{other.url}/things"})) as served:
            assert _fault(source, served, PAGE).startswith("it answered HTTP 302")
        with serving(lambda _: Answer({"things": _rows(0, 1), "next": f"{other.url}/things"})) as served:
            assert _fault(source, served, NEXT).startswith("its next page lies on another host")
    assert other.asked == []


def test_nobody_answers(source: Source) -> None:
    """Where no server runs, the error says where to look, and how often it was tried."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        served = Served(f"http://127.0.0.1:{taken.getsockname()[1]}")
    said = "nothing answers at its address: see that the server runs and that 'base_url' in its settings is right (tried 2 times)."
    assert said == _fault(source, served, PAGE, retries=1)


def test_a_server_that_does_not_answer_in_time(source: Source) -> None:
    """An answer that does not come in the stated time is an error."""
    held = threading.Event()
    with serving(lambda _: Answer({}, wait=held)) as served:
        connection = {"base_url": served.url, "timeout": 0.2, "retries": 0, "auth": {"bearer": SECRET}}
        with pytest.raises(SourceError, match=r"no answer came within 0[.]2 s: see the server, or raise 'timeout' \(tried 1 times\)"):
            source.read({"path": "/things", "records": "things", "paging": PAGE}, FIELDS, "rest", connection)
        held.set()


@pytest.mark.parametrize(
    "url", ["127.0.0.1:80", "things", "http://", "ftp://127.0.0.1", "http://[::1", "http://127.0.0.1:port", "http://\x00/", "http://.x"]
)
def test_addresses_that_are_none(source: Source, url: str) -> None:
    """An address that cannot be asked is said to be so, without the address: it may hold a password."""
    connection = {"base_url": url, "retries": 0, "auth": {"bearer": SECRET}}
    with pytest.raises(SourceError, match=r"'base_url'( or the credentials)? in its settings") as caught:
        source.read({"path": "/things", "records": "things"}, FIELDS, "rest", connection)
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + json.dumps({"things": _rows(0, 3)}),
        json.dumps({"things": _rows(0, 3), "note": "ä €"}, ensure_ascii=False),
        json.dumps({"things": _rows(0, 3)}, indent=2),
    ],
)
def test_bodies_in_any_form(source: Source, content: str) -> None:
    """A byte order mark, letters of any kind and line ends are no hindrance."""
    with serving(lambda _: Answer(content.encode())) as served:
        assert _read(source, served, {"kind": "none"}).column("id") == _ids(3)


def test_bodies_in_another_encoding(source: Source) -> None:
    """JSON in UTF-16 is read as well as in UTF-8."""
    with serving(lambda _: Answer(json.dumps({"things": _rows(0, 3)}).encode("utf-16"))) as served:
        assert _read(source, served, {"kind": "none"}).column("id") == _ids(3)


def test_half_a_letter_breaks_one_record(source: Source) -> None:
    """A record with half a letter, as where an emoji was cut in two, is broken; the others of its page can be used."""
    body = rb'{"things": [{"id": "\ud83d\ude00"}, {"id": "x\ud83d"}, {"id": "\ude00"}, {"id": "\\ud83d"}, {"id": "\ud83d\ud83d\ude00"}]}'
    with serving(lambda _: Answer(body)) as served:
        read = _read(source, served, {"kind": "none"})
    assert (read.account, read.column("id")) == ((5, 2, 3), ["\U0001f600", "\\ud83d"])
    assert {reason for _, reason in read.broken} == {"is not text in the stated encoding"}


def test_records_of_a_page_that_are_left_out(source: Source) -> None:
    """Paging counts every record that came, also those that conditions leave out."""
    with serving(lambda asked: _page(asked, 4, 9)) as served:
        read = _read(source, served, PAGE | {"total": "total"}, where={"id": ["0", "8"]})
    assert (read.column("id"), read.extraction.decoded.read, read.extraction.decoded.left_out) == (["0", "8"], 9, 7)


def test_the_connection_is_closed(source: Source) -> None:
    """Once a list is read, nothing holds a connection to the source."""
    closed = threading.Event()
    with _counting() as (url, open_connections):
        source.read({"path": "/things", "records": "things"}, FIELDS, "rest", {"base_url": url})
        for _ in range(100):
            if not open_connections:
                closed.set()
                break
            time.sleep(0.02)
    assert closed.is_set()


@contextmanager
def _counting() -> Iterator[tuple[str, set[int]]]:
    """A server that keeps connections open, and the numbers of those that are."""
    connections: set[int] = set()
    body = b'{"things": []}'
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    def serve(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connections.add(1)
            while connection.recv(65536):
                connection.sendall(head + body)
            connections.clear()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", connections
        thread.join(5)


def _recorded(folder: Path, names: list[str]) -> list[bytes]:
    return [(folder / name).read_bytes() for name in names]


@pytest.mark.parametrize(
    ("names", "records", "paging"),
    [
        (
            ["hubspot/search__contacts__1-first-page.json", "hubspot/search__contacts__2-second-page.json"],
            "results",
            {"kind": "cursor", "parameter": "after", "next": "paging.next.after"},
        ),
        (
            [
                "intercom/read-contacts-1-first-page.json",
                "intercom/read-contacts-2-second-page.json",
                "intercom/read-contacts-3-last-page.json",
            ],
            "data",
            {"kind": "cursor", "parameter": "starting_after", "next": "pages.next.starting_after"},
        ),
    ],
    ids=["HubSpot", "Intercom"],
)
def test_real_pages(source: Source, shared: Path, names: list[str], records: str, paging: Row) -> None:
    """Contacts as HubSpot and Intercom give them, page by page, come once each, with the cursor that the page before named."""
    pages = _recorded(shared / "api_pages", names)
    queue = itertools.chain(pages)
    with serving(lambda _: Answer(next(queue))) as served:
        read = _read(source, served, paging, records=records)
    expected = [record["id"] for page in pages for record in json.loads(page)[records]]
    assert (read.column("id"), len(set(expected))) == (expected, len(expected))
    steps = paging["next"].split(".")
    cursors = []
    for page in pages[:-1]:
        found = json.loads(page)
        for step in steps:
            found = found[step]
        cursors.append(found)
    assert [asked.query.get(paging["parameter"]) for asked in served.asked] == [None, *cursors]


@pytest.mark.parametrize(
    ("name", "error"), [("intercom/resource-not-found.json", "errors"), ("hubspot/search__error-invalid-object.json", "status")]
)
def test_real_error_bodies(source: Source, shared: Path, name: str, error: str) -> None:
    """The error bodies of real services, sent with HTTP 200, are errors; they are not quoted."""
    with serving(lambda _: Answer((shared / "api_pages" / name).read_bytes())) as served:
        said = _fault(source, served, {"kind": "none"}, error=error)
    assert said == "/things answered with an error body: see the source's own log, and the credentials in its settings."
