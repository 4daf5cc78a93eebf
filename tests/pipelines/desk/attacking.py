"""Attacks on a served entrance: each is sent as its name says, and has passed where the answer is more than a refusal."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

import dagster_webserver
from dagster_graphql.schema import create_schema
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    get_named_type,
    is_composite_type,
)
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from pipelines.desk.operations import ALLOWED
from tests.pipelines.desk.definitions import REQUEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import GraphQLInputType

GRAPHQL = "/dagster/graphql"
GRAPHQL_WS = Subprotocol("graphql-ws")
EVIL = "https://evil.example"
SECRET = "Maija Virtanen"  # noqa: S105 - somebody's name, which is not to be kept
NO_REQUEST = "r00000000000000000000"
"""An id as requests have, of none that there is."""
ROOMS = (
    "/bundles",
    f"/bundles/{REQUEST}",
    f"/bundles/{REQUEST}/report",
    f"/bundles/{REQUEST}/report?look=l0123456789abcdef0123",
    f"/bundles/{REQUEST}/redactions",
    f"/bundles/{REQUEST}/download",
    "/review",
    "/review/decisions",
    f"/review/{'0' * 32}",
    "/quarantine",
    f"/quarantine/{'0' * 32}",
    "/holds",
)
"""What is about persons: for officers alone."""
ROOM_FORMS = {
    f"/bundles/{REQUEST}": "do=release&way=new",
    f"/bundles/{REQUEST}/download": "x=1",
    f"/bundles/{REQUEST}/report": "reason=x",
    f"/bundles/{REQUEST}/redactions": "reason=x",
    "/review/decisions": "decision=v0&reason=x",
    f"/review/{'0' * 32}": "reason=x",
    f"/quarantine/{'0' * 32}": "reason=x",
    "/holds": "do=set&covers=dataset&dataset=shop.customers&reason=x&review=2030-01-01",
}
"""The forms there."""
DESK_FORMS = {
    **ROOM_FORMS,
    "/requests/new": "kind=access&language=fi&kind-0=email&value-0=evil%40evil.example",
    f"/requests/{NO_REQUEST}": "do=verify&how=signed_in",
    f"/requests/{NO_REQUEST}/letter": "kind=receipt&format=pdf",
    f"/requests/{NO_REQUEST}/held": "do=look&reason=because&table=shop_customers",
    f"/requests/{NO_REQUEST}/candidates": "do=settle&subject=s1&reason=because",
    f"/requests/{NO_REQUEST}/carry-out": "do=carry_out",
    f"/requests/{NO_REQUEST}/export": "do=export",
}
"""The forms of the desk that only who may see persons' data may send, as they would be filled in."""
DESK_PAGES = (
    "/requests",
    "/requests?which=all&page=2",
    *ROOMS,
    *(path for path in DESK_FORMS if path.startswith("/requests") and not path.endswith("/letter")),
)
REFUSALS = {400, 401, 403, 404, 405, 413, 414, 415, 421, 429}
BUILD = Path(dagster_webserver.__file__).parent / "webapp" / "build"
_NAMED = {
    "repositoryLocationName": "tested",
    "locationName": "tested",
    "repositoryName": "__repository__",
    "jobName": "daily",
    "pipelineName": "daily",
    "scheduleName": "nightly",
    "sensorName": "watching",
    "partitionsDefName": "requests",
    "partitionKey": SECRET,
    "partitionKeys": [REQUEST],
    "path": ["table"],
    "runConfigData": {},
}


@dataclass(frozen=True)
class Mutation:
    """A mutation of Dagster's schema, as a document with variables that fit."""

    name: str
    document: str
    variables: dict[str, Any]

    @property
    def body(self) -> str:
        """As its own pages send it."""
        return json.dumps({"query": self.document, "variables": self.variables})


