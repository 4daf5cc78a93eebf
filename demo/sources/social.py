"""Likes made on the site with an account of a social network: one JSON document a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo import texts
from demo.identifiers import slug
from demo.sources.lines import document
from demo.times import local_date, past, utc
from demo.world import has

if TYPE_CHECKING:
    from pathlib import Path

    from demo.truth import Truth
    from demo.world import Chunk

_DATASET = "social.likes"
_NETWORKS = ("LinkedIn", "Facebook", "Twitter")


def write(chunk: Chunk, folder: Path, truth: Truth) -> None:
    """Write a chunk's likes."""
    rng = chunk.rng("social")
    likes: list[dict[str, object]] = []
    for person in chunk.persons:
        if not has(rng, person, 0.12):
            continue
        key, at = f"k{chunk.index + 1:03d}-{len(likes) + 1:06d}", past(rng, person, "social")
        network = rng.choice(_NETWORKS)
        named = has(rng, person, 0.4) or not person.cookies
        like: dict[str, object] = {
            "id": key,
            "at": utc(at),
            "network": network,
            "page": rng.choice(texts.PAGES),
            "cookie": person.cookies[0] if person.cookies else None,
            "profile": {
                "email": person.email if named else None,
                "url": f"https://{network.lower()}.example/{slug(person.name)}-{person.number}" if named else None,
            },
        }
        likes.append(like)
        truth.record(_DATASET, key, person, local_date(at))
    (folder / chunk.file("likes", "json")).write_text(document({"exported": "2026-10-14T03:00:00Z", "likes": likes}), encoding="utf-8")
