"""The web server's log, in the combined format: a file, and an older one that was rotated and compressed."""

from __future__ import annotations

import gzip
from datetime import time
from typing import TYPE_CHECKING

from demo import texts
from demo.identifiers import ip_address
from demo.times import in_log, instant, local_date, past
from demo.world import RULES, chance, has

if TYPE_CHECKING:
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk, Person

_DATASET = "web.requests"
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
)
REFERRERS = (
    ("https://haku.example/?q=aurinkopaneeli", "haku.example"),
    ("https://uutiset.example/energia", "uutiset.example"),
    (None, None),
)


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's requests in the order of time, the older half compressed."""
    rng = chunk.rng("web")
    requests: list[tuple[int, str, Person]] = []
    for person in chunk.persons:
        if not has(rng, person, 0.5):
            continue
        address, browser = ip_address(rng), rng.choice(BROWSERS)
        for _ in range(rng.randint(1, 5)):
            at = past(rng, person, "access_logs")
            user = person.user_id if person.user_id and has(rng, person, 0.3) else "-"
            page = rng.choice(texts.PAGES).replace("ö", "%C3%B6").replace("ä", "%C3%A4")
            status = 404 if chance(rng, 0.03) else 200
            line = f'{address} - {user} [{in_log(at)}] "GET {page} HTTP/1.1" {status} {rng.randint(200, 90_000)} '
            requests.append((at, f'{line}"{rng.choice(REFERRERS)[0] or "-"}" "{browser}"', person))
    if chunk.index == 0:
        requests.append(_losing_its_address(chunk))
    requests.sort(key=lambda request: request[:2])
    half = len(requests) // 2
    _write(folder / f"access.log.{chunk.index * 2 + 1}.gz", requests[:half], truth, broken=False)
    _write(folder / (f"access.log.{chunk.index * 2}" if chunk.index else "access.log"), requests[half:], truth, broken=chunk.index == 0)


def _losing_its_address(chunk: Chunk) -> tuple[int, str, Person]:
    """A visit that is kept, and whose IP address goes between the job's two nights."""
    person = next(person for person in chunk.persons if person.edge is None and not person.recent)
    at = instant(RULES["ip_addresses"].last_kept, time(12))
    return at, f'192.0.2.77 - - [{in_log(at)}] "GET / HTTP/1.1" 200 5120 "-" "{BROWSERS[0]}"', person


def _write(path: Path, requests: list[tuple[int, str, Person]], truth: Truth, *, broken: bool) -> None:
    lines: list[str] = []
    for at, line, person in requests:
        if broken and len(lines) == 1:
            lines.append('203.0.113.9 - - [13/Oct/2026:11:00:00 +0300] "GET / HTTP/1.1')
            truth.broken(_DATASET, f"{path.name}:{len(lines)}")
        lines.append(line)
        truth.record(_DATASET, f"{path.name}:{len(lines)}", person, local_date(at))
    text = "".join(f"{line}\n" for line in lines).encode()
    if path.suffix == ".gz":
        with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            packed.write(text)
    else:
        path.write_bytes(text)