def mutations() -> list[Mutation]:
    """Every mutation that this Dagster has."""
    kind = create_schema().graphql_schema.mutation_type
    assert kind is not None
    found = []
    for name, field_ in kind.fields.items():
        arguments = {each: argument.type for each, argument in field_.args.items()}
        declared = f"({', '.join(f'${each}: {kind}' for each, kind in arguments.items())})" if arguments else ""
        given = f"({', '.join(f'{each}: ${each}' for each in arguments)})" if arguments else ""
        selected = " { __typename }" if is_composite_type(get_named_type(field_.type)) else ""
        variables = {each: _value(each, kind) for each, kind in arguments.items()}
        found.append(Mutation(name, f"mutation M{declared} {{ {name}{given}{selected} }}", variables))
    return found


def _value(name: str, kind: GraphQLInputType) -> Any:
    if name in _NAMED:
        return _NAMED[name]
    if isinstance(kind, GraphQLNonNull):
        return _value(name, kind.of_type)
    if isinstance(kind, GraphQLList):
        return [_value(name, kind.of_type)]
    if isinstance(kind, GraphQLInputObjectType):
        given = {each: one.type for each, one in kind.fields.items()}
        return {each: _value(each, one) for each, one in given.items() if isinstance(one, GraphQLNonNull) or each in _NAMED}
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    assert isinstance(kind, GraphQLScalarType)
    return {"Int": 1, "Float": 1.0, "Boolean": True}.get(kind.name, SECRET)


@dataclass
class Attacker:
    """Somebody with a cookie, or none, on one connection; `tried` counts by what was tried, `passed` names what was not refused."""

    base: str
    cookie: str | None
    tried: dict[str, int] = field(default_factory=dict)
    passed: list[str] = field(default_factory=list)
    _connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> int:
        """The status of an answer; a page that is the login is 401."""
        place = urlsplit(self.base)
        connection = self._connection or http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        self._connection = connection
        own = {"Cookie": f"ansvar={self.cookie}"} if self.cookie else {}
        try:
            connection.putrequest(method, path, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
            for name, value in (own | dict(headers or {})).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body.encode())))
            connection.endheaders(body.encode() if body is not None else None)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._connection = None
            return 400
        to_login = answer.status == 303 and (answer.headers["Location"] or "").startswith("/login")
        return 401 if to_login else answer.status

    def attack(self, group: str, name: str, status: int) -> None:
        """Note what came of an attack."""
        self.tried[group] = self.tried.get(group, 0) + 1
        if status not in REFUSALS:
            self.passed.append(f"{group}: {name} ({status})")

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection:
            self._connection.close()


def by_mutations(attacker: Attacker, known: list[Mutation], *, may_run: bool) -> None:
    """Every mutation, in every way that Dagster's own server would take it; what the role may do is tried in the wrong ways only."""
    own = {"Origin": attacker.base}
    for each in known:
        asked = urlencode({"query": each.document, "variables": json.dumps(each.variables)})
        hidden = f"query Q {{ __typename }} {each.document}"
        in_json = own | {"Content-Type": "application/json"}
        ways: dict[str, tuple[str, str, str | None, dict[str, str]]] = {
            "GET": ("GET", f"{GRAPHQL}?{asked}", None, own),
            "GET for a page": ("GET", f"{GRAPHQL}?{asked}", None, {"Accept": "text/html"}),
            "POST of a form": ("POST", GRAPHQL, asked, own | {"Content-Type": "application/x-www-form-urlencoded"}),
            "POST with a query string": ("POST", f"{GRAPHQL}?{asked}", "", own | {"Content-Type": "text/plain"}),
            "POST of text": ("POST", GRAPHQL, each.body, own | {"Content-Type": "text/plain"}),
            "POST of GraphQL": ("POST", GRAPHQL, each.document, own | {"Content-Type": "application/graphql"}),
            "POST in parts": ("POST", GRAPHQL, each.body, own | {"Content-Type": "multipart/form-data; boundary=x"}),
            "batch": ("POST", GRAPHQL, f"[{each.body}]", in_json),
            "method override": ("GET", f"{GRAPHQL}?{asked}", None, in_json | {"X-HTTP-Method-Override": "POST"}),
            "JSON from another site": ("POST", GRAPHQL, each.body, {"Content-Type": "application/json", "Origin": EVIL}),
            "JSON from nowhere": ("POST", GRAPHQL, each.body, {"Content-Type": "application/json"}),
            "beside a query": ("POST", GRAPHQL, json.dumps({"query": hidden, "variables": each.variables, "operationName": "M"}), in_json),
        }
        if not (may_run and each.name in ALLOWED):
            ways["JSON"] = ("POST", GRAPHQL, each.body, in_json)
        for way, (method, path, body, headers) in ways.items():
            attacker.attack(f"mutation: {way}", each.name, attacker.send(method, path, body, headers))


