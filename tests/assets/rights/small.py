"""A small register of a solar company, its sources as files, and what is loaded out of them. All persons are made up.

| person | what |
|---|---|
| Maija Korhonen | stands in every data set; her texts tell of others |
| Pekka Virtanen | her colleague: same company, same telephone and switchboard |
| Matti Mäki | a customer whom Maija's texts mention |
| Liisa Lahti | answers at customer service, known by her e-mail address alone |
| `<script>…` | a customer whose name and words would break a page or a spreadsheet |
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whenever import Instant

from assets.identity.kept import Kept
from assets.identity.resolve import resolve
from assets.ingest.source import ingest_source
from resources.catalogue import load_register
from resources.clock import Clock
from resources.home import Home, write_private
from resources.register import open_register
from resources.runs import finish_run

if TYPE_CHECKING:
    from resources.register import Register

NOW = "2026-11-02T08:15:00Z"

MAIJA = {
    "id": "C-10001",
    "first": "Maija",
    "last": "Korhonen",
    "email": "Maija.Korhonen@voltti.example",
    "phone": "040 123 4567",
    "business_id": "9100001-3",
    "switchboard": "09 765 4321",
    "company": "Voltti Oy",
    "position": "Ostopäällikkö",
    "remark": "Alennus 17 prosenttia",
    "since": "2019-03-31",
    "until": "",
}
PEKKA = MAIJA | {
    "id": "C-10002",
    "first": "Pekka",
    "last": "Virtanen",
    "email": "pekka.virtanen@voltti.example",
    "position": "Kunnossapitoinsinööri",
    "remark": "Epäluotettava maksaja",
    "since": "2020-05-17",
}
MATTI = {
    "id": "C-10003",
    "first": "Matti",
    "last": "Mäki",
    "email": "matti.maki@posti.example",
    "phone": "+358 50 765 4321",
    "business_id": "",
    "switchboard": "",
    "company": "",
    "position": "Eläkeläinen",
    "remark": "",
    "since": "2021-01-01",
    "until": "",
}
SCRIPT = MATTI | {
    "id": "C-10004",
    "first": "<script>alert(1)</script>",
    "last": '../../etc/"passwd" & sons',
    "email": "skripti@posti.example",
    "phone": "+358 50 111 2222",
    "position": "=HYPERLINK(1)",
}
CONTACTS: list[dict[str, str]] = [MAIJA, PEKKA, MATTI, SCRIPT]

_LIISA = {"email": "liisa.lahti@aurinko.example"}
TICKETS: list[dict[str, Any]] = [
    {
        "id": "T-1",
        "requester": {"email": "maija.korhonen@VOLTTI.example"},
        "agent": _LIISA,
        "subject": "Lasku 20261234 ja Matin puhelu",
        "body": (
            "Hei, olen Maija Korhonen, 040-1234567, maija.korhonen@voltti.example. Puhuin Matti Mäen kanssa 12.10.2026 klo 14.30, "
            "hänen numeronsa on +358507654321 ja osoite Matti.Maki@posti.example. Matille voi soittaa. Asiakas c-10002 tietää. "
            "Hinta oli 2 500 euroa. Terveisin Maija\nLiisa vastasi jo."
        ),
        "security": "Tunnistus epäonnistui kahdesti",
        "price": "49.90",
        "opened": "2026-10-12T12:00:00Z",
        "solved": "2026-10-13T21:30:00Z",
    },
    {
        "id": "T-2",
        "requester": {"email": "pekka.virtanen@voltti.example"},
        "agent": _LIISA,
        "subject": "Invertteri rikki",
        "body": "Huoltopyyntö, terveisin Pekka",
        "price": "-12.5",
        "opened": "2026-10-20T06:00:00Z",
        "solved": None,
    },
    {
        "id": "T-3",
        "requester": {"email": "skripti@posti.example"},
        "agent": {},
        "subject": "</table><script>alert(2)</script>",
        "body": "+1+cmd|' /C calc'!A0",
        "opened": "2026-10-21T06:00:00Z",
        "solved": None,
    },
    {"id": "T-9", "requester": {"email": "uusi@posti.example"}, "agent": _LIISA, "subject": "Paneelit", "opened": "never"},
    {"id": "T-4", "requester": {"email": "matti.maki@posti.example"}, "agent": {}, "subject": "Paneelit", "opened": "2026-10-22T06:00:00Z"},
]
VISITS: list[dict[str, Any]] = [
    {"n": 1, "user": "C-10001", "ip": "192.0.2.7", "at": "2026-10-01T10:00:00Z", "page": "/hinnat"},
    {"n": 2, "user": "C-10001", "ip": "192.0.2.7", "at": "not a time", "page": "/yhteys"},
    {"n": 3, "user": "C-10002", "ip": "192.0.2.8", "at": "no time either", "page": "/salainen"},
    {"n": 4, "user": "C-10002", "ip": "192.0.2.8", "at": "nor this", "page": "/maija.korhonen@voltti.example"},
]
CALLS = (
    ("call", "caller", "customer", "agent", "ended", "file"),
    ("K-1", "0401234567", "C-10001", "liisa.lahti@aurinko.example", "2026-10-05T09:00:00Z", "maija-1.WAV"),
    ("K-2", "0401234567", "C-10002", "liisa.lahti@aurinko.example", "2026-10-06T09:00:00Z", "pekka-2.wav"),
    ("K-3", "09 765 4321", "", "liisa.lahti@aurinko.example", "2026-10-07T09:00:00Z", "vaihde-3.wav"),
)
MAIJAS_CALL = b"RIFF\x00maija's voice\xff\xfe" * 500
_REGISTER = Path(__file__).parent / "register"


def small_register(folder: Path) -> Register:
    """Write the sources into a folder, and load them into a home beside them."""
    _write(folder / "data")
    home = Home(folder / "home")
    home.create()
    write_private(home.path / "settings.env", f"SMALL_DATA={folder / 'data'}\nANSVAR_WAREHOUSE_PLAIN=yes\n")
    register = open_register(load_register(_REGISTER), home, Clock("Europe/Helsinki", Instant(NOW)))
    for source in register.catalogue.sources.values():
        outcomes = list(ingest_source(register, source.name, "run1", source.datasets))
        assert [outcome.error for outcome in outcomes] == [None] * len(source.datasets)
    with register.warehouse.writing("run1") as engine:
        resolve(engine, register.catalogue, Kept.of(register))
    finish_run(register, "run1")
    return register


def _write(data: Path) -> None:
    calls = data / "calls"
    calls.mkdir(parents=True)
    for name, records in (("contacts", CONTACTS), ("tickets", TICKETS), ("visits", VISITS)):
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        (data / f"{name}.ndjson").write_text(lines, encoding="utf-8")
    rows = "".join(",".join(call) + "\n" for call in CALLS)
    (calls / "calls.csv").write_text(rows, encoding="utf-8")
    (calls / "maija-1.WAV").write_bytes(MAIJAS_CALL)
    (calls / "pekka-2.wav").write_bytes(b"RIFF pekka's voice")
    (calls / "vaihde-3.wav").write_bytes(b"RIFF the switchboard")
