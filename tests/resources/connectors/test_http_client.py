"""Asking over HTTP: by POST, and with no credentials but our own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources.connectors.source_error import SourceError
from tests.resources.connectors.serving import Answer, Asked, serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.resources.connectors.conftest import Row, Source

FIELDS: Row = {"id": "id"}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.mark.parametrize("auth", [{}, {"bearer": "ours"}, {"header": {"X-Key": "ours"}}])
def test_netrc_is_not_used(source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auth: Row) -> None:
    """Credentials that lie in `.netrc` for the same host neither go along nor override ours."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login theirs password theirs\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(lambda _: Answer([{"id": 1}])) as served:
        source.read({"path": "/things", "records": "."}, FIELDS, "rest", {"base_url": served.url, "auth": auth})
    assert served.asked[0].headers.get("Authorization") == ("Bearer ours" if "bearer" in auth else None)


def test_a_list_that_is_the_answer_itself(source: Source) -> None:
    """A top-level list is read page by page; an answer that is none is an error."""
    with serving(lambda asked: Answer([{"id": asked.query["page"]}] if int(asked.query["page"]) < 4 else [])) as served:
        read = {"path": "/things", "records": ".", "paging": {"kind": "page", "parameter": "page"}}
        assert source.read(read, FIELDS, "rest", {"base_url": served.url}).column("id") == ["1", "2", "3"]
    with serving(lambda _: Answer({"things": []})) as served, pytest.raises(SourceError, match=r"has no list at '\.'"):
        source.read(read, FIELDS, "rest", {"base_url": served.url})


@pytest.mark.parametrize("send", ["form", "json"])
def test_parameters_in_the_body(source: Source, send: str) -> None:
    """Parameters and cursors go in the body; the secret of a form goes there, too, and never into an address."""

    def answers(asked: Asked) -> Answer:
        sent = asked.form if send == "form" else asked.document
        after = int(sent.get("after", 0))
        return Answer({"things": [{"id": after}], "next": after + 1 if after < 2 else None})

    read = {"path": "/x", "send": send, "params": {"a": "${SHOP_A}"}, "records": "things"}
    paging = {"kind": "cursor", "parameter": "after", "next": "next"}
    auth = {"form": {"token": "s3cr3t"}} if send == "form" else {}
    (source.home.path / "settings.env").write_text("SHOP_A=b\n", encoding="utf-8")
    with serving(answers) as served:
        found = source.read(read | {"paging": paging}, FIELDS, "rest", {"base_url": served.url, "auth": auth})
    assert found.column("id") == ["0", "1", "2"]
    assert {(asked.method, asked.path, str(asked.query)) for asked in served.asked} == {("POST", "/x", "{}")}
    sent = [asked.form if send == "form" else asked.document for asked in served.asked]
    assert {each["a"] for each in sent} == {"b"}
    assert {each.get("token") for each in sent} == ({"s3cr3t"} if send == "form" else {None})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["2026-10-02", "2026-10-01"], "its list is not in the order of 'at': mend 'params' in the YAML"),
        (["2026-10-01", None], "a record has no text at 'at': mend 'value' in the YAML"),
    ],
)
def test_a_list_by_value_that_is_none(source: Source, values: list[str | None], said: str) -> None:
    """A list that is not sorted by the stated value, or lacks it, would lose records: an error."""
    read = {"path": "/x", "records": ".", "paging": {"kind": "keyset", "parameter": "page", "since": "since", "value": "at"}}
    with serving(lambda _: Answer([{"id": 1, "at": value} for value in values])) as served, pytest.raises(SourceError) as caught:
        source.read(read, FIELDS, "rest", {"base_url": served.url})
    assert said in str(caught.value)


def test_lists_of_parents(source: Source) -> None:
    """A list is read for each parent once, by what names it, letters of any kind among them; a parent without a name is an error."""
    parents: list[Row] = [{"name": "a/b"}, {"name": "ä"}, {"name": "ä"}]

    def answers(asked: Asked) -> Answer:
        return Answer(parents if asked.path == "/parents" else [{"id": asked.path}])

    read = {"path": "/of/{parent}", "records": ".", "parents": {"path": "/parents", "records": ".", "take": "name"}}
    with serving(answers) as served:
        found = source.read(read, FIELDS | {"of": "_parent"}, "rest", {"base_url": served.url})
        assert [(row["id"], row["of"]) for row in found.good] == [("/of/a%2Fb", "a/b"), ("/of/%C3%A4", "ä")]
        parents.append({})
        with pytest.raises(SourceError, match="a parent has nothing at 'name'"):
            source.read(read, FIELDS, "rest", {"base_url": served.url})