def by_websocket(attacker: Attacker, known: list[Mutation], origin: str | None = None) -> None:
    """Every mutation as a subscription; who is not in, or comes from another site, gets no websocket at all."""
    headers = {"Cookie": f"ansvar={attacker.cookie}"} if attacker.cookie else {}
    address, group = f"ws{attacker.base.removeprefix('http')}{GRAPHQL}", f"websocket{' from another site' if origin else ''}"
    try:
        with connect(address, origin=Origin(origin or attacker.base), subprotocols=[GRAPHQL_WS], additional_headers=headers) as socket:
            for each in known:
                payload = {"query": each.document, "variables": each.variables}
                socket.send(json.dumps({"type": "start", "id": each.name, "payload": payload}))
                answer = json.loads(socket.recv(30))
                attacker.attack(group, each.name, 403 if answer["type"] == "error" else 200)
    except WebSocketException:
        for each in known:
            attacker.attack(group, each.name, 401)


def by_paths(attacker: Attacker, paths: Iterator[str]) -> None:
    """Paths of what is not to be reached, as pages and as data."""
    for path in paths:
        for accept in ("text/html", "*/*"):
            attacker.attack("path", path, attacker.send("GET", path, None, {"Accept": accept}))


def downloads() -> Iterator[str]:
    """What Dagster's own server gives besides its pages."""
    for path in ("logs/a/b.out", "notebook?repoLocName=tested&path=/etc/x.ipynb", "dagit/notebook?path=x.ipynb", "download_debug/x"):
        yield f"/dagster/{path}"
    yield from ("/dagster/server_info", "/dagster/dagit_info", "/logs/a/b.out", "/graphql", "/server_info", "/report_asset_check/table")


def nobody() -> Iterator[str]:
    """Ids that are none, and paths in their place: nothing is there for anybody."""
    for room in ("bundles", "review", "quarantine"):
        for thing in (
            REQUEST[::-1],
            "r'%20OR%201=1--",
            "..",
            "%2e%2e",
            "%2e%2e%2fledger.db",
            "..%2f..%2foutbox",
            f"{REQUEST}.zip.age",
            f"{REQUEST}%00",
            f"{REQUEST}/..",
            f"{REQUEST}/",
            "{{7*7}}",
            "x" * 2000,
            quote(SECRET),
        ):
            yield f"/{room}/{thing}"
    for below in ("report", "redactions", "download", "report/../../ledger.db", "audio/1.wav", "manifest.json"):
        yield f"/bundles/{REQUEST}/{below}"
        yield f"/bundles/{quote(SECRET)}/{below}"


def tricks() -> Iterator[str]:
    """Other spellings of paths that are there: an open one before a closed one, encodings, doubled slashes, steps up, letters' case."""
    for closed in ("dagster/", "dagster/graphql", "users", "audit", "promises", "requests", f"requests/{NO_REQUEST}/held"):
        for before in (
            "/",
            "/./",
            "/x/..",
            "/login/..",
            "/desk.css/..",
            "/login;",
            "/login/",
            "/desk.css/",
            "/%2e",
            "/%2e%2e",
            "/login/%2e%2e",
            "/login%2f..",
        ):
            yield f"{before}/{closed}"
        yield f"/{closed.upper()}"
        yield f"/{quote(closed[0])}{closed[1:].replace('/', '%2f')}%00"
        yield f"/login%3f/{closed}"
        yield f"/%{ord(closed[0]):02x}{closed[1:]}"
        yield f"http://{EVIL}/{closed}"
        yield f"\\{closed}"


