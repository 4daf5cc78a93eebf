"""The web service's user accounts, and the logins to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.identifiers import email_as_written, ip_address
from demo.sources.lines import document, write_lines
from demo.sources.web import BROWSERS
from demo.times import between, local_date, past, with_offset
from demo.world import chance, has, some

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk, Person

_USERS = "accounts.users"
_LOGINS = "accounts.logins"
_FAVOURITES = ("tuotanto", "laskut", "sää", "pörssisähkö", "huolto")


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's accounts and logins."""
    rng = chunk.rng("accounts")
    users: list[str] = []
    logins: list[str] = []
    for person in chunk.persons:
        if person.user_id is None:
            continue
        users.append(document(_user(rng, person, person.user_id)))
        truth.record(_USERS, person.user_id, person, person.ended)
        address, browser = ip_address(rng), rng.choice(BROWSERS)
        for _ in range(rng.randint(1, 4)):
            at = past(rng, person, "logins")
            key = f"l{chunk.index + 1:03d}-{len(logins) + 1:06d}"
            login = {
                "id": key,
                "user_id": person.user_id,
                "at": with_offset(at),
                "ip": address,
                "cookie": person.cookies[0] if has(rng, person, 0.7) else None,
                "succeeded": not chance(rng, 0.05),
                "browser": browser,
            }
            logins.append(document(login))
            truth.record(_LOGINS, key, person, local_date(at))
    write_lines(folder / chunk.file("users", "ndjson"), users)
    write_lines(folder / chunk.file("logins", "ndjson"), logins)


def _user(rng: random.Random, person: Person, user_id: str) -> dict[str, object]:
    return {
        "user_id": user_id,
        "email": email_as_written(rng, person),
        "customer_number": person.customer_number,
        "profile": {
            "display_name": person.name,
            "language": person.language,
            "theme": rng.choice(("light", "dark")),
            "favourites": some(rng, _FAVOURITES, 3),
        },
        "rights": some(rng, ("read", "report", "order"), 2),
        "security": {"second_factor": rng.choice(("app", "sms", "none"))},
        "created_on": between(rng, person.started, person.ended).isoformat(),
        "closed_on": person.ended.isoformat() if person.ended else None,
    }