def no_requests() -> Iterator[str]:
    """Paths of requests that are none, and steps out of the folder of one."""
    for each in (
        "Maija",
        "r1",
        NO_REQUEST,
        NO_REQUEST.upper(),
        f"{NO_REQUEST}0",
        f"{NO_REQUEST}%00",
        f"{NO_REQUEST}%2fheld",
        "..%2fusers",
        "*",
    ):
        for below in ("", "/held", "/candidates", "/carry-out", "/export", "/letter", "/../../users", "/%2e%2e", "//held", "/held/"):
            yield f"/requests/{each}{below}"


def static() -> Iterator[str]:
    """Each file of Dagster's pages."""
    for path in sorted(BUILD.rglob("*")):
        if path.is_file():
            yield f"/dagster/{quote(str(path.relative_to(BUILD)))}"


def by_headers(attacker: Attacker) -> None:
    """Headers that other servers believe."""
    for name, value in (
        ("X-Forwarded-User", "administrator"),
        ("X-Remote-User", "administrator"),
        ("Remote-User", "administrator"),
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Real-IP", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1;host=evil.example;proto=https"),
        ("X-Original-URL", "/login"),
        ("X-Rewrite-URL", "/login"),
        ("X-Forwarded-Prefix", "/login"),
        ("X-HTTP-Method-Override", "POST"),
        ("Authorization", "Basic YWRtaW5pc3RyYXRvcjo="),
        ("Authorization", "Bearer administrator"),
        ("Cookie", "__Host-ansvar=administrator"),
        ("Cookie", 'ansvar=""; ansvar=administrator'),
        ("Dagster-Cloud-Api-Token", "x"),
    ):
        for path in ("/", "/users", "/dagster/"):
            attacker.attack("header", f"{name}: {value} at {path}", attacker.send("GET", path, None, {name: value}))


def by_hosts(attacker: Attacker) -> None:
    """A request that names another host is not ours, whoever sends it."""
    port = urlsplit(attacker.base).port
    for host in (
        "evil.example",
        f"evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        f"127.0.0.1:{port}.evil.example",
        f"127.0.0.1:{port}@evil",
        "",
    ):
        for path in ("/login", "/", "/dagster/"):
            attacker.attack(
                "host",
                f"{host} at {path}",
                attacker.send("GET", path, None, {"Host": host, "X-Forwarded-Host": urlsplit(attacker.base).netloc}),
            )


def by_methods(attacker: Attacker) -> None:
    """Methods that nothing here has."""
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "POSTX"):
        for path in ("/", "/login", "/users", GRAPHQL):
            attacker.attack("method", f"{method} {path}", attacker.send(method, path, None, {"Origin": attacker.base}))


def by_reports(attacker: Attacker) -> None:
    """Events that are reported from outside, as Dagster's own server takes them."""
    for kind in ("materialization", "check", "observation"):
        for path in (f"/dagster/report_asset_{kind}/table", f"/report_asset_{kind}/table"):
            for headers in ({"Origin": attacker.base}, {}, {"Origin": EVIL}):
                body = json.dumps({"description": SECRET, "check_name": "x", "passed": True})
                attacker.attack("report", path, attacker.send("POST", path, body, {"Content-Type": "application/json", **headers}))


def by_forms(attacker: Attacker, mark: str, stranger: str) -> None:
    """What a page of another site, or a form of another session, makes a browser send."""
    forms = {
        "/users": "do=add&user=evil&role=administrator&password=let+me+in+please",
        "/logout": "x=1",
        "/password": "present=x&new=y&again=y",
        **DESK_FORMS,
    }
    for path, form in forms.items():
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        marked = f"{form}&csrf={mark}"
        for name, body, headers in (
            ("another site", marked, {"Origin": EVIL}),
            ("no origin", marked, {}),
            ("an opaque origin", marked, {"Origin": "null"}),
            ("a site beside", marked, {"Origin": attacker.base.replace("127.0.0.1", "127.0.0.1.evil.example")}),
            ("another port", marked, {"Origin": "http://127.0.0.1:1"}),
            ("a cross-site navigation", marked, {"Origin": attacker.base, "Sec-Fetch-Site": "cross-site"}),
            ("a sister site", marked, {"Origin": attacker.base, "Sec-Fetch-Site": "same-site"}),
            ("no mark", form, {"Origin": attacker.base}),
            ("an empty mark", f"{form}&csrf=", {"Origin": attacker.base}),
            ("another session's mark", f"{form}&csrf={stranger}", {"Origin": attacker.base}),
            ("text", marked, {"Origin": EVIL, "Content-Type": "text/plain"}),
        ):
            attacker.attack("form", f"{path} from {name}", attacker.send("POST", path, body, kind | headers))
    for path, form in DESK_FORMS.items():
        attacker.attack("form", f"{path} by GET", attacker.send("GET", f"{path}/x?{form}&csrf={mark}"))
    attacker.attack("form", "/logout by GET", attacker.send("GET", f"/logout?csrf={mark}"))


def by_own_forms(attacker: Attacker, mark: str) -> None:
    """The desk's forms, sent as its pages send them, by who may not."""
    for path, form in DESK_FORMS.items():
        headers = {"Origin": attacker.base, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
        attacker.attack("form", f"{path} without the right", attacker.send("POST", path, f"{form}&csrf={mark}", headers))


def by_provider(attacker: Attacker) -> None:
    """Logins by an OpenID provider that were begun by another site, or never: answers and codes of nobody's login."""
    forged = ("", ".", "a.b", f"W10=.{'0' * 64}", f"WyJ4IiwiMjAyNi0xMC0xNVQwMDowMDowMCIsIi8iLCJmaSJd.{'0' * 64}", "x" * 3000)
    state = "0" * 64
    for query in (
        "",
        "code=x",
        f"state={state}",
        f"code=x&state={state}",
        f"error=x&state={state}",
        "code=x&state=",
        f"state={state}&code=%00",
    ):
        for cookie in forged:
            session = f"; ansvar={attacker.cookie}" if attacker.cookie else ""
            headers = {"Cookie": f"ansvar-login={cookie}{session}", "Accept": "text/html"}
            attacker.attack(
                "provider", f"{query} with {cookie[:20]}", attacker.send("GET", f"/login/provider/callback?{query}", None, headers)
            )
        attacker.attack("provider", f"{query} without a cookie", attacker.send("GET", f"/login/provider/callback?{query}"))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    for path, form in (("/login/provider", "next=//evil.example"), ("/login/provider/code", "code=000000")):
        for name, headers in (
            ("another site", {"Origin": EVIL}),
            ("no origin", {}),
            ("an opaque origin", {"Origin": "null"}),
            ("a cross-site navigation", {"Origin": attacker.base, "Sec-Fetch-Site": "cross-site"}),
            ("a sister site", {"Origin": attacker.base, "Sec-Fetch-Site": "same-site"}),
        ):
            attacker.attack("provider", f"{path} from {name}", attacker.send("POST", path, form, kind | headers))
    own = {"Origin": attacker.base, "Sec-Fetch-Site": "same-origin"}
    attacker.attack("provider", "a code of no login", attacker.send("POST", "/login/provider/code", "code=000000", kind | own))
    attacker.attack("provider", "an answer by POST", attacker.send("POST", "/login/provider/callback", "code=x", kind | own))
    attacker.attack("provider", "a login by GET", attacker.send("GET", "/login/provider?next=/"))
